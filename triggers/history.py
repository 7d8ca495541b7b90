"""What triggers did and will do, for whoever looks at a trigger."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, not_, select, union_all

from core.database import UnitOfWork
from inbox.models import contact
from pipeline.models import deal
from pipeline.staff.rights import Right, Staff, needs
from triggers.models import IS_WAITING, trigger_run


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as a list shows it; `at` is when it ended or, while it waits, when it is due."""

    id: int
    deal_id: int
    customer: str
    state: str
    reason: str | None
    at: datetime


@needs(Right.CONFIGURE)
async def lately(uow: UnitOfWork, by: Staff, trigger_id: int, *, limit: int = 10) -> list[RunView]:
    """What a trigger did last, the newest first."""
    query = _VIEW.where(trigger_run.c.trigger_id == trigger_id, not_(IS_WAITING))
    found = await _views(uow, query.order_by(trigger_run.c.id.desc()).limit(limit))
    return sorted(found, key=lambda one: one.at, reverse=True)


@needs(Right.CONFIGURE)
async def next_due(uow: UnitOfWork, by: Staff, trigger_id: int, *, limit: int = 10) -> list[RunView]:
    """What a trigger will do next, the soonest first."""
    query = _VIEW.where(trigger_run.c.trigger_id == trigger_id, IS_WAITING)
    return await _views(uow, query.order_by(trigger_run.c.due_at, trigger_run.c.id).limit(limit))


_VIEW = (
    select(
        trigger_run.c.id,
        trigger_run.c.deal_id,
        contact.c.name,
        trigger_run.c.state,
        trigger_run.c.reason,
        trigger_run.c.ended_at,
        trigger_run.c.due_at,
    )
    .join(deal, deal.c.id == trigger_run.c.deal_id)
    .join(contact, contact.c.id == deal.c.contact_id)
)


async def _views(
    uow: UnitOfWork, query: Select[int, int, str, str, str | None, datetime | None, datetime]
) -> list[RunView]:
    rows = await uow.rows(query)
    return [RunView(row[0], row[1], row[2], row[3], row[4], row.ended_at or row.due_at) for row in rows]


@needs(Right.CONFIGURE)
async def counts(uow: UnitOfWork, by: Staff, *, since: datetime) -> dict[int, dict[str, int]]:
    """How many runs of each trigger came to each state since a moment, and how many wait now."""
    by_what = (trigger_run.c.trigger_id, trigger_run.c.state)
    runs = select(*by_what, func.count()).group_by(*by_what)
    # Asked as one question with an OR, SQLite would read all runs that there ever were.
    ended = runs.where(trigger_run.c.ended_at >= since, not_(IS_WAITING))
    found: dict[int, dict[str, int]] = {}
    for trigger_id, state, count in await uow.rows(union_all(ended, runs.where(IS_WAITING))):
        found.setdefault(trigger_id, {})[state] = count
    return found
