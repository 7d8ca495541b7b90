"""What may be sent next on a channel, and what was sent lately; marking it is the affair of `marking`."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import case, func, select

from core.database import UnitOfWork
from inbox.models import attempt, outgoing


async def recent_sends(uow: UnitOfWork, channel_id: int, *, seconds: float) -> dict[str, list[float]]:
    """Ages in seconds of the sends of the last `seconds`, for each chat."""
    rows = await uow.rows(
        select(outgoing.c.chat_key, attempt.c.started_at)
        .join(outgoing, outgoing.c.id == attempt.c.outgoing_id)
        .where(
            attempt.c.started_at > uow.now - timedelta(seconds=seconds),
            outgoing.c.channel_id == channel_id,
            outgoing.c.op == "send",
        )
    )
    ages: dict[str, list[float]] = {}
    for row in rows:
        ages.setdefault(row.chat_key, []).append(max(0.0, (uow.now - row.started_at).total_seconds()))
    return ages


async def next_of_each_chat(uow: UnitOfWork, channel_id: int, *, limit: int = 500) -> Sequence[Any]:
    """The next thing of each chat that may be sent now, best first: id, chat_key, op.

    Chats with something to send come before those with only edits, people's before automation's, older before newer.
    """
    of_chat = (
        select(
            func.min(outgoing.c.id).label("id"),
            func.min(outgoing.c.lane).label("lane"),
            func.min(case((outgoing.c.op == "send", 0), else_=1)).label("yields"),
        )
        .where(outgoing.c.channel_id == channel_id, outgoing.c.state == "queued")
        .group_by(outgoing.c.chat_key)
        .subquery()
    )
    return await uow.rows(
        select(outgoing.c.id, outgoing.c.chat_key, outgoing.c.op)
        .join(of_chat, of_chat.c.id == outgoing.c.id)
        .where(outgoing.c.not_before.is_(None) | (outgoing.c.not_before <= uow.now))
        .order_by(of_chat.c.yields, of_chat.c.lane, of_chat.c.id)
        .limit(limit)
    )


async def next_due(uow: UnitOfWork, channel_id: int) -> float | None:
    """Seconds until the next queued thing that waits for its time, if any."""
    at = await uow.value(
        select(func.min(outgoing.c.not_before)).where(
            outgoing.c.channel_id == channel_id, outgoing.c.state == "queued", outgoing.c.not_before > uow.now
        )
    )
    return None if at is None else max(0.0, (at - uow.now).total_seconds())
