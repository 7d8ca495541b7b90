"""Wake-ups: heard here always, in other processes while Redis is there."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.exceptions import TimeoutError as RedisHangs

from core.embedded import EmbeddedRedis
from core.redis import MOST_BELLS, Wakeups, connect
from tests.waiting import until

SOON = 5.0
FAR = 60.0


async def rings(wakeups: Wakeups, topic: str, within: float = SOON) -> bool:
    """Whether a wait on the topic ends by a ring, long before its own timeout."""
    try:
        async with asyncio.timeout(within):
            await wakeups.wait(topic, FAR)
    except TimeoutError:
        return False
    return True


@asynccontextmanager
async def process(url: str, *, redis_is_there: bool = True) -> AsyncIterator[Wakeups]:
    """Wake-ups as one more process has them: with a connection and a loop of its own, subscribed already."""
    async with connect(url) as redis:
        wakeups = Wakeups(redis)
        loop = asyncio.create_task(wakeups.run())
        try:
            assert not redis_is_there or await rings(wakeups, "the first connection")
            yield wakeups
        finally:
            loop.cancel()
            await asyncio.wait([loop])


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[EmbeddedRedis]:
    embedded_redis = EmbeddedRedis(tmp_path)
    yield embedded_redis
    await embedded_redis.stop()


async def signal_to(url: str, number: signal.Signals) -> int:
    async with connect(url) as redis:
        pid = int((await redis.info("server"))["process_id"])
    os.kill(pid, number)
    return pid


async def test_without_redis_rings_are_heard_here() -> None:
    wakeups = Wakeups(None)
    await wakeups.run()
    await wakeups.ring("relay", "delivery")
    assert await rings(wakeups, "delivery")
    assert await rings(wakeups, "relay")


async def test_a_ring_between_two_waits_is_kept_and_rings_once() -> None:
    wakeups = Wakeups(None)
    await wakeups.ring("relay")
    await wakeups.ring("relay")
    assert await rings(wakeups, "relay")
    assert not await rings(wakeups, "relay", within=0)


async def test_rings_that_nobody_ever_waits_for_are_not_kept_without_end() -> None:
    wakeups = Wakeups(None)
    await wakeups.wait("deals", 0)
    await wakeups.ring(*(f"nobody:{number}" for number in range(5 * MOST_BELLS)))
    assert len(wakeups._bells) == MOST_BELLS
    await wakeups.ring("deals")
    async with asyncio.timeout(1):
        await wakeups.wait("deals", 60)


async def test_a_wait_ends_without_a_ring_too() -> None:
    async with asyncio.timeout(SOON):
        await Wakeups(None).wait("relay", 0.01)


async def test_a_ring_wakes_all_who_wait_at_that_moment() -> None:
    wakeups = Wakeups(None)
    waiting = asyncio.gather(*(rings(wakeups, "relay") for _ in range(2)))
    await asyncio.sleep(0)
    await wakeups.ring("relay")
    assert await waiting == [True, True]


async def test_a_ring_is_heard_in_another_process_and_not_echoed_here(redis_url: str) -> None:
    async with process(redis_url) as here, process(redis_url) as there:
        await here.ring("delivery", "relay")
        assert await rings(there, "relay")
        assert await rings(there, "delivery")
        assert await rings(here, "relay")
        await there.ring("board")
        assert await rings(here, "board")
        assert not await rings(here, "relay", within=0)


async def test_rings_go_on_after_the_server_was_killed_and_started_again(server: EmbeddedRedis) -> None:
    url = await server.start()
    async with process(url) as here, process(url) as there:
        await signal_to(url, signal.SIGKILL)
        await until(lambda: here.degraded and there.degraded)
        await here.ring("relay")
        assert await rings(here, "relay")
        await server.start()
        assert await rings(there, "relay"), "what was rung meanwhile is not known, so it counts as rung"
        await until(lambda: not here.degraded)
        await here.ring("relay")
        assert await rings(there, "relay")


async def test_a_server_absent_from_the_start_is_found_when_it_comes(server: EmbeddedRedis) -> None:
    url = await server.start()
    await server.stop()
    async with process(url, redis_is_there=False) as wakeups:
        await until(lambda: wakeups.degraded)
        await server.start()
        await until(lambda: not wakeups.degraded)


async def test_a_hung_server_delays_a_ring_by_a_second_at_most(server: EmbeddedRedis) -> None:
    url = await server.start()
    async with process(url) as wakeups:
        pid = await signal_to(url, signal.SIGSTOP)
        started = time.monotonic()
        await wakeups.ring("relay")
        assert time.monotonic() - started <= 1.2
        assert await rings(wakeups, "relay")
        await until(lambda: wakeups.degraded)
        os.kill(pid, signal.SIGCONT)
        await until(lambda: not wakeups.degraded)


async def test_no_command_waits_longer_than_a_second_for_an_answer(server: EmbeddedRedis) -> None:
    url = await server.start()
    async with connect(url) as redis:
        await redis.ping()
        pid = await signal_to(url, signal.SIGSTOP)
        started = time.monotonic()
        with pytest.raises(RedisHangs):
            await redis.ping()
        assert time.monotonic() - started <= 1.2
        os.kill(pid, signal.SIGCONT)


async def test_a_client_survives_a_restart_of_the_server(server: EmbeddedRedis) -> None:
    url = await server.start()
    async with connect(url) as redis:
        await redis.ping()
        await signal_to(url, signal.SIGKILL)
        await server.start()
        assert await redis.ping()
