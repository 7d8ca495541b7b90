"""Whose turn it is: the oldest waiting deals go to the next eligible places, in order; asking for one is `taking`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, case, func, select, update

from core.database import UnitOfWork
from core.failpoints import failpoint
from core.journal import Origin, insert, insert_or_ignore, lock_free, record
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


async def put_in_turn(
    uow: UnitOfWork, deal_ids: Collection[int], *, rotation_id: int | None, origins: Mapping[int, Origin]
) -> None:
    """Let unassigned deals wait for their turn among chosen people or, with None, all of their pipeline.

    They are handed out at once as far as somebody is free. The streams must be locked by this unit; `origins` says by
    deal why it happens.
    """
    everybody = select(rotation.c.id).where(rotation.c.pipeline_id == deal.c.pipeline_id, rotation.c.everybody == 1)
    result = await uow.execute(
        update(deal)
        .where(deal.c.id.in_(sorted(deal_ids)), deal.c.assignee_id.is_(None), deal.c.closed_at.is_(None))
        .values(rotation_id=everybody.scalar_subquery() if rotation_id is None else rotation_id)
        .returning(deal.c.pipeline_id)
    )
    await hand_out(uow, {row.pipeline_id for row in result}, origins=origins)


async def hand_out(
    uow: UnitOfWork, pipeline_ids: Iterable[int], *, origins: Mapping[int, Origin] | None = None
) -> None:
    """Give the oldest deals in the turns of these pipelines to whoever is next and on shift, each up to his capacity.

    A deal whose customer is being worked on elsewhere keeps its place; the sweep comes back for it.
    """
    wanted = sorted(pipeline_ids)
    if not wanted:
        return
    in_turn = select(deal.c.id).where(deal.c.rotation_id == rotation.c.id, _IS_WAITING).exists()
    turns = await uow.rows(
        select(rotation.c.id).where(rotation.c.pipeline_id.in_(wanted), in_turn).order_by(rotation.c.id)
    )
    for row in turns:
        # Where locks are had, none are taken for nothing; without, the question is asked once.
        if not uow.is_sqlite and not await _eligible(uow, row.id):
            continue
        waiting = await _waiting(uow, row.id)
        # Whoever gave a deal back is not handed it again.
        for refused_by in sorted({one.returned_by_id for one in waiting}, key=lambda one: one or 0):
            his = [one for one in waiting if one.returned_by_id == refused_by]
            await _give(uow, row.id, his, origins or {}, but_not=refused_by)


_IS_WAITING = and_(deal.c.rotation_id.is_not(None), deal.c.assignee_id.is_(None), deal.c.closed_at.is_(None))


async def _eligible(uow: UnitOfWork, rotation_id: int) -> list[Place]:
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
        .join(staff, staff.c.id == rotation_member.c.staff_id)
        .where(
            rotation_member.c.rotation_id == rotation_id,
            staff.c.on_shift_since.is_not(None),
            staff.c.disabled_at.is_(None),
        )
    )
    return [Place(*row) for row in rows if row.room is None or row.room > 0]


async def _waiting(uow: UnitOfWork, rotation_id: int) -> Sequence[Any]:
    """The oldest deals in a turn whose streams this unit has locked."""
    oldest = (
        select(deal.c.id, deal.c.contact_id, deal.c.version, deal.c.returned_by_id)
        .where(deal.c.rotation_id == rotation_id, _IS_WAITING)
        .order_by(deal.c.requested_at, deal.c.id)
        .limit(AT_ONCE)
    )
    rows = await uow.rows(oldest)
    if not rows or uow.is_sqlite:
        return rows
    free = await lock_free(uow, [stream_of(row.contact_id) for row in rows], most=AT_ONCE)
    # Read again under the locks: a deal may have been taken before they were had.
    return await uow.rows(oldest.where(deal.c.id.in_([row.id for row in rows if stream_of(row.contact_id) in free])))


async def _give(
    uow: UnitOfWork, rotation_id: int, waiting: Sequence[Any], origins: Mapping[int, Origin], *, but_not: int | None
) -> None:
    pointer = await uow.row(select(rotation).where(rotation.c.id == rotation_id).with_for_update())
    if pointer is None:
        return
    # Read under the lock: whoever had it before may have filled somebody's room.
    eligible = [one for one in await _eligible(uow, rotation_id) if one.staff_id != but_not]
    turns = deal_round(eligible, pointer.last_place, len(waiting))
    if not turns:
        return
    failpoint("assign.after_pick")
    given = list(zip(waiting, turns, strict=False))
    await uow.execute(
        update(deal)
        .where(deal.c.id == bindparam("given"), deal.c.version == bindparam("seen"))
        .values(
            assignee_id=bindparam("to"),
            assigned_at=uow.now,
            returned_by_id=None,
            version=deal.c.version + 1,
            changed_at=uow.now,
        ),
        [{"given": row.id, "seen": row.version, "to": place.staff_id} for row, place in given],
    )
    await uow.execute(update(rotation).where(rotation.c.id == pointer.id).values(last_place=turns[-1].place))
    await record(
        uow,
        [
            DealAssigned(
                stream=stream_of(row.contact_id),
                ref=f"deal:{row.id}",
                **origins.get(row.id, _BY_ITSELF).common(),
                deal_id=row.id,
                staff_id=place.staff_id,
                how="turn",
                from_id=row.returned_by_id,
                waited=True,
            )
            for row, place in given
        ],
    )
    failpoint("assign.after_write")


_BY_ITSELF = Origin()


async def make_rotation(uow: UnitOfWork, pipeline_id: int, staff_ids: Sequence[int]) -> int:
    """A turn of chosen people, in the order given; its id."""
    made = await uow.execute(
        insert(uow, rotation).returning(rotation.c.id), {"pipeline_id": pipeline_id, "everybody": 0}
    )
    rotation_id: int = made.scalar_one()
    await uow.execute(
        rotation_member.insert(),
        [
            {"rotation_id": rotation_id, "staff_id": staff_id, "place": place}
            for place, staff_id in enumerate(staff_ids, 1)
        ],
    )
    return rotation_id


async def join_rotation(uow: UnitOfWork, pipeline_id: int, staff_id: int) -> None:
    """Give somebody the last place of a pipeline's own turn; whoever has a place keeps it."""
    await uow.execute(insert_or_ignore(uow, rotation), {"pipeline_id": pipeline_id, "everybody": 1})
    rotation_id = await uow.value(
        select(rotation.c.id).where(rotation.c.pipeline_id == pipeline_id, rotation.c.everybody == 1).with_for_update()
    )
    last = await uow.value(
        select(func.max(rotation_member.c.place)).where(rotation_member.c.rotation_id == rotation_id)
    )
    await uow.execute(
        insert_or_ignore(uow, rotation_member),
        {"rotation_id": rotation_id, "staff_id": staff_id, "place": (last or 0) + 1},
    )
