"""On shift and off: who takes part in the turn now; what he already has stays his."""

from collections.abc import Sequence

from sqlalchemy import select, update

from core.database import UnitOfWork
from core.journal import Recorded, lock, record
from pipeline.events import DealClosed, ShiftEnded, ShiftStarted
from pipeline.models import deal, membership, staff
from pipeline.staff.rights import Right, Staff, needs
from pipeline.staff.rotation import hand_out


def stream_of_staff(staff_id: int) -> str:
    """The stream of what happens to a member of the staff."""
    return f"staff:{staff_id}"


async def on_shift(uow: UnitOfWork, staff_id: int) -> bool:
    """Whether somebody is on shift."""
    return await uow.value(select(staff.c.on_shift_since).where(staff.c.id == staff_id)) is not None


@needs(Right.TAKE)
async def start_shift(uow: UnitOfWork, by: Staff) -> bool:
    """Come on shift and be handed what waits; False if he was on shift already."""
    name = stream_of_staff(by.id)
    await lock(uow, [name])
    result = await uow.execute(
        update(staff).where(staff.c.id == by.id, staff.c.on_shift_since.is_(None)).values(on_shift_since=uow.now)
    )
    if result.rowcount != 1:
        return False
    await record(uow, [ShiftStarted(stream=name, ref=name, actor=by.actor, staff_id=by.id)])
    rows = await uow.rows(select(membership.c.pipeline_id).where(membership.c.staff_id == by.id))
    await hand_out(uow, [row.pipeline_id for row in rows])
    return True


@needs(Right.TAKE)
async def end_shift(uow: UnitOfWork, by: Staff) -> bool:
    """Go off shift; False if he was off already."""
    return await leave_shift(uow, by.id, actor=by.actor, why="own")


async def leave_shift(uow: UnitOfWork, staff_id: int, *, actor: str, why: str) -> bool:
    """Take somebody off shift; False if he was off already."""
    name = stream_of_staff(staff_id)
    await lock(uow, [name])
    result = await uow.execute(
        update(staff).where(staff.c.id == staff_id, staff.c.on_shift_since.is_not(None)).values(on_shift_since=None)
    )
    if result.rowcount != 1:
        return False
    await record(uow, [ShiftEnded(stream=name, ref=name, actor=actor, staff_id=staff_id, why=why)])
    return True


async def hand_out_after_closing(uow: UnitOfWork, events: Sequence[Recorded[DealClosed]]) -> None:
    """A closed deal makes room for a waiting one."""
    rows = await uow.rows(
        select(deal.c.pipeline_id).where(deal.c.id.in_([item.event.deal_id for item in events])).distinct()
    )
    await hand_out(uow, [row.pipeline_id for row in rows])
