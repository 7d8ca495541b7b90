"""G10: what the alarm clock costs with a million runs pending, against ten thousand, on the same server.

A step sets 200 alarms, claims 200 that are due and forgets them, as the loop does; the two sizes take turns.
"""

import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.goals import Goal, Report
from core.embedded import EmbeddedRedis
from core.redis import connect
from triggers.alarms import Alarms

SMALL, LARGE = 10_000, 1_000_000
AT_ONCE = 200
STEPS, ROUNDS = 50, 5
NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def measure(*, quick: bool = False) -> Report:
    """Medians of the steps of each round; the ratio of the medians of the rounds."""
    sizes = (SMALL, SMALL * 10 if quick else LARGE)
    spent: dict[int, list[float]] = {size: [] for size in sizes}
    async with _pending(sizes[0]) as small, _pending(sizes[1]) as large:
        clocks = {sizes[0]: small, sizes[1]: large}
        for number in range(ROUNDS):
            for size in sizes if number % 2 else sizes[::-1]:
                firsts = range(size + number * STEPS * AT_ONCE, size + (number + 1) * STEPS * AT_ONCE, AT_ONCE)
                spent[size].append(statistics.median([await _step(clocks[size], first) for first in firsts]))
    few, many = (statistics.median(spent[size]) for size in sizes)
    line = f"growth: {few * 1000:.2f} ms a step at {sizes[0]:,} pending, {many * 1000:.2f} ms at {sizes[1]:,}"
    return Report(goals=[Goal("G10", many / few, "<=", 1.5)], orientation=[line])


@asynccontextmanager
async def _pending(count: int) -> AsyncIterator[Alarms]:
    """An alarm clock on a server of its own with so many runs that are due later."""
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedRedis(Path(folder))
        redis = connect(await server.start())
        try:
            await redis.config_set("appendonly", "no")
            alarms = Alarms(redis, lease_seconds=30)
            far = NOW + timedelta(hours=1)
            for first in range(0, count, SMALL):
                await alarms.set({one: far + timedelta(milliseconds=one) for one in range(first, first + SMALL)})
            yield alarms
        finally:
            await redis.aclose()
            await server.stop()


async def _step(alarms: Alarms, first: int) -> float:
    began = time.perf_counter()
    await alarms.set({first + one: NOW for one in range(AT_ONCE)})
    claimed = await alarms.claim(NOW, most=AT_ONCE)
    await alarms.done(claimed.run_ids)
    took = time.perf_counter() - began
    if len(claimed.run_ids) != AT_ONCE:
        raise RuntimeError(f"{len(claimed.run_ids)} of {AT_ONCE} were due")
    return took
