"""Members of the staff: who they are in a messenger, how they are invited and how they leave."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, func, select, update

from core.database import UnitOfWork
from core.errors import NotFound, Refusal
from core.journal import SYSTEM, insert, insert_or_ignore, lock, record
from core.texts import N_
from inbox.channel import Person
from pipeline.events import StaffChanged, StaffDisabled, StaffJoined
from pipeline.models import deal, login, membership, pipeline, session, staff, staff_account
from pipeline.moving import give_back
from pipeline.staff.rights import Right, Role, Staff, needs
from pipeline.staff.rotation import hand_out, join_rotation
from pipeline.staff.shifts import leave_shift, stream_of_staff


class LastAdmin(Refusal):
    """Somebody must be able to configure."""

    code = "last-admin"
    text = N_("There must be at least one admin.")
    next_step = N_("Make somebody else an admin first.")


ADMINS = select(staff.c.id).where(staff.c.role == str(Role.ADMIN), staff.c.disabled_at.is_(None)).order_by(staff.c.id)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the staff as the list of people shows him."""

    id: int
    name: str
    role: Role
    on_shift: bool
    capacity: int | None
    open_deals: int


_STAFF_OF = (
    select(staff_account.c.external_id)
    .join(staff, staff.c.id == staff_account.c.staff_id)
    .where(
        staff_account.c.channel_id == bindparam("channel"),
        staff_account.c.external_id.in_(bindparam("names", expanding=True)),
        staff.c.disabled_at.is_(None),
    )
)


async def staff_of(uow: UnitOfWork, channel_id: int, external_ids: Collection[str]) -> set[str]:
    """Which of these people of a channel work here."""
    rows = await uow.rows(_STAFF_OF, {"channel": channel_id, "names": list(external_ids)})
    return {row.external_id for row in rows}


async def actor_of(uow: UnitOfWork, channel_id: int, external_id: str) -> Staff | None:
    """Who acts, if he works here."""
    row = await uow.row(
        select(staff)
        .join(staff_account, staff_account.c.staff_id == staff.c.id)
        .where(
            staff_account.c.channel_id == channel_id,
            staff_account.c.external_id == external_id,
            staff.c.disabled_at.is_(None),
        )
    )
    return Staff(row.id, row.name, Role(row.role), row.language, row.timezone) if row else None


async def ids_of(uow: UnitOfWork, roles: Collection[Role]) -> list[int]:
    """Everybody who works here in one of these roles."""
    rows = await uow.rows(
        select(staff.c.id)
        .where(staff.c.role.in_([str(one) for one in sorted(roles)]), staff.c.disabled_at.is_(None))
        .order_by(staff.c.id)
    )
    return [row.id for row in rows]


async def ensure_admins(
    uow: UnitOfWork, channel_id: int, external_ids: Sequence[str], *, language: str, timezone: str
) -> None:
    """Make the people that the settings name admins; who is one already stays as he is."""
    for external_id in external_ids:
        known = await uow.row(
            select(staff.c.id, staff.c.role, staff.c.disabled_at)
            .join(staff_account, staff_account.c.staff_id == staff.c.id)
            .where(staff_account.c.channel_id == channel_id, staff_account.c.external_id == external_id)
        )
        if known is None:
            person = Person(external_id, f"Admin {external_id}", language=language)
            await join(uow, person, Role.ADMIN, channel_id=channel_id, language=language, timezone=timezone)
        elif known.disabled_at is not None or known.role != Role.ADMIN:
            await _make_admin(uow, known.id, returns=known.disabled_at is not None)


async def _make_admin(uow: UnitOfWork, staff_id: int, *, returns: bool) -> None:
    name = stream_of_staff(staff_id)
    await lock(uow, [name])
    await uow.execute(update(staff).where(staff.c.id == staff_id).values(role=str(Role.ADMIN), disabled_at=None))
    if returns:
        await begin_work(uow, staff_id, Role.ADMIN)
    else:
        await record(uow, [StaffChanged(stream=name, ref=name, actor=SYSTEM, staff_id=staff_id, what="role")])


async def join(
    uow: UnitOfWork, person: Person, role: Role, *, channel_id: int | None, language: str, timezone: str
) -> int:
    """Make somebody a member of the staff, known by his account in a channel or, without one, by his name alone."""
    made = await uow.execute(
        insert(uow, staff).returning(staff.c.id),
        {"name": person.name, "role": str(role), "language": language, "timezone": timezone},
    )
    staff_id: int = made.scalar_one()
    if channel_id is not None:
        account = {"channel_id": channel_id, "external_id": person.external_id, "staff_id": staff_id}
        await uow.execute(insert(uow, staff_account), account)
    await begin_work(uow, staff_id, role)
    return staff_id


