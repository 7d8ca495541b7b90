"""The database goes away for a while, as at its restart: everything waits, nothing ends, nothing is lost."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import postgres
from tests.running.conftest import opened
from tests.running.program import PATIENCE
from tests.running.shop import Shop

SOCKET = ".s.PGSQL.5432"


class Door:
    """A way to PostgreSQL that can be shut."""

    def __init__(self, folder: Path, behind: Path) -> None:
        self.folder = folder
        self._behind = behind
        self._passing: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Let connections through."""
        self._server = await asyncio.start_unix_server(self._pass, self.folder / SOCKET)

    def shut(self) -> None:
        """Cut every connection and let none in."""
        assert self._server is not None
        self._server.close()
        (self.folder / SOCKET).unlink(missing_ok=True)
        for one in self._passing:
            one.cancel()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        itself = asyncio.current_task()
        assert itself is not None
        self._passing.add(itself)
        behind, onwards = await asyncio.open_unix_connection(self._behind / SOCKET)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_copy(reader, onwards))
                group.create_task(_copy(behind, writer))
        except* (OSError, asyncio.CancelledError):
            pass
        finally:
            self._passing.discard(itself)
            for one in (onwards, writer):
                one.close()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        target.write(data)
        await target.drain()
    target.close()


@contextlib.asynccontextmanager
async def behind_a_door(socket_dir: Path) -> AsyncIterator[tuple[Door, str, str]]:
    """A door, and the address of an empty database in front of it and behind it."""
    async with postgres.empty_database(socket_dir) as url:
        with tempfile.TemporaryDirectory() as folder:
            door = Door(Path(folder), socket_dir)
            await door.open()
            yield door, url.replace(str(socket_dir), folder), url
            door.shut()


async def ready(shop: Shop, status: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while (await shop.program.get("/readyz"))[0] != status:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_a_database_that_goes_away_and_comes_back_costs_nothing(
    tmp_path_factory: pytest.TempPathFactory, bot_api_server: str, postgres_socket: Path
) -> None:
    folder = tmp_path_factory.mktemp("outage")
    async with (
        behind_a_door(postgres_socket) as (door, front, behind),
        opened(bot_api_server, folder, behind, DATABASE_URL=front) as shop,
    ):
        await shop.on_shift(shop.admin)
        anna, card = await shop.handed("Anna", shop.admin)
        door.shut()
        await ready(shop, 503)
        await anna.sends("Are you there?")
        await shop.admin.sends("One moment", reply_to=card.id)
        await asyncio.sleep(2)
        await door.open()
        await ready(shop, 200)
        await shop.admin.sees("Are you there?", timeout=30)
        await anna.sees("One moment", timeout=30)
