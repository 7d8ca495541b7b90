"""What edits and reactions bring to an office, and what is delivered there, as its tests play it."""

import itertools
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from core.journal import event
from inbox import outcomes
from inbox.channel import Edited, File, Incoming, Person, Reacted
from inbox.models import message, message_version
from inbox.outcomes import Result
from tests.unit.office import Office

_UPDATES = itertools.count(1_000_000)
_NAMES = itertools.count(5_000)


def update(name: str, content: Any, *, number: int | None = None) -> Incoming:
    """An update of a customer's chat."""
    return Incoming(str(number or next(_UPDATES)), {}, name, Person(name, f"Customer {name}"), content)


def edited(
    shop: Office, name: str, number: int, text: str, *, after: float = 60, kind: str = "text", file: str | None = None
) -> Incoming:
    """A customer's message is another one since `after` seconds from the office's first moment of today."""
    files = [File(kind, file)] if file else []
    at = shop.clock.now().replace(hour=9, minute=0, second=0)
    changed = Edited(
        str(number), at, kind, {"text": text} if text else {}, files, edited_at=at + timedelta(seconds=after)
    )
    return update(name, changed)


def reacted(name: str, external_id: str, emoji: str | None) -> Incoming:
    """A customer's reaction is another one."""
    return update(name, Reacted(external_id, emoji))


async def deliver(shop: Office, chat_key: str) -> dict[int, str]:
    """Let everything that waits in a chat arrive; the names of the new messages by the rows that sent them."""
    names: dict[int, str] = {}
    while waiting := [row.id for row in await shop.outgoing(chat_key) if row.state == "queued"]:
        async with shop.database.unit() as uow:
            marked = await outcomes.mark(uow, waiting[:1], epoch=1)
        results = [Result(one, str(next(_NAMES)) if one.op == "send" else None) for one in marked]
        names |= {one.marked.id: one.external_id for one in results if one.external_id}
        async with shop.database.unit() as uow:
            await outcomes.write(uow, shop.channel_id, results, retry_seconds=(1,))
        await shop.settle()
    return names


async def said(shop: Office) -> list[tuple[str, dict[int, str]]]:
    """What customers' messages say, each with what it said before."""
    async with shop.database.reading() as uow:
        rows = await uow.rows(select(message).where(message.c.direction == "in").order_by(message.c.id))
        versions = await uow.rows(select(message_version))
    before = {row.id: {one.no: one.body["text"] for one in versions if one.message_id == row.id} for row in rows}
    return [(row.body["text"], before[row.id]) for row in rows]


async def events(shop: Office, kind: str) -> list[dict[str, Any]]:
    """What was recorded of a kind."""
    async with shop.database.reading() as uow:
        rows = await uow.rows(select(event).where(event.c.kind == kind).order_by(event.c.id))
    return [row.data for row in rows]
