"""Companies to be killed, one for a test, on each database; and as several processes on PostgreSQL and Redis."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests import postgres
from tests.botapi.client import BotApi
from tests.crash.scene import Scene


def pytest_addoption(parser: pytest.Parser) -> None:
    """How often each row is played, each time with other numbers."""
    parser.addoption("--seeds", type=int, default=1, help="how many seeds each crash test runs with")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give every test that asks for numbers a run for each seed."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(1, metafunc.config.getoption("--seeds", default=1) + 1))


@pytest.fixture
def dice(seed: int) -> random.Random:
    """Numbers that are the same for the same seed."""
    return random.Random(seed)


@asynccontextmanager
async def _opened(server: str, folder: Path, nursery: Path, url: str, **settings: str) -> AsyncIterator[Scene]:
    async with BotApi.connect(server) as api:
        scene = Scene(api, folder, nursery, url, **settings)
        try:
            yield scene
        finally:
            await scene.close()


@pytest.fixture
async def scene(bot_api_server: str, nursery_socket: Path, database_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """Two people on shift; one process does everything, as `make run` starts it."""
    async with _opened(bot_api_server, tmp_path, nursery_socket, database_url) as scene:
        yield await scene.open_with_two()


@pytest.fixture
async def processes(
    bot_api_server: str, nursery_socket: Path, postgres_socket: Path, redis_url: str, tmp_path: Path
) -> AsyncIterator[Scene]:
    """The same as processes of their own: `program` reads and sends; who hands events on is started by the test.

    Until then a process that does everything has let the two people in, and has ended.
    """
    async with (
        postgres.empty_database(postgres_socket) as url,
        _opened(bot_api_server, tmp_path, nursery_socket, url, REDIS_URL=redis_url) as scene,
    ):
        await scene.open_with_two()
        await scene.program.stop()
        scene.roles = ["--roles=channels"]
        await scene.restart()
        yield scene
