"""Writes to customers: a message is stored and queued in one act; who may write is the pipeline's affair."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, update

from core.bulk import insert_rows, update_rows
from core.database import UnitOfWork
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
    talk = await uow.row(
        select(conversation, channel.c.kind.label("channel_kind"))
        .join(channel, channel.c.id == conversation.c.channel_id)
        .where(conversation.c.id == conversation_id)
        .with_for_update(of=conversation)
    )
    if talk is None:
        raise LookupError(f"no conversation {conversation_id}")
    row = {"conversation_id": conversation_id, "actor": actor, "client_key": client_key, "reply_to_id": reply_to_id}
    result = await uow.execute(
        insert_or_ignore(uow, message).returning(message.c.id), row | _written_out(written) | {"at": uow.now}
    )
    message_id: int | None = result.scalar()
    if message_id is None:
        known: int = await uow.value(select(message.c.id).where(message.c.client_key == client_key))
        return known
    made = await store_files(uow, talk.channel_id, [(message_id, written.files)])
    await uow.execute(
        update(conversation)
        .where(conversation.c.id == conversation_id)
        .values(last_message_id=message_id, waiting_since=None, waiting_from_id=None)
    )
    limits = limits_of(talk.channel_kind)
    source = _source(written.files, talk.channel_id, message_id, made)
    rows = contents_of(limits, written.kind, written.body, source)
    if reply_to_id:
        rows[0] = rows[0] | {"reply_to": {"message": reply_to_id}}
    album = f"{actor}:{written.album}" if written.album else None
    await queue(
        uow,
        [
            Outgoing(
                cause=cause_of(message_id, place),
                channel_id=talk.channel_id,
                chat_key=talk.chat_key,
                lane=lane,
                content=content,
                message_id=message_id,
                album=album_of(limits, album, content, content),
            )
            for place, content in enumerate(rows)
        ],
    )
    event = MessageWritten(
        stream=stream_of(talk.contact_id),
        ref=f"conversation:{conversation_id}",
        actor=actor,
        conversation_id=conversation_id,
        message_id=message_id,
    )
    await record(uow, [event])
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
    written = [(one, chats[one.conversation_id], made[one.client_key]) for one in items if one.client_key in made]
    attached: Attached = {}
    for channel_id in {chat.channel_id for one, chat, _ in written if one.file}:
        attached |= await store_files(
            uow, channel_id, [(new, one.files) for one, chat, new in written if chat.channel_id == channel_id]
        )
    await update_rows(uow, conversation, [{"id": chat.id, "last_message_id": new} for _, chat, new in written])
    await queue(
        uow,
        [
            Outgoing(
                cause=cause_of(message_id, place),
                channel_id=chat.channel_id,
                chat_key=chat.chat_key,
                lane=Lane.AUTOMATION,
                content=content,
                message_id=message_id,
                guard=stream_of(chat.contact_id),
            )
            for one, chat, message_id in written
            for place, content in enumerate(_contents(one, chat, message_id, attached))
        ],
    )
    await record(
        uow,
        [
            MessageWritten(
                stream=stream_of(chat.contact_id),
                ref=f"conversation:{chat.id}",
                **one.origin.common(),
                conversation_id=chat.id,
                message_id=message_id,
            )
            for one, chat, message_id in written
        ],
    )


def _contents(one: Automatic, chat: Any, message_id: int, attached: Attached) -> list[dict[str, Any]]:
    source = _source(one.files, chat.channel_id, message_id, attached)
    return contents_of(limits_of(chat.channel_kind), one.kind, one.body, source)


def _source(files: Sequence[File], channel_id: int, message_id: int, attached: Attached) -> dict[str, Any] | None:
    return source_of(files[0], channel_id, attached[message_id, 0]) if files else None


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
