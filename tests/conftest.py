"""The real servers that tests talk to: PostgreSQL and Redis out of wheels and a Bot API server, one of each for a run.

With a test that fails comes what its programs wrote.
"""

import subprocess
import sys
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from core.embedded import EmbeddedRedis
from tests import postgres
from tests.running.forked import nursery
from tests.running.program import CHECKOUT, Program
from tests.running.shop import Shop

POSTGRES = pytest.StashKey[Path]()
LONGEST_LOG = 20_000


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


@pytest.fixture(scope="session")
def bot_api_server() -> Iterator[str]:
    """The address of a Bot API server that lives as long as the tests of this process."""
    command = [sys.executable, "-m", "tests.botapi", "--port", "0"]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().removeprefix("Bot API server: ").strip()
        server.terminate()


@pytest.fixture(scope="session")
def nursery_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where programs are forked."""
    with nursery(tmp_path_factory.mktemp("nursery")) as place:
        yield place


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failed test what its program wrote."""
    report = yield
    if report.failed and isinstance(item, pytest.Function):
        for value in item.funcargs.values():
            program = value.program if isinstance(value, Shop) else value
            if isinstance(program, Program):
                report.sections.append(("the program's log", program.log[-LONGEST_LOG:]))
    return report
