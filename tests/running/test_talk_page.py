"""The page of a deal over HTTP: its talk, its files, what is done on it, and whatever somebody may send instead."""

import asyncio
import io
import json
import re
from collections.abc import AsyncIterator
from urllib.parse import quote

import aiohttp
import pytest
import pytest_asyncio

from tests.botapi.client import User
from tests.running.desk import Desk, desk_of
from tests.running.shop import Shop
from tests.running.visitor import Visitor, visiting

pytestmark = pytest.mark.asyncio(loop_scope="module")

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\x06\0\0\0" + b"pixels" * 20
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% include 'page.html' %}",
    "javascript:alert(1)",
    "https://example.com/\"onmouseover='alert(1)'",
    "</textarea></template><svg onload=alert(1)>",
)
KEY = "0123456789abcdef"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def marta(company: Shop) -> AsyncIterator[User]:
    """An operator with a browser."""
    yield await company.operator("Marta")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(company: Shop, marta: User) -> AsyncIterator[Desk]:
    """Her browser."""
    async with desk_of(company, marta) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="module")
async def visitor(shop: Shop) -> AsyncIterator[Visitor]:
    """Somebody new in the web chat."""
    async with visiting(shop.program.url) as new:
        yield await new()


async def newest_deal(shop: Shop) -> int:
    """The deal that was opened last, once everything is handed on."""
    await shop.settled()
    return int(await shop.rows.value("SELECT max(id) FROM deal"))


async def uploaded(desk: Desk, content: bytes, name: str) -> str:
    """Send a file ahead, as the page does."""
    headers = {
        "X-CSRF-Token": desk.token,
        "Origin": desk.url,
        "Content-Type": "application/octet-stream",
        "X-File-Name": quote(name),
    }
    answer = await desk.ask("POST", "/uploads", data=content, headers=headers)
    assert answer.status == 201, answer
    return str(json.loads(answer.text)["name"])


async def test_whatever_a_customer_says_is_text(shop: Shop, desk: Desk) -> None:
    customer = await shop.person("<b>Anna</b>")
    for payload in PAYLOADS:
        await customer.sends(payload)
    deal = await shop.deal_of(customer)
    await shop.settled()
    page = (await desk.get(f"/deals/{deal}")).text
    assert not re.search(r"<(script|img|svg)[^>]*(alert|onerror|onload)", page)
    assert "<b>Anna" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7 * 7 }}" in page
    assert 'href="javascript:' not in page


async def test_formatting_stays_and_links_lead_out_without_a_trace(shop: Shop, desk: Desk) -> None:
    customer = await shop.person("Olena")
    entities = [
        {"type": "bold", "offset": 3, "length": 4},
        {"type": "text_link", "offset": 8, "length": 4, "url": "https://example.com/a"},
        {"type": "text_link", "offset": 13, "length": 3, "url": "tg://resolve?domain=x"},
    ]
    await customer.sends("😀 bold link bad", entities=entities)
    page = (await desk.get(f"/deals/{await shop.deal_of(customer)}")).text
    assert "<b>bold</b>" in page
    link = '<a href="https://example.com/a" title="https://example.com/a" target="_blank"'
    assert f'{link} rel="noopener noreferrer nofollow">link</a>' in page
    assert "tg://" not in page


async def test_the_same_answer_sent_twice_reaches_the_customer_once(shop: Shop, desk: Desk) -> None:
    customer = await shop.person("Marek")
    await customer.sends("Hello")
    deal = await shop.deal_of(customer)
    names = [await uploaded(desk, PNG, "one.png"), await uploaded(desk, PNG, "two.png")]
    headers = {"X-CSRF-Token": desk.token, "Origin": desk.url}
    pair = [desk.ask("POST", f"/deals/{deal}/answer", data=_form(names), headers=headers) for _ in range(3)]
    answers = await asyncio.gather(*pair)
    assert [one.status for one in answers] == [200, 200, 200]
    assert len({one.text for one in answers}) == 1
    await customer.sees("Two pictures")
    await shop.settled()
    sent = await shop.rows.value("SELECT count(*) FROM message WHERE client_key LIKE :key", key=f"%{KEY}:%")
    assert sent == 2


def _form(names: list[str]) -> list[tuple[str, str]]:
    return [("text", "Two pictures"), ("key", KEY), *(("upload", name) for name in names)]


