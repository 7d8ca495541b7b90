"""Reads messages for whoever shows them; changes nothing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, select, tuple_

from core.database import UnitOfWork
from inbox.models import attachment, channel, contact, conversation, file_ref, message, message_version, outgoing


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message with what is needed to show it: its file, by the name its own channel has, and what it answers."""

    id: int
    conversation_id: int
    channel_id: int
    channel_kind: str
    direction: str
    kind: str
    body: dict[str, Any]
    at: datetime
    client_key: str | None
    external_id: str | None
    chat_key: str
    album: str | None
    attachment: int | None
    file: str | None
    size: int | None
    answered_kind: str | None
    answered_body: dict[str, Any] | None
    edited_at: datetime | None
    reaction: str | None


_answered = message.alias("answered")
_VIEW = (
    select(
        message.c.id,
        message.c.conversation_id,
        conversation.c.channel_id,
        channel.c.kind.label("channel_kind"),
        message.c.direction,
        message.c.kind,
        message.c.body,
        message.c.at,
        message.c.client_key,
        message.c.external_id,
        conversation.c.chat_key,
        message.c.album,
        attachment.c.id.label("attachment"),
        file_ref.c.external_ref,
        attachment.c.size,
        _answered.c.kind.label("answered_kind"),
        _answered.c.body.label("answered_body"),
        message.c.edited_at,
        message.c.reaction,
    )
    .join(conversation, conversation.c.id == message.c.conversation_id)
    .join(channel, channel.c.id == conversation.c.channel_id)
    .outerjoin(_answered, _answered.c.id == message.c.reply_to_id)
    .outerjoin(attachment, and_(attachment.c.message_id == message.c.id, attachment.c.place == 0))
    .outerjoin(
        file_ref,
        and_(file_ref.c.attachment_id == attachment.c.id, file_ref.c.channel_id == conversation.c.channel_id),
    )
)


_BY_ID = _VIEW.where(message.c.id.in_(bindparam("ids", expanding=True)))


async def messages(uow: UnitOfWork, ids: Collection[int]) -> dict[int, MessageView]:
    """Messages by their ids."""
    rows = await uow.rows(_BY_ID, {"ids": list(ids)}) if ids else []
    return {row.id: MessageView(*row) for row in rows}


async def texts_of(uow: UnitOfWork, ids: Collection[int]) -> dict[int, str]:
    """The texts, or captions, of messages that have one."""
    rows = await uow.rows(_BODIES, {"ids": sorted(ids)}) if ids else []
    return {row.id: row.body["text"] for row in rows if row.body.get("text")}


async def said_before(uow: UnitOfWork, versions: Collection[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """The texts, or captions, that messages had before edits, by message and version."""
    if not versions:
        return {}
    key = tuple_(message_version.c.message_id, message_version.c.no)
    rows = await uow.rows(select(message_version).where(key.in_(sorted(versions))))
    return {(row.message_id, row.no): row.body.get("text", "") for row in rows}


_BODIES = select(message.c.id, message.c.body).where(message.c.id.in_(bindparam("ids", expanding=True)))


async def received_since(
    uow: UnitOfWork, first_ids: Mapping[int, int], waiting_from_ids: Mapping[int, int], *, limit: int
) -> dict[int, list[MessageView]]:
    """Customers' messages of conversations, oldest first, each from its first on: what waits and the last `limit`."""
    newest = func.row_number().over(partition_by=message.c.conversation_id, order_by=message.c.id.desc())
    ranked = (
        select(message.c.id, newest.label("rank"))
        .where(
            message.c.conversation_id.in_(first_ids),
            message.c.id >= min(first_ids.values()),
            message.c.direction == "in",
        )
        .subquery()
    )
    oldest = min(waiting_from_ids.values(), default=0)
    waits = message.c.conversation_id.in_(waiting_from_ids) & (message.c.id >= oldest)
    rows = await uow.rows(
        _VIEW.join(ranked, ranked.c.id == message.c.id).where((ranked.c.rank <= limit) | waits).order_by(message.c.id)
    )
    found: dict[int, list[MessageView]] = {}
    for row in rows:
        if row.id >= first_ids[row.conversation_id]:
            found.setdefault(row.conversation_id, []).append(MessageView(*row))
    return found


async def last_received(uow: UnitOfWork, conversation_ids: Collection[int]) -> dict[int, int]:
    """The customer's last message of each of these conversations that has one."""
    if not conversation_ids:
        return {}
    query = select(message.c.conversation_id, func.max(message.c.id).label("last"))
    its = query.where(message.c.conversation_id.in_(sorted(conversation_ids)), message.c.direction == "in")
    return {row.conversation_id: row.last for row in await uow.rows(its.group_by(message.c.conversation_id))}


async def chat_of(uow: UnitOfWork, conversation_id: int) -> tuple[int, str]:
    """The channel and the chat of a conversation."""
    row = await uow.row(
        select(conversation.c.channel_id, conversation.c.chat_key).where(conversation.c.id == conversation_id)
    )
    if row is None:
        raise LookupError(f"no conversation {conversation_id}")
    return row.channel_id, row.chat_key


@dataclass(frozen=True, slots=True)
class OutgoingView:
    """An outgoing thing that was not done."""

    id: int
    channel_id: int
    chat_key: str
    op: str
    content: dict[str, Any]
    message_id: int | None
    cause: str


async def outgoings(uow: UnitOfWork, ids: Collection[int]) -> list[OutgoingView]:
    """Outgoing things by their ids."""
    rows = await uow.rows(
        select(
            outgoing.c.id,
            outgoing.c.channel_id,
            outgoing.c.chat_key,
            outgoing.c.op,
            outgoing.c.content,
            outgoing.c.message_id,
            outgoing.c.cause,
        ).where(outgoing.c.id.in_(ids))
    )
    return [OutgoingView(*row) for row in rows]


async def language_in(uow: UnitOfWork, conversation_id: int) -> str | None:
    """The language that a conversation's customer reads, as his messenger says."""
    language: str | None = await uow.value(
        select(contact.c.language)
        .join(conversation, conversation.c.contact_id == contact.c.id)
        .where(conversation.c.id == conversation_id)
    )
    return language
