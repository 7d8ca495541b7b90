"""Redis is killed, emptied, stuck, full, read-only or not there: what is due goes out, and all else goes on."""

import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from core.embedded import EmbeddedRedis
from core.redis import connect
from tests.botapi.client import BotApi
from tests.crash.scene import Scene
from tests.crash.test_following_up import TEXT, follow_up, offered, taken

LATER = "Later?"


class Server:
    """A Redis of the test's own."""

    def __init__(self, folder: Path) -> None:
        self._embedded = EmbeddedRedis(folder)
        self.url = ""

    async def start(self) -> None:
        """Start it, or find it."""
        self.url = await self._embedded.start()

    async def stop(self) -> None:
        """End it."""
        await self._embedded.stop()

    async def signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(await self.pid(), number)

    async def pid(self) -> int:
        """The number of its process."""
        async with connect(self.url) as redis:
            return int((await redis.info("server"))["process_id"])

    async def does(self, *command: str) -> None:
        """Let it do something."""
        async with connect(self.url) as redis:
            await redis.execute_command(*command)  # type: ignore[no-untyped-call]


@asynccontextmanager
async def killed(server: Server) -> AsyncIterator[None]:
    await server.signal(signal.SIGKILL)
    yield
    await server.start()


@asynccontextmanager
async def emptied(server: Server) -> AsyncIterator[None]:
    await server.does("FLUSHALL")
    yield


@asynccontextmanager
async def stuck(server: Server) -> AsyncIterator[None]:
    pid = await server.pid()
    os.kill(pid, signal.SIGSTOP)
    yield
    os.kill(pid, signal.SIGCONT)


@asynccontextmanager
async def full(server: Server) -> AsyncIterator[None]:
    await server.does("CONFIG", "SET", "maxmemory", "1")
    yield
    await server.does("CONFIG", "SET", "maxmemory", "0")


@asynccontextmanager
async def read_only(server: Server) -> AsyncIterator[None]:
    await server.does("REPLICAOF", "127.0.0.1", "9")
    yield
    await server.does("REPLICAOF", "NO", "ONE")


Fault = Callable[[Server], AbstractAsyncContextManager[None]]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """A Redis that runs."""
    made = Server(tmp_path / "own")
    await made.start()
    yield made
    await made.start()
    await made.stop()


@asynccontextmanager
async def beside(server: Server, bot_api_server: str, nursery: Path, folder: Path) -> AsyncIterator[Scene]:
    async with BotApi.connect(bot_api_server) as api:
        scene = Scene(api, folder, nursery, f"sqlite+aiosqlite:///{folder}/voronka.db", REDIS_URL=server.url)
        try:
            yield await scene.open_with_two()
        finally:
            await scene.close()


async def says_that_it_is(scene: Scene, status: str) -> None:
    """Wait until the program says how it is."""
    for _ in range(300):
        code, answer = await scene.program.get("/readyz")
        assert code == 200
        if answer["status"] == status:
            return
    raise AssertionError(f"it never said that it is {status}: {answer}")


@pytest.mark.parametrize("fault", [killed, emptied, stuck, full, read_only])
async def test_what_is_due_goes_out_whatever_is_wrong_with_redis(
    server: Server, bot_api_server: str, nursery_socket: Path, tmp_path: Path, fault: Fault
) -> None:
    async with beside(server, bot_api_server, nursery_socket, tmp_path) as scene:
        await scene.trigger(follow_up(2))
        await scene.trigger(follow_up(600, LATER))
        anna, bela = await offered(scene), await offered(scene)
        await scene.moves(anna, "Offer sent")
        await scene.rows.until("SELECT count(*) FROM trigger_run", lambda found: found[0][0] >= 4)
        async with fault(server):
            await scene.moves(bela, "Offer sent")
            await offered(scene)
            for one in (anna, bela):
                await one.sees(TEXT, timeout=12)
            if fault is not emptied:
                await says_that_it_is(scene, "degraded")
        await says_that_it_is(scene, "ready")
        await scene.quiet()
        assert (await taken(scene, anna), await taken(scene, bela)) == (1, 1)
        evidence = await scene.check(fair=True)
        assert len(evidence.alarms or ()) == 2


async def test_a_redis_that_comes_only_later_is_filled(
    server: Server, bot_api_server: str, nursery_socket: Path, tmp_path: Path
) -> None:
    await server.stop()
    async with beside(server, bot_api_server, nursery_socket, tmp_path) as scene:
        await scene.trigger(follow_up())
        await scene.trigger(follow_up(600, LATER))
        anna = await offered(scene)
        await scene.moves(anna, "Offer sent")
        await anna.sees(TEXT)
        await says_that_it_is(scene, "degraded")
        await server.start()
        await says_that_it_is(scene, "ready")
        await scene.quiet()
        evidence = await scene.check(fair=True)
        assert len(evidence.alarms or ()) == 1
        assert await taken(scene, anna) == 1
