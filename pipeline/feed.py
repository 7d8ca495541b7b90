"""What happened to a deal, as the journal has it; how it is said is the edge's affair. Nothing is changed here."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, or_, select

from core.database import UnitOfWork
from core.journal import Event, Recorded, as_recorded, event
from pipeline.deals import see
from pipeline.events import DealAssigned
from pipeline.models import deal
from pipeline.opening import ref_of
from pipeline.staff.rights import Right, Staff, needs
from pipeline.talks import colleagues_talk


@needs(Right.SEE)
async def history(
    uow: UnitOfWork,
    by: Staff,
    deal_id: int,
    *,
    kinds: Collection[type[Event]],
    before: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 15,
) -> list[Recorded[Event]]:
    """The last events of these kinds about a deal, the newest one last; `before` is the id of a later one.

    Those between two moments alone, where they are given.

    What happened in its conversation belongs to it while it is open, but to one that was opened by hand only as far as
    no colleague talks with the customer about another.

    Raises NotFound, or DealTaken when the deal is a colleague's.
    """
    view = await see(uow, by, deal_id)
    requested = select(deal.c.requested_at).where(deal.c.id == deal_id).scalar_subquery()
    talked = and_(event.c.ref == f"conversation:{view.conversation_id}", event.c.at >= requested)
    if view.closed_at is not None:
        talked = and_(talked, event.c.at <= view.closed_at)
    told = event.c.ref == ref_of(deal_id)
    if view.opened_by_message_id is not None or not await colleagues_talk(uow, by, [view.conversation_id]):
        told = or_(told, talked)
    query = select(event).where(told, event.c.kind.in_({one.__name__ for one in kinds}))
    if before is not None:
        query = query.where(event.c.id < before)
    if since is not None:
        query = query.where(event.c.at >= since)
    if until is not None:
        query = query.where(event.c.at < until)
    rows = await uow.rows(query.order_by(event.c.id.desc()).limit(limit))
    return [as_recorded(row) for row in reversed(rows)]


@needs(Right.SEE)
async def since(uow: UnitOfWork, by: Staff, deal_id: int, position: int, *, most: int) -> list[Recorded[Event]]:
    """What was handed on of a deal and its conversation behind a position of the journal, in its order.

    Raises NotFound, DealTaken.
    """
    view = await see(uow, by, deal_id)
    about = event.c.ref.in_([ref_of(deal_id), f"conversation:{view.conversation_id}"])
    rows = await uow.rows(
        select(event).where(about, event.c.position > position).order_by(event.c.position).limit(most)
    )
    return [as_recorded(row) for row in rows]


async def last_assignment(uow: UnitOfWork, deal_id: int) -> Recorded[Event] | None:
    """How the last assignee of a deal came to it, if it ever had one."""
    assigned = select(event).where(event.c.ref == ref_of(deal_id), event.c.kind == DealAssigned.__name__)
    row = await uow.row(assigned.order_by(event.c.id.desc()).limit(1))
    return as_recorded(row) if row is not None else None
