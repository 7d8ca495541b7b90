"""What a visitor may read of his talk: its pages, what has changed behind an event, its files."""

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
from inbox.visitors import Talk

# What has no words but those under it.
FILES = LIMITS.sends - {"text"}
PAGE, QUOTED = 30, 120
# So many changes are told one by one; who missed more is better shown all anew.
MOST_CHANGES = 200


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of a message: `state` is "waiting", "kept" or "missing"."""

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
        query = query.where(message.c.id < before)
    rows = await uow.rows(query.order_by(message.c.id.desc()).limit(PAGE))
    return [_shown(row) for row in reversed(rows)]


def _shown(row: Any) -> Shown:
    file = FileView(row.file_id, row.file_kind, row.mime, row.file_name, row.size, row.state) if row.file_id else None
    return Shown(
        id=row.id,
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
    """What happened in a talk behind an event: messages as they are now, ids of those that are gone.

    `number` is the event up to which this is all; None says that it is more than can be told one by one.
    """

    number: int | None
    messages: Sequence[Shown] = ()
    gone: Sequence[int] = ()


async def last_number(uow: UnitOfWork, talk: Talk) -> int:
    """The newest event of a talk. All of one customer have growing ids, as his stream is locked by whoever records."""
    query = select(event.c.id).where(event.c.ref == f"conversation:{talk.id}")
    return await uow.value(query.order_by(event.c.id.desc()).limit(1)) or 0


async def changes(uow: UnitOfWork, talk: Talk, *, after: int) -> Changes:
    """What a browser that has shown everything up to an event has to show."""
    rows = await uow.rows(
        select(event.c.id, event.c.kind, event.c.data)
        .where(event.c.ref == f"conversation:{talk.id}", event.c.id > after)
        .order_by(event.c.id)
        .limit(MOST_CHANGES + 1)
    )
    if len(rows) > MOST_CHANGES:
        return Changes(None)
    told = [row.data for row in rows if row.kind != ConversationSeen.__name__]
    ids = {data["message_id"] for data in told if "message_id" in data}
    if not ids:
        return Changes(rows[-1].id if rows else after)
    its = and_(message.c.id.in_(sorted(ids)), message.c.conversation_id == talk.id)
    found = await uow.rows(_SHOWN.where(its, _visible()).order_by(message.c.id))
    taken = await uow.rows(select(message.c.id).where(its, message.c.deleted_at.is_not(None)).order_by(message.c.id))
    return Changes(rows[-1].id, [_shown(row) for row in found], [row.id for row in taken])


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that can be given away: its place below the media folder and what its sender called it."""

    path: str
    name: str | None


async def file_of(uow: UnitOfWork, talk: Talk, attachment_id: int) -> KeptFile | None:
    """A file of this talk that is here; nothing for any other."""
    row = await uow.row(
        select(attachment.c.path, attachment.c.name)
        .join(message, message.c.id == attachment.c.message_id)
        .where(
            attachment.c.id == attachment_id,
            attachment.c.state == "kept",
            message.c.conversation_id == talk.id,
            _visible(),
        )
    )
    return KeptFile(row.path, row.name) if row and row.path else None
