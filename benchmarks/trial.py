"""One run of somebody who does delayed jobs: one worker, jobs enqueued before they are due, how late each one started.

Nothing here knows who that is, so that all are measured alike; see Contender.
"""

import asyncio
import math
import os
import signal
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from redis.asyncio import Redis

from benchmarks.peers import script
from core.embedded import EmbeddedRedis
from core.redis import connect

ROOT = Path(__file__).parent.parent
STARTS_WITHIN = 30.0
PATIENCE = 60.0
QUIET = 10.0
REST = 2.0
LINGER = 1.0  # whoever starts jobs twice may do so once all have started
LOOK_EVERY = 0.05
TOLERANCE = 0.001  # some keep instants in whole milliseconds


class Unfit(Exception):
    """A contender can't be measured here; the message says why."""


class TooSlowToEnqueue(Exception):
    """The jobs were enqueued when they were about to be due, or later."""


class Contender(Protocol):
    """Somebody to measure, whose code runs in processes of its own: one worker, and one that enqueues and exits.

    Both get `command` followed by the words in benchmarks/peers/script.py, are started in this checkout, and find two
    variables in the environment: where Redis is (`script.redis_url()`, empty when the run begins) and a folder for
    this run only (`script.folder()`, empty but for what `prepare` put there). A job is one call of
    `script.start(number, due)` and nothing else. A worker is killed at the end of its run.
    """

    @property
    def name(self) -> str:
        """What the lines call it."""

    @property
    def command(self) -> Sequence[str]:
        """The program, to which the words are added."""

    async def install(self) -> None:
        """Make ready what all runs need; called once, before anything is measured. Raises Unfit."""

    async def prepare(self, folder: Path) -> None:
        """Put into the folder of a run what both processes need, as a database with its tables; not measured."""


@dataclass(frozen=True)
class Load:
    """So many jobs, the last one due so many seconds after the first (less one step)."""

    count: int
    spread: float = 0.0

    @property
    def shortest_lead(self) -> float:
        """Seconds that enqueuing takes whoever is quick, and a rest."""
        return REST + self.count / 1000


