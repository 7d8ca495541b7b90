"""The program stops while people look at it: open pages and waiting visitors hold nothing up, and come back."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.running.desk import Desk
from tests.running.program import Program
from tests.running.visitor import visiting

STREAMS, POLLS = 20, 20


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Program]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Program(tmp_path, HTTP_PORT=str(port))
    await made.start()
    yield made
    await made.end()


@asynccontextmanager
async def admin_of(program: Program) -> AsyncIterator[Desk]:
    """A browser of whoever has started it."""
    link = urlsplit(await program.told("Admin link: ")).path
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar, connector=aiohttp.TCPConnector(limit=0)) as http:
        desk = Desk(program.url, http)
        assert (await desk.post(link, {"name": "Admin"})).status == 303
        yield desk


async def told(stream: aiohttp.ClientResponse, words: bytes) -> None:
    """Read a stream until it says this."""
    async with asyncio.timeout(20):
        while words not in (line := await stream.content.readline()):
            assert line, "it has ended"


async def test_open_boards_and_waiting_visitors_end_at_once_and_hear_afterwards_what_they_missed(
    program: Program,
) -> None:
    async with AsyncExitStack() as open_:
        new = await open_.enter_async_context(visiting(program.url))
        visitors = [await new() for _ in range(POLLS)]
        for one in visitors:
            await one.says("Is it open?")
            await one.opens()
        desk = await open_.enter_async_context(admin_of(program))
        streams = [
            await open_.enter_async_context(desk.http.get(f"{program.url}/board/live?since=0")) for _ in range(STREAMS)
        ]
        for stream in streams:
            await told(stream, b"Is it open?")
        polls = [asyncio.create_task(one.asks("GET", f"poll?after={one.number}&seen={one.seen}")) for one in visitors]
        deaf = await asyncio.open_connection(*_address(program))
        deaf[1].write(f"GET /board/live?since=0 HTTP/1.1\r\nHost: x\r\nCookie: voronka={desk.cookie}\r\n\r\n".encode())
        # Once it is answered, the visitors who asked before it wait at the server.
        assert b" 200 " in await deaf[0].readline()
        assert await program.stop() < 5
        for stream in streams:
            await asyncio.wait_for(stream.read(), 5)
        # They are to come again in a moment.
        assert {(status, told["error"]) for status, told in await asyncio.gather(*polls)} == {(503, "stopping")}
        deaf[1].close()

        await program.start()
        await visitors[0].says("And now?")
        async with desk.http.get(f"{program.url}/board/live", headers={"Last-Event-ID": "0"}) as stream:
            await told(stream, b"And now?")
            assert await program.stop() < 5


def _address(program: Program) -> tuple[str, int]:
    parts = urlsplit(program.url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port
