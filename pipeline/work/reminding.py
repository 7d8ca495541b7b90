"""When people are told of tasks: at their time, when they are overdue, and in the morning; how, is the bot's affair."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from core.database import Database, UnitOfWork
from core.failpoints import failpoint
from core.journal import lock, lock_free, record
from core.loops import whole
from core.zones import is_here
from inbox.contacts import stream_of
from pipeline.events import DayBegan, TaskDue, TaskOverdue
from pipeline.models import deal, staff, task
from pipeline.opening import ref_of
from pipeline.staff.shifts import stream_of_staff
from pipeline.work.tasks import PATIENCE

log = structlog.get_logger()

MORNING = time(9)
# Whoever's bot was away the whole day is not greeted at night.
LATEST_MORNING = time(14)
AT_ONCE = 200
# What is due may be held by somebody who works on its deal.
SHORTEST_PAUSE = 0.05


class Reminders:
    """The loop that notices that the time of a task has come."""

    def __init__(self, database: Database, *, sweep_seconds: float) -> None:
        self._database = database
        self._sweep_seconds = sweep_seconds

    async def run(self) -> None:
        """Remind for ever; a task is noticed at its time, for nothing can be due sooner than the next look."""
        while True:
            pause = self._sweep_seconds
            try:
                pause = await whole(self.step())
            except SQLAlchemyError:
                log.exception("reminders.database_failed")
            await asyncio.sleep(pause)

    async def step(self) -> float:
        """Remind of what is due now; seconds until the next look."""
        async with self._database.unit() as uow:
            await remind(uow)
            failpoint("remind.before_commit")
        failpoint("remind.after_commit")
        async with self._database.unit() as uow:
            await begin_days(uow)
        async with self._database.reading() as uow:
            soonest = await uow.value(select(func.min(task.c.due_at)).where(_SILENT))
            left = self._sweep_seconds if soonest is None else (soonest - uow.now).total_seconds()
            return min(max(left, SHORTEST_PAUSE) + 0.001, self._sweep_seconds)


_SILENT = task.c.done_at.is_(None) & task.c.reminded_at.is_(None)
_PATIENT = task.c.done_at.is_(None) & task.c.overdue_at.is_(None)


async def remind(uow: UnitOfWork) -> None:
    """Note which tasks are due and which are overdue, each once; what came while nobody looked is only overdue."""
    overdue = await _take(
        uow, _PATIENT & (task.c.due_at <= uow.now - PATIENCE), overdue_at=uow.now, reminded_at=uow.now
    )
    due = await _take(uow, _SILENT & (task.c.due_at <= uow.now), reminded_at=uow.now)
    events = [TaskOverdue(**_about(row)) for row in overdue] + [TaskDue(**_about(row)) for row in due]
    await record(uow, events)


async def _take(uow: UnitOfWork, condition: ColumnElement[bool], **values: datetime) -> Sequence[Any]:
    """The oldest such tasks whose streams are free, marked."""
    found = (
        select(task.c.id, task.c.deal_id, deal.c.contact_id)
        .join(deal, deal.c.id == task.c.deal_id)
        .where(condition)
        .order_by(task.c.due_at, task.c.id)
        .limit(AT_ONCE)
    )
    rows = await uow.rows(found)
    if not rows:
        return []
    free = await lock_free(uow, sorted({stream_of(row.contact_id) for row in rows}), most=AT_ONCE)
    mine = {row.id: row for row in rows if stream_of(row.contact_id) in free}
    # Asked again under the locks: it may have been done or moved before they were had.
    marked = await uow.execute(update(task).where(task.c.id.in_(mine), condition).values(**values).returning(task.c.id))
    return [mine[row.id] for row in sorted(marked)]


def _about(row: Any) -> dict[str, Any]:
    return {
        "stream": stream_of(row.contact_id),
        "ref": ref_of(row.deal_id),
        "deal_id": row.deal_id,
        "task_id": row.id,
    }


async def begin_days(uow: UnitOfWork) -> None:
    """Note for whom the morning has come where he lives, once a day, if there is something for him to do."""
    rows = await uow.rows(select(staff.c.id, staff.c.timezone, staff.c.morning_of).where(staff.c.disabled_at.is_(None)))
    begun = {}
    for row in rows:
        here = uow.now.astimezone(ZoneInfo(row.timezone if is_here(row.timezone) else "UTC"))
        if row.morning_of != here.date().isoformat() and MORNING <= here.time() < LATEST_MORNING:
            begun[row] = here
    await lock(uow, [stream_of_staff(row.id) for row in begun])
    for row, here in begun.items():
        day, stream = here.date().isoformat(), stream_of_staff(row.id)
        changed = await uow.execute(
            update(staff).where(staff.c.id == row.id, staff.c.morning_of.is_distinct_from(day)).values(morning_of=day)
        )
        evening = here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        if changed.rowcount == 1 and await _has_to_do(uow, row.id, evening):
            await record(uow, [DayBegan(stream=stream, ref=stream, staff_id=row.id, day=day)])


async def _has_to_do(uow: UnitOfWork, staff_id: int, until: datetime) -> bool:
    his = task.c.assignee_id == staff_id
    return (
        await uow.value(select(task.c.id).where(his, task.c.done_at.is_(None), task.c.due_at < until).limit(1))
        is not None
    )