@pytest.mark.parametrize(
    ("content", "name", "shown_as"),
    [(PNG, "lamp.png", "image/png"), (SVG, "lamp.svg", None), (HTML, "page.png", None), (b"words", "a\r\nb: c", None)],
)
async def test_a_file_is_shown_only_where_it_is_a_picture_and_never_runs(
    shop: Shop, desk: Desk, visitor: Visitor, content: bytes, name: str, shown_as: str | None
) -> None:
    await visitor.says("Look", uploads=[await visitor.uploads(content, name)])
    await newest_deal(shop)
    file_id = await shop.rows.value("SELECT max(id) FROM attachment")
    answer = await desk.get(f"/files/{file_id}")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == (shown_as or "application/octet-stream")
    assert answer.headers["Content-Disposition"].startswith("inline" if shown_as else "attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    part = await desk.get(f"/files/{file_id}", headers={"Range": "bytes=1-3"})
    assert (part.status, part.headers["Content-Length"]) == (206, "3")


async def test_a_file_is_only_for_whoever_may_read_its_message(shop: Shop, desk: Desk, visitor: Visitor) -> None:
    boris = await shop.operator("Boris")
    await visitor.says("Secret", uploads=[await visitor.uploads(PNG, "secret.png")])
    deal = await newest_deal(shop)
    file_id = await shop.rows.value("SELECT max(id) FROM attachment")
    async with desk_of(shop, boris) as other:
        assert (await other.get(f"/files/{file_id}")).status == 200
        assert (await desk.post(f"/deals/{deal}/take")).status == 204
        assert (await other.get(f"/files/{file_id}")).status == 404
        gone = await other.get(f"/deals/{deal}")
        assert (gone.status, "secret.png" in gone.text) == (404, False)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"text": "", "key": KEY}, 422),
        ({"text": "Hello"}, 400),
        ({"text": "Hello", "key": "short"}, 400),
        ({"text": "Hello", "key": KEY + "a", "reply_to": "999999999"}, 404),
        ({"text": "Hello", "key": KEY + "b", "upload": "nothing"}, 404),
    ],
)
async def test_an_answer_that_cannot_be_sent_says_why(
    shop: Shop, desk: Desk, fields: dict[str, str], status: int
) -> None:
    customer = await shop.person("Petro")
    await customer.sends("Hello")
    deal = await shop.deal_of(customer)
    answer = await desk.post(f"/deals/{deal}/answer", fields, **{"HX-Request": "true"})
    assert answer.status == status
    assert "refused" in answer.headers["HX-Trigger"]
    assert answer.text
    assert not await shop.rows.value(
        "SELECT count(*) FROM message JOIN deal ON deal.conversation_id = message.conversation_id"
        " WHERE deal.id = :deal AND direction = 'out' AND actor LIKE 'staff:%'",
        deal=deal,
    )


async def test_more_than_anybody_types_is_refused_in_words(shop: Shop, desk: Desk) -> None:
    customer = await shop.person("Large")
    await customer.sends("Hello")
    headers = {"X-CSRF-Token": desk.token, "Origin": desk.url, "HX-Request": "true"}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    body = io.BytesIO(b"text=" + b"x" * 5_000_000)
    path = f"/deals/{await shop.deal_of(customer)}/answer"
    answer = await desk.ask("POST", path, data=body, headers=headers)
    assert (answer.status, answer.text) == (413, "That is too large.")


async def test_what_failed_is_sent_again_or_given_up(shop: Shop, desk: Desk) -> None:
    customer = await shop.person("Ivan")
    await customer.sends("Hello")
    deal = await shop.deal_of(customer)
    await customer.blocks()
    await desk.post(f"/deals/{deal}/answer", {"text": "Are you there?", "key": KEY + "d"})
    query = "SELECT id FROM outgoing WHERE state = 'failed' AND message_id IS NOT NULL ORDER BY id DESC"
    failed = (await shop.rows.until(query, bool))[0][0]
    page = (await desk.get(f"/deals/{deal}")).text
    assert "bubble failed" in page
    assert "the customer has blocked the bot" in page
    await customer.unblocks()
    assert (await desk.post(f"/outgoing/{failed}/retry")).status == 204
    await customer.sees("Are you there?")
    assert (await desk.post(f"/outgoing/{failed}/discard")).status == 409


