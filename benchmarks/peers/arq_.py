# /// script
# requires-python = ">=3.11"
# dependencies = ["arq"]
# ///
"""arq with deferred jobs, tuned for bursts: 64 jobs at once, a poll every 0.02 s, 500 read by each; or --as-shipped.

Results are not kept. Many enqueue at once, as the requests of a web server would.
"""

import asyncio
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from arq import ArqRedis, create_pool, func
from arq.connections import RedisSettings
from arq.worker import Worker

from benchmarks.peers.script import Job, redis_url, run, start

PRODUCERS = 32
TUNED = {"max_jobs": 64, "poll_delay": 0.02, "queue_read_limit": 500}


async def job(context: dict[str, Any], number: int, due: float) -> None:
    """The job as arq calls it."""
    start(number, due)


async def work() -> None:
    """One worker."""
    options = {} if "--as-shipped" in sys.argv else TUNED
    where = RedisSettings.from_dsn(redis_url())
    await Worker([func(job, keep_result=0)], redis_settings=where, handle_signals=False, **options).main()


async def enqueue(jobs: list[Job]) -> None:
    """All jobs, by several producers."""
    pool = await create_pool(RedisSettings.from_dsn(redis_url()))
    left = iter(jobs)
    await asyncio.gather(*(_produce(pool, left) for _ in range(PRODUCERS)))


async def _produce(pool: ArqRedis, left: Iterator[Job]) -> None:
    for one in left:
        await pool.enqueue_job("job", *one, _defer_until=datetime.fromtimestamp(one.due, UTC))


if __name__ == "__main__":
    run(worker=lambda: asyncio.run(work()), enqueue=lambda jobs: asyncio.run(enqueue(jobs)))