async def begin_work(uow: UnitOfWork, staff_id: int, role: Role) -> None:
    """Give somebody who has just come, or come back, his place in the first pipeline and its turn."""
    pipeline_id = await uow.value(select(pipeline.c.id).order_by(pipeline.c.place, pipeline.c.id).limit(1))
    await uow.execute(insert_or_ignore(uow, membership), {"pipeline_id": pipeline_id, "staff_id": staff_id})
    await join_rotation(uow, pipeline_id, staff_id)
    name = stream_of_staff(staff_id)
    await lock(uow, [name])
    await record(uow, [StaffJoined(stream=name, ref=name, actor=name, staff_id=staff_id, role=str(role))])


@needs(Right.SEE)
async def introduce(uow: UnitOfWork, by: Staff, *, name: str, language: str, timezone: str | None = None) -> Staff:
    """Note how somebody is called, which language he reads and, if he says, by which clock. Raises NotFound."""
    he = replace(by, name=name, language=language, timezone=timezone or by.timezone)
    if he != by:
        await _change(uow, by, by.id, "name", name=he.name, language=he.language, timezone=he.timezone)
    return he


@needs(Right.CONFIGURE)
async def members(uow: UnitOfWork, by: Staff) -> list[Member]:
    """Everybody who works here, in the order they came."""
    count = (
        select(func.count())
        .where(deal.c.assignee_id == staff.c.id, deal.c.closed_at.is_(None))
        .correlate(staff)
        .scalar_subquery()
    )
    rows = await uow.rows(
        select(staff, count.label("open_deals")).where(staff.c.disabled_at.is_(None)).order_by(staff.c.id)
    )
    return [
        Member(row.id, row.name, Role(row.role), row.on_shift_since is not None, row.capacity, row.open_deals)
        for row in rows
    ]


@needs(Right.CONFIGURE)
async def set_capacity(uow: UnitOfWork, by: Staff, staff_id: int, *, capacity: int | None) -> None:
    """How many open deals the turn gives somebody at most; None is no limit. Raises NotFound."""
    await _change(uow, by, staff_id, "capacity", capacity=capacity)
    rows = await uow.rows(select(membership.c.pipeline_id).where(membership.c.staff_id == staff_id))
    await hand_out(uow, [row.pipeline_id for row in rows])


@needs(Right.CONFIGURE)
async def set_role(uow: UnitOfWork, by: Staff, staff_id: int, *, role: Role) -> None:
    """What somebody may do from now on. Raises NotFound, LastAdmin."""
    if role is not Role.ADMIN:
        await _another_admin(uow, staff_id)
        # What an admin has left half-finished would take what the operator types for his customers.
        await uow.execute(update(staff_account).where(staff_account.c.staff_id == staff_id).values(screen=None))
    await _change(uow, by, staff_id, "role", role=str(role))


@needs(Right.CONFIGURE)
async def disable(uow: UnitOfWork, by: Staff, staff_id: int) -> None:
    """Let somebody go: his rights end at once, his open deals go back to the turn. Raises NotFound, LastAdmin."""
    await _another_admin(uow, staff_id)
    pipelines = await give_back(uow, staff_id, actor=by.actor)
    await leave_shift(uow, staff_id, actor=by.actor, why="own")
    await _change(uow, by, staff_id, "disabled", disabled_at=uow.now)
    name = stream_of_staff(staff_id)
    await uow.execute(
        update(staff_account)
        .where(staff_account.c.staff_id == staff_id)
        .values(open_conversation_id=None, open_until=None, screen=None)
    )
    for opened in (session, login):
        ended = update(opened).where(opened.c.staff_id == staff_id, opened.c.ended_at.is_(None))
        await uow.execute(ended.values(ended_at=uow.now))
    await record(uow, [StaffDisabled(stream=name, ref=name, actor=by.actor, staff_id=staff_id)])
    await hand_out(uow, pipelines)


async def _another_admin(uow: UnitOfWork, staff_id: int) -> None:
    # The rows are locked, as two admins may dismiss each other at once.
    admins = {row.id for row in await uow.rows(ADMINS.with_for_update())}
    if not admins - {staff_id}:
        raise LastAdmin


async def _change(uow: UnitOfWork, by: Staff, staff_id: int, what: str, **values: Any) -> None:
    name = stream_of_staff(staff_id)
    await lock(uow, [name])
    result = await uow.execute(
        update(staff).where(staff.c.id == staff_id, staff.c.disabled_at.is_(None)).values(**values)
    )
    if result.rowcount != 1:
        raise NotFound
    await record(uow, [StaffChanged(stream=name, ref=name, actor=by.actor, staff_id=staff_id, what=what)])


async def has_account(uow: UnitOfWork, staff_id: int) -> bool:
    """Whether somebody is known at a messenger, and not by his browser alone."""
    query = select(staff_account.c.staff_id).where(staff_account.c.staff_id == staff_id).limit(1)
    return await uow.value(query) is not None
