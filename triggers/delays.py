"""The loop that lets due runs act: woken by the alarm clock in Redis, or by looking into the database without it."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from redis.exceptions import RedisError
from sqlalchemy import bindparam, select, tuple_
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from core.clock import Clock
from core.database import Database, Instant, UnitOfWork
from core.failpoints import failpoint
from core.journal import busy_streams, lock_free
from core.loops import whole
from core.redis import LONGEST_WAIT, Wakeups
from inbox.contacts import stream_of
from triggers.alarms import HORIZON, Alarms
from triggers.firing import fire, try_again
from triggers.models import IS_WAITING, trigger_run
from triggers.runs import RUNS, Run

log = structlog.get_logger()

ALARM = "alarm"
BATCH = 1000
PAGE = 5000
# How soon a run is tried again whose customer is being worked on at this moment.
SOON = timedelta(milliseconds=50)
# The same while nobody can be woken for it.
HELD_SECONDS = 0.2
# Whatever the alarm clock has lost in silence is found by then.
REFILL_EVERY = timedelta(minutes=10)
REDIS_FAILS = (RedisError, OSError, TimeoutError)


class Delays:
    """Lets runs act when they are due; several may run on PostgreSQL. `degraded` while Redis is away."""

    def __init__(
        self, database: Database, alarms: Alarms, wakeups: Wakeups, clock: Clock, *, sweep_seconds: float
    ) -> None:
        self._database = database
        self._alarms = alarms
        self._wakeups = wakeups
        self._clock = clock
        self._sweep = timedelta(seconds=sweep_seconds)
        self._filled_until: datetime | None = None
        self._filled_at: datetime | None = None
        self._swept_at: datetime | None = None
        self._lost_at = _EVER
        self.degraded = False

    async def set(self, alarms: Mapping[int, datetime]) -> None:
        """Remember committed runs; without Redis the sweep finds them."""
        failpoint("alarms.before_set")
        near = {run_id: at for run_id, at in alarms.items() if at <= self._clock.now() + HORIZON}
        if not near or self._is_away():
            return
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                earlier = await self._alarms.set(near)
        except REDIS_FAILS:
            self._lost()
            return
        self._found()
        if earlier:
            await self._wakeups.ring(ALARM)

    async def run(self) -> None:
        """Let runs act for ever. Cancelled, it ends the batch it is at."""
        while True:
            try:
                pause = await whole(self.step())
            except DBAPIError:
                log.exception("delays.database_failed")
                pause = 1.0
            if pause:
                await self._wakeups.wait(ALARM, pause)

    async def step(self) -> float:
        """Let what is due act; seconds until there can be more to do."""
        await self._sweep_if_time()
        now = self._clock.now()
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                claimed = await self._alarms.claim(now, most=BATCH)
        except REDIS_FAILS:
            self._lost()
            held = await self._fire_overdue(now)
            return min(HELD_SECONDS, self._until_sweep()) if held else self._until_sweep()
        if not claimed.is_filled:
            self._filled_until = None
        if claimed.run_ids:
            failpoint("delays.claimed")
            await self.fire(claimed.run_ids)
            await self._forget(claimed.run_ids)
            return 0.0
        if self._filled_until is None:
            return 0.0 if await self._fill() else self._until_sweep()
        if claimed.next_at is None:
            return self._until_sweep()
        return max(0.001, min((claimed.next_at - self._clock.now()).total_seconds(), self._until_sweep()))

    async def fire(self, run_ids: Sequence[int]) -> tuple[int, int]:
        """Let those of these runs act that wait and are due, in one transaction; how many could, and how many not yet.

        Of each customer that is the first one: what it does may stop the next. One that cannot even be looked at is put
        off, and harms no other.
        """
        try:
            return await self._fire(run_ids)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("delays.batch_failed", runs=len(run_ids))
        if len(run_ids) == 1:
            await self._put_off(run_ids[0])
            return 0, 1
        counts = [await self.fire([one]) for one in run_ids]
        return sum(acted for acted, _ in counts), sum(held for _, held in counts)

    async def _put_off(self, run_id: int) -> None:
        async with self._database.unit() as uow:
            ready, _ = await _ready(uow, [run_id])
            for one in ready:
                await try_again(uow, one)

    async def _fire(self, run_ids: Sequence[int]) -> tuple[int, int]:
        async with self._database.unit() as uow:
            ready, held = await _ready(uow, run_ids)
            failpoint("delays.locked")
            await fire(uow, ready)
            for one in held:
                uow.alarm(one.id, uow.now + SOON)
            failpoint("delays.before_commit")
        failpoint("delays.after_commit")
        return len(ready), len(held)

    async def _forget(self, run_ids: Sequence[int]) -> None:
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                await self._alarms.done(run_ids)
        except REDIS_FAILS:
            self._lost()

    def _until_sweep(self) -> float:
        since = self._clock.now() - self._swept_at if self._swept_at else self._sweep
        # A clock that was set back would make the next sweep seem hours away.
        return min(max(0.01, (self._sweep - since).total_seconds()), self._sweep.total_seconds())

    async def _sweep_if_time(self) -> None:
        """Find what the alarm clock does not know: overdue runs, and those that come near."""
        now = self._clock.now()
        if self._swept_at is not None and timedelta() <= now - self._swept_at < self._sweep:
            return
        self._swept_at = now
        await self._fire_overdue(now - self._sweep)
        if self._filled_at is None or not timedelta() <= now - self._filled_at < REFILL_EVERY:
            self._filled_until = None
        await self._fill()

    async def _fire_overdue(self, until: datetime) -> bool:
        """Let runs act that should have acted by then, whatever the alarm clock says; whether some could not yet."""
        while overdue := await self._overdue(until):
            acted, held = await self.fire(overdue)
            if not acted or len(overdue) < BATCH:
                return held > 0
        return False

    async def _overdue(self, until: datetime) -> list[int]:
        async with self._database.reading() as uow:
            rows = await uow.rows(_DUE.limit(BATCH), {"until": until})
        return [row.id for row in rows]

    async def _fill(self) -> bool:
        """Put what comes near into the alarm clock, all of it if it may have been lost; False without Redis."""
        until = self._clock.now() + HORIZON
        try:
            await self._fill_from(self._filled_until, until)
            if self._filled_until is None:
                await self._alarms.is_filled()
                self._filled_at = self._clock.now()
        except REDIS_FAILS:
            self._lost()
            return False
        self._filled_until = until
        self._found()
        return True

    async def _fill_from(self, after: datetime | None, until: datetime) -> None:
        reached, last_id = after or _EVER, 0
        while True:
            async with self._database.reading() as uow:
                rows = await uow.rows(_NEAR, {"after": reached, "last": last_id, "until": until})
            if not rows:
                return
            async with asyncio.timeout(LONGEST_WAIT * 10):
                await self._alarms.set({row.id: row.due_at for row in rows})
            reached, last_id = rows[-1].due_at, rows[-1].id

    def _is_away(self) -> bool:
        """Whether Redis failed so lately that nobody need wait for it; a process without the loop asks again here."""
        return self.degraded and timedelta() <= self._clock.now() - self._lost_at < self._sweep

    def _lost(self) -> None:
        if not self.degraded:
            log.warning("delays.redis_away", until="the sweep finds what is due")
        self.degraded = True
        self._lost_at = self._clock.now()
        self._filled_until = None

    def _found(self) -> None:
        if self.degraded:
            log.info("delays.redis_back")
        self.degraded = False


_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_DUE = (
    select(trigger_run.c.id)
    .where(IS_WAITING, trigger_run.c.due_at <= bindparam("until", type_=Instant))
    .order_by(trigger_run.c.due_at, trigger_run.c.id)
)
_NEAR = (
    select(trigger_run.c.id, trigger_run.c.due_at)
    .where(
        IS_WAITING,
        tuple_(trigger_run.c.due_at, trigger_run.c.id) > tuple_(bindparam("after", type_=Instant), bindparam("last")),
        trigger_run.c.due_at <= bindparam("until", type_=Instant),
    )
    .order_by(trigger_run.c.due_at, trigger_run.c.id)
    .limit(PAGE)
)
_CLAIMED = RUNS.where(
    trigger_run.c.id.in_(bindparam("ids", expanding=True)),
    IS_WAITING,
    trigger_run.c.due_at <= bindparam("now", type_=Instant),
).order_by(trigger_run.c.due_at, trigger_run.c.id)


async def _ready(uow: UnitOfWork, run_ids: Sequence[int]) -> tuple[list[Run], list[Run]]:
    """The due ones of these runs that may act, under their streams' locks, and those whose customer is busy now.

    A customer is busy while somebody else holds his stream, or it has events that may stop a run. So he is as soon as
    one run has acted, and a second one waits to hear what the first has done.
    """
    found = [Run(*row) for row in await uow.rows(_CLAIMED, {"ids": list(run_ids), "now": uow.now})]
    if not found:
        return [], []
    streams = {stream_of(one.contact_id) for one in found}
    free = await lock_free(uow, sorted(streams), most=len(streams))
    free -= await busy_streams(uow, free)
    if not uow.is_sqlite:
        # Read again under the locks: somebody else may have let them act, or stopped them.
        found = [Run(*row) for row in await uow.rows(_CLAIMED, {"ids": list(run_ids), "now": uow.now})]
    ready: dict[str, Run] = {}
    for one in found:
        if (name := stream_of(one.contact_id)) in free:
            ready.setdefault(name, one)
    return list(ready.values()), [one for one in found if ready.get(stream_of(one.contact_id)) is not one]
