"""Where people of the staff are written to, and what may ring there; what is said there is the bot's affair."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, select, update

from core.database import UnitOfWork
from core.journal import lock, record
from core.schedule import Night
from core.texts import N_
from core.zones import is_here
from pipeline.events import StaffChanged
from pipeline.models import membership, staff, staff_account
from pipeline.staff.rights import Right, Role, Staff, needs
from pipeline.staff.shifts import stream_of_staff


class Notice(StrEnum):
    """What somebody is told of."""

    NEW_DEAL = "new_deal"
    MESSAGE = "message"
    OFFER = "offer"
    TASK = "task"
    COLLEAGUE = "colleague"
    MORNING = "morning"
    COMPANY = "company"


NOTICES = {
    Notice.NEW_DEAL: N_("a new deal of mine"),
    Notice.MESSAGE: N_("my customer writes"),
    Notice.OFFER: N_("a deal waits for anybody"),
    Notice.TASK: N_("tasks are due or overdue"),
    Notice.COLLEAGUE: N_("a colleague or a trigger tells me something"),
    Notice.MORNING: N_("the list of the morning"),
    Notice.COMPANY: N_("news of the installation"),
}
USUAL = frozenset(Notice) - {Notice.OFFER, Notice.MORNING}


@dataclass(frozen=True, slots=True)
class Ringing:
    """What rings for somebody, and when nothing does."""

    rings: frozenset[Notice]
    night: Night | None


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a member of the staff is written to, what he is doing there and what may ring there now."""

    staff: Staff
    channel_id: int
    chat_key: str
    on_shift: bool
    talks_in: int | None
    rings_now: frozenset[Notice]

    def how(self, notice: Notice) -> dict[str, Any]:
        """What makes an outgoing thing silent where it must be: off shift, at night, or because he chose so."""
        return {} if notice in self.rings_now else {"silent": True}


async def reach(
    uow: UnitOfWork, *, staff_ids: Collection[int] = (), pipeline_ids: Collection[int] = (), role: Role | None = None
) -> list[Reach]:
    """The private chats of these people, of the members of these pipelines, or of everybody with a role."""
    chosen = staff.c.id.in_(staff_ids) | staff.c.id.in_(
        select(membership.c.staff_id).where(membership.c.pipeline_id.in_(pipeline_ids))
    )
    return await _reach(uow, chosen if role is None else staff.c.role == str(role))


async def reach_chats(uow: UnitOfWork, chats: Collection[tuple[int, str]]) -> dict[tuple[int, str], Reach]:
    """Who works in these private chats, by channel and chat."""
    keys = {chat_key for _, chat_key in chats}
    found = await _reach(uow, staff_account.c.external_id.in_(keys)) if keys else []
    return {(one.channel_id, one.chat_key): one for one in found}


async def _reach(uow: UnitOfWork, condition: ColumnElement[bool]) -> list[Reach]:
    rows = await uow.rows(
        select(
            staff,
            staff_account.c.channel_id,
            staff_account.c.external_id,
            staff_account.c.open_conversation_id,
            staff_account.c.open_until,
        )
        .join(staff_account, staff_account.c.staff_id == staff.c.id)
        .where(staff.c.disabled_at.is_(None), condition)
        .order_by(staff.c.id)
    )
    return [
        Reach(
            Staff(row.id, row.name, Role(row.role), row.language, row.timezone),
            row.channel_id,
            row.external_id,
            on_shift=row.on_shift_since is not None,
            talks_in=row.open_conversation_id if row.open_until and row.open_until > uow.now else None,
            rings_now=_rings_now(uow, row),
        )
        for row in rows
    ]


def _rings_now(uow: UnitOfWork, row: Any) -> frozenset[Notice]:
    chosen = _ringing(row)
    zone = row.timezone if is_here(row.timezone) else "UTC"
    if row.on_shift_since is None or (chosen.night and chosen.night.over_at(uow.now, zone)):
        return frozenset()
    return chosen.rings


def _ringing(row: Any) -> Ringing:
    known = {str(one) for one in Notice}
    rings = USUAL if row.rings is None else frozenset(Notice(one) for one in row.rings if one in known)
    return Ringing(rings, Night.from_stored(row.night) if row.night else None)


@needs(Right.SEE)
async def ringing(uow: UnitOfWork, by: Staff) -> Ringing:
    """What rings for him."""
    return _ringing(await uow.row(select(staff.c.rings, staff.c.night).where(staff.c.id == by.id)))


@needs(Right.SEE)
async def rings_now(uow: UnitOfWork, by: Staff) -> frozenset[Notice]:
    """What rings for him at this moment: nothing off shift and at night."""
    return _rings_now(uow, await uow.row(select(staff).where(staff.c.id == by.id)))


@needs(Right.SEE)
async def let_ring(uow: UnitOfWork, by: Staff, notice: Notice, *, on: bool) -> None:
    """Let one kind of notice ring for him, or come without a sound."""
    await lock(uow, [stream_of_staff(by.id)])
    rings = (await ringing(uow, by)).rings
    rings = rings | {notice} if on else rings - {notice}
    await _choose(uow, by, what=f"rings: {notice} {'on' if on else 'off'}", rings=sorted(map(str, rings)))


@needs(Right.SEE)
async def choose_night(uow: UnitOfWork, by: Staff, night: Night | None) -> None:
    """Let nothing ring for him in these hours of his zone; None for never."""
    await _choose(uow, by, what="night", night=night.stored() if night else None)


@needs(Right.SEE)
async def choose_zone(uow: UnitOfWork, by: Staff, zone: str) -> None:
    """Let his times be those of an IANA zone that this machine knows."""
    await _choose(uow, by, what=f"time zone {zone}", timezone=zone)


async def _choose(uow: UnitOfWork, by: Staff, *, what: str, **values: Any) -> None:
    name = stream_of_staff(by.id)
    await lock(uow, [name])
    await uow.execute(update(staff).where(staff.c.id == by.id).values(**values))
    await record(uow, [StaffChanged(stream=name, ref=name, actor=by.actor, staff_id=by.id, what=what)])
