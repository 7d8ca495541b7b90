"""When the messenger refuses, stumbles or stays silent: people are told, nothing is lost, the others go on."""

import pytest

from tests.botapi.client import ChatMessage, User
from tests.botapi.faults import FaultKind
from tests.running.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNCONFIRMED = """
    SELECT count(*), max(outgoing.attempts) FROM outgoing JOIN message ON message.id = outgoing.message_id
    WHERE message.direction = 'out' AND outgoing.state = 'unknown' AND message.client_key LIKE '%:' || :boris || ':%'
"""


async def working(shop: Shop) -> User:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    return boris


async def bots_words(customer: User) -> list[str]:
    return [message.text for message in await customer.chat() if message.from_bot]


async def failed(shop: Shop, boris: User, customer: User, card: ChatMessage) -> tuple[int, ChatMessage]:
    """An answer that a 400 stops, and what he is told."""
    await shop.api.fault("400", method="sendMessage", chat_id=customer.id)
    answer = await boris.sends("Nine EUR", reply_to=card.id)
    return answer, await boris.sees("Not sent:", button="Retry")


async def test_a_failure_says_why_and_what_to_do_next(shop: Shop) -> None:
    boris = await working(shop)
    anna, card = await shop.handed("Anna", boris)
    answer, told = await failed(shop, boris, anna, card)
    assert told.reply_to == answer
    assert told.text == ("❗ Not sent: the messenger refused it. Change it and send it again.\n“Nine EUR”")
    assert [[button.text for button in row] for row in told.buttons] == [["Retry", "Discard"]]


async def test_what_failed_can_be_sent_again(shop: Shop) -> None:
    boris = await working(shop)
    anna, card = await shop.handed("Anna", boris)
    answer, told = await failed(shop, boris, anna, card)
    await boris.presses(told.id, "Retry")
    await anna.sees("Nine EUR")
    assert (await boris.sees("Sending it again.")).id == told.id
    await boris.sees_reaction(answer, "👌")


async def test_what_failed_again_is_told_again(shop: Shop) -> None:
    boris = await working(shop)
    anna, card = await shop.handed("Anna", boris)
    _, told = await failed(shop, boris, anna, card)
    await shop.api.fault("400", method="sendMessage", chat_id=anna.id)
    await boris.presses(told.id, "Retry")
    again = await boris.sees("Not sent:", after=told.id, button="Retry")
    await boris.presses(again.id, "Retry")
    await anna.sees("Nine EUR")


async def test_what_failed_can_be_discarded(shop: Shop) -> None:
    boris = await working(shop)
    anna, card = await shop.handed("Anna", boris)
    _, told = await failed(shop, boris, anna, card)
    retry = next(button.callback_data for button in told.buttons[0] if button.text == "Retry")
    await boris.presses(told.id, "Discard")
    assert (await boris.sees("Discarded.")).id == told.id
    late = await boris.presses_data(told.id, retry or "")
    assert late.text == "This message has been dealt with already. No action is needed."
    await shop.settled()
    assert await bots_words(anna) == []


@pytest.mark.parametrize("kind", ["accepted_no_answer", "accepted_reset", "accepted_502", "accepted_garbage"])
async def test_without_an_answer_it_is_not_confirmed_and_never_repeated_unasked(shop: Shop, kind: FaultKind) -> None:
    boris = await working(shop)
    anna, card = await shop.handed("Anna", boris)
    await shop.api.fault(kind, method="sendMessage", chat_id=anna.id)
    answer = await boris.sends("Nine EUR", reply_to=card.id)
    told = await boris.sees("Delivery is not confirmed", button="Send again")
    assert told.reply_to == answer
    await boris.sends("Or eight", reply_to=card.id)
    await anna.sees("Or eight")
    await shop.settled()
    assert await bots_words(anna) == ["Nine EUR", "Or eight"]


async def test_what_is_not_confirmed_can_be_sent_again(shop: Shop) -> None:
    boris = await working(shop)
    anna, card = await shop.handed("Anna", boris)
    await shop.api.fault("accepted_reset", method="sendMessage", chat_id=anna.id)
    answer = await boris.sends("Nine EUR", reply_to=card.id)
    told = await boris.sees("Delivery is not confirmed", button="Send again")
    await boris.presses(told.id, "Send again")
    await boris.sees_reaction(answer, "👌")
    assert await bots_words(anna) == ["Nine EUR", "Nine EUR"]


async def test_a_5xx_before_acceptance_is_not_confirmed_either(shop: Shop) -> None:
    boris = await working(shop)
    anna, card = await shop.handed("Anna", boris)
    await shop.api.fault("5xx", method="sendMessage", chat_id=anna.id)
    await boris.sends("Nine EUR", reply_to=card.id)
    told = await boris.sees("Delivery is not confirmed", button="Send again")
    await boris.presses(told.id, "Send again")
    await anna.sees("Nine EUR")


