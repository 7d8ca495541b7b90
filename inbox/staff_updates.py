"""Updates that wait for the staff's screens: which is next in each chat, and when one is done or given up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy import update as change

from core.database import UnitOfWork
from core.journal import insert, lock, record
from core.relay import COMPANY
from inbox.events import UpdateParked
from inbox.models import parked_update, update

ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class StaffUpdate:
    """An update as the messenger brought it."""

    id: int
    chat_key: str
    payload: dict[str, Any]


async def oldest_of_each_chat(uow: UnitOfWork, channel_id: int, *, limit: int) -> Sequence[StaffUpdate]:
    """The next waiting update of each chat, the oldest chats first."""
    waiting = (update.c.channel_id == channel_id) & (update.c.state == "waiting")
    heads = select(func.min(update.c.id)).where(waiting).group_by(update.c.chat_key)
    rows = await uow.rows(
        select(update.c.id, update.c.chat_key, update.c.payload)
        .where(update.c.id.in_(heads))
        .order_by(update.c.id)
        .limit(limit)
    )
    return [StaffUpdate(*row) for row in rows]


async def claim(uow: UnitOfWork, update_id: int) -> bool:
    """Keep an update from everybody else until this unit ends; False if another process has worked on it."""
    waiting = select(update.c.id).where(update.c.id == update_id, update.c.state == "waiting")
    return await uow.value(waiting.with_for_update()) is not None


async def finish(uow: UnitOfWork, update_id: int) -> None:
    """The update was worked on."""
    await uow.execute(change(update).where(update.c.id == update_id).values(state="done"))


async def put_off(uow: UnitOfWork, channel_id: int, one: StaffUpdate, *, reason: str) -> int:
    """Count a failed attempt; after the last one the update is parked and its chat goes on. The attempts so far."""
    attempts: int = await uow.value(
        change(update).where(update.c.id == one.id).values(attempts=update.c.attempts + 1).returning(update.c.attempts)
    )
    if attempts >= ATTEMPTS:
        await finish(uow, one.id)
        made = await uow.execute(
            insert(uow, parked_update).returning(parked_update.c.id),
            {"channel_id": channel_id, "payload": one.payload, "reason": reason, "at": uow.now},
        )
        await lock(uow, [COMPANY])
        parked = UpdateParked(stream=COMPANY, ref=f"channel:{channel_id}", parked_id=made.scalar_one(), reason=reason)
        await record(uow, [parked])
    return attempts


async def forget_old(uow: UnitOfWork, *, before: Any) -> None:
    """Drop receipts of long ago: Telegram repeats updates for a day, and restarts their numbers after a week."""
    await uow.execute(delete(update).where(update.c.at < before, update.c.state != "waiting"))
