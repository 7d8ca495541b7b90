"""Walks the journal: each event reaches its handlers once, in order in each stream, many streams at a time.

What the handlers are is the story's affair; sending anything over a network is nobody's here.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import and_, bindparam, func, or_, select, update
from sqlalchemy.exc import DBAPIError, OperationalError

from core.bulk import update_rows
from core.database import Database, Instant, UnitOfWork
from core.failpoints import failpoint
from core.journal import (
    JOURNAL,
    RELAY,
    Event,
    Recorded,
    as_recorded,
    counter,
    event,
    insert_or_ignore,
    lock,
    lock_free,
    record,
)
from core.loops import whole

log = structlog.get_logger()

Handler = Callable[[UnitOfWork, Sequence[Recorded[Any]]], Awaitable[None]]
Story = Mapping[type[Event], Sequence[Handler]]

ATTEMPTS = 5
WAVE = 200
RUN = 20
# What follows at once from a wave is handed on with it: a commit is what a small transaction waits for.
ROUNDS = 6
COMPANY = "company"


_unhandled = and_(event.c.position.is_(None), event.c.parked.is_(None))
_READY_STREAMS = (
    select(event.c.stream)
    .where(_unhandled)
    .group_by(event.c.stream)
    .having(
        or_(func.max(event.c.not_before).is_(None), func.max(event.c.not_before) <= bindparam("now", type_=Instant))
    )
    .order_by(func.min(event.c.id))
    # More than one wave, so that relays beside this one find streams that it has not locked.
    .limit(4 * WAVE)
)
_place = func.row_number().over(partition_by=event.c.stream, order_by=event.c.id)
_first = (
    select(event.c.id, _place.label("place"))
    .where(
        _unhandled,
        event.c.stream.in_(bindparam("streams", expanding=True)),
        event.c.id.not_in(bindparam("handled", expanding=True)),
    )
    .subquery()
)
_FIRST_OF_EACH = (
    select(event, _first.c.place)
    .join(_first, _first.c.id == event.c.id)
    .where(_first.c.place <= RUN)
    .order_by(event.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventParked(Event):
    """An event was put aside after its last attempt; its stream went on."""

    parked_id: int
    kind: str


class Waiting(Protocol):
    """Where a loop waits to be woken."""

    async def wait(self, topic: str, timeout: float) -> None:
        """Return when `topic` was rung since the last wait, or after `timeout` seconds."""
        ...


class Relay:
    """One worker that hands events on; several may run on PostgreSQL."""

    def __init__(self, database: Database, story: Story, *, retry_after: float) -> None:
        """`retry_after` is the first pause in seconds after an event failed; it doubles with each attempt."""
        self._database = database
        self._story = story
        self._retry_after = retry_after

    async def run(self, wakeups: Waiting, sweep_seconds: float) -> None:
        """Hand on what there is, for ever; `sweep_seconds` bounds what a lost wake-up costs.

        Cancelled, it ends the wave it is at.
        """
        while True:
            try:
                handled = await whole(self.wave())
            except DBAPIError:
                log.exception("relay.database_failed")
                await asyncio.sleep(self._retry_after)
                continue
            if not handled:
                await wakeups.wait(RELAY, sweep_seconds)

    async def wave(self) -> int:
        """Hand on what is next in each of many streams, in one transaction; how many events those were.

        Next is the oldest run of events of one kind, as ten messages typed at once are; then what has followed from it
        in the same streams. A wave that fails is undone and handed on event by event.
        """
        try:
            return await self._wave(self._tell_together, rounds=ROUNDS)
        except OperationalError:
            raise
        except Exception:
            log.warning("relay.wave_failed", exc_info=True)
            return await self._wave(self._tell_singly, rounds=1)

    async def _wave(
        self, tell: Callable[[UnitOfWork, Sequence[Recorded[Event]]], Awaitable[list[int]]], *, rounds: int
    ) -> int:
        async with self._database.unit() as uow:
            names = await uow.rows(_READY_STREAMS, {"now": uow.now})
            streams = sorted(await lock_free(uow, [row.stream for row in names], most=WAVE))
            met: list[int] = []
            done: list[int] = []
            more = bool(streams)
            while more and rounds:
                batch, is_all = await self._next(uow, streams, met)
                failpoint("relay.claimed")
                met += [item.id for item in batch]
                recorded = uow.recorded
                done += await tell(uow, batch)
                more = bool(batch) and (not is_all or uow.recorded > recorded)
                rounds -= 1
            await _stamp(uow, done)
            if not met:
                return 0
            failpoint("relay.before_commit")
        failpoint("relay.after_commit")
        return len(met)

    async def _next(
        self, uow: UnitOfWork, streams: Sequence[str], met: Sequence[int]
    ) -> tuple[list[Recorded[Event]], bool]:
        """What is next in each stream, and whether that is all there is."""
        rows = await uow.rows(_FIRST_OF_EACH, {"streams": streams, "handled": met})
        run = self._runs([as_recorded(row) for row in rows])
        return run, len(run) == len(rows) and all(row.place < RUN for row in rows)

    def _runs(self, items: Sequence[Recorded[Event]]) -> list[Recorded[Event]]:
        """Of each stream the events up to the first that is of another kind than the first one that is listened to."""
        kinds: dict[str, type[Event]] = {}
        ended: set[str] = set()
        run = []
        for item in items:
            stream, kind = item.event.stream, type(item.event)
            if kind in self._story and kinds.setdefault(stream, kind) is not kind:
                ended.add(stream)
            if stream not in ended:
                run.append(item)
        return run

    async def _tell_together(self, uow: UnitOfWork, batch: Sequence[Recorded[Event]]) -> list[int]:
        await self._tell(uow, batch)
        return [item.id for item in batch]

    async def _tell_singly(self, uow: UnitOfWork, batch: Sequence[Recorded[Event]]) -> list[int]:
        done = []
        held: set[str] = set()
        for item in batch:
            if item.event.stream in held:
                continue
            try:
                async with uow.savepoint():
                    await self._tell(uow, [item])
                done.append(item.id)
            except OperationalError:
                raise
            except Exception as error:
                log.exception("relay.event_failed", event_id=item.id, kind=type(item.event).__name__)
                if not await self._put_off(uow, item, type(error).__name__):
                    held.add(item.event.stream)
        return done

    async def _tell(self, uow: UnitOfWork, batch: Sequence[Recorded[Event]]) -> None:
        groups: dict[type[Event], list[Recorded[Event]]] = defaultdict(list)
        for item in batch:
            groups[type(item.event)].append(item)
        for kind, items in groups.items():
            for handler in self._story.get(kind, ()):
                await handler(uow, items)
                failpoint("relay.mid_tx")

    async def _put_off(self, uow: UnitOfWork, item: Recorded[Event], error: str) -> bool:
        """Count a failed attempt; True once the event is parked and its stream may go on."""
        row = event.c.id == item.id
        attempts = await uow.value(
            update(event).where(row).values(attempts=event.c.attempts + 1).returning(event.c.attempts)
        )
        if attempts < ATTEMPTS:
            pause = timedelta(seconds=self._retry_after * 2 ** (attempts - 1))
            await uow.execute(update(event).where(row).values(not_before=uow.now + pause))
            return False
        await uow.execute(update(event).where(row).values(parked=error))
        if not isinstance(item.event, EventParked):
            await lock(uow, [COMPANY])
            parked = EventParked(stream=COMPANY, ref=item.event.ref, parked_id=item.id, kind=type(item.event).__name__)
            await record(uow, [parked])
        return True


async def _stamp(uow: UnitOfWork, ids: Sequence[int]) -> None:
    """Give handled events the next positions of the journal, in the order of their ids.

    The counter is locked last and until the commit, so positions become visible in their own order.
    """
    if not ids:
        return
    last = await _advance(uow, len(ids))
    uow.ring(JOURNAL)
    await update_rows(
        uow, event, [{"id": one, "position": last - len(ids) + place} for place, one in enumerate(sorted(ids), 1)]
    )


async def _advance(uow: UnitOfWork, count: int) -> int:
    advance = (
        update(counter)
        .where(counter.c.name == "journal")
        .values(value=counter.c.value + count)
        .returning(counter.c.value)
    )
    last: int | None = await uow.value(advance)
    if last is None:
        await uow.execute(insert_or_ignore(uow, counter), {"name": "journal", "value": 0})
        last = await uow.value(advance)
    return last or count
