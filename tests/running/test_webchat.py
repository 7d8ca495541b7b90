"""A visitor of a web site and an operator in Telegram talk as two people in one messenger do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
import pytest_asyncio

from tests.botapi.client import Part
from tests.running.shop import Shop
from tests.running.visitor import Visitor, visiting
from web.chat.listening import MOST_EARS

pytestmark = pytest.mark.asyncio(loop_scope="module")

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\x06\0\0\0" + b"pixels" * 20
PDF = b"%PDF-1.7\n" + b"prices " * 50
OGG = b"OggS" + b"\0" * 24 + b"OpusHead" + b"\0" * 60

New = Callable[[], Awaitable[Visitor]]


@pytest_asyncio.fixture(loop_scope="module")
async def new_visitor(shop: Shop) -> AsyncIterator[New]:
    async with visiting(shop.program.url) as new:
        yield new


async def stored(shop: Shop, file_id: str | None) -> bytes:
    """The bytes of a file that the messenger has."""
    assert file_id is not None
    base, token = shop.api.base, shop.api.token
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{base}/bot{token}/getFile", params={"file_id": file_id}) as response:
            path = (await response.json())["result"]["file_path"]
        async with session.get(f"{base}/file/bot{token}/{path}") as response:
            return await response.read()


async def test_a_visitor_writes_and_an_operator_in_telegram_answers_edits_and_takes_back(
    shop: Shop, new_visitor: New
) -> None:
    maria = await shop.operator("Maria")
    await shop.on_shift(maria)
    visitor = await new_visitor()
    await visitor.says("Is the lamp in stock?", source="spring-ad")
    card = await shop.posted(maria, "Is the lamp in stock?", button="Stage")
    assert "Web chat" in card.text
    assert "spring-ad" in card.text
    answer = await maria.sends("It is", reply_to=card.id)
    told = await visitor.reads("It is")
    assert told["answers"] in (None, "Is the lamp in stock?")
    assert told["from"] == maria.first_name.split()[0]
    await maria.edits(answer, "It is, in red")
    assert (await visitor.reads("in red"))["edited"]
    assert visitor.seen
    await maria.sends("/delete", reply_to=answer)
    while told["id"] in visitor.messages:
        await visitor.polls()


async def test_a_photo_of_a_visitor_reaches_telegram_as_a_photo_and_a_file_as_a_file(
    shop: Shop, new_visitor: New
) -> None:
    maria = await shop.operator("Maria")
    await shop.on_shift(maria)
    visitor = await new_visitor()
    await visitor.says("Look", uploads=[await visitor.uploads(PNG, "kitchen.png")])
    seen = await maria.sees("Look", kind="photo")
    assert await stored(shop, seen.file_id) == PNG
    await visitor.says(uploads=[await visitor.uploads(PDF, "plan.pdf")])
    seen = await maria.sees("Visitor", kind="document")
    assert await stored(shop, seen.file_id) == PDF
    assert "plan.pdf" in str(seen.raw)


async def test_a_picture_that_telegram_cannot_show_arrives_as_a_file(shop: Shop, new_visitor: New) -> None:
    maria = await shop.operator("Maria")
    await shop.on_shift(maria)
    visitor = await new_visitor()
    await shop.api.fault("400", method="sendPhoto", description="Bad Request: PHOTO_INVALID_DIMENSIONS")
    await visitor.says("A long one", uploads=[await visitor.uploads(PNG, "long.png")])
    seen = await maria.sees("A long one", kind="document")
    assert await stored(shop, seen.file_id) == PNG


async def test_an_album_of_a_visitor_arrives_as_one(shop: Shop, new_visitor: New) -> None:
    maria = await shop.operator("Maria")
    await shop.on_shift(maria)
    visitor = await new_visitor()
    await visitor.says("Three views", uploads=[await visitor.uploads(PNG + bytes([n])) for n in range(3)])
    first = await maria.sees("Three views", kind="photo")
    await shop.settled()
    album = [one for one in await maria.chat() if one.album == first.album]
    assert len(album) == 3
    assert first.album


async def test_a_photo_and_an_album_of_the_operator_reach_the_visitor(shop: Shop, new_visitor: New) -> None:
    maria = await shop.operator("Maria")
    await shop.on_shift(maria)
    visitor = await new_visitor()
    await visitor.says("Show me one")
    card = await shop.posted(maria, "Show me one", button="Stage")
    await maria.sends_photo(caption="This one", reply_to=card.id, content=PNG)
    told = await visitor.reads("This one")
    assert told["file"]["state"] == "kept"
    status, headers, body = await visitor.file(told["file"]["id"])
    assert (status, body) == (200, PNG)
    assert headers["Content-Type"] == "image/png"
    await maria.sends_album([Part(kind="photo", caption="two"), Part(kind="photo")], reply_to=card.id)
    first = await visitor.reads("two")
    second = await visitor.sees(lambda one: one["album"] == first["album"] and one["id"] != first["id"])
    assert second["file"]["state"] == "kept"


async def test_what_the_operator_cannot_send_is_told_with_the_reason(shop: Shop, new_visitor: New) -> None:
    maria = await shop.operator("Maria")
    await shop.on_shift(maria)
    visitor = await new_visitor()
    await visitor.says("Send me the film")
    card = await shop.posted(maria, "Send me the film", button="Stage")
    sent = await maria.sends_document("film.mp4", reply_to=card.id, file_size=40 * 1024 * 1024)
    told = await maria.sees("Not sent", after=sent, button="Retry")
    assert "40 MB" in told.text
    assert "20 MB" in told.text


async def test_the_same_message_sent_twice_is_one(shop: Shop, new_visitor: New) -> None:
    visitor = await new_visitor()
    file = await visitor.uploads(PDF)
    key = await visitor.says("Once", uploads=[file])
    await visitor.says("Once", uploads=[file], key=key)
    await asyncio.gather(*(visitor.says("All at once", key="a" * 20) for _ in range(5)))
    page = await visitor.opens()
    assert [one["text"] for one in page["messages"]] == ["Once", "All at once"]


async def test_two_tabs_of_a_visitor_show_the_same(shop: Shop, new_visitor: New) -> None:
    one = await new_visitor()
    await one.says("Hello")
    await one.opens()
    other = Visitor(one._session, one._url, one.token)
    await other.opens()
    waiting = asyncio.create_task(other.sees(lambda seen: seen["text"] == "From the other tab"))
    await one.says("From the other tab")
    await waiting


async def test_a_contact_is_left_as_a_message_and_noted_as_not_verified(shop: Shop, new_visitor: New) -> None:
    visitor = await new_visitor()
    await visitor.says("Is anybody there?")
    assert (await visitor.opens())["asks"]
    status, answer = await visitor.asks(
        "POST", "contact", json={"key": "contact-1", "name": "Anna Nowak", "contact": "anna@shop.example"}
    )
    assert (status, answer) == (201, {"contact": "anna@shop.example"})
    assert not (await visitor.opens())["asks"]
    assert await shop.rows.all("SELECT kind, value FROM stated WHERE value = 'anna@shop.example'") == [
        ("email", "anna@shop.example")
    ]
    assert await shop.rows.value("SELECT count(*) FROM contact WHERE name = 'Anna Nowak'") == 1
    await visitor.says("Still me")
    assert await shop.rows.value("SELECT count(*) FROM contact WHERE name = 'Anna Nowak'") == 1
    maria = await shop.operator("Maria")
    await shop.on_shift(maria)
    card = await shop.posted(maria, "Anna Nowak", button="Stage")
    await maria.presses(card.id, "More")
    await maria.presses((await maria.sees("Anna Nowak", button="Customer")).id, "Customer")
    assert "anna@shop.example" in (await maria.sees("not verified")).text
    status, answer = await visitor.asks("POST", "contact", json={"key": "contact-2", "contact": "no idea"})
    assert (status, answer["error"]) == (422, "contact")


async def test_older_messages_come_page_by_page(shop: Shop, new_visitor: New) -> None:
    visitor = await new_visitor()
    for number in range(20):
        await visitor.says(f"no. {number}")
    contact = await shop.rows.value("SELECT max(id) FROM conversation")
    assert contact
    page = await visitor.opens()
    assert not page["more"]
    status, before = await visitor.asks("GET", f"messages?before={page['messages'][5]['id']}")
    assert status == 200
    assert [one["text"] for one in before["messages"]] == [f"no. {number}" for number in range(5)]


async def test_open_talks_end_soon_when_the_program_stops(shop: Shop, new_visitor: New) -> None:
    visitor = await new_visitor()
    await visitor.says("Hello")
    await shop.settled()
    await visitor.opens()
    poll = f"poll?after={visitor.number}&seen={visitor.seen}"
    polls = [asyncio.create_task(visitor.asks("GET", poll)) for _ in range(MOST_EARS + 1)]
    # One too many is refused, and that is when all the others wait at the server.
    refused, waiting = await asyncio.wait(polls, return_when=asyncio.FIRST_COMPLETED)
    assert [one.result()[0] for one in refused] == [429]
    assert await shop.program.stop() < 5
    await asyncio.gather(*waiting, return_exceptions=True)
    await shop.program.start()
    async with visiting(shop.program.url) as again:
        back = Visitor((await again())._session, shop.program.url, visitor.token)
        await back.opens()
        assert [one["text"] for one in back.messages.values()] == ["Hello"]
