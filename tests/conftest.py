"""The real servers that tests talk to: PostgreSQL and Redis out of wheels, one of each for a run."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from core.embedded import EmbeddedRedis
from tests import postgres

POSTGRES = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Choose the folder of the run's PostgreSQL, or in an xdist worker take over what its controller chose."""
    given = getattr(config, "workerinput", {}).get("postgres")
    config.stash[POSTGRES] = Path(given) if given else postgres.new_folder()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: pytest.Session) -> None:
    """Tell an xdist worker where PostgreSQL is."""
    node.workerinput["postgres"] = str(node.config.stash[POSTGRES])  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop PostgreSQL when the last worker has ended."""
    if not hasattr(config, "workerinput"):
        postgres.remove(config.stash[POSTGRES])


@pytest.fixture(scope="session")
def postgres_socket(pytestconfig: pytest.Config) -> Path:
    """The folder of the socket that the run's PostgreSQL listens on."""
    return postgres.start(pytestconfig.stash[POSTGRES])


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """An empty database of the test's own, once in each kind that we promise."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/voronka.db"
        return
    async with postgres.empty_database(request.getfixturevalue("postgres_socket")) as url:
        yield url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def redis_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A Redis that lives as long as the run; a test that breaks Redis starts one of its own."""
    server = EmbeddedRedis(tmp_path_factory.mktemp("redis"))
    yield await server.start()
    await server.stop()
