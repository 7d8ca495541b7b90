"""The server as a program of its own, a fresh bot for each test, and the two kinds of clients that talk to it."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from tests.botapi.client import BotApi, User

_CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def port_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server leaves its port."""
    return tmp_path_factory.mktemp("server") / "port"


@pytest.fixture(scope="session")
def base(port_file: Path) -> Iterator[str]:
    """The address of a server that lives as long as the tests."""
    command = [sys.executable, "-m", "tests.botapi", "--port", "0", "--port-file", str(port_file)]
    with subprocess.Popen(command, cwd=_CHECKOUT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().removeprefix("Bot API server: ").strip()
        server.terminate()


@pytest.fixture
async def api(base: str) -> AsyncIterator[BotApi]:
    """The world of a bot that no other test uses."""
    async with BotApi.connect(base) as api:
        yield api


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    """An unpatched aiogram on the other side."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(api.base))
    async with Bot(api.token, session=session) as bot:
        yield bot


@pytest.fixture
async def anna(api: BotApi) -> User:
    """A person who has written to the bot once: its message is number 1 and waits as an update."""
    anna = await api.user(7001, "Anna", last_name="Kowalska", username="anna_k", language_code="pl")
    await anna.sends("hello")
    return anna


class Raw:
    """A client that reads the server's words as they are."""

    def __init__(self, api: BotApi, session: aiohttp.ClientSession) -> None:
        self.address = f"{api.base}/bot{api.token}"
        self._session = session

    async def call(self, method: str, **params: Any) -> tuple[int, dict[str, Any]]:
        """The status and the JSON body of one call with a JSON body."""
        async with self._session.post(f"{self.address}/{method}", json=params) as response:
            return response.status, await response.json()

    async def text(self, method: str, **params: Any) -> str:
        """The body of one call as text."""
        async with self._session.post(f"{self.address}/{method}", json=params) as response:
            return await response.text()

    async def updates(self, offset: int = 0, **params: Any) -> list[int]:
        """The ids of the updates that getUpdates answers with."""
        _, body = await self.call("getUpdates", offset=offset, **params)
        return [update["update_id"] for update in body["result"]]


@pytest.fixture
async def raw(api: BotApi) -> AsyncIterator[Raw]:
    """A client without a library."""
    async with aiohttp.ClientSession() as session:
        yield Raw(api, session)
