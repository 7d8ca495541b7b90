"""Queues what is to be sent: an outgoing thing is a row first; sending it is the delivery's affair."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, literal_column, or_, select, update

from core.bulk import insert_rows
from core.database import UnitOfWork
from core.journal import insert, insert_or_ignore
from inbox.albums import Album, joined
from inbox.models import message, outgoing, posted


class Lane(IntEnum):
    """Whose turn comes first between chats; inside one chat order is order."""

    PEOPLE = 0
    NOTICE = 1
    AUTOMATION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One thing to do in a chat. `cause` names event, handler and addressee: the same cause is queued once.

    `content` is our own form; in it `reply_to` may name {"ref": what the newest message is about}, {"message": id},
    {"external": name} or {"outgoing": id}, with a "ref" for when that was never sent.
    `target_id` is the outgoing message that an edit or a deletion is about; a reaction names its target in `content`.
    `guard` names a stream whose events may stop it: it waits until they have been handed on.
    A `merge_key` makes it replace the content of a queued one with the same key in the same chat; a part of an `album`
    joins what is queued of it.
    Texts of one `thread` may leave the chat as one message, and never pass anything of that thread (`inbox.joining`).
    """

    cause: str
    channel_id: int
    chat_key: str
    lane: Lane
    content: dict[str, Any]
    op: str = "send"
    message_id: int | None = None
    ref: str | None = None
    target_id: int | None = None
    merge_key: str | None = None
    album: Album | None = None
    guard: str | None = None
    thread: str | None = None


def topic_of(channel_id: int) -> str:
    """What is rung when there is something to send on a channel."""
    return f"outgoing:{channel_id}"


async def queue(uow: UnitOfWork, items: Sequence[Outgoing]) -> None:
    """Queue things in the order given; those whose cause was queued before are left out."""
    plain = [item for item in items if item.merge_key is None]
    if plain:
        made = await joined(uow, [(_row(item), item.album) for item in plain])
        await insert_rows(uow, outgoing, made, ignore=True)
    merging = [_row(item) for item in items if item.merge_key is not None]
    if merging:
        statement = insert(uow, outgoing)
        await uow.execute(
            statement.on_conflict_do_update(
                index_elements=[outgoing.c.channel_id, outgoing.c.chat_key, outgoing.c.merge_key],
                # A parameter here would keep the database from finding the index.
                index_where=outgoing.c.state == literal_column("'queued'"),
                set_={"content": statement.excluded.content},
            ),
            merging,
        )
    for channel_id in {item.channel_id for item in items}:
        uow.ring(topic_of(channel_id))


