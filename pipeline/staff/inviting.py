"""Invitations: a link that makes whoever opens it first a member of the staff; who they are then is in `people`."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update

from core.database import UnitOfWork
from core.errors import Conflict, Refusal
from core.journal import SYSTEM, insert, insert_or_ignore, lock, record
from core.relay import COMPANY
from core.texts import N_
from inbox.channel import Person
from pipeline.events import StaffChanged, StaffInvited
from pipeline.models import invitation, staff, staff_account
from pipeline.staff.people import ADMINS, actor_of, begin_work, join
from pipeline.staff.rights import Right, Role, Staff, needs
from pipeline.staff.shifts import stream_of_staff
from pipeline.staff.tokens import hashed, new_token


class InvitationUnusable(Refusal):
    """The link was used, has expired or was never made; which of them is nobody's business."""

    code = "invitation-unusable"
    text = N_("This invitation has been used or has expired.")
    next_step = N_("Ask your admin for a new link.")


class AlreadyStaff(Conflict):
    """The invited one works here already."""

    code = "already-staff"
    text = N_("You work here already; the invitation is still unused.")
    next_step = N_("Forward the link to the person it is meant for.")


@needs(Right.CONFIGURE)
async def invite(uow: UnitOfWork, by: Staff, *, role: Role, valid: timedelta) -> str:
    """A token that makes whoever uses it first a member of the staff; only its hash is kept."""
    return await _offer(uow, role, valid=valid, by=by)


@needs(Right.SEE)
async def connect(uow: UnitOfWork, by: Staff, *, valid: timedelta) -> str:
    """A token by which somebody's account at a messenger becomes his, so that he can work there as well."""
    return await _offer(uow, by.role, valid=valid, by=by, connects_id=by.id)


async def invite_first_admin(uow: UnitOfWork, *, valid: timedelta) -> str | None:
    """A token for an admin while there is none, for whoever started the installation."""
    return None if await uow.rows(ADMINS) else await _offer(uow, Role.ADMIN, valid=valid, by=None)


async def _offer(
    uow: UnitOfWork, role: Role, *, valid: timedelta, by: Staff | None, connects_id: int | None = None
) -> str:
    token = new_token()
    await uow.execute(
        insert(uow, invitation),
        {
            "token_hash": hashed(token),
            "role": str(role),
            "expires_at": uow.now + valid,
            "invited_by": by.id if by else None,
            "connects_id": connects_id,
        },
    )
    await lock(uow, [COMPANY])
    invited = StaffInvited(stream=COMPANY, ref=COMPANY, actor=by.actor if by else SYSTEM, role=str(role))
    await record(uow, [invited])
    return token


async def accept_invitation(
    uow: UnitOfWork, channel_id: int, person: Person, token: str, *, language: str, timezone: str
) -> Staff:
    """Make the one who opened the link a member of the staff. Raises InvitationUnusable, AlreadyStaff."""
    offer, usable = await _offered(uow, token)
    if await actor_of(uow, channel_id, person.external_id):
        raise AlreadyStaff
    if offer.connects_id is not None:
        return await _connect(uow, channel_id, person, offer.connects_id, usable)
    role = Role(offer.role)
    staff_id = await _come_back(uow, channel_id, person, role)
    if staff_id is None:
        staff_id = await join(uow, person, role, channel_id=channel_id, language=language, timezone=timezone)
    await uow.execute(update(invitation).where(usable).values(used_by=staff_id))
    return Staff(staff_id, person.name, role, language, timezone)


async def join_by_name(uow: UnitOfWork, token: str, *, name: str, language: str, timezone: str) -> Staff:
    """Make the one who opened the link in a browser a member of the staff. Raises InvitationUnusable."""
    offer, usable = await _offered(uow, token)
    if offer.connects_id is not None:
        raise InvitationUnusable
    role, person = Role(offer.role), Person("", name, language=language)
    staff_id = await join(uow, person, role, channel_id=None, language=language, timezone=timezone)
    await uow.execute(update(invitation).where(usable).values(used_by=staff_id))
    return Staff(staff_id, name, role, language, timezone)


async def role_offered(uow: UnitOfWork, token: str) -> Role | None:
    """As what an invitation would let somebody in; None if it lets in nobody."""
    try:
        offer, _ = await _offered(uow, token, locked=False)
    except InvitationUnusable:
        return None
    return Role(offer.role) if offer.connects_id is None else None


async def _offered(uow: UnitOfWork, token: str, *, locked: bool = True) -> tuple[Any, ColumnElement[bool]]:
    """The row of an invitation, and the condition for it. Raises InvitationUnusable."""
    usable = and_(
        invitation.c.token_hash == hashed(token), invitation.c.used_by.is_(None), invitation.c.expires_at > uow.now
    )
    query = select(invitation).where(usable)
    offer = await uow.row(query.with_for_update() if locked else query)
    if offer is None:
        raise InvitationUnusable
    if locked:
        await lock(uow, [COMPANY])
    if offer.connects_id is None and not await _is_still_meant(uow, offer.invited_by):
        raise InvitationUnusable
    return offer, usable


async def _connect(
    uow: UnitOfWork, channel_id: int, person: Person, staff_id: int, usable: ColumnElement[bool]
) -> Staff:
    """Let somebody who works here be known by his account. Raises AlreadyStaff, InvitationUnusable."""
    row = await uow.row(select(staff).where(staff.c.id == staff_id, staff.c.disabled_at.is_(None)))
    if row is None:
        raise InvitationUnusable
    account = {"channel_id": channel_id, "external_id": person.external_id, "staff_id": staff_id}
    made = await uow.execute(insert_or_ignore(uow, staff_account).values(account))
    if made.rowcount != 1:
        raise AlreadyStaff
    await uow.execute(update(invitation).where(usable).values(used_by=staff_id))
    name = stream_of_staff(staff_id)
    await lock(uow, [name])
    await record(uow, [StaffChanged(stream=name, ref=name, actor=name, staff_id=staff_id, what="account")])
    return Staff(row.id, row.name, Role(row.role), row.language, row.timezone)


async def _is_still_meant(uow: UnitOfWork, invited_by: int | None) -> bool:
    """Whether who made an invitation may still invite; the first admin's, which nobody made, is for want of any."""
    admins = {row.id for row in await uow.rows(ADMINS)}
    return not admins if invited_by is None else invited_by in admins


async def _come_back(uow: UnitOfWork, channel_id: int, person: Person, role: Role) -> int | None:
    """Let somebody who worked here before in again, in his old place."""
    staff_id: int | None = await uow.value(
        select(staff_account.c.staff_id).where(
            staff_account.c.channel_id == channel_id, staff_account.c.external_id == person.external_id
        )
    )
    if staff_id is None:
        return None
    await uow.execute(
        update(staff).where(staff.c.id == staff_id).values(role=str(role), name=person.name, disabled_at=None)
    )
    await begin_work(uow, staff_id, role)
    return staff_id
