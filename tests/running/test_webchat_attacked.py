"""Whatever is sent to the web chat: nobody reads what is another's, floods end, and nothing is half done."""

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from tests.running.forked import ForkedProgram
from tests.running.rows import Rows
from tests.running.visitor import Visitor, visiting

pytestmark = pytest.mark.asyncio(loop_scope="module")

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\x06\0\0\0" + b"pixels" * 20
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
TALKS = "SELECT count(*) FROM conversation"

New = Callable[[], Awaitable[Visitor]]


class Site:
    """A program without any messenger."""

    def __init__(self, program: ForkedProgram, rows: Rows) -> None:
        self.program = program
        self.rows = rows

    @property
    def url(self) -> str:
        return self.program.url

    @property
    def media(self) -> Path:
        return self.program.folder / "data" / "media"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(
    nursery_socket: Path, module_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    program = ForkedProgram(tmp_path_factory.mktemp("voronka"), nursery_socket, DATABASE_URL=module_database)
    rows = Rows(module_database)
    await program.start()
    yield Site(program, rows)
    await program.end()
    await rows.close()


@pytest_asyncio.fixture(loop_scope="module")
async def new_visitor(site: Site) -> AsyncIterator[New]:
    async with visiting(site.url) as new:
        yield new


async def test_another_visitors_talk_and_files_are_not_there(site: Site, new_visitor: New) -> None:
    anna, eve = await new_visitor(), await new_visitor()
    await anna.says("My secret", uploads=[await anna.uploads(PNG, "secret.png")])
    mine = (await anna.opens())["messages"][0]
    assert (await anna.file(mine["file"]["id"]))[0] == 200
    assert (await eve.asks("GET", "messages?before=999999"))[0] == 404
    await eve.says("Hello")
    status, _, body = await eve.file(mine["file"]["id"])
    assert (status, b"PNG" in body) == (404, False)
    assert "secret" not in json.dumps(await eve.opens())
    # A number means something in one's own talk alone.
    _, before = await eve.asks("GET", f"messages?before={mine['id'] + 1}")
    assert [one["text"] for one in before["messages"]] == ["Hello"]
    assert (await eve.asks("POST", "seen", json={"up_to": mine["id"]}))[0] == 200


async def test_a_file_can_be_used_by_nobody_else_and_only_once(site: Site, new_visitor: New) -> None:
    anna, eve = await new_visitor(), await new_visitor()
    name = await anna.uploads(PNG)
    stolen = await eve.asks("POST", "messages", json={"key": "stolen-key", "text": "mine", "uploads": [name]})
    assert (stolen[0], stolen[1]["error"]) == (404, "upload-gone")
    await anna.says("mine", uploads=[name])
    assert (await anna.asks("POST", "messages", json={"key": "second-key", "uploads": [name]}))[0] == 404
    assert len((await anna.opens())["messages"]) == 1


async def test_the_token_is_asked_for_in_its_header_alone_and_never_stored(site: Site, new_visitor: New) -> None:
    visitor = await new_visitor()
    await visitor.says("Hello")
    token = visitor.token
    for headers in ({"Authorization": ""}, {"Authorization": "Bearer short"}, {"Authorization": f"Basic {token}"}):
        status, answer = await visitor.asks("GET", f"talk?token={token}&authorization={token}", headers=headers)
        assert (status, answer["error"]) == (401, "token")
    stored = await site.rows.all("SELECT chat_key FROM conversation UNION SELECT external_id FROM identity")
    assert token not in str(stored)
    assert token not in site.program.log


async def test_more_than_twenty_messages_a_minute_are_refused_with_a_time(site: Site, new_visitor: New) -> None:
    visitor = await new_visitor()
    statuses = [
        await visitor.asks("POST", "messages", json={"key": f"flood-{number:04}", "text": "flood"})
        for number in range(21)
    ]
    assert [status for status, _ in statuses] == [201] * 20 + [429]
    assert "Wait" in statuses[-1][1]["words"]
    assert len((await visitor.opens())["messages"]) == 20
    await (await new_visitor()).says("Somebody else")


async def test_more_than_ten_files_a_minute_are_refused(site: Site, new_visitor: New) -> None:
    visitor = await new_visitor()
    statuses = [(await visitor.upload(PNG))[0] for _ in range(11)]
    assert statuses == [201] * 10 + [429]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[1, 2]", "application/json", 400),
        (b"[" * 500 + b"]" * 500, "application/json", 400),
        (b'{"a":' * 500 + b"1" + b"}" * 500, "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b'{"key": "12345678", "text": "' + b"x" * 66_000 + b'"}', "application/json", 413),
        (b'{"key": "12345678", "text": "x"}', "text/plain", 415),
        (b"key=12345678&text=x", "application/x-www-form-urlencoded", 415),
        (b'{"key": "12345678"}', "application/json", 400),
        (b'{"key": "12345678", "text": " \xe2\x80\x8b "}', "application/json", 400),
        (b'{"key": ["12345678"], "text": "x"}', "application/json", 400),
        (b'{"key": "../../etc", "text": "x"}', "application/json", 400),
        (b'{"key": "12345678", "text": {"x": 1}}', "application/json", 400),
        (b'{"key": "12345678", "text": "x", "uploads": "all"}', "application/json", 400),
        (b'{"key": "12345678", "text": "x", "uploads": [1]}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
    ],
)
async def test_what_is_no_message_is_refused_by_its_right_status(
    site: Site, new_visitor: New, body: bytes, content_type: str, status: int
) -> None:
    visitor = await new_visitor()
    before = await site.rows.value(TALKS)
    answer = await visitor.asks("POST", "messages", data=body, headers={"Content-Type": content_type})
    assert answer[0] == status
    assert answer[1]["words"]
    assert await site.rows.value(TALKS) == before


async def test_a_compressed_body_is_not_opened(site: Site, new_visitor: New) -> None:
    visitor = await new_visitor()
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert (await visitor.asks("POST", "messages", data=b"\x1f\x8b", headers=headers))[0] in (400, 415)


async def test_what_no_database_keeps_is_cleaned(site: Site, new_visitor: New) -> None:
    visitor = await new_visitor()
    body = b'{"key": "unclean-key", "text": "a\\u0000b \\ud800 c", "source": "x\\u0000y"}'
    assert (await visitor.asks("POST", "messages", data=body, headers={"Content-Type": "application/json"}))[0] == 201
    (one,) = (await visitor.opens())["messages"]
    assert one["text"] == "a\ufffdb \ufffd c"


async def test_too_large_a_file_is_refused_and_leaves_nothing(site: Site, new_visitor: New) -> None:
    visitor = await new_visitor()
    await site.rows.settled()
    before = {one for one in site.media.rglob("*") if one.is_file()}
    assert (await visitor.upload(io.BytesIO(b"x" * (20 * 1024 * 1024 + 1))))[0] == 413

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(400):
            yield b"x" * 65_536

    # Whoever goes on sending may find the connection closed before he has read the answer.
    with contextlib.suppress(aiohttp.ClientError):
        assert (await visitor.upload(endless()))[0] == 413
    assert (await visitor.upload(b""))[1]["error"] == "file-is-empty"
    assert {one for one in site.media.rglob("*") if one.is_file()} == before


async def test_a_slow_body_is_cut(site: Site, new_visitor: New) -> None:
    visitor = await new_visitor()

    async def drop_by_drop() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    json_ = {"Content-Type": "application/json"}
    async with asyncio.timeout(10):
        assert (await visitor.asks("POST", "messages", data=drop_by_drop(), headers=json_))[0] == 408


@pytest.mark.parametrize(
    ("content", "name", "inline"),
    [
        (PNG, "a.png", True),
        (SVG, "a.svg", False),
        (SVG, "a.png", False),
        (HTML, "x.jpg", False),
        (HTML, "../../x.html", False),
        (b"MZ" + b"\0" * 300, "setup.exe", False),
        (PNG, 'a"\r\nSet-Cookie: x=1; .png', True),
    ],
)
async def test_only_pictures_sounds_and_films_are_shown(
    site: Site, new_visitor: New, content: bytes, name: str, inline: bool
) -> None:
    visitor = await new_visitor()
    await visitor.says(uploads=[await visitor.uploads(content, name)])
    (one,) = (await visitor.opens())["messages"]
    status, headers, body = await visitor.file(one["file"]["id"])
    assert (status, body) == (200, content)
    assert headers["Content-Disposition"].startswith("inline" if inline else "attachment")
    assert headers["Content-Type"] == ("image/png" if inline else "application/octet-stream")
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers
    places = {str(one.relative_to(site.media)) for one in site.media.rglob("*") if one.is_file()}
    assert all(len(place) == 35 and set(place) <= set("0123456789abcdef/") for place in places)


async def test_only_sites_of_the_list_may_ask(site: Site, new_visitor: New) -> None:
    visitor = await new_visitor()
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    async with aiohttp.ClientSession() as session:
        for method, path in (("GET", "talk"), ("POST", "start"), ("GET", "poll"), ("OPTIONS", "messages")):
            asked = session.request(method, f"{site.url}/chat/api/{path}", headers=foreign | visitor.headers)
            async with asked as response:
                assert response.status == 403
                assert not [name for name in response.headers if name.startswith("Access-Control")]
        own = {"Origin": site.url, "Sec-Fetch-Site": "same-origin"}
        async with session.post(f"{site.url}/chat/api/start", headers=own) as response:
            assert response.status == 200


async def test_an_address_begins_no_more_than_thirty_talks_in_ten_minutes(site: Site, new_visitor: New) -> None:
    statuses = []
    for number in range(32):
        visitor = await new_visitor()
        statuses.append((await visitor.asks("POST", "messages", json={"key": f"talk-{number:05}", "text": "Hi"}))[0])
    assert statuses[-1] == 429
    assert set(statuses) == {201, 429}
