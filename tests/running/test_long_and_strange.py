"""Texts of any length and of any characters pass both ways whole, and what cannot be brought is said in words."""

import json

import pytest

from tests.botapi.client import User
from tests.running.shop import Shop, number_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

BODIES = (
    "SELECT message.body FROM message JOIN conversation ON conversation.id = message.conversation_id"
    " WHERE conversation.chat_key = :chat AND direction = 'in' ORDER BY message.id"
)
SEARCH = BODIES.replace("message.body", "message.search")
STRANGE = (
    "<b>bold?</b> & <a href='tg://user?id=1'>Admin</a>",
    "_*[markdown](https://x.org)*_ `code` ||spoiler||",
    "abc\u202egnp.exe",
    "👨\u200d👩\u200d👧\u200d👦 🇵🇱 👍🏽 ❤\ufe0f",
    "z" + "\u0301" * 500,
    "\u05d0\u05e0\u05d4 and Anna",
    "\ufeffmark \ufdfd \U0001f600 \uffff x",
    "{name} %s %(x)s \\u0000 \\ ' \" ;--",
    "Łódź і їжак — «ёлка»",
)


async def pushed(shop: Shop, person: User, **content: object) -> None:
    """Let somebody send what no client of his would."""
    user = {"id": person.id, "is_bot": False, "first_name": person.first_name, "language_code": "en"}
    chat = {"id": person.id, "type": "private", "first_name": person.first_name}
    number = await shop.api.next_update_id()
    common = {"message_id": number, "from": user, "chat": chat, "date": 1_790_000_000}
    await shop.api.push_raw(json.dumps({"update_id": number, "message": common | content}))


async def relayed_texts(to: User, *, after: int) -> list[str]:
    return [one.text for one in await to.chat() if one.from_bot and one.id > after]


async def stored(shop: Shop, customer: User) -> list[str]:
    found = await shop.rows.all(BODIES, chat=str(customer.id))
    return [(json.loads(body) if isinstance(body, str) else body)["text"] for (body,) in found]


async def test_strange_texts_pass_both_ways_as_they_are(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    for text in STRANGE:
        await anna.sends(text)
    await boris.sees(STRANGE[-1], after=card.id)
    header = f"{anna.first_name} · #{number_in(card.text)}\n"
    await shop.settled()
    # What waited together came together.
    shown = [text.removeprefix(header) for text in await relayed_texts(boris, after=card.id)]
    assert "\n".join(shown) == "\n".join(STRANGE)
    await boris.presses(card.id, "Answer")
    for text in STRANGE:
        await boris.sends(text)
    await anna.sees(STRANGE[-1], from_bot=True)
    await shop.settled()
    assert await relayed_texts(anna, after=0) == list(STRANGE)
    assert await stored(shop, anna) == ["Hello", *STRANGE]
    found = [one for (one,) in await shop.rows.all(SEARCH, chat=str(anna.id))]
    assert (found[0], found[-1]) == ("hello", "lodz і іжак елка")


async def test_a_long_text_is_cut_between_words_and_its_formatting_goes_on(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    text = " ".join(f"word{place}🙂" for place in range(1000))
    length = len(text.encode("utf-16-le")) // 2
    bold = {"type": "bold", "offset": 0, "length": length}
    await pushed(shop, anna, text=text, entities=[bold])
    await boris.sees("word999", after=card.id)
    await shop.settled()
    parts = [one for one in await boris.chat() if one.from_bot and one.id > card.id]
    assert len(parts) == 3
    assert [one.reply_to for one in parts] == [card.id] * 3
    assert " ".join(one.text for one in parts).split()[3:] == text.split()
    assert all(one.entities[-1]["type"] == "bold" and one.entities[-1]["length"] > 3000 for one in parts[:2])


async def test_a_hundred_kilobytes_are_stored_whole_and_come_as_a_file(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    text = "0123456789 " * 10_000
    await pushed(shop, anna, text=text)
    file = await boris.sees(kind="document", after=card.id)
    assert file.text == f"{anna.first_name} · #{number_in(card.text)}"
    assert file.raw["document"]["file_name"] == "message.txt"
    assert file.raw["document"]["file_size"] == len(text)
    assert (await stored(shop, anna))[-1] == text


async def test_a_caption_that_is_too_long_follows_its_photo(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    await anna.sends_photo()
    first = await boris.sees(kind="photo", after=card.id)
    sizes = [{"file_id": first.file_id, "file_unique_id": "u", "width": 1, "height": 1}]
    caption = "A long story. " * 100
    await pushed(shop, anna, photo=sizes, caption=caption)
    shown = await boris.sees(kind="photo", after=first.id)
    assert shown.text == f"{anna.first_name} · #{number_in(card.text)}"
    story = await boris.sees("A long story.", after=shown.id)
    assert story.text == caption.strip()


async def test_a_file_that_is_too_big_says_its_size_and_the_limit(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    _, card = await shop.handed("Anna", boris)
    await shop.api.fault("400", method="sendDocument", code=413, description="Request Entity Too Large")
    sent = await boris.sends_document("film.mkv", file_size=62 * 1024 * 1024, reply_to=card.id)
    told = await boris.sees("Not sent:", after=sent, button="Retry")
    assert "the file has 62 MB, and Telegram takes 50 MB at most" in told.text


async def test_a_file_that_cannot_be_shown_is_not_passed_over_in_silence(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    await shop.api.fault("400", method="sendDocument", description="Bad Request: wrong file_id or the file is gone")
    await anna.sends_document("price.pdf", "Our price")
    told = await shop.posted(boris, "the file is not available", after=card.id)
    assert told.text == f"{anna.first_name} · #{number_in(card.text)}\n📎 File Our price: the file is not available."
    assert told.reply_to == card.id
    await boris.sends("It did not arrive", reply_to=told.id)
    await anna.sees("It did not arrive")
