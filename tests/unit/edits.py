"""What edits and reactions bring to an office, and what is delivered there, as its tests play it."""

import itertools
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.marks import client_key
from core.journal import event
from inbox import marking, outcomes
from inbox.channel import Delivered, Edited, File, Incoming, Person, Reacted, Refused, Unanswered, Written
from inbox.models import message, message_version
from inbox.outbound import remember
from inbox.outcomes import Result
from pipeline.correcting import correct, take_back
from pipeline.deals import answer
from pipeline.staff.rights import Staff
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
    return {one.marked.id: one.delivered.names[0] for one in await _delivered(shop, chat_key) if one.delivered.names}


async def leaves(shop: Office, chat_key: str) -> list[str]:
    """The same; what the new messages say, in their order."""
    return [one.marked.content["text"] for one in await _delivered(shop, chat_key) if one.delivered.names]


async def _delivered(shop: Office, chat_key: str) -> list[Result]:
    done: list[Result] = []
    while waiting := [row.id for row in await shop.outgoing(chat_key) if row.state == "queued"]:
        async with shop.database.unit() as uow:
            marked = await marking.mark(uow, waiting[:1], epoch=1)
        results = [Result(one, Delivered((str(next(_NAMES)),) if one.op == "send" else ())) for one in marked]
        done += results
        async with shop.database.unit() as uow:
            await outcomes.write(uow, shop.channel_id, results, retry_seconds=(1,))
        await shop.settle()
    return done


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


async def answers(shop: Office, by: Staff, deal_id: int, text: str, *, number: int, chat: str = "500") -> int:
    """Somebody writes to a deal's customer in his chat, under this number; the message's id."""
    async with shop.database.unit() as uow:
        wrote = Written(str(number), shop.clock.now(), "text", {"text": text})
        key = client_key(shop.channel_id, chat, str(number))
        sent = await answer(uow, by, deal_id, written=wrote, client_key=key)
        await remember(uow, shop.channel_id, chat, str(number), message_id=sent.message_id)
    await shop.settle()
    return sent.message_id


async def corrects(shop: Office, by: Staff, message_id: int, text: str, *, kind: str = "text") -> bool:
    """Somebody edits what he wrote."""
    async with shop.database.unit() as uow:
        wrote = Written("0", shop.clock.now(), kind, {"text": text})
        changed = await correct(uow, by, message_id, written=wrote, edit=str(next(_UPDATES)))
    await shop.settle()
    return changed


async def takes_back(shop: Office, by: Staff, message_id: int) -> None:
    """Somebody takes back what he wrote."""
    async with shop.database.unit() as uow:
        await take_back(uow, by, message_id, act=str(next(_UPDATES)))
    await shop.settle()


async def fails(shop: Office, chat_key: str, failure: Refused | Unanswered) -> None:
    """Let the next thing that waits in a chat fail."""
    async with shop.database.unit() as uow:
        waiting = [row.id for row in await shop.outgoing(chat_key) if row.state == "queued"]
        marked = await marking.mark(uow, waiting[:1], epoch=1)
        results = [Result(one, failure=failure) for one in marked]
        await outcomes.write(uow, shop.channel_id, results, retry_seconds=())
    await shop.settle()
