"""Takes deals by hand: the next one of the queue or a given one; nobody gets what another has."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from core.database import UnitOfWork
from core.errors import Conflict, NotFound
from core.journal import Origin, lock, lock_free, record
from core.texts import N_
from inbox.contacts import stream_of
from pipeline.events import DealAssigned
from pipeline.models import deal, membership, staff
from pipeline.staff.rights import Right, Staff, needs

JUST_NOW = timedelta(minutes=1)


class DealTaken(Conflict):
    """A colleague has it; whose deal it is, the customer's name, is not told."""

    code = "deal-taken"
    text = N_("#{deal}: {name} took it {since}.")
    next_step = N_("Check with your colleague first, or take the next one: /next")


class QueueEmpty(Conflict):
    """Nobody waits."""

    code = "queue-empty"
    text = N_("Nobody is waiting.")
    next_step = N_("New requests come by themselves while you are on shift.")


class LastOneTaken(Conflict):
    """Somebody was faster with the last request."""

    code = "last-one-taken"
    text = N_("Nobody is waiting: {name} took #{deal} ({since}).")
    next_step = N_("New requests come by themselves while you are on shift.")


async def assign(uow: UnitOfWork, row: Any, *, to: int, how: str, origin: Origin, why: str | None = None) -> None:
    """Make somebody the assignee of a deal as it was read under the lock of its stream. Raises Conflict by version."""
    result = await uow.execute(
        update(deal)
        .where(deal.c.id == row.id, deal.c.version == row.version)
        .values(
            assignee_id=to,
            assigned_at=uow.now,
            returned_by_id=None,
            version=deal.c.version + 1,
            changed_at=uow.now,
        )
    )
    if result.rowcount != 1:
        raise Conflict
    assigned = DealAssigned(
        stream=stream_of(row.contact_id),
        ref=f"deal:{row.id}",
        **origin.common(),
        deal_id=row.id,
        staff_id=to,
        how=how,
        from_id=row.assignee_id or row.returned_by_id,
        why=why,
        waited=row.assignee_id is None,
    )
    await record(uow, [assigned])


async def assign_deals(uow: UnitOfWork, origins: Mapping[int, Origin], *, to: int) -> None:
    """Make somebody the assignee of open deals, whoever it was before; `origins` says by deal who does it.

    The streams must be locked by this unit. Raises NotFound for somebody who does not work here.
    """
    if await uow.value(select(staff.c.id).where(staff.c.id == to, staff.c.disabled_at.is_(None))) is None:
        raise NotFound
    rows = await uow.rows(
        select(deal).where(deal.c.id.in_(sorted(origins)), deal.c.closed_at.is_(None)).order_by(deal.c.id)
    )
    for row in rows:
        if row.assignee_id != to:
            await assign(uow, row, to=to, how="trigger", origin=origins[row.id])


@needs(Right.TAKE)
async def take(uow: UnitOfWork, by: Staff, deal_id: int) -> None:
    """Become the assignee of an unassigned deal; taking one's own again changes nothing. Raises DealTaken, NotFound."""
    found = await uow.row(
        select(deal.c.contact_id)
        .join(membership, membership.c.pipeline_id == deal.c.pipeline_id)
        .where(deal.c.id == deal_id, membership.c.staff_id == by.id)
    )
    if found is None:
        raise NotFound
    await lock(uow, [stream_of(found.contact_id)])
    row = await uow.row(select(deal).where(deal.c.id == deal_id).with_for_update())
    if row is None or row.closed_at is not None:
        raise NotFound
    if row.assignee_id == by.id:
        return
    if row.assignee_id is not None:
        raise await who_has(uow, row.id)
    await assign(uow, row, to=by.id, how="taken", origin=Origin(by.actor))


async def who_has(uow: UnitOfWork, deal_id: int) -> DealTaken:
    """The refusal that says who has a deal and since when. Raises NotFound where nobody has it."""
    latest = await uow.row(_ASSIGNED.where(deal.c.id == deal_id))
    if latest is None:
        raise NotFound
    return DealTaken(deal=deal_id, name=latest.name, since=latest.assigned_at)


_ASSIGNED = select(deal.c.id, deal.c.assigned_at, staff.c.name).join(staff, staff.c.id == deal.c.assignee_id)


@needs(Right.TAKE)
async def take_next(uow: UnitOfWork, by: Staff) -> int:
    """Become the assignee of the oldest unassigned deal of one's pipelines; its id. Raises QueueEmpty, LastOneTaken."""
    waiting = (
        select(deal.c.id, deal.c.contact_id)
        .join(membership, membership.c.pipeline_id == deal.c.pipeline_id)
        .where(membership.c.staff_id == by.id, deal.c.assignee_id.is_(None), deal.c.closed_at.is_(None))
        .order_by(deal.c.requested_at, deal.c.id)
        .limit(20)
    )
    busy = []
    for candidate in await uow.rows(waiting):
        if not await lock_free(uow, [stream_of(candidate.contact_id)], most=1):
            busy.append(candidate)
        elif await _take_if_unassigned(uow, by, candidate.id):
            return int(candidate.id)
    # With nothing else left, whoever works on the oldest is waited for: only then is it known who was faster.
    for candidate in busy[:1]:
        await lock(uow, [stream_of(candidate.contact_id)])
        if await _take_if_unassigned(uow, by, candidate.id):
            return int(candidate.id)
    raise await _why_nothing(uow, by)


async def _take_if_unassigned(uow: UnitOfWork, by: Staff, deal_id: int) -> bool:
    row = await uow.row(select(deal).where(deal.c.id == deal_id).with_for_update())
    if row is None or row.assignee_id is not None or row.closed_at is not None:
        return False
    await assign(uow, row, to=by.id, how="next", origin=Origin(by.actor))
    return True


async def _why_nothing(uow: UnitOfWork, by: Staff) -> Conflict:
    colleague = membership.alias()
    colleagues = (
        select(colleague.c.staff_id)
        .join(membership, membership.c.pipeline_id == colleague.c.pipeline_id)
        .where(membership.c.staff_id == by.id, colleague.c.staff_id != by.id)
    )
    latest = await uow.row(
        _ASSIGNED.where(
            deal.c.assignee_id.in_(colleagues),
            deal.c.closed_at.is_(None),
            deal.c.changed_at > uow.now - JUST_NOW,
            deal.c.assigned_at > uow.now - JUST_NOW,
        )
        .order_by(deal.c.assigned_at.desc())
        .limit(1)
    )
    if latest is None:
        return QueueEmpty()
    return LastOneTaken(deal=latest.id, name=latest.name, since=latest.assigned_at)
