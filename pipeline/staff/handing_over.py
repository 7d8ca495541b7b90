"""Gives a deal to a colleague, or back into the turn, with a word why."""

from dataclasses import dataclass

from sqlalchemy import func, select, update

from core.database import UnitOfWork
from core.errors import NotFound
from core.journal import Origin, record
from inbox.contacts import stream_of
from pipeline.events import DealReturned
from pipeline.models import deal, membership, staff
from pipeline.moving import his_open_deal
from pipeline.opening import ref_of
from pipeline.staff.rights import Right, Staff, needs
from pipeline.staff.rotation import put_in_turn
from pipeline.staff.taking import assign

LONGEST_WHY = 300


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who can be given a deal."""

    id: int
    name: str
    on_shift: bool


async def colleagues(uow: UnitOfWork, pipeline_id: int) -> list[Colleague]:
    """The members of a pipeline, those on shift first."""
    rows = await uow.rows(
        select(staff.c.id, staff.c.name, staff.c.on_shift_since.is_not(None).label("on_shift"))
        .join(membership, membership.c.staff_id == staff.c.id)
        .where(membership.c.pipeline_id == pipeline_id, staff.c.disabled_at.is_(None))
        .order_by(staff.c.on_shift_since.is_(None), staff.c.name, staff.c.id)
    )
    return [Colleague(row.id, row.name, bool(row.on_shift)) for row in rows]


@dataclass(frozen=True, slots=True)
class Assignable:
    """Somebody of a pipeline with how much he has to do."""

    id: int
    name: str
    on_shift: bool
    open_deals: int


@needs(Right.SEE)
async def assignable(uow: UnitOfWork, by: Staff, pipeline_id: int) -> list[Assignable]:
    """The members of a pipeline, those on shift first, to whoever works in it or sees all."""
    people = await colleagues(uow, pipeline_id)
    if not by.may(Right.SEE_ALL) and by.id not in {one.id for one in people}:
        raise NotFound
    query = select(deal.c.assignee_id, func.count().label("deals")).where(deal.c.closed_at.is_(None))
    theirs = query.where(deal.c.assignee_id.in_([one.id for one in people])).group_by(deal.c.assignee_id)
    deals = {row.assignee_id: row.deals for row in await uow.rows(theirs)}
    return [Assignable(one.id, one.name, one.on_shift, deals.get(one.id, 0)) for one in people]


@needs(Right.WORK)
async def hand_over(uow: UnitOfWork, by: Staff, deal_id: int, *, to: int, why: str | None = None) -> None:
    """Make a colleague the assignee of an open deal; its own assignee changes nothing.

    Raises NotFound, DealTaken, DealIsClosed.
    """
    row = await his_open_deal(uow, by, deal_id)
    if to not in {one.id for one in await colleagues(uow, row.pipeline_id)}:
        raise NotFound
    if row.assignee_id != to:
        await assign(uow, row, to=to, how="handed_over", origin=Origin(by.actor), why=_short(why))


@needs(Right.WORK)
async def give_back_to_turn(uow: UnitOfWork, by: Staff, deal_id: int, *, why: str | None = None) -> None:
    """Let an open deal wait for another operator, who gets it in turn; whoever had it does not get it back by itself.

    Raises NotFound, DealTaken, DealIsClosed.
    """
    row = await his_open_deal(uow, by, deal_id)
    if row.assignee_id is None:
        return
    await uow.execute(
        update(deal)
        .where(deal.c.id == deal_id)
        .values(
            assignee_id=None,
            assigned_at=None,
            returned_by_id=row.assignee_id,
            version=deal.c.version + 1,
            changed_at=uow.now,
        )
    )
    returned = DealReturned(
        stream=stream_of(row.contact_id),
        ref=ref_of(deal_id),
        actor=by.actor,
        deal_id=deal_id,
        staff_id=row.assignee_id,
        why=_short(why),
    )
    await record(uow, [returned])
    await put_in_turn(uow, [deal_id], rotation_id=row.rotation_id, origins={deal_id: Origin(by.actor)})


def _short(why: str | None) -> str | None:
    return " ".join((why or "").split())[:LONGEST_WHY] or None