async def test_an_answer_is_changed_and_taken_back(shop: Shop, desk: Desk) -> None:
    customer = await shop.person("Nadia")
    await customer.sends("How much?")
    deal = await shop.deal_of(customer)
    await desk.post(f"/deals/{deal}/answer", {"text": "It is 300", "key": KEY + "e"})
    seen = await customer.sees("It is 300")
    await shop.settled()
    number = await shop.rows.value("SELECT id FROM message WHERE client_key LIKE :key", key=f"%{KEY}e:0")
    assert (await desk.post(f"/messages/{number}/change", {"text": "It is 200", "key": KEY + "f"})).status == 204
    await customer.sees("It is 200")
    before = await desk.get(f"/deals/{deal}/messages/{number}/before")
    assert "It is 300" in before.text
    assert (await desk.post(f"/messages/{number}/take-back", {"key": KEY + "g"})).status == 204
    await shop.settled()
    assert seen.id not in {one.id for one in await customer.chat()}
    assert "Taken back" in (await desk.get(f"/deals/{deal}")).text


async def test_an_open_page_is_told_what_comes_and_when_it_may_not_know_more(
    shop: Shop, desk: Desk, visitor: Visitor
) -> None:
    boris = await shop.operator("Borys")
    await visitor.says("Hello")
    deal = await newest_deal(shop)
    async with desk_of(shop, boris) as other, other.http.get(f"{other.url}/deals/{deal}/live") as stream:
        assert stream.status == 200
        await visitor.says("Is it red?")
        said = await _told(stream, "messages")
        assert "Is it red?" in str(said["messages"])
        assert 'id="head"' in str(said["parts"])
        await desk.post(f"/deals/{deal}/take")
        gone = await _told(stream, "gone")
        assert f"#{deal}" in str(gone["gone"])


async def _told(stream: aiohttp.ClientResponse, name: str) -> dict[str, object]:
    """The next thing that the stream says of a kind."""
    async with asyncio.timeout(15):
        async for line in stream.content:
            if line.startswith(b"data: {"):
                said: dict[str, object] = json.loads(line[6:])
                if name in said:
                    return said
    raise AssertionError("the stream has ended")


async def test_looking_at_a_talk_tells_the_visitor_that_he_was_seen(shop: Shop, desk: Desk, visitor: Visitor) -> None:
    await visitor.says("Hello?")
    deal = await newest_deal(shop)
    number = await shop.rows.value("SELECT max(id) FROM message")
    assert (await desk.post(f"/deals/{deal}/seen", {"up_to": str(number)})).status == 204
    await visitor.opens()
    assert visitor.seen


async def test_chats_are_a_list_that_leads_to_whoever_waits_longest_and_says_that_nobody_does(
    shop: Shop, desk: Desk
) -> None:
    await shop.settled()
    nobody = await desk.get("/deals")
    assert (nobody.status, "Nobody waits for an answer" in nobody.text) == (200, True)
    first, second = await shop.customers("First", "Second")
    await first.sends("Hello")
    deal = await shop.deal_of(first)
    await second.sends("Hello")
    await shop.deal_of(second)
    leads = await desk.get("/deals")
    assert (leads.status, f'data-first="/deals/{deal}"' in leads.text) == (200, True)
    assert "data-first" not in (await desk.get("/deals?list=all")).text


async def test_tasks_are_listed_by_their_time_and_done_in_place(shop: Shop, desk: Desk) -> None:
    customer = await shop.person("Tomasz")
    await customer.sends("Hello")
    deal = await shop.deal_of(customer)
    await desk.post(f"/deals/{deal}/tasks", {"text": "Call him", "when": "tomorrow 15:00", "key": KEY + "h"})
    await desk.post(f"/deals/{deal}/tasks", {"text": "Call him", "when": "tomorrow 15:00", "key": KEY + "h"})
    page = (await desk.get("/tasks")).text
    assert page.count("Call him") == 2, "once as a text and once as its label"
    assert "Later" in page
    task = await shop.rows.value("SELECT max(id) FROM task")
    assert (await desk.post(f"/tasks/{task}/move", {"when": "some day"})).status == 422
    assert (await desk.post(f"/tasks/{task}/done")).status == 204
    assert "Call him" not in (await desk.get("/tasks")).text
    assert (await desk.post(f"/tasks/{task}/done")).status == 409
