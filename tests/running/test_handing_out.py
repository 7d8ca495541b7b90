"""A customer writes, a deal opens by itself, operators get it in turn."""

import asyncio

import pytest

from tests.botapi.client import User
from tests.running.shop import Shop, number_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

DEALS_OF = (
    "SELECT deal.id, stage.name, deal.source, pipeline.name FROM deal JOIN stage ON stage.id = deal.stage_id"
    " JOIN pipeline ON pipeline.id = deal.pipeline_id JOIN contact ON contact.id = deal.contact_id"
    " WHERE contact.name = :name"
)
WORDS_OF = (
    "SELECT message.body FROM message JOIN conversation ON conversation.id = message.conversation_id"
    " JOIN contact ON contact.id = conversation.contact_id WHERE contact.name = :name ORDER BY message.id"
)


async def gets_a_card(shop: Shop, customer: User, operator: User) -> None:
    await customer.sends("Hello")
    await shop.card(customer, operator)
    assert await shop.assigned(customer) == operator.first_name


async def test_a_card_says_who_wrote_from_where_and_what(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    (anna,) = await shop.customers("Anna")
    await anna.sends("Is it in stock in red?")
    card = await shop.card(anna, boris)
    who, channel, stage, waiting, words = card.text.splitlines()
    assert who == f"{anna.first_name} · #{number_in(card.text)}"
    assert (channel, stage, words) == ("Telegram", "New · yours", "Is it in stock in red?")
    assert waiting.startswith("Waiting since ")
    assert [[button.text for button in row] for row in card.buttons] == [
        ["Answer", "Stage", "Task"],
        ["Amount", "Hand over", "More"],
    ]
    assert not card.silent


async def test_a_deal_opens_in_the_first_stage_of_the_default_pipeline(shop: Shop) -> None:
    (anna,) = await shop.customers("Anna")
    await anna.sends("Hello")
    card = await shop.card(anna, shop.admin)
    deals = await shop.rows.all(DEALS_OF, name=anna.first_name)
    assert deals == [(number_in(card.text), "New", None, "Sales")]
    assert len(await shop.rows.all(WORDS_OF, name=anna.first_name)) == 1


async def test_a_link_with_a_payload_is_the_source_of_the_deal_of_the_next_message(shop: Shop) -> None:
    (anna,) = await shop.customers("Anna")
    await anna.start("spring-ad")
    await anna.sees("Write your question here")
    await anna.sends("How much is it?")
    card = await shop.card(anna, shop.admin)
    assert card.text.splitlines()[1] == "Telegram · from “spring-ad”"
    deals = await shop.rows.all(DEALS_OF, name=anna.first_name)
    assert deals == [(number_in(card.text), "New", "spring-ad", "Sales")]


async def test_start_alone_opens_no_deal_and_is_no_message(shop: Shop) -> None:
    (anna,) = await shop.customers("Anna")
    await anna.start()
    hello = await anna.sees()
    assert hello.text == "Hello! Write your question here, and we will answer in this chat."
    await shop.settled()
    assert await shop.rows.all(DEALS_OF, name=anna.first_name) == []
    assert await shop.rows.all(WORDS_OF, name=anna.first_name) == []


async def test_requests_go_to_operators_exactly_in_turn_over_restarts_too(shop: Shop) -> None:
    boris, clara = await shop.operator("Boris"), await shop.operator("Clara")
    await shop.on_shift(boris, clara)
    anna, bela, cato, dora, edda = await shop.customers("Anna", "Bela", "Cato", "Dora", "Edda")
    await gets_a_card(shop, anna, boris)
    await gets_a_card(shop, bela, clara)
    await gets_a_card(shop, cato, boris)
    await shop.program.stop()
    await dora.sends("Anybody there?")
    await shop.program.start()
    await shop.card(dora, clara)
    await shop.program.kill()
    await edda.sends("And now?")
    await shop.program.start()
    await shop.card(edda, boris)
    assert await shop.assigned(edda) == boris.first_name


async def test_an_admin_on_shift_takes_part_in_the_turn(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris, shop.admin)
    anna, bela = await shop.customers("Anna", "Bela")
    await gets_a_card(shop, anna, boris)
    await gets_a_card(shop, bela, shop.admin)


async def test_ten_messages_that_come_together_open_one_deal(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    (anna,) = await shop.customers("Anna")
    await shop.api.hold_updates()
    for number in range(10):
        await anna.sends(f"part {number}")
    await shop.api.release_updates()
    await boris.sees("part 9")
    await only_one_deal_with_ten_messages(shop, anna)


async def test_ten_messages_in_a_burst_open_one_deal(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    (anna,) = await shop.customers("Anna")
    await asyncio.gather(*(anna.sends(f"part {number}") for number in range(10)))
    for number in range(10):
        await boris.sees(f"part {number}")
    await only_one_deal_with_ten_messages(shop, anna)


async def only_one_deal_with_ten_messages(shop: Shop, customer: User) -> None:
    await shop.settled()
    assert len(await shop.rows.all(DEALS_OF, name=customer.first_name)) == 1
    assert len(await shop.rows.all(WORDS_OF, name=customer.first_name)) == 10


async def test_with_nobody_on_shift_everybody_gets_the_card_without_sound(shop: Shop) -> None:
    boris, clara = await shop.operator("Boris"), await shop.operator("Clara")
    (anna,) = await shop.customers("Anna")
    await anna.sends("Hello")
    for one in (boris, clara, shop.admin):
        card = await shop.card(anna, one)
        assert card.silent
        assert [[button.text for button in row] for row in card.buttons] == [["Answer", "Take"], ["More"]]
    assert await shop.assigned(anna) is None


async def test_the_others_cards_are_edited_when_somebody_takes_the_deal(shop: Shop) -> None:
    boris, clara = await shop.operator("Boris"), await shop.operator("Clara")
    (anna,) = await shop.customers("Anna")
    await anna.sends("Hello")
    offered = await shop.card(anna, boris)
    other = await shop.card(anna, clara)
    answer = await boris.presses(offered.id, "Take")
    assert answer.text == f"#{number_in(offered.text)} is yours."
    taken = await clara.sees(f"taken by {boris.first_name}")
    assert (taken.id, taken.buttons) == (other.id, [])
    own = await boris.sees("New · yours")
    assert own.id == offered.id
    assert await shop.assigned(anna) == boris.first_name


async def test_who_comes_on_shift_is_handed_the_waiting_ones_oldest_first(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    waiting = await shop.customers("Anna", "Bela", "Cato")
    for customer in waiting:
        await customer.sends("Hello")
        await shop.card(customer, boris, button="Take")
    await shop.on_shift(boris)
    cards = [await shop.card(customer, boris, button="Stage") for customer in waiting]
    assert [card.id for card in cards] == sorted(card.id for card in cards)
    assert {await shop.assigned(customer) for customer in waiting} == {boris.first_name}


async def test_nobody_is_handed_more_than_his_limit_until_a_deal_is_closed(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await limit(shop, boris, "5")
    waiting = await shop.customers(*"ABCDEF")
    for customer in waiting:
        await customer.sends("Hello")
        await shop.card(customer, boris)
    await shop.on_shift(boris)
    first = await shop.card(waiting[0], boris, button="Stage")
    await shop.settled()
    assert [await shop.assigned(one) for one in waiting] == [boris.first_name] * 5 + [None]
    await boris.sends(f"/deal {number_in(first.text)} close won")
    await shop.card(waiting[5], boris, button="Stage")


async def limit(shop: Shop, operator: User, most: str) -> None:
    asked = await shop.admin.sends("/staff")
    people = await shop.admin.sees("people work here", after=asked)
    await shop.admin.presses(people.id, operator.first_name)
    await shop.admin.sees("no limit", after=asked)
    await shop.admin.presses(people.id, most)
    await shop.admin.sees(f"Open deals at most: {most}", after=asked)


async def test_off_shift_he_keeps_his_deals_and_gets_no_new_ones(shop: Shop) -> None:
    boris, clara = await shop.operator("Boris"), await shop.operator("Clara")
    await shop.on_shift(boris, clara)
    anna, bela, cato = await shop.customers("Anna", "Bela", "Cato")
    await gets_a_card(shop, anna, boris)
    await shop.off_shift(boris)
    await gets_a_card(shop, bela, clara)
    await gets_a_card(shop, cato, clara)
    assert await shop.assigned(anna) == boris.first_name
    await anna.sends("Still there?")
    assert (await boris.sees("Still there?")).silent


async def test_a_deal_that_is_handed_over_with_all_that_was_written_rings_once(shop: Shop) -> None:
    boris, clara = await shop.operator("Boris"), await shop.operator("Clara")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    await anna.sends_photo("In this colour?")
    await anna.sends("Or that one?")
    await boris.sees("Or that one?")
    await shop.on_shift(clara)
    await boris.sends(f"/deal {number_in(card.text)} to {clara.first_name}")
    hers = await shop.card(anna, clara, button="Stage")
    behind = [await clara.sees(words, after=hers.id) for words in ("In this colour?", "Or that one?")]
    assert (hers.silent, [one.silent for one in behind]) == (False, [True, True])


async def test_who_is_mentioned_gets_a_way_to_the_deal_only_if_he_may_see_it(shop: Shop) -> None:
    boris, clara = await shop.operator("Boris"), await shop.operator("Clara")
    await shop.on_shift(boris)
    _, card = await shop.handed("Anna", boris)
    line = f"/deal {number_in(card.text)} note look at this @{clara.first_name} @{shop.admin.first_name}"
    asked = await boris.sends(line)
    await boris.sees("noted", after=asked)
    assert (await clara.sees("look at this")).buttons == []
    await shop.admin.sees("look at this", button="Show the deal")


async def test_words_typed_behind_start_are_a_message(shop: Shop) -> None:
    await shop.on_shift(shop.admin)
    (anna,) = await shop.customers("Anna")
    await anna.sends("/start Hello, is it in stock?")
    assert "is it in stock?" in (await shop.card(anna, shop.admin, button="Stage")).text


@pytest.mark.parametrize("how", ["taken", "handed"])
async def test_who_looked_at_a_waiting_request_gets_all_of_it_when_it_is_his(shop: Shop, how: str) -> None:
    boris = await shop.operator("Boris")
    (anna,) = await shop.customers("Anna")
    for text in ("One", "Two", "Three"):
        await anna.sends(text)
    offered = await shop.card(anna, boris, button="Take")
    await shop.settled()
    asked = await boris.sends(f"/deal {number_in(offered.text)}")
    shown = await shop.card(anna, boris, after=asked, button="Take")
    if how == "taken":
        await boris.presses(shown.id, "Take")
    else:
        await shop.on_shift(boris)
        await shop.card(anna, boris, after=shown.id, button="Stage")
    await boris.sees("Two", after=shown.id)
    await boris.sees("Three", after=shown.id)


async def test_all_that_waits_is_shown_however_much_it_is(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    (anna,) = await shop.customers("Anna")
    for number in range(25):
        await anna.sends(f"Question {number};")
    await shop.card(anna, boris, button="Take")
    await shop.settled()
    await shop.on_shift(boris)
    await shop.settled()
    seen = "\n".join(message.text for message in await boris.chat())
    assert [number for number in range(25) if f"Question {number};" not in seen] == []