@dataclass(frozen=True)
class Outcome:
    """Jobs started per second from the first due instant to the last start, and lateness in milliseconds.

    A job that started twice counts by its first start.
    """

    drain: float
    p50: float
    p95: float
    p99: float
    worst: float
    lost: int = 0
    repeated: int = 0
    early: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether each job ran once and none before its time."""
        return not (self.lost or self.repeated or self.early)


def judge(load: Load, records: Iterable[tuple[int, float, float]]) -> Outcome:
    """What the records (number, due, started) of one run say."""
    first: dict[int, tuple[float, float]] = {}
    repeated = 0
    for number, due, started in records:
        repeated += number in first
        first.setdefault(number, (due, started))
    if not first:
        return Outcome(0.0, math.inf, math.inf, math.inf, math.inf, lost=load.count)
    late = sorted((started - due) * 1000 for due, started in first.values())
    took = max(started for _, started in first.values()) - min(due for due, _ in first.values())
    percentiles = statistics.quantiles(late, n=100, method="inclusive") if len(late) > 1 else late * 99
    return Outcome(
        drain=len(first) / took if took > 0 else math.inf,
        p50=percentiles[49],
        p95=percentiles[94],
        p99=percentiles[98],
        worst=late[-1],
        lost=load.count - len(first),
        repeated=repeated,
        early=sum(started < due - TOLERANCE for due, started in first.values()),
    )


def median(outcomes: Sequence[Outcome]) -> Outcome:
    """The median of each figure; of what went wrong, the most."""
    return Outcome(
        drain=statistics.median(one.drain for one in outcomes),
        p50=statistics.median(one.p50 for one in outcomes),
        p95=statistics.median(one.p95 for one in outcomes),
        p99=statistics.median(one.p99 for one in outcomes),
        worst=statistics.median(one.worst for one in outcomes),
        lost=max(one.lost for one in outcomes),
        repeated=max(one.repeated for one in outcomes),
        early=max(one.early for one in outcomes),
    )


class Track:
    """A Redis-compatible server for the time of a benchmark, on which one run takes place at a time."""

    def __init__(self, redis: Redis, url: str, folder: Path) -> None:
        self._redis = redis
        self._url = url
        self._folder = folder

    async def run(self, contender: Contender, load: Load) -> Outcome:
        """Measure once. Raises Unfit."""
        for lead in (load.shortest_lead * times for times in (1, 2, 4, 8)):
            with suppress(TooSlowToEnqueue):
                return await self._run(contender, load, lead)
        raise Unfit(f"did not enqueue {load.count} jobs within {load.shortest_lead * 8:.0f} s")

    @asynccontextmanager
    async def prepared(self, contender: Contender) -> AsyncIterator[Path]:
        """An empty Redis and a folder for one run."""
        await self._redis.flushall()
        with tempfile.TemporaryDirectory(dir=self._folder) as name:
            await contender.prepare(Path(name))
            yield Path(name)

    async def _run(self, contender: Contender, load: Load, lead: float) -> Outcome:
        async with self.prepared(contender) as folder, self.process(contender, folder, "worker") as worker:
            await self.enqueue(contender, folder, Load(1), time.time())
            await _started(folder, worker, Load(1), time.time())
            if not _records(folder):
                raise Unfit(f"does not start: {_last_words(folder)}")
            os.truncate(script.records(folder), 0)
            due = round(time.time() + lead, 3)
            await self.enqueue(contender, folder, load, due)
            if time.time() > due - REST:
                raise TooSlowToEnqueue
            await _started(folder, worker, load, due)
            await asyncio.sleep(LINGER)
            if worker.returncode is not None:
                raise Unfit(f"ended by itself: {_last_words(folder)}")
            return judge(load, _records(folder))

    async def enqueue(self, contender: Contender, folder: Path, load: Load, due: float) -> None:
        """Let the contender's own process enqueue a load. Raises Unfit."""
        words = ("enqueue", str(load.count), repr(due), str(load.spread))
        async with self.process(contender, folder, *words) as process:
            if await process.wait():
                raise Unfit(f"can't enqueue: {_last_words(folder)}")

    @asynccontextmanager
    async def process(
        self, contender: Contender, folder: Path, *words: str
    ) -> AsyncIterator[asyncio.subprocess.Process]:
        """A process with all that it starts, in a session of its own, by whose id they are all killed."""
        with (folder / f"said by {words[0]}").open("wb") as said:
            process = await asyncio.create_subprocess_exec(
                *contender.command,
                *words,
                cwd=ROOT,
                env={**os.environ, script.REDIS_URL: self._url, script.FOLDER: str(folder)},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


@asynccontextmanager
async def track() -> AsyncIterator[Track]:
    """Start the server that an installation has inside, but without persistence: the peers get the quickest Redis."""
    with tempfile.TemporaryDirectory(prefix="voronka-") as name:
        server = EmbeddedRedis(Path(name))
        url = await server.start()
        try:
            async with connect(url) as redis:
                await redis.config_set("appendonly", "no")
                yield Track(redis, url, Path(name))
        finally:
            await server.stop()


async def _started(folder: Path, worker: asyncio.subprocess.Process, load: Load, due: float) -> None:
    """Wait until all jobs have started, or no more are to be expected; only the size of the file is looked at."""
    last_due = due + load.spread
    until = last_due + (PATIENCE if load.count > 1 else STARTS_WITHIN)
    size, grew = 0, last_due
    while worker.returncode is None and time.time() < until:
        await asyncio.sleep(LOOK_EVERY)
        if (now := _size(folder)) != size:
            size, grew = now, time.time()
            if size >= load.count and len({number for number, *_ in _records(folder)}) >= load.count:
                return
        elif size and time.time() > max(grew, last_due) + QUIET:
            return


def _size(folder: Path) -> int:
    try:
        return script.records(folder).stat().st_size // script.RECORD.size
    except FileNotFoundError:
        return 0


def _records(folder: Path) -> list[tuple[int, float, float]]:
    if not _size(folder):
        return []
    return list(script.RECORD.iter_unpack(script.records(folder).read_bytes()))


def _last_words(folder: Path) -> str:
    """The last line that either process said."""
    lines = [
        line for file in sorted(folder.glob("said by *")) for line in file.read_text(errors="replace").splitlines()
    ]
    return next((line.strip()[:200] for line in reversed(lines) if line.strip()), "it says nothing")
