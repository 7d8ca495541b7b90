"""Conversations as pages show them: their messages with everything there is to see, a piece at a time."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select

from core.database import UnitOfWork
from inbox.albums import parts_of
from inbox.models import attachment, conversation, message, message_version, outgoing

OUT, NOTE = "out", "note"


class Delivery(StrEnum):
    """What became of a message to a customer."""

    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    # Discarded by a person, or withdrawn before it left.
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Sent:
    """How far a message to a customer has come.

    `outgoing_id` is what is sent again or discarded where it failed or was not confirmed, `reason` why it failed.
    """

    state: Delivery
    outgoing_id: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of a message; `state` is "waiting", "kept" or "missing", for `reason`."""

    id: int
    kind: str
    name: str | None
    mime: str | None
    size: int | None
    state: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Answered:
    """The message that another one answers."""

    id: int
    direction: str
    kind: str
    body: dict[str, Any]
    deleted: bool


@dataclass(frozen=True, slots=True)
class TalkMessage:
    """A message, or a note of the staff, with everything that a page shows; `seen` is by its customer."""

    id: int
    conversation_id: int
    direction: str
    actor: str
    kind: str
    body: dict[str, Any]
    at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    reaction: str | None
    album: str | None
    answered: Answered | None
    files: Sequence[FileView]
    sent: Sent | None
    seen: bool

    @property
    def trigger_id(self) -> int | None:
        """Which trigger wrote it, if it is automatic."""
        kind, _, number = self.actor.partition(":")
        return int(number) if kind == "trigger" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """The part of a conversation that belongs together, from a message or moment on, up to a moment.

    Of notes it has those in `notes`, or all of them; one that is `silent` has nothing else.
    """

    conversation_id: int
    first_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    notes: frozenset[int] | None = None
    silent: bool = False

    def condition(self) -> ColumnElement[bool]:
        """The condition for its messages."""
        said = [] if self.notes is None else [message.c.direction != NOTE]
        if self.first_id is not None:
            said.append(message.c.id >= self.first_id)
        if self.since is not None:
            said.append(message.c.at >= self.since)
        if self.until is not None:
            said.append(message.c.at <= self.until)
        ours = message.c.conversation_id == self.conversation_id
        noted = message.c.id.in_(sorted(self.notes or ()))
        if self.silent:
            return and_(ours, noted)
        return and_(ours, *said) if self.notes is None else and_(ours, or_(and_(*said), noted))


@dataclass(frozen=True, slots=True)
class TalkPage:
    """Some messages, the oldest first, and whether there are earlier ones."""

    messages: Sequence[TalkMessage]
    earlier: bool


async def talk_page(uow: UnitOfWork, within: Within, *, before: int | None = None, limit: int = 50) -> TalkPage:
    """The last messages, or those before the message `before`."""
    query = select(message.c.id).where(within.condition())
    if before is not None:
        query = query.where(message.c.id < before)
    ids = [row.id for row in await uow.rows(query.order_by(message.c.id.desc()).limit(limit + 1))]
    found = await talk_messages(uow, ids[:limit])
    return TalkPage([found[one] for one in sorted(found)], earlier=len(ids) > limit)