async def test_a_card_whose_sending_got_no_answer_comes_again(shop: Shop) -> None:
    boris = await working(shop)
    (anna,) = await shop.customers("Anna")
    await shop.api.fault("5xx", method="sendMessage", chat_id=boris.id)
    await anna.sends("Hello")
    await shop.card(anna, boris, button="Stage")


async def test_a_customer_who_blocked_the_bot_is_told_of_once_and_can_come_back(shop: Shop) -> None:
    boris = await working(shop)
    anna, card = await shop.handed("Anna", boris)
    await anna.blocks()
    await boris.sends("Nine EUR", reply_to=card.id)
    told = await boris.sees("Not sent: the customer has blocked the bot.", button="Retry")
    await anna.unblocks()
    await anna.sends("Here I am again")
    await shop.posted(boris, "Here I am again")
    await boris.presses(told.id, "Retry")
    await anna.sees("Nine EUR")


async def test_an_operator_who_blocked_the_bot_is_taken_off_shift_and_the_admin_is_told(shop: Shop) -> None:
    boris = await working(shop)
    await boris.blocks()
    (anna,) = await shop.customers("Anna")
    await anna.sends("Hello")
    await shop.admin.sees(f"{boris.first_name} has blocked the bot and was taken off shift.")
    await shop.rows.until(
        "SELECT on_shift_since FROM staff WHERE name = :name", lambda found: found == [(None,)], name=boris.first_name
    )


async def test_retry_after_is_waited_for_while_other_chats_flow(shop: Shop) -> None:
    boris = await working(shop)
    anna, card = await shop.handed("Anna", boris)
    bela, other = await shop.handed("Bela", boris)
    limited = await shop.api.fault("429", method="sendMessage", chat_id=anna.id, retry_after=2)
    await boris.sends("For Anna", reply_to=card.id)
    (struck,) = await limited.struck()
    await boris.sends("For Bela", reply_to=other.id)
    await bela.sees("For Bela")
    assert await bots_words(anna) == []
    await anna.sees("For Anna")
    (accepted,) = await shop.api.ledger(kind="accepted", chat_id=anna.id)
    assert accepted.monotonic - struck.monotonic >= 2


async def test_a_reaction_that_is_impossible_becomes_a_short_line(shop: Shop) -> None:
    boris = await working(shop)
    anna, card = await shop.handed("Anna", boris)
    await shop.api.fault("unknown_method", method="setMessageReaction", times=None)
    answer = await boris.sends("Nine EUR", reply_to=card.id)
    await anna.sees("Nine EUR")
    line = await boris.sees("👌 Delivered.")
    assert line.reply_to == answer


async def test_a_menu_that_is_impossible_is_no_end_of_service(shop: Shop) -> None:
    await shop.api.fault("unknown_method", method="setMyCommands", times=None)
    boris = await shop.operator("Boris")
    await boris.sends("/help")
    await boris.sees("How everything works")
    assert await shop.api.commands(boris.id) == []


async def test_an_edit_that_is_refused_stops_nothing(shop: Shop) -> None:
    boris = await working(shop)
    anna, card = await shop.handed("Anna", boris)
    edits = await shop.api.fault("400", method="editMessageText", chat_id=boris.id, times=None)
    await boris.sends("Nine EUR", reply_to=card.id)
    await edits.struck()
    await boris.sends("Or eight", reply_to=card.id)
    await anna.sees("Or eight")


@pytest.mark.parametrize("method", ["sendMessage", "setMyCommands"])
async def test_an_unreadable_answer_to_a_screen_ends_nothing(shop: Shop, method: str) -> None:
    boris = await working(shop)
    spoilt = await shop.api.fault("accepted_garbage", method=method)
    await boris.sends("/help")
    await spoilt.struck()
    again = await boris.sends("/help")
    await boris.sees("How everything works", after=again)


async def test_many_sends_without_an_answer_are_each_made_once_and_never_again_by_themselves(shop: Shop) -> None:
    boris = await working(shop)
    people = [await shop.handed("Anna", boris) for _ in range(10)]
    spoilt: list[tuple[FaultKind, int]] = [("accepted_no_answer", 1), ("accepted_reset", 5), ("accepted_502", 4)]
    for anna, card in people:
        for kind, times in spoilt:
            await shop.api.fault(kind, method="sendMessage", chat_id=anna.id, times=times)
        for number in range(10):
            await boris.sends(f"{number}", reply_to=card.id)
    await shop.rows.until(UNCONFIRMED, lambda found: found[0][0] >= 100, within=40, boris=str(boris.id))
    await shop.program.kill()
    await shop.program.start()
    await shop.settled()
    for anna, _ in people:
        accepted = await shop.api.ledger(kind="accepted", method="sendMessage", chat_id=anna.id)
        assert [one.text for one in accepted] == [f"{number}" for number in range(10)]
    assert await shop.rows.all(UNCONFIRMED, boris=str(boris.id)) == [(100, 1)]
