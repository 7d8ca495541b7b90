"""Whose turn it is: the oldest waiting deals go to the next eligible places, in order; asking for one is `taking`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, case, func, select, update

from core.database import UnitOfWork
from core.failpoints import failpoint
from core.journal import insert_or_ignore, lock_free, record
from inbox.contacts import stream_of
from pipeline.events import DealAssigned
from pipeline.models import deal, rotation, rotation_member, staff

AT_ONCE = 200


@dataclass(slots=True)
class Place:
    """A member's fixed place in the turn and how many more deals he may get; None is no limit."""

    staff_id: int
    place: int
    room: int | None


def deal_round(places: Sequence[Place], last_place: int, count: int) -> list[Place]:
    """Who gets the next `count` deals, in order: the first place with room after the last one, wrapping.

    `room` of the places is used up. Shorter than `count` when nobody has room any more.
    """
    ordered = sorted(places, key=lambda one: one.place)
    start = next((index for index, one in enumerate(ordered) if one.place > last_place), 0)
    circle = [one for one in ordered[start:] + ordered[:start] if one.room is None or one.room > 0]
    given: list[Place] = []
    index = 0
    while circle and len(given) < count:
        one = circle[index % len(circle)]
        given.append(one)
        if one.room is None:
            index += 1
            continue
        one.room -= 1
        if one.room:
            index += 1
        else:
            index %= len(circle)
            circle.pop(index)
    return given


async def hand_out(uow: UnitOfWork, pipeline_ids: Iterable[int]) -> None:
    """Give the oldest waiting deals of these pipelines to whoever is next and on shift, each up to his capacity.

    A deal whose customer is being worked on elsewhere keeps its place; the sweep comes back for it.
    """
    for pipeline_id in sorted(pipeline_ids):
        if not await _eligible(uow, pipeline_id):
            continue
        waiting = await _waiting(uow, pipeline_id)
        if waiting:
            await _give(uow, pipeline_id, waiting)


async def _eligible(uow: UnitOfWork, pipeline_id: int) -> list[Place]:
    open_deals = (
        select(func.count())
        .where(deal.c.assignee_id == staff.c.id, deal.c.closed_at.is_(None))
        .correlate(staff)
        .scalar_subquery()
    )
    rows = await uow.rows(
        select(
            rotation_member.c.staff_id,
            rotation_member.c.place,
            case((staff.c.capacity.is_not(None), staff.c.capacity - open_deals)).label("room"),
        )
        .join(rotation, rotation.c.id == rotation_member.c.rotation_id)
        .join(staff, staff.c.id == rotation_member.c.staff_id)
        .where(
            rotation.c.pipeline_id == pipeline_id, staff.c.on_shift_since.is_not(None), staff.c.disabled_at.is_(None)
        )
    )
    return [Place(*row) for row in rows if row.room is None or row.room > 0]


async def _waiting(uow: UnitOfWork, pipeline_id: int) -> Sequence[Any]:
    """The oldest waiting deals whose streams this unit has locked."""
    is_waiting = and_(deal.c.pipeline_id == pipeline_id, deal.c.assignee_id.is_(None), deal.c.closed_at.is_(None))
    oldest = (
        select(deal.c.id, deal.c.contact_id, deal.c.version)
        .where(is_waiting)
        .order_by(deal.c.requested_at, deal.c.id)
        .limit(AT_ONCE)
    )
    rows = await uow.rows(oldest)
    if not rows or uow.is_sqlite:
        return rows
    free = await lock_free(uow, [stream_of(row.contact_id) for row in rows], most=AT_ONCE)
    # Read again under the locks: a deal may have been taken before they were had.
    return await uow.rows(oldest.where(deal.c.id.in_([row.id for row in rows if stream_of(row.contact_id) in free])))


async def _give(uow: UnitOfWork, pipeline_id: int, waiting: Sequence[Any]) -> None:
    pointer = await uow.row(select(rotation).where(rotation.c.pipeline_id == pipeline_id).with_for_update())
    if pointer is None:
        return
    # Read under the lock: whoever had it before may have filled somebody's room.
    turns = deal_round(await _eligible(uow, pipeline_id), pointer.last_place, len(waiting))
    if not turns:
        return
    failpoint("assign.after_pick")
    given = list(zip(waiting, turns, strict=False))
    await uow.execute(
        update(deal)
        .where(deal.c.id == bindparam("given"), deal.c.version == bindparam("seen"))
        .values(assignee_id=bindparam("to"), assigned_at=uow.now, version=deal.c.version + 1, changed_at=uow.now),
        [{"given": row.id, "seen": row.version, "to": place.staff_id} for row, place in given],
    )
    await uow.execute(update(rotation).where(rotation.c.id == pointer.id).values(last_place=turns[-1].place))
    await record(
        uow,
        [
            DealAssigned(
                stream=stream_of(row.contact_id),
                ref=f"deal:{row.id}",
                deal_id=row.id,
                staff_id=place.staff_id,
                how="turn",
            )
            for row, place in given
        ],
    )
    failpoint("assign.after_write")


async def join_rotation(uow: UnitOfWork, pipeline_id: int, staff_id: int) -> None:
    """Give somebody the last place of a pipeline's turn; whoever has a place keeps it."""
    await uow.execute(insert_or_ignore(uow, rotation), {"pipeline_id": pipeline_id})
    rotation_id = await uow.value(select(rotation.c.id).where(rotation.c.pipeline_id == pipeline_id).with_for_update())
    last = await uow.value(
        select(func.max(rotation_member.c.place)).where(rotation_member.c.rotation_id == rotation_id)
    )
    await uow.execute(
        insert_or_ignore(uow, rotation_member),
        {"rotation_id": rotation_id, "staff_id": staff_id, "place": (last or 0) + 1},
    )
