"""The embedded server: one for a folder, found again, never lost."""

import os
import signal
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.exceptions import RedisError

from core import embedded
from core.embedded import EmbeddedRedis, EmbeddedRedisFailed
from core.redis import connect


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[EmbeddedRedis]:
    embedded_redis = EmbeddedRedis(tmp_path / "data of a shop")
    yield embedded_redis
    await embedded_redis.stop()


async def stored(url: str, value: str | None = None) -> str | None:
    async with connect(url) as redis:
        if value is not None:
            await redis.set("key", value)
        answer = await redis.get("key")
        assert answer is None or isinstance(answer, str)
        return answer


def permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def pid_of(url: str) -> int:
    async with connect(url) as redis:
        return int((await redis.info("server"))["process_id"])


async def test_what_is_stored_is_there_after_a_stop_and_a_start(server: EmbeddedRedis) -> None:
    await stored(await server.start(), "kept")
    await server.stop()
    assert await stored(await server.start()) == "kept"


async def test_it_never_drops_keys_and_writes_them_each_second(server: EmbeddedRedis) -> None:
    async with connect(await server.start()) as redis:
        settings = await redis.config_get("*")
    assert (settings["maxmemory-policy"], settings["appendonly"], settings["appendfsync"], settings["port"]) == (
        "noeviction",
        "yes",
        "everysec",
        "0",
    )


async def test_it_is_in_a_session_of_its_own_and_closed_to_others(server: EmbeddedRedis) -> None:
    url = await server.start()
    assert os.getsid(await pid_of(url)) != os.getsid(0)
    assert permissions(Path(url.removeprefix("unix://"))) == 0o700


async def test_a_start_after_kill_9_finds_its_way_through_the_leftovers(server: EmbeddedRedis) -> None:
    url = await server.start()
    await stored(url, "kept")
    os.kill(await pid_of(url), signal.SIGKILL)
    assert await stored(await server.start()) == "kept"


async def test_a_second_start_adopts_the_server_that_lives(server: EmbeddedRedis, tmp_path: Path) -> None:
    url = await server.start()
    pid = await pid_of(url)
    heir = EmbeddedRedis(tmp_path / "data of a shop")
    assert await heir.start() == url
    assert await pid_of(url) == pid
    await heir.stop()
    with pytest.raises(RedisError):
        await pid_of(url)


async def test_a_folder_with_a_long_name_has_its_socket_elsewhere(tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path / ("d" * 100))
    url = await server.start()
    folder = Path(url.removeprefix("unix://")).parent
    assert len(url) < embedded.LONGEST_SOCKET_PATH
    assert permissions(folder) == 0o700
    assert await EmbeddedRedis(tmp_path / ("d" * 100)).start() == url
    await server.stop()
    folder.rmdir()


async def test_a_server_that_cannot_start_says_where_to_look(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").write_text("not a folder")
    with pytest.raises(EmbeddedRedisFailed, match=r"redis\.log"):
        await EmbeddedRedis(tmp_path).start()


async def test_a_hung_server_is_neither_doubled_nor_waited_for(
    server: EmbeddedRedis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "PATIENCE", 0.2)
    pid = await pid_of(await server.start())
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(EmbeddedRedisFailed):
        await EmbeddedRedis(tmp_path / "data of a shop").start()
    await server.stop()
    assert await pid_of(await server.start()) != pid
