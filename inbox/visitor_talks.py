"""What a visitor may read of his talk: its pages, what has changed behind an event, its files.

All numbers are those of his own talk (`visitor_numbers`).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from core.database import UnitOfWork
from core.journal import event
from core.words import shortened
from inbox.channels.webchat import LIMITS
from inbox.contents import words
from inbox.events import ConversationSeen
from inbox.models import attachment, message
from inbox.visitor_numbers import count_events, message_at, place_of, places
from inbox.visitors import Talk

# What has no words but those under it.
FILES = LIMITS.sends - {"text"}
PAGE, QUOTED = 30, 120
# So many changes are told one by one; who missed more is better shown all anew.
MOST_CHANGES = 200


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of a message, by the message's number: `state` is "waiting", "kept" or "missing"."""

    id: int
    kind: str
    mime: str | None
    name: str | None
    size: int | None
    state: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as its visitor sees it."""

    id: int
    client_key: str | None
    is_his: bool
    actor: str
    kind: str
    text: str
    at: datetime
    edited: bool
    album: str | None
    file: FileView | None
    # What it answers, in short; a medium without words is an empty text.
    answers: str | None

    @property
    def is_by_person(self) -> bool:
        """Whether somebody of the staff wrote it himself."""
        return self.actor.startswith("staff:")


def _visible() -> ColumnElement[bool]:
    """What a visitor may read of his talk: no notes, nothing that was taken back, nothing that is not sent yet."""
    ours = and_(message.c.direction == "out", message.c.external_id.is_not(None))
    return and_(message.c.deleted_at.is_(None), or_(message.c.direction == "in", ours))


_answered = message.alias("answered")
_SHOWN = (
    select(
        message,
        _answered.c.kind.label("answered_kind"),
        _answered.c.body.label("answered_body"),
        attachment.c.id.label("file_id"),
        attachment.c.kind.label("file_kind"),
        attachment.c.mime,
        attachment.c.name.label("file_name"),
        attachment.c.size,
        attachment.c.state,
    )
    .outerjoin(attachment, and_(attachment.c.message_id == message.c.id, attachment.c.place == 0))
    .outerjoin(
        _answered,
        and_(
            _answered.c.id == message.c.reply_to_id,
            _answered.c.conversation_id == message.c.conversation_id,
            _answered.c.direction != "note",
            # What was taken back is not quoted either.
            _answered.c.deleted_at.is_(None),
        ),
    )
)


async def newest(uow: UnitOfWork, talk: Talk, *, before: int | None = None) -> list[Shown]:
    """A page of a visitor's talk, oldest first: the newest messages, or those before one."""
    query = _SHOWN.where(message.c.conversation_id == talk.id, _visible())
    if before is not None:
        behind = await message_at(uow, talk.id, before - 1)
        query = query.where(message.c.id <= (behind or 0))
    rows = await uow.rows(query.order_by(message.c.id.desc()).limit(PAGE))
    return await _told(uow, talk, list(reversed(rows)))


async def _told(uow: UnitOfWork, talk: Talk, rows: Sequence[Any]) -> list[Shown]:
    numbers = await places(uow, talk.id, [row.id for row in rows])
    return [_shown(row, numbers[row.id]) for row in rows]


def _shown(row: Any, number: int) -> Shown:
    file = FileView(number, row.file_kind, row.mime, row.file_name, row.size, row.state) if row.file_id else None
    return Shown(
        id=number,
        client_key=row.external_id.partition(":")[0] if row.direction == "in" else None,
        is_his=row.direction == "in",
        actor=row.actor,
        kind=row.kind,
        text=_said(row.kind, row.body),
        at=row.at,
        edited=row.edited_at is not None,
        album=_opaque(row.album) if row.album else None,
        file=file,
        answers=None if row.answered_kind is None else shortened(_said(row.answered_kind, row.answered_body), QUOTED),
    )


def _opaque(album: str) -> str:
    """The same for all parts of an album, and nothing of who sent it."""
    return hashlib.sha256(album.encode()).hexdigest()[:16]


def _said(kind: str, body: dict[str, Any]) -> str:
    text: str = body.get("text") or ("" if kind in FILES else words(kind, body))
    return text


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened in a talk behind an event: messages as they are now, numbers of those that are gone.

    `number` is the event up to which this is all; None says that it cannot be told one by one: it is too much, or the
    browser knows of events that never were, as after a backup was restored.
    """

    number: int | None
    messages: Sequence[Shown] = ()
    gone: Sequence[int] = ()


async def last_number(uow: UnitOfWork, talk: Talk) -> int:
    """The newest event of a talk."""
    return await count_events(uow, talk.id)


async def seen_by_us(uow: UnitOfWork, talk: Talk) -> int:
    """Up to which message somebody of ours has seen what he wrote; 0 where nobody has."""
    return await place_of(uow, talk.id, talk.seen_by_us)


async def changes(uow: UnitOfWork, talk: Talk, *, after: int) -> Changes:
    """What a browser that has shown everything up to an event has to show."""
    rows = await uow.rows(
        select(event.c.kind, event.c.data)
        .where(event.c.ref == f"conversation:{talk.id}")
        .order_by(event.c.id)
        .offset(max(0, after - 1))
        .limit(MOST_CHANGES + 2)
    )
    if after:
        # The last event that the browser knows of; where it is not, its numbers are those of another talk.
        if not rows:
            return Changes(None)
        rows = rows[1:]
    if len(rows) > MOST_CHANGES:
        return Changes(None)
    told = [row.data for row in rows if row.kind != ConversationSeen.__name__]
    ids = {data["message_id"] for data in told if "message_id" in data}
    if not ids:
        return Changes(after + len(rows))
    its = and_(message.c.id.in_(sorted(ids)), message.c.conversation_id == talk.id)
    found = await uow.rows(_SHOWN.where(its, _visible()).order_by(message.c.id))
    taken = await uow.rows(select(message.c.id).where(its, message.c.deleted_at.is_not(None)).order_by(message.c.id))
    numbers = await places(uow, talk.id, [row.id for row in taken])
    return Changes(after + len(rows), await _told(uow, talk, found), [numbers[row.id] for row in taken])


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that can be given away: its place below the media folder and what its sender called it."""

    path: str
    name: str | None


async def file_of(uow: UnitOfWork, talk: Talk, number: int) -> KeptFile | None:
    """The file of a message of this talk, if it is here."""
    message_id = await message_at(uow, talk.id, number)
    if message_id is None or await place_of(uow, talk.id, message_id) != number:
        return None
    row = await uow.row(
        select(attachment.c.path, attachment.c.name)
        .join(message, message.c.id == attachment.c.message_id)
        .where(
            message.c.id == message_id,
            attachment.c.place == 0,
            attachment.c.state == "kept",
            _visible(),
        )
    )
    return KeptFile(row.path, row.name) if row and row.path else None
