"""What triggers are going to do about one deal, and a person who will not have it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.database import UnitOfWork
from core.errors import NotFound
from pipeline.deals import see
from pipeline.moving import his_deal
from pipeline.staff.rights import Right, Staff, needs
from triggers.models import IS_WAITING, trigger_run
from triggers.runs import RUNS, Run, stop
from triggers.trigger import Trigger, by_id

SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Coming:
    """What a trigger does about a deal when its time has come, unless something stops it."""

    run_id: int
    trigger: Trigger
    due_at: datetime


@needs(Right.SEE)
async def coming(uow: UnitOfWork, by: Staff, deal_id: int, *, limit: int = 5) -> list[Coming]:
    """What waits for its time, the soonest first. Raises NotFound, DealTaken."""
    await see(uow, by, deal_id)
    query = select(trigger_run.c.id, trigger_run.c.trigger_id, trigger_run.c.due_at)
    its = query.where(trigger_run.c.deal_id == deal_id, IS_WAITING)
    rows = await uow.rows(its.order_by(trigger_run.c.due_at, trigger_run.c.id).limit(limit))
    known = await by_id(uow, {row.trigger_id for row in rows})
    return [Coming(row.id, known[row.trigger_id], row.due_at) for row in rows if row.trigger_id in known]


@needs(Right.ANSWER)
async def skip(uow: UnitOfWork, by: Staff, run_id: int) -> None:
    """Let a trigger not do, this once, what it waits to do. Raises NotFound, DealTaken."""
    query = RUNS.where(trigger_run.c.id == run_id, IS_WAITING)
    row = await uow.row(query)
    if row is None:
        raise NotFound
    await his_deal(uow, by, row.deal_id)
    if (again := await uow.row(query)) is None:
        raise NotFound
    await stop(uow, [(Run(*again), SKIPPED)])
