"""What happened to a deal, as the journal has it; how it is said is the edge's affair. Nothing is changed here."""

from collections.abc import Collection

from sqlalchemy import select

from core.database import UnitOfWork
from core.journal import Event, Recorded, as_recorded, event
from pipeline.deals import see
from pipeline.opening import ref_of
from pipeline.staff.rights import Right, Staff, needs


@needs(Right.SEE)
async def history(
    uow: UnitOfWork,
    by: Staff,
    deal_id: int,
    *,
    kinds: Collection[type[Event]],
    before: int | None = None,
    limit: int = 15,
) -> list[Recorded[Event]]:
    """The last events of these kinds about a deal, the newest one last; `before` is the id of a later one.

    Raises NotFound, or DealTaken when the deal is a colleague's.
    """
    await see(uow, by, deal_id)
    query = select(event).where(event.c.ref == ref_of(deal_id), event.c.kind.in_({one.__name__ for one in kinds}))
    if before is not None:
        query = query.where(event.c.id < before)
    rows = await uow.rows(query.order_by(event.c.id.desc()).limit(limit))
    return [as_recorded(row) for row in reversed(rows)]
