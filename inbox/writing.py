"""Writes to customers: a message is stored and queued in one act; who may write is the pipeline's affair."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, update

from core.bulk import insert_rows, update_rows
from core.database import AnyRow, UnitOfWork
from core.journal import Origin, insert_or_ignore, record
from inbox.albums import album_of
from inbox.attachments import Attached, source_of, store_files
from inbox.channel import File, Written
from inbox.channels import limits_of
from inbox.contacts import stream_of
from inbox.contents import contents_of, searchable
from inbox.events import MessageDiscarded, MessageRetried, MessageWritten
from inbox.models import channel, conversation, message
from inbox.outbound import Lane, Outgoing, queue
from inbox.seeing import seen_by_us


async def write(
    uow: UnitOfWork,
    conversation_id: int,
    *,
    written: Written,
    actor: str,
    client_key: str,
    reply_to_id: int | None,
    lane: Lane = Lane.PEOPLE,
) -> int:
    """Store a message to a customer, queue it in its channel and end his waiting; the message's id.

    The same `client_key` again has no effect. The customer's stream must be locked by this unit.
    """
    chats = await uow.rows(_LOCKED_CHATS, {"ids": [conversation_id]})
    if not chats:
        raise LookupError(f"no conversation {conversation_id}")
    row = {"conversation_id": conversation_id, "actor": actor, "client_key": client_key, "reply_to_id": reply_to_id}
    result = await uow.execute(
        insert_or_ignore(uow, message).returning(message.c.id), row | _written_out(written) | {"at": uow.now}
    )
    message_id: int | None = result.scalar()
    if message_id is None:
        known: int = await uow.value(select(message.c.id).where(message.c.client_key == client_key))
        return known
    await uow.execute(
        update(conversation)
        .where(conversation.c.id == conversation_id)
        .values(last_message_id=message_id, waiting_since=None, waiting_from_id=None)
    )
    new = _New(
        id=message_id,
        chat=chats[0],
        kind=written.kind,
        body=written.body,
        files=written.files,
        origin=Origin(actor),
        reply_to_id=reply_to_id,
        album=f"{actor}:{written.album}" if written.album else None,
    )
    await _go_out(uow, [new], lane)
    if actor.startswith("staff:"):
        # Whoever answers has read what he answers.
        await seen_by_us(uow, conversation_id, message_id, actor=actor)
    return message_id


class Automatic(NamedTuple):
    """A text that nobody typed, perhaps under a file; the same `client_key` is written once."""

    conversation_id: int
    text: str
    client_key: str
    origin: Origin
    file: File | None = None

    @property
    def kind(self) -> str:
        """What kind of message it is."""
        return self.file.kind if self.file else "text"

    @property
    def body(self) -> dict[str, Any]:
        """What it says, in our own form."""
        return {"text": self.text} if self.text or not self.file else {}

    @property
    def files(self) -> list[File]:
        """Its file, if it has one."""
        return [self.file] if self.file else []


async def write_automatically(uow: UnitOfWork, items: Sequence[Automatic]) -> None:
    """Store texts to customers and queue them, all at once; whoever waits for a person goes on waiting.

    They leave only when nothing committed in the customer's stream can stop them any more. The streams must be locked
    by this unit, and the keys be new to it.
    """
    if not items:
        return
    rows = await uow.rows(_CHATS, {"ids": sorted({one.conversation_id for one in items})})
    chats = {row.id: row for row in rows}
    result = await insert_rows(
        uow,
        message,
        [
            {
                "conversation_id": one.conversation_id,
                "direction": "out",
                "actor": one.origin.actor,
                "client_key": one.client_key,
                "kind": one.kind,
                "body": one.body,
                "search": searchable(one.body),
                "at": uow.now,
            }
            for one in items
        ],
        ignore=True,
        returning=("id", "client_key"),
    )
    made = {row.client_key: row.id for row in result}
    written = [
        _New(
            id=made[one.client_key],
            chat=chats[one.conversation_id],
            kind=one.kind,
            body=one.body,
            files=one.files,
            origin=one.origin,
            guard=stream_of(chats[one.conversation_id].contact_id),
        )
        for one in items
        if one.client_key in made
    ]
    await update_rows(uow, conversation, [{"id": new.chat.id, "last_message_id": new.id} for new in written])
    await _go_out(uow, written, Lane.AUTOMATION)


class _New(NamedTuple):
    """A message that was just stored; `guard` names the stream that may still stop it."""

    id: int
    chat: AnyRow
    kind: str
    body: dict[str, Any]
    files: Sequence[File]
    origin: Origin
    reply_to_id: int | None = None
    album: str | None = None
    guard: str | None = None


async def _go_out(uow: UnitOfWork, written: Sequence[_New], lane: Lane) -> None:
    """Queue what was stored, in its channels, and tell of it."""
    attached: Attached = {}
    for channel_id in {new.chat.channel_id for new in written if new.files}:
        its = [(new.id, new.files) for new in written if new.chat.channel_id == channel_id]
        attached |= await store_files(uow, channel_id, its, again=True)
    await queue(uow, [row for new in written for row in _rows_of(new, lane, attached)])
    await record(
        uow,
        [
            MessageWritten(
                stream=stream_of(new.chat.contact_id),
                ref=f"conversation:{new.chat.id}",
                **new.origin.common(),
                conversation_id=new.chat.id,
                message_id=new.id,
            )
            for new in written
        ],
    )


def _rows_of(new: _New, lane: Lane, attached: Attached) -> Iterator[Outgoing]:
    limits = limits_of(new.chat.channel_kind)
    source = source_of(new.files[0], new.chat.channel_id, attached[new.id, 0]) if new.files else None
    contents = contents_of(limits, new.kind, new.body, source)
    if new.reply_to_id:
        contents[0] = contents[0] | {"reply_to": {"message": new.reply_to_id}}
    for place, content in enumerate(contents):
        yield Outgoing(
            cause=cause_of(new.id, place),
            channel_id=new.chat.channel_id,
            chat_key=new.chat.chat_key,
            lane=lane,
            content=content,
            message_id=new.id,
            album=album_of(limits, new.album, content, content),
            guard=new.guard,
        )


_CHATS = (
    select(
        conversation.c.id,
        conversation.c.channel_id,
        conversation.c.chat_key,
        conversation.c.contact_id,
        channel.c.kind.label("channel_kind"),
    )
    .join(channel, channel.c.id == conversation.c.channel_id)
    .where(conversation.c.id.in_(bindparam("ids", expanding=True)))
)
_LOCKED_CHATS = _CHATS.with_for_update(of=conversation)


def cause_of(message_id: int, place: int) -> str:
    """The name of the rows of a message, of which most have one."""
    return f"message:{message_id}:{place}" if place else f"message:{message_id}"


def _written_out(written: Written) -> dict[str, Any]:
    return {
        "direction": "out",
        "album": written.album,
        "kind": written.kind,
        "body": written.body,
        "search": searchable(written.body),
    }


async def record_outcome(uow: UnitOfWork, message_id: int, *, actor: str, retried: bool) -> None:
    """Note what a person decided about a message that was not delivered; its stream must be locked."""
    row = await uow.row(
        select(conversation.c.id, conversation.c.contact_id)
        .join(message, message.c.conversation_id == conversation.c.id)
        .where(message.c.id == message_id)
    )
    if row is None:
        raise LookupError(f"no message {message_id}")
    kind = MessageRetried if retried else MessageDiscarded
    event = kind(stream=stream_of(row.contact_id), ref=f"conversation:{row.id}", actor=actor, message_id=message_id)
    await record(uow, [event])
