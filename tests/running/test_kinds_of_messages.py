"""What is not plain text passes both ways as itself, with what it replies to."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.botapi.client import ChatMessage, Part, User
from tests.running.shop import Shop, number_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

Act = Callable[[User], Awaitable[int]]

FILES: dict[str, Act] = {
    "photo": lambda person: person.sends_photo(),
    "voice": lambda person: person.sends_voice(),
    "document": lambda person: person.sends_document("offer.pdf"),
    "sticker": lambda person: person.sends_sticker("👍"),
    "video": lambda person: person.sends_video(),
    "audio": lambda person: person.sends_audio(),
    "animation": lambda person: person.sends_animation(),
    "video_note": lambda person: person.sends_video_note(),
}
WITH_A_HEADER = ("photo", "voice", "document", "video", "audio", "animation")
BOLD: list[dict[str, Any]] = [
    {"type": "bold", "offset": 3, "length": 4},
    {"type": "text_link", "offset": 8, "length": 4, "url": "https://x.org/"},
]


async def sent(person: User, message_id: int) -> ChatMessage:
    return next(message for message in await person.chat() if message.id == message_id)


@pytest.mark.parametrize("kind", FILES)
async def test_a_file_passes_both_ways(shop: Shop, kind: str) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    file = await sent(anna, await FILES[kind](anna))
    relayed = await boris.sees(kind=kind, after=card.id)
    assert (relayed.file_id, relayed.reply_to) == (file.file_id, card.id)
    header = f"{anna.first_name} · #{number_in(card.text)}"
    assert relayed.text == (header if kind in WITH_A_HEADER else "")
    await boris.presses(card.id, "Answer")
    back = await sent(boris, await FILES[kind](boris))
    got = await anna.sees(kind=kind, after=file.id)
    assert (got.file_id, got.text, got.reply_to) == (back.file_id, "", None)
    await boris.sees_reaction(back.id, "👌")


async def test_a_location_passes_both_ways(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    await anna.sends_location(50.45, 30.52)
    relayed = await boris.sees(kind="location", after=card.id)
    assert (relayed.location, relayed.reply_to) == ((50.45, 30.52), card.id)
    await boris.presses(card.id, "Answer")
    await boris.sends_location(52.23, 21.01)
    assert (await anna.sees(kind="location")).location == (52.23, 21.01)


async def test_formatted_text_passes_both_ways(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    await anna.sends("👍 bold link", entities=BOLD)
    relayed = await boris.sees("bold link", after=card.id)
    header = len(f"{anna.first_name} · #{number_in(card.text)}\n")
    assert relayed.entities[1:] == [one | {"offset": one["offset"] + header} for one in BOLD]
    await boris.presses(card.id, "Answer")
    await boris.sends("👍 bold link", entities=BOLD)
    assert (await anna.sees("bold link")).entities == BOLD


async def test_a_caption_passes_both_ways(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    await anna.sends_photo("This one?")
    relayed = await boris.sees("This one?", kind="photo")
    assert relayed.text == f"{anna.first_name} · #{number_in(card.text)}\nThis one?"
    await boris.presses(card.id, "Answer")
    await boris.sends_photo("That one!")
    assert (await anna.sees("That one!", kind="photo")).text == "That one!"


async def test_the_first_message_may_be_a_photo(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    (anna,) = await shop.customers("Anna")
    photo = await sent(anna, await anna.sends_photo("Do you have this?"))
    card = await shop.card(anna, boris, button="Stage")
    assert card.text.splitlines()[-1] == "📷 Photo Do you have this?"
    relayed = await boris.sees(kind="photo")
    assert (relayed.file_id, relayed.reply_to) == (photo.file_id, card.id)


async def test_a_customers_reply_shows_what_it_replies_to(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    await boris.sends("In red or in blue?", reply_to=card.id)
    asked = await anna.sees("In red or in blue?")
    await anna.sends("I will think.")
    await shop.posted(boris, "I will think.")
    await anna.sends("The first", reply_to=asked.id)
    relayed = await boris.sees("The first")
    title = f"{anna.first_name} · #{number_in(card.text)}"
    assert relayed.text == f"{title}\nIn red or in blue?\nThe first"
    assert [one["type"] for one in relayed.entities] == ["bold", "blockquote"]


@pytest.mark.parametrize("kind", ["photo", "sticker"])
async def test_a_file_that_answers_a_customers_message_replies_to_it(shop: Shop, kind: str) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, _ = await shop.handed("Anna", boris)
    question = await anna.sends("Show me")
    relayed = await shop.posted(boris, "Show me")
    await boris.sends_medium(Part(kind=kind), reply_to=relayed.id)
    assert (await anna.sees(kind=kind)).reply_to == question


GAME = {"game": {"title": "Chess", "description": "A game", "photo": []}}
POINT = {"latitude": 50.45, "longitude": 30.52}
WITHOUT_A_FILE: dict[str, tuple[Act, dict[str, Any]]] = {
    "venue": (
        lambda person: person.sends_venue(50.45, 30.52, title="Shop", address="Main street 1"),
        {"location": POINT, "title": "Shop", "address": "Main street 1"},
    ),
    "contact": (
        lambda person: person.sends_contact("+48600700800", "Jan", last_name="Nowak"),
        {"phone_number": "+48600700800", "first_name": "Jan", "last_name": "Nowak"},
    ),
}


@pytest.mark.parametrize("kind", WITHOUT_A_FILE)
async def test_what_has_no_file_passes_both_ways(shop: Shop, kind: str) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    act, shown = WITHOUT_A_FILE[kind]
    await act(anna)
    relayed = await boris.sees(kind=kind, after=card.id)
    assert (relayed.raw[kind], relayed.reply_to) == (shown, card.id)
    await boris.presses(card.id, "Answer")
    mine = await act(boris)
    assert (await anna.sees(kind=kind)).raw[kind] == shown
    await boris.sees_reaction(mine, "👌")


async def test_a_poll_is_asked_anew_on_the_other_side(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    await anna.sends_poll("Red or blue?", ["red", "blue"])
    asked = (await boris.sees(kind="poll", after=card.id)).raw["poll"]
    assert (asked["question"], [one["text"] for one in asked["options"]]) == ("Red or blue?", ["red", "blue"])
    await boris.presses(card.id, "Answer")
    await boris.sends_poll("When?", ["today", "tomorrow"])
    assert (await anna.sees(kind="poll")).raw["poll"]["question"] == "When?"


async def test_a_throw_is_shown_and_not_thrown_again(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    await anna.sends_dice(5)
    assert (await boris.sees("🎲 5", after=card.id)).kind == "text"
    await boris.presses(card.id, "Answer")
    await boris.sends_dice(2)
    assert (await anna.sees("🎲 2")).kind == "text"


async def test_what_cannot_be_sent_to_a_customer_is_refused_in_words(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    _, card = await shop.handed("Anna", boris)
    await boris.presses(card.id, "Answer")
    for content in (GAME, {"text": "\u200b \u2060"}):
        await boris.says(content)
        refused = await boris.sees("This kind of message cannot be sent to a customer.", after=card.id)
        assert "Send it as text, or as a photo" in refused.text


async def test_what_cannot_be_shown_is_named_and_forwarded(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    (anna,) = await shop.customers("Anna")
    await anna.says(GAME)
    card = await shop.card(anna, boris, button="Stage")
    assert card.text.splitlines()[-1] == "Sent something that this bot cannot show."
    named = await boris.sees("Sent something that this bot cannot show.", after=card.id)
    forwarded = await boris.sees(kind="game", after=named.id)
    assert forwarded.raw["forward_origin"]["sender_user"]["id"] == anna.id
    await boris.sends("A game?", reply_to=forwarded.id)
    await anna.sees("A game?")


async def test_what_cannot_be_forwarded_either_alarms_nobody(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    await shop.api.fault("400", method="forwardMessage")
    await anna.says(GAME)
    named = await boris.sees("Sent something that this bot cannot show.", after=card.id)
    await shop.settled()
    assert [one.id for one in await boris.chat() if one.id > named.id] == []


async def test_the_phone_of_a_contact_is_saved_by_one_tap(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    await anna.sends_contact("48600700800", "Jan")
    relayed = await boris.sees(kind="contact", after=card.id)
    await boris.presses(relayed.id, "Save the phone")
    await boris.sees(f"{anna.first_name} · #{number_in(card.text)}: phone +48 600 700 800", after=relayed.id)
    number = number_in(card.text)
    await boris.sends(f"/deal {number} phone +380 44 123 45 67")
    await boris.sees("phone +380 44 123 4567", after=relayed.id)
    await boris.sends(f"/deal {number} phone tomorrow")
    refused = await boris.sees("“tomorrow” could not be understood.")
    assert "/deal 12 phone +48 600 700 800" in refused.text
    await boris.sends(f"/deal {number} history")
    assert "phone +48 600 700 800 · Boris" in (await boris.sees("phone +380", after=refused.id)).text
    saved = await shop.rows.all(
        "SELECT phone.number FROM phone JOIN contact ON contact.id = phone.contact_id WHERE contact.name = :name"
        " ORDER BY phone.number",
        name=anna.first_name,
    )
    assert saved == [("+380441234567",), ("+48600700800",)]


async def test_a_long_text_arrives_whole(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    (anna,) = await shop.customers("Anna")
    long = "word " * 800 + "the end"
    await anna.sends(long)
    assert (await boris.sees("the end")).text.endswith(long)
    card = await shop.card(anna, boris, button="Stage")
    assert card.text.endswith("…")
    await boris.sends(long, reply_to=card.id)
    assert (await anna.sees("the end")).text == long
