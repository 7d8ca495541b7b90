"""What was said changes, on both sides: edits, reactions, and what is taken back, in the running program."""

import pytest

from tests.botapi.client import ChatMessage, Part, User
from tests.running.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def talking(shop: Shop) -> tuple[User, User, ChatMessage]:
    """An operator on shift, a customer of his and the customer's card."""
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    return boris, anna, card


async def test_a_customers_edit_is_seen_in_place(shop: Shop) -> None:
    boris, anna, card = await talking(shop)
    asked = await anna.sends("Is it red?")
    relayed = await shop.posted(boris, "Is it red?", after=card.id)
    await anna.edits(asked, "Is it blue?")
    seen = await boris.sees("Is it blue?", after=card.id)
    assert (seen.id, seen.edited, seen.text.endswith("\nedited")) == (relayed.id, True, True)
    await anna.edits(asked, "Is it green?")
    assert (await boris.sees("Is it green?", after=card.id)).id == relayed.id


async def test_a_card_says_what_its_text_says_now(shop: Shop) -> None:
    boris, anna, card = await talking(shop)
    [first] = [one.id for one in await anna.chat() if one.text == "Hello"]
    await anna.edits(first, "Good evening")
    assert (await boris.sees("Good evening\nedited")).id == card.id


async def test_a_changed_caption_and_another_photo_stand_where_the_first_stood(shop: Shop) -> None:
    boris, anna, card = await talking(shop)
    sent = await anna.sends_photo("red")
    relayed = await shop.posted(boris, "red", after=card.id)
    await anna.edits(sent, "blue")
    assert (await boris.sees("blue", after=card.id)).id == relayed.id
    await anna.replaces(sent, Part(kind="photo", caption="green", content=b"another"))
    now = await boris.sees("green", after=card.id)
    assert now.id == relayed.id
    assert now.file_id != relayed.file_id
    await anna.replaces(sent, Part(kind="video", caption="moving", content=b"v", file_name="v.mp4"))
    line = await boris.sees("moving", after=relayed.id)
    assert (line.kind, line.silent, line.reply_to) == ("video", True, relayed.id)


async def test_a_message_that_is_gone_at_the_operator_is_told_anew(shop: Shop) -> None:
    boris, anna, card = await talking(shop)
    asked = await anna.sends("Is it red?")
    relayed = await shop.posted(boris, "Is it red?", after=card.id)
    await boris.ages(relayed.id, hours=49)
    await anna.edits(asked, "Is it blue?")
    line = await boris.sees("Is it blue?", after=relayed.id)
    assert (line.silent, line.reply_to) == (True, relayed.id)


async def test_an_operators_edit_reaches_the_customer_and_is_marked(shop: Shop) -> None:
    boris, anna, card = await talking(shop)
    wrote = await boris.sends("Yes, 100", reply_to=card.id)
    first = await anna.sees("Yes, 100")
    await boris.sees_reaction(wrote, "👌")
    await boris.edits(wrote, "Yes, 120")
    assert (await anna.sees("Yes, 120")).id == first.id
    await shop.settled()
    await boris.sees_reaction(wrote, "👌")
    assert len([one for one in await anna.chat() if one.from_bot]) == 1


async def test_an_edit_of_what_went_to_nobody_goes_to_nobody(shop: Shop) -> None:
    boris, anna, _ = await talking(shop)
    command = await boris.sends("/deals")
    await boris.sees("Open deals", after=command)
    await boris.edits(command, "/deals please")
    typed = await boris.sends("Twenty")
    question = await boris.sees("To whom?", after=typed)
    await boris.edits(typed, "Thirty")
    await shop.settled()
    await boris.presses(question.id, anna.first_name)
    assert (await anna.sees("T")).text == "Thirty"


async def test_an_answer_is_taken_back_by_a_word(shop: Shop) -> None:
    boris, anna, card = await talking(shop)
    wrote = await boris.sends("Wrong price", reply_to=card.id)
    await anna.sees("Wrong price")
    await boris.sees_reaction(wrote, "👌")
    await boris.sends("/delete", reply_to=wrote)
    told = await boris.sees("Taken back", after=wrote)
    assert (told.reply_to, told.silent) == (wrote, True)
    assert [one for one in await anna.chat() if one.from_bot] == []
    again = await boris.sends("/delete", reply_to=wrote)
    await boris.sees("taken back already", after=again)


async def test_an_answer_is_taken_back_by_buttons(shop: Shop) -> None:
    boris, anna, card = await talking(shop)
    for text in ("One", "Two"):
        wrote = await boris.sends(text, reply_to=card.id)
        await boris.sees_reaction(wrote, "👌")
    await boris.presses(card.id, "More")
    await boris.presses((await boris.sees(button="Take back")).id, "Take back")
    answer = await boris.presses((await boris.sees(button="Two")).id, "Two")
    assert answer.text == "Taken back."
    await anna.no_longer_sees("Two")
    assert [one.text for one in await anna.chat() if one.from_bot] == ["One"]


async def test_nothing_is_taken_back_from_a_customer_of_long_ago(shop: Shop) -> None:
    boris, anna, card = await talking(shop)
    wrote = await boris.sends("Old", reply_to=card.id)
    seen = await anna.sees("Old")
    await boris.sees_reaction(wrote, "👌")
    await anna.ages(seen.id, hours=49)
    await boris.sends("/delete", reply_to=wrote)
    await boris.sees("Not taken back", after=wrote)
    assert (await anna.sees("Old")).id == seen.id


async def test_a_customers_reaction_is_seen_on_the_operators_message(shop: Shop) -> None:
    boris, anna, card = await talking(shop)
    wrote = await boris.sends("Here you are", reply_to=card.id)
    seen = await anna.sees("Here you are")
    await boris.sees_reaction(wrote, "👌")
    await anna.reacts(seen.id, "❤")
    await boris.sees_reaction(wrote, "❤")
    await anna.reacts(seen.id)
    await boris.sees_reaction(wrote, "👌")
    await anna.reacts(seen.id, "party")
    line = await boris.sees("reacted: an emoji", after=wrote)
    assert (line.silent, line.reply_to) == (True, wrote)
    await shop.posted(boris, "reacted: an emoji", after=wrote)
    await boris.sends("Glad you like it", reply_to=line.id)
    assert (await anna.sees("Glad you like it")).reply_to == seen.id


async def test_a_reply_to_a_joined_message_finds_the_customer(shop: Shop) -> None:
    boris, anna, card = await talking(shop)
    await shop.api.hold_updates()
    asked = [await anna.sends(text) for text in ("one", "two", "three")]
    await shop.api.release_updates()
    joined = await shop.posted(boris, "three", after=card.id)
    assert joined.text.splitlines()[1:] == ["one", "two", "three"]
    await boris.sends("Four", reply_to=joined.id)
    assert (await anna.sees("Four")).reply_to == asked[-1]
    await anna.edits(asked[0], "ONE")
    assert (await boris.sees("ONE", after=card.id)).id == joined.id
