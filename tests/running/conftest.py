"""Running programs for tests: one company for a module, on each database."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from tests import postgres
from tests.botapi.client import BotApi
from tests.running.shop import Shop


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", "postgresql"])
async def module_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """An empty database for the tests of a module, once in each kind that we promise."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('database')}/voronka.db"
        return
    async with postgres.empty_database(request.getfixturevalue("postgres_socket")) as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def company(
    bot_api_server: str, nursery_socket: Path, module_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Shop]:
    """A company at work, shared by the tests of a module."""
    folder = tmp_path_factory.mktemp("voronka")
    async with opened(bot_api_server, folder, module_database, nursery=nursery_socket) as shop:
        yield shop


@pytest_asyncio.fixture(loop_scope="module")
async def shop(company: Shop) -> AsyncIterator[Shop]:
    """The company with nobody on shift and no open deal."""
    yield company
    await company.tidy()


@asynccontextmanager
async def opened(
    server: str, folder: Path, database_url: str, *, nursery: Path | None = None, **settings: str
) -> AsyncIterator[Shop]:
    """A company of its own, whose program ends with the context."""
    async with new(server, folder, database_url, nursery=nursery, **settings) as shop:
        yield await shop.open()


@asynccontextmanager
async def new(
    server: str, folder: Path, database_url: str, *, nursery: Path | None = None, **settings: str
) -> AsyncIterator[Shop]:
    """A company whose program has not been started; whatever runs at the end is stopped."""
    async with AsyncExitStack() as ending:
        api = await ending.enter_async_context(BotApi.connect(server))
        shop = Shop.in_folder(folder, api, database_url, nursery=nursery, **settings)
        ending.push_async_callback(shop.rows.close)
        ending.push_async_callback(shop.program.end)
        yield shop
