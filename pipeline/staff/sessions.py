"""Sessions in a browser: the link that opens one, once; who acts in it; how it ends. Cookies are the edge's affair."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select, update

from core.database import UnitOfWork
from core.errors import NotFound, Refusal
from core.journal import SYSTEM, insert, lock, record
from core.storable import storable
from core.texts import N_
from pipeline.events import LinkIssued, SignedIn, SignedOut
from pipeline.models import invitation, login, session, staff
from pipeline.staff.boards import BoardSettings, settings_from
from pipeline.staff.rights import Right, Role, Staff, needs
from pipeline.staff.shifts import stream_of_staff
from pipeline.staff.tokens import hashed, new_token

# OWASP ASVS 5.0, 6.5.5 for the link and 7.3 for the session.
LINK_VALID = timedelta(minutes=10)
IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
# That somebody is here is written down no more often.
SEEN_EVERY = timedelta(minutes=5)
LONGEST_AGENT = 200


class LinkUnusable(Refusal):
    """The link was used, is too old, was put aside by a newer one or never made; which is nobody's business."""

    code = "link-unusable"
    text = N_("This link has been used or is too old.")
    next_step = N_("Send /board to your bot, or run “voronka login NAME” on the server: both give a new one.")


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody at a browser."""

    id: int
    by: Staff
    seen_at: datetime
    settings: BoardSettings
    on_shift: bool


@dataclass(frozen=True, slots=True)
class Browser:
    """A session as the list of them shows it."""

    id: int
    agent: str | None
    began_at: datetime
    seen_at: datetime


async def link_for(uow: UnitOfWork, staff_id: int, *, actor: str = SYSTEM) -> str:
    """A token that opens one session of somebody within ten minutes; those that he had are put aside."""
    name = stream_of_staff(staff_id)
    await lock(uow, [name])
    await uow.execute(
        update(login).where(login.c.staff_id == staff_id, login.c.ended_at.is_(None)).values(ended_at=uow.now)
    )
    token = new_token()
    row = {"token_hash": hashed(token), "staff_id": staff_id, "expires_at": uow.now + LINK_VALID}
    await uow.execute(insert(uow, login), row)
    await record(uow, [LinkIssued(stream=name, ref=name, actor=actor, staff_id=staff_id)])
    return token


@needs(Right.SEE)
async def own_link(uow: UnitOfWork, by: Staff) -> str:
    """The same for whoever asks."""
    return await link_for(uow, by.id, actor=by.actor)


async def staff_named(uow: UnitOfWork, name: str) -> list[int]:
    """Everybody who works here under a name, however it is written."""
    rows = await uow.rows(select(staff.c.id, staff.c.name).where(staff.c.disabled_at.is_(None)).order_by(staff.c.id))
    return [row.id for row in rows if row.name.casefold() == name.casefold()]


@dataclass(frozen=True, slots=True)
class Offer:
    """Whom a link lets in, and until when."""

    name: str
    role: Role
    language: str
    expires_at: datetime


async def offered(uow: UnitOfWork, token: str) -> Offer | None:
    """What a link would open, without using it."""
    row = await uow.row(
        select(staff.c.name, staff.c.role, staff.c.language, login.c.expires_at)
        .join(login, login.c.staff_id == staff.c.id)
        .where(_usable(uow, token), staff.c.disabled_at.is_(None))
    )
    return Offer(row.name, Role(row.role), row.language, row.expires_at) if row else None


async def enter(uow: UnitOfWork, token: str, *, agent: str | None) -> str:
    """Use a link: the token of a new session. Raises LinkUnusable."""
    staff_id = await uow.value(select(login.c.staff_id).where(_usable(uow, token)))
    if staff_id is None:
        raise LinkUnusable
    # His stream before his rows, here as by everybody who ends them.
    await lock(uow, [stream_of_staff(staff_id)])
    used = await uow.execute(update(login).where(_usable(uow, token)).values(ended_at=uow.now))
    works_here = select(staff.c.id).where(staff.c.id == staff_id, staff.c.disabled_at.is_(None))
    if used.rowcount != 1 or await uow.value(works_here) is None:
        raise LinkUnusable
    return await begin(uow, staff_id, agent=agent)


async def begin(uow: UnitOfWork, staff_id: int, *, agent: str | None) -> str:
    """Open a session for somebody who has proved who he is; its token, of which only the hash is kept."""
    token = new_token()
    row = {"token_hash": hashed(token), "staff_id": staff_id, "began_at": uow.now, "seen_at": uow.now}
    await uow.execute(insert(uow, session), row | {"agent": storable(agent[:LONGEST_AGENT]) if agent else None})
    name = stream_of_staff(staff_id)
    await lock(uow, [name])
    await record(uow, [SignedIn(stream=name, ref=name, actor=name, staff_id=staff_id)])
    return token


async def acting(uow: UnitOfWork, token: str) -> Session | None:
    """Who acts in a session that has not ended."""
    row = await uow.row(
        select(staff, session.c.id.label("session_id"), session.c.seen_at)
        .join(session, session.c.staff_id == staff.c.id)
        .where(session.c.token_hash == hashed(token), *_alive(uow), staff.c.disabled_at.is_(None))
    )
    if row is None:
        return None
    by = Staff(row.id, row.name, Role(row.role), row.language, row.timezone)
    return Session(row.session_id, by, row.seen_at, settings_from(row.board), row.on_shift_since is not None)


async def note_seen(uow: UnitOfWork, session_id: int) -> None:
    """Note that somebody is at his browser, which keeps his session from ending by itself."""
    await uow.execute(update(session).where(session.c.id == session_id).values(seen_at=uow.now))


@needs(Right.SEE)
async def sessions_of(uow: UnitOfWork, by: Staff) -> list[Browser]:
    """Where somebody is signed in, the last used first."""
    rows = await uow.rows(
        select(session.c.id, session.c.agent, session.c.began_at, session.c.seen_at)
        .where(session.c.staff_id == by.id, *_alive(uow))
        .order_by(session.c.seen_at.desc(), session.c.id.desc())
    )
    return [Browser(*row) for row in rows]


@needs(Right.SEE)
async def sign_out(uow: UnitOfWork, by: Staff, session_id: int | None) -> None:
    """End one of somebody's own sessions, or all of them. Raises NotFound for one that is not his."""
    condition = and_(session.c.staff_id == by.id, session.c.ended_at.is_(None))
    if session_id is not None:
        condition = and_(condition, session.c.id == session_id)
    name = stream_of_staff(by.id)
    await lock(uow, [name])
    ended = await uow.execute(update(session).where(condition).values(ended_at=uow.now))
    if session_id is not None and ended.rowcount == 0:
        raise NotFound
    if session_id is None:
        await uow.execute(
            update(login).where(login.c.staff_id == by.id, login.c.ended_at.is_(None)).values(ended_at=uow.now)
        )
        # Whoever had his browser may have begun to connect an account of his own.
        own = and_(invitation.c.connects_id == by.id, invitation.c.used_by.is_(None))
        await uow.execute(update(invitation).where(own).values(expires_at=uow.now))
    out = SignedOut(stream=name, ref=name, actor=by.actor, staff_id=by.id, session_id=session_id)
    await record(uow, [out])


def _usable(uow: UnitOfWork, token: str) -> ColumnElement[bool]:
    return and_(login.c.token_hash == hashed(token), login.c.ended_at.is_(None), login.c.expires_at > uow.now)


def _alive(uow: UnitOfWork) -> tuple[ColumnElement[bool], ...]:
    return (
        session.c.ended_at.is_(None),
        session.c.seen_at > uow.now - IDLE,
        session.c.began_at > uow.now - LONGEST,
    )
