"""Whom somebody of the staff talks to and what his screen waits for: rows, so a restart changes neither."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update

from core.database import UnitOfWork
from inbox.models import update as update_table
from pipeline.deals import DealIsClosed, DealView, open_deal_of, see, views
from pipeline.models import deal, staff_account, talk
from pipeline.staff.rights import Right, Staff, needs

FORGOTTEN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where somebody works: his private chat on a channel."""

    channel_id: int
    external_id: str


@dataclass(frozen=True, slots=True)
class Talking:
    """The open conversation of a desk: its deal, and whether it has been idle too long."""

    deal_id: int
    idle: bool


def _at(desk: Desk) -> ColumnElement[bool]:
    return and_(staff_account.c.channel_id == desk.channel_id, staff_account.c.external_id == desk.external_id)


@needs(Right.ANSWER)
async def open_talk(uow: UnitOfWork, by: Staff, desk: Desk, deal_id: int, *, idle: timedelta) -> DealView:
    """From now on what he types goes to this deal's customer. Raises NotFound, DealTaken, DealIsClosed."""
    view = await see(uow, by, deal_id)
    if view.closed_at is not None:
        current = await open_deal_of(uow, view.conversation_id)
        if current is None:
            raise DealIsClosed(deal=deal_id)
        view = await see(uow, by, current)
    await uow.execute(
        update(staff_account)
        .where(_at(desk))
        .values(open_conversation_id=view.conversation_id, open_until=uow.now + idle)
    )
    await set_screen(uow, desk, None)
    return view


async def close_talk(uow: UnitOfWork, desk: Desk) -> DealView | None:
    """Nobody is talked to any more; the deal that was, if any."""
    current = await talking(uow, desk)
    await uow.execute(update(staff_account).where(_at(desk)).values(open_conversation_id=None, open_until=None))
    return (await views(uow, [current.deal_id])).get(current.deal_id) if current else None


async def talking(uow: UnitOfWork, desk: Desk) -> Talking | None:
    """Whom he talks to now."""
    row = await uow.row(
        select(talk.c.deal_id, staff_account.c.open_until)
        .join(staff_account, staff_account.c.open_conversation_id == talk.c.conversation_id)
        .where(_at(desk))
    )
    return Talking(row.deal_id, row.open_until <= uow.now) if row else None


async def keep_talking(uow: UnitOfWork, desk: Desk, *, idle: timedelta) -> None:
    """He has just written: the idle time starts anew."""
    await uow.execute(
        update(staff_account)
        .where(_at(desk), staff_account.c.open_conversation_id.is_not(None))
        .values(open_until=uow.now + idle)
    )


@dataclass(frozen=True, slots=True)
class Ended:
    """A conversation that was closed for somebody."""

    staff_id: int
    channel_id: int
    chat_key: str
    deal_id: int


async def end_idle(uow: UnitOfWork) -> list[Ended]:
    """Close the conversations that have been idle too long."""
    return await _end(uow, staff_account.c.open_until <= uow.now)


async def end_for_others(uow: UnitOfWork, deal_ids: Collection[int]) -> list[Ended]:
    """Close the conversations about these deals for everybody but whoever may go on: the assignee, while it is open."""
    return await _end(
        uow,
        deal.c.id.in_(deal_ids)
        & (deal.c.closed_at.is_not(None) | deal.c.assignee_id.is_distinct_from(staff_account.c.staff_id)),
    )


async def _end(uow: UnitOfWork, condition: ColumnElement[bool]) -> list[Ended]:
    latest = select(deal.c.id).where(deal.c.conversation_id == staff_account.c.open_conversation_id)
    rows = await uow.rows(
        select(staff_account.c.staff_id, staff_account.c.channel_id, staff_account.c.external_id, deal.c.id)
        .join(deal, deal.c.id == latest.order_by(deal.c.id.desc()).limit(1).correlate(staff_account).scalar_subquery())
        .where(staff_account.c.open_conversation_id.is_not(None), condition)
    )
    for row in rows:
        await uow.execute(
            update(staff_account)
            .where(_at(Desk(row.channel_id, row.external_id)))
            .values(open_conversation_id=None, open_until=None)
        )
    return [Ended(*row) for row in rows]


async def screen(uow: UnitOfWork, desk: Desk) -> dict[str, Any] | None:
    """What his screen waits for."""
    found: dict[str, Any] | None = await uow.value(select(staff_account.c.screen).where(_at(desk)))
    return found


async def set_screen(uow: UnitOfWork, desk: Desk, waits_for: dict[str, Any] | None) -> None:
    """Remember what his screen waits for, and since when; what he has typed to nobody yet, `asked`, outlives it."""
    asked = (await screen(uow, desk) or {}).get("asked")
    kept = {name: value for name, value in {"asked": asked, **(waits_for or {})}.items() if name != "asked" or value}
    new = {"since": uow.now.isoformat(), **kept} if kept else None
    await uow.execute(update(staff_account).where(_at(desk)).values(screen=new))


def still_waits(uow: UnitOfWork, waits_for: dict[str, Any]) -> bool:
    """Whether what is typed now is meant for a screen: after an hour its question is forgotten, and so not answered."""
    since = waits_for.get("since")
    return since is not None and uow.now - datetime.fromisoformat(since) < FORGOTTEN


async def kept_updates(uow: UnitOfWork, ids: Collection[int]) -> list[dict[str, Any]]:
    """What was typed in these updates, oldest first, as the messenger brought it."""
    rows = await uow.rows(select(update_table.c.payload).where(update_table.c.id.in_(ids)).order_by(update_table.c.id))
    return [row.payload for row in rows if row.payload]


async def keep_instead(uow: UnitOfWork, desk: Desk, message_name: int, update_id: int) -> None:
    """What he typed, which waits for its addressee, is kept as an update that came later says it.

    A message is known by the name that the messenger gave it; nothing happens if it does not wait.
    """
    waits_for = await screen(uow, desk) or {}
    kept = [one for question in waits_for.get("asked", []) for one in question["updates"]]
    rows = await uow.rows(select(update_table.c.id, update_table.c.payload).where(update_table.c.id.in_(kept)))
    for row in rows:
        if (row.payload or {}).get("message", {}).get("message_id") == message_name:
            later = await uow.value(select(update_table.c.payload).where(update_table.c.id == update_id))
            new = row.payload | {"message": later["edited_message"]}
            await uow.execute(update(update_table).where(update_table.c.id == row.id).values(payload=new))
