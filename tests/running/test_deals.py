"""Taking, listing, moving and closing deals, by buttons and by one line."""

import asyncio

import pytest

from tests.botapi.client import ChatMessage, User
from tests.running.shop import Shop, number_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def working(shop: Shop, name: str = "Boris") -> User:
    operator = await shop.operator(name)
    await shop.on_shift(operator)
    return operator


def labels(message: ChatMessage) -> list[str]:
    return [button.text for row in message.buttons for button in row]


async def test_next_takes_the_oldest_unassigned_request(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    anna, bela = await shop.customers("Anna", "Bela")
    for customer in (anna, bela):
        await customer.sends("Hello")
        await shop.card(customer, boris, button="Take")
    asked = await boris.sends("/next")
    card = await shop.card(anna, boris, after=asked, button="Stage")
    assert "New · yours" in card.text
    assert await shop.assigned(bela) is None


async def test_two_who_press_next_at_once_never_get_the_same_request(shop: Shop) -> None:
    boris, clara = await shop.operator("Boris"), await shop.operator("Clara")
    (anna,) = await shop.customers("Anna")
    await anna.sends("Hello")
    await shop.card(anna, boris, button="Take")
    await shop.card(anna, clara, button="Take")
    await shop.api.hold_updates()
    asked = dict(zip((boris, clara), await asyncio.gather(boris.sends("/next"), clara.sends("/next")), strict=True))
    await shop.api.release_updates()
    await shop.rows.until("SELECT id FROM deal WHERE assignee_id IS NULL AND closed_at IS NULL", lambda left: not left)
    name = await shop.assigned(anna)
    winner, loser = (boris, clara) if name == boris.first_name else (clara, boris)
    await shop.card(anna, winner, after=asked[winner], button="Stage")
    told = await loser.sees(f"Nobody is waiting: {winner.first_name} took #", after=asked[loser])
    assert told.reply_to == asked[loser]


async def test_next_says_when_nobody_waits(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await boris.sends("/next")
    await boris.sees("Nobody is waiting. New requests come by themselves while you are on shift.")


async def test_whoever_takes_too_late_reads_who_has_it(shop: Shop) -> None:
    boris, clara = await shop.operator("Boris"), await shop.operator("Clara")
    (anna,) = await shop.customers("Anna")
    await anna.sends("Hello")
    card, other = await shop.card(anna, boris, button="Take"), await shop.card(anna, clara, button="Take")
    take = next(button.callback_data for row in other.buttons for button in row if button.text == "Take")
    await boris.presses(card.id, "Take")
    refused = await clara.presses_data(other.id, take or "")
    assert refused.show_alert
    assert f"#{number_in(card.text)}: {boris.first_name} took it" in (refused.text or "")


async def test_deals_lists_his_own_and_what_waits_and_shows_a_card_on_the_tap(shop: Shop) -> None:
    boris = await working(shop)
    anna, card = await shop.handed("Anna", boris)
    await shop.off_shift(boris)
    (bela,) = await shop.customers("Bela")
    await bela.sends("Hello")
    await shop.card(bela, boris, button="Take")
    asked = await boris.sends("/deals")
    mine = await boris.sees("Open deals · mine", after=asked)
    assert mine.buttons[0][0].text.startswith(f"⏳ {anna.first_name} · #{number_in(card.text)} · New · ")
    await boris.presses(mine.id, anna.first_name)
    await shop.card(anna, boris, after=mine.id, button="Stage")
    await boris.presses(mine.id, "Waiting")
    waiting = await boris.sees("Open deals · waiting", after=asked)
    assert bela.first_name in waiting.buttons[0][0].text


async def test_a_stage_is_chosen_with_two_taps_and_the_card_is_edited_in_place(shop: Shop) -> None:
    boris = await working(shop)
    _, card = await shop.handed("Anna", boris)
    await boris.presses(card.id, "Stage")
    choice = await boris.sees(button="Offer sent")
    assert [row[0].text for row in choice.buttons] == [
        "In conversation",
        "Offer sent",
        "Waiting for payment",
        "Won",
        "Back",
    ]
    await boris.presses(card.id, "Offer sent")
    moved = await boris.sees("Offer sent · yours")
    assert moved.id == choice.id == card.id
    assert moved.buttons == card.buttons


async def test_a_stage_is_typed_in_one_line_and_the_card_is_edited_in_place(shop: Shop) -> None:
    boris = await working(shop)
    _, card = await shop.handed("Anna", boris)
    asked = await boris.sends(f'/deal {number_in(card.text)} stage "Offer sent"')
    await boris.sees(f"#{number_in(card.text)}: Offer sent", after=asked)
    assert (await boris.sees("Offer sent · yours")).id == card.id


async def test_a_stage_that_does_not_exist_is_answered_with_those_that_do(shop: Shop) -> None:
    boris = await working(shop)
    _, card = await shop.handed("Anna", boris)
    await boris.sends(f"/deal {number_in(card.text)} stage Paid")
    told = await boris.sees("There is no stage “Paid”.")
    assert "New, In conversation, Offer sent, Waiting for payment" in told.text


@pytest.mark.parametrize("line", ["/deal", "/deal x", "/deal 1 dance", '/deal 1 stage "Offer', "/deal 1 close"])
async def test_a_line_that_cannot_be_read_is_answered_with_an_example(shop: Shop, line: str) -> None:
    boris = await shop.operator("Boris")
    await boris.sends(line)
    told = await boris.sees("could not be understood.")
    assert "/deal 12 amount 1500" in told.text


async def test_a_deal_is_won_by_buttons(shop: Shop) -> None:
    boris = await working(shop)
    _, card = await shop.handed("Anna", boris)
    await boris.presses(card.id, "More")
    await boris.sees(button="Close as …")
    await boris.presses(card.id, "Close as …")
    choice = await boris.sees(button="Not a lead")
    assert [row[0].text for row in choice.buttons] == ["Won", "Lost", "Not a lead", "Back"]
    await boris.presses(card.id, "Won")
    closed = await boris.sees("Closed ")
    assert (closed.id, labels(closed), closed.text.splitlines()[2]) == (card.id, ["Reopen", "More"], "Won")


async def test_a_deal_is_lost_with_a_reason_by_buttons(shop: Shop) -> None:
    boris = await working(shop)
    _, card = await shop.handed("Anna", boris)
    for button in ("Stage", "Lost", "Too expensive"):
        await boris.sees(button=button)
        await boris.presses(card.id, button)
    closed = await boris.sees("Lost · Too expensive")
    assert (closed.id, labels(closed)) == (card.id, ["Reopen", "More"])


async def test_the_reason_other_asks_for_words(shop: Shop) -> None:
    boris = await working(shop)
    anna, card = await shop.handed("Anna", boris)
    for button in ("Stage", "Lost", "Other"):
        await boris.sees(button=button)
        await boris.presses(card.id, button)
    await boris.sees("why was it lost?", button="Cancel")
    await boris.sends("Moved to another city")
    await boris.sees("is closed as lost")
    assert (await boris.sees("Lost · Other — Moved to another city")).id == card.id
    await shop.settled()
    assert not [message for message in await anna.chat() if message.from_bot]


async def test_a_deal_is_not_a_lead_by_buttons(shop: Shop) -> None:
    boris = await working(shop)
    _, card = await shop.handed("Anna", boris)
    for button in ("Stage", "Not a lead"):
        await boris.sees(button=button)
        await boris.presses(card.id, button)
    assert (await boris.sees("Not a lead\n")).id == card.id


@pytest.mark.parametrize(
    ("how", "shown"),
    [
        ("won", "Won"),
        ('lost "Too expensive"', "Lost · Too expensive"),
        ('lost Other "No such colour"', "Lost · Other — No such colour"),
        ('"not a lead"', "Not a lead"),
        ("not a lead", "Not a lead"),
    ],
)
async def test_a_deal_is_closed_by_one_line(shop: Shop, how: str, shown: str) -> None:
    boris = await working(shop)
    _, card = await shop.handed("Anna", boris)
    await boris.sends(f"/deal {number_in(card.text)} close {how}")
    closed = await boris.sees("Closed ")
    assert (closed.id, closed.text.splitlines()[2]) == (card.id, shown)


async def test_a_lost_deal_typed_without_its_reason_is_asked_for_it(shop: Shop) -> None:
    boris = await working(shop)
    anna, card = await shop.handed("Anna", boris)
    await boris.sends(f"/deal {number_in(card.text)} close lost")
    told = await boris.sees("A lost deal needs a reason.")
    assert "The reasons are: Too expensive, No answer" in told.text
    await boris.sends(f"/deal {number_in(card.text)} close lost Other")
    await boris.sees("The reason “Other” needs a few words.")
    assert await shop.assigned(anna) == boris.first_name


async def test_a_customer_who_writes_after_closing_gets_a_new_deal(shop: Shop) -> None:
    boris = await working(shop)
    anna, card = await shop.handed("Anna", boris)
    await boris.sends(f"/deal {number_in(card.text)} close won")
    await boris.sees("Closed ")
    await anna.sends("It is me again")
    newer = await shop.card(anna, boris, after=card.id, button="Stage")
    assert number_in(newer.text) != number_in(card.text)
    assert "It is me again" in newer.text


async def test_closing_the_deal_ends_the_open_conversation(shop: Shop) -> None:
    boris = await working(shop)
    anna, card = await shop.handed("Anna", boris)
    await boris.presses(card.id, "Answer")
    await boris.sees("You are talking to")
    await boris.sends(f"/deal {number_in(card.text)} close won")
    await boris.sees(f"You are no longer talking to {anna.first_name}")


async def test_an_operator_does_not_see_a_colleagues_deal_and_reads_who_has_it(shop: Shop) -> None:
    boris, clara = await working(shop), await shop.operator("Clara")
    _, card = await shop.handed("Anna", boris)
    await clara.sends(f"/deal {number_in(card.text)} close won")
    await clara.sees(f"#{number_in(card.text)}: {boris.first_name} took it")
    await clara.sends("/deal 999999")
    await clara.sees("that you can see.")


async def test_a_card_that_was_asked_for_takes_the_place_of_the_one_before(shop: Shop) -> None:
    boris = await working(shop)
    anna, card = await shop.handed("Anna", boris)
    asked = await boris.sends(f"/deal {number_in(card.text)}")
    await shop.card(anna, boris, after=asked, button="Stage")
    await shop.settled()
    (old,) = [message for message in await boris.chat() if message.id == card.id]
    assert old.buttons == []


@pytest.mark.parametrize("how", ['"No ans"', "No answer", 'oth "moved abroad"'])
async def test_a_reason_is_known_by_its_beginning_and_without_quotes(shop: Shop, how: str) -> None:
    boris = await working(shop)
    _, card = await shop.handed("Anna", boris)
    typed = await boris.sends(f"/deal {number_in(card.text)} close lost {how}")
    await boris.sees("Lost", after=typed)


async def test_a_stage_needs_no_quotes(shop: Shop) -> None:
    boris = await working(shop)
    _, card = await shop.handed("Anna", boris)
    typed = await boris.sends(f"/deal {number_in(card.text)} stage Offer sent")
    await boris.sees("Offer sent", after=typed)


async def test_a_new_deal_waits_since_its_own_message(shop: Shop) -> None:
    boris = await working(shop)
    anna, card = await shop.handed("Anna", boris, "Old question")
    typed = await boris.sends(f"/deal {number_in(card.text)} close won")
    await boris.sees("Won", after=typed)
    await anna.sends("New question")
    newer = await shop.card(anna, boris, after=typed, button="Stage")
    asked = await boris.sends(f"/deal {number_in(newer.text)}")
    assert "New question" in (await shop.card(anna, boris, after=asked, button="Stage")).text


async def test_answer_on_a_closed_deal_says_that_it_is_closed(shop: Shop) -> None:
    boris = await working(shop)
    _, card = await shop.handed("Anna", boris)
    number = number_in(card.text)
    await boris.sends(f"/deal {number} close won")
    await shop.settled()
    pressed = await boris.presses_data(card.id, f"answer:{number}")
    assert (pressed.text or "").startswith(f"Deal #{number} is closed already.")