def _row(item: Outgoing) -> dict[str, Any]:
    return {
        "cause": item.cause,
        "channel_id": item.channel_id,
        "chat_key": item.chat_key,
        "lane": int(item.lane),
        "op": item.op,
        "message_id": item.message_id,
        "ref": item.ref,
        "target_id": item.target_id,
        "content": item.content if item.thread is None else item.content | {"thread": item.thread},
        "merge_key": item.merge_key,
        "not_before": None,
        "guard": item.guard,
        "state": "queued",
    }


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest message about something in a chat, sent or still queued."""

    id: int
    ref: str
    channel_id: int
    chat_key: str
    message_id: int | None
    cause: str


_newest = (
    select(func.max(outgoing.c.id))
    .where(outgoing.c.ref.in_(bindparam("refs", expanding=True)), outgoing.c.op == "send", outgoing.c.state != "failed")
    .group_by(outgoing.c.ref, outgoing.c.channel_id, outgoing.c.chat_key)
)
_LATEST = select(
    outgoing.c.id,
    outgoing.c.ref,
    outgoing.c.channel_id,
    outgoing.c.chat_key,
    outgoing.c.message_id,
    outgoing.c.cause,
).where(outgoing.c.id.in_(_newest))


async def latest(uow: UnitOfWork, refs: Sequence[str]) -> list[Latest]:
    """The newest message about each of `refs` in each chat that has one."""
    return [Latest(*row) for row in await uow.rows(_LATEST, {"refs": list(refs)})]


async def revise(uow: UnitOfWork, changes: Sequence[tuple[Latest, dict[str, Any]]], *, cause: str) -> None:
    """Change what messages say: a queued one is rewritten, one that is out or under way is edited after it.

    `cause` names the event and the handler; it is made one for each message here.
    """
    if not changes:
        return
    rows = await uow.rows(
        select(outgoing.c.id, outgoing.c.state, outgoing.c.content)
        .where(outgoing.c.id.in_([one.id for one, _ in changes]))
        .order_by(outgoing.c.id)
        .with_for_update()
    )
    now = {row.id: row for row in rows}
    # A row's content is what its message says at last, so that a change which changes nothing is not sent.
    changes = [(one, content) for one, content in changes if _says(now[one.id].content) != content]
    for one, content in changes:
        kept = {name: value for name, value in now[one.id].content.items() if name in _HOW}
        await uow.execute(update(outgoing).where(outgoing.c.id == one.id).values(content=content | kept))
    edits = [
        Outgoing(
            cause=f"{cause}:{one.id}",
            channel_id=one.channel_id,
            chat_key=one.chat_key,
            lane=Lane.NOTICE,
            op="edit",
            target_id=one.id,
            content=content,
            merge_key=f"edit:{one.id}",
        )
        for one, content in changes
        if now[one.id].state != "queued"
    ]
    await queue(uow, edits)


# How a message is sent, beside what it says.
_HOW = ("silent", "reply_to", "thread")


def _says(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name not in _HOW}


async def send_again(uow: UnitOfWork, outgoing_id: int) -> bool:
    """Queue once more what failed or was not confirmed, because a person asked; False if it is neither.

    With it goes what is left of the same message.
    """
    # Attempts go on being counted, for each is a row of its own; the pauses between them begin anew.
    return await _close(uow, outgoing_id, state="queued", reason=None, failures=0, not_before=None)


async def discard(uow: UnitOfWork, outgoing_id: int) -> bool:
    """Give up what failed or was not confirmed, with the rest of its message; False if it is neither."""
    return await _close(uow, outgoing_id, state="cancelled", reason="discarded")


async def withdraw(uow: UnitOfWork, client_keys: Collection[str], *, reason: str) -> set[str]:
    """Take messages back that still wait to be sent; the keys of those that do not wait any more are returned.

    One that is being sent is not tried again, should it come back. The streams must be locked by this unit.
    """
    if not client_keys:
        return set()
    meant = select(message.c.id).where(message.c.client_key.in_(sorted(client_keys)))
    sends = update(outgoing).where(outgoing.c.message_id.in_(meant), outgoing.c.op == "send")
    await uow.execute(sends.where(outgoing.c.state == "sending", outgoing.c.guard.is_not(None)).values(reason=reason))
    rest = outgoing.alias("rest")
    # What has begun to be said is said to its end.
    begun = select(rest.c.message_id).where(
        rest.c.message_id == outgoing.c.message_id,
        rest.c.op == "send",
        rest.c.state.not_in(["queued", "cancelled"]),
    )
    result = await uow.execute(
        sends.where(outgoing.c.state == "queued", ~begun.exists())
        .values(state="cancelled", reason=reason)
        .returning(outgoing.c.message_id)
    )
    taken_back = [row.message_id for row in result]
    rows = await uow.rows(select(message.c.client_key).where(message.c.id.in_(taken_back)))
    return set(client_keys) - {row.client_key for row in rows}


async def _close(uow: UnitOfWork, outgoing_id: int, **values: Any) -> bool:
    message_id = select(outgoing.c.message_id).where(outgoing.c.id == outgoing_id).scalar_subquery()
    same = and_(outgoing.c.message_id == message_id, outgoing.c.op == "send")
    result = await uow.execute(
        update(outgoing)
        .where(or_(outgoing.c.id == outgoing_id, same), outgoing.c.state.in_(["failed", "unknown"]))
        .values(**values)
        .returning(outgoing.c.channel_id)
    )
    channel_ids = {row.channel_id for row in result}
    for channel_id in channel_ids:
        uow.ring(topic_of(channel_id))
    return bool(channel_ids)


@dataclass(frozen=True, slots=True)
class Posted:
    """What a message in a chat is about."""

    message_id: int | None
    ref: str | None


async def what_is(uow: UnitOfWork, channel_id: int, chat_key: str, external_id: str) -> Posted | None:
    """What the message called `external_id` in a chat is about, if it is one of ours."""
    row = await uow.row(select(posted.c.message_id, posted.c.ref).where(in_chat(channel_id, chat_key, external_id)))
    return Posted(row.message_id, row.ref) if row else None


async def remember(uow: UnitOfWork, channel_id: int, chat_key: str, external_id: str, *, message_id: int) -> None:
    """Note that a message that a person wrote in his chat is the message `message_id` to a customer."""
    await uow.execute(
        insert_or_ignore(uow, posted),
        {"channel_id": channel_id, "chat_key": chat_key, "external_id": external_id, "message_id": message_id},
    )


def in_chat(channel_id: int, chat_key: str, external_id: str) -> ColumnElement[bool]:
    """The key of a message in a chat."""
    return and_(posted.c.channel_id == channel_id, posted.c.chat_key == chat_key, posted.c.external_id == external_id)