_answered = message.alias("answered")
_OWN = (
    "id",
    "conversation_id",
    "direction",
    "actor",
    "kind",
    "body",
    "at",
    "edited_at",
    "deleted_at",
    "reaction",
    "album",
)
_MESSAGES = (
    select(
        *(message.c[name] for name in _OWN),
        conversation.c.seen_by_customer_id,
        _answered.c.id.label("answered_id"),
        _answered.c.direction.label("answered_direction"),
        _answered.c.kind.label("answered_kind"),
        _answered.c.body.label("answered_body"),
        _answered.c.deleted_at.label("answered_deleted_at"),
    )
    .join(conversation, conversation.c.id == message.c.conversation_id)
    .outerjoin(_answered, _answered.c.id == message.c.reply_to_id)
    .where(message.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(message.c.id)
)


async def talk_messages(
    uow: UnitOfWork, ids: Collection[int], *, within: Within | None = None
) -> dict[int, TalkMessage]:
    """Messages by their ids, those of a part of a conversation alone if one is given."""
    if not ids:
        return {}
    query = _MESSAGES if within is None else _MESSAGES.where(within.condition())
    rows = await uow.rows(query, {"ids": sorted(set(ids))})
    files = await _files(uow, [row.id for row in rows])
    states = await sent_states(uow, [row.id for row in rows if row.direction == OUT])
    return {
        row.id: TalkMessage(
            **{name: getattr(row, name) for name in _OWN},
            answered=_as_answered(row),
            files=files.get(row.id, ()),
            sent=states.get(row.id),
            seen=row.direction == OUT and row.id <= (row.seen_by_customer_id or 0),
        )
        for row in rows
    }


def _as_answered(row: Any) -> Answered | None:
    if row.answered_id is None:
        return None
    deleted = row.answered_deleted_at is not None
    return Answered(row.answered_id, row.answered_direction, row.answered_kind, row.answered_body, deleted)


async def _files(uow: UnitOfWork, ids: Collection[int]) -> dict[int, list[FileView]]:
    columns = ("id", "kind", "name", "mime", "size", "state", "reason")
    query = select(attachment.c.message_id, *(attachment.c[name] for name in columns))
    of_these = query.where(attachment.c.message_id.in_(sorted(set(ids))))
    found: dict[int, list[FileView]] = {}
    for message_id, *values in await uow.rows(of_these.order_by(attachment.c.message_id, attachment.c.place)):
        found.setdefault(message_id, []).append(FileView(*values))
    return found


# The word on a message of several rows is that of the first of these that one of them is in.
_STATES = {
    "failed": Delivery.FAILED,
    "unknown": Delivery.UNCONFIRMED,
    "sending": Delivery.SENDING,
    "queued": Delivery.WAITING,
    "cancelled": Delivery.CANCELLED,
    "sent": Delivery.DELIVERED,
}
_RANKS = {state: place for place, state in enumerate(_STATES)}


async def sent_states(uow: UnitOfWork, ids: Collection[int]) -> dict[int, Sent]:
    """How far messages to customers have come, by message."""
    if not ids:
        return {}
    worst = await _worst(uow, ids)
    parts = await parts_of_same_albums(uow, set(ids) - worst.keys())
    if parts:
        worst = await _worst(uow, parts) | worst
    return {one: _as_sent(worst[one]) if one in worst else Sent(Delivery.DELIVERED) for one in ids}


async def _worst(uow: UnitOfWork, ids: Collection[int]) -> dict[int, Any]:
    """The row that has the word on each message, where it has one."""
    worst: dict[int, Any] = {}
    for row in await uow.rows(_SENDS, {"ids": sorted(set(ids))}):
        for message_id in parts_of(row.content, row.message_id):
            known = worst.get(message_id)
            if known is None or _RANKS[row.state] < _RANKS[known.state]:
                worst[message_id] = row
    return worst


async def parts_of_same_albums(uow: UnitOfWork, ids: Collection[int]) -> list[int]:
    """The parts of the albums of messages: an album is sent as one row, which names the first of them alone."""
    if not ids:
        return []
    of_album = select(message.c.conversation_id, message.c.album).where(message.c.album.is_not(None))
    albums = await uow.rows(of_album.where(message.c.id.in_(sorted(ids))).distinct())
    whole = [and_(message.c.conversation_id == row.conversation_id, message.c.album == row.album) for row in albums]
    return [row.id for row in await uow.rows(select(message.c.id).where(or_(*whole)))] if whole else []


def _as_sent(row: Any) -> Sent:
    return Sent(_STATES[row.state], row.id, row.reason if row.state in ("failed", "cancelled") else None)


_SENDS = (
    select(outgoing.c.id, outgoing.c.message_id, outgoing.c.state, outgoing.c.reason, outgoing.c.content)
    .join(message, message.c.id == outgoing.c.message_id)
    .join(conversation, conversation.c.id == message.c.conversation_id)
    .where(
        outgoing.c.message_id.in_(bindparam("ids", expanding=True)),
        outgoing.c.op == "send",
        outgoing.c.channel_id == conversation.c.channel_id,
        outgoing.c.chat_key == conversation.c.chat_key,
    )
)


@dataclass(frozen=True, slots=True)
class Version:
    """What a message said until somebody changed it."""

    body: dict[str, Any]
    until: datetime


async def earlier_versions(uow: UnitOfWork, message_id: int) -> list[Version]:
    """What a message said before, the oldest first."""
    of_it = select(message_version.c.body, message_version.c.at).where(message_version.c.message_id == message_id)
    return [Version(*row) for row in await uow.rows(of_it.order_by(message_version.c.no))]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was kept, or is to be: where it lies below the media folder, and what it is."""

    id: int
    message_id: int
    conversation_id: int
    path: str | None
    kind: str
    name: str | None
    mime: str | None
    size: int | None
    state: str


async def stored_file(uow: UnitOfWork, attachment_id: int) -> StoredFile | None:
    """One file of a message, for whoever may see the message."""
    row = await uow.row(
        select(
            attachment.c.id,
            attachment.c.message_id,
            message.c.conversation_id,
            attachment.c.path,
            attachment.c.kind,
            attachment.c.name,
            attachment.c.mime,
            attachment.c.size,
            attachment.c.state,
        )
        .join(message, message.c.id == attachment.c.message_id)
        .where(attachment.c.id == attachment_id)
    )
    return StoredFile(*row) if row is not None else None


async def newest_within(uow: UnitOfWork, part: Within, *, up_to: int) -> int | None:
    """The last message of a part of a conversation up to a message."""
    newest = select(func.max(message.c.id)).where(part.condition(), message.c.id <= up_to)
    found: int | None = await uow.value(newest)
    return found


async def is_within(uow: UnitOfWork, message_id: int, parts: Iterable[Within]) -> bool:
    """Whether a message belongs to one of these parts of its conversation."""
    any_of = [one.condition() for one in parts]
    if not any_of:
        return False
    return await uow.value(select(message.c.id).where(message.c.id == message_id, or_(*any_of))) is not None
