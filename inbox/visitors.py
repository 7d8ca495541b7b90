"""Visitors of web sites who write in our own chat: what they say, and all that one of them may read of his talk.

A visitor is known by a secret that his browser keeps, of which only a hash is stored. How he asks is not known here.
"""

import hashlib
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update

from core.database import UnitOfWork
from core.journal import event, insert_or_ignore
from core.storable import storable
from core.words import bare
from inbox.channel import File, Incoming, Person, Written
from inbox.channels.webchat import LIMITS, WebChat
from inbox.contents import is_visible, words
from inbox.events import ConversationSeen
from inbox.intake import accept
from inbox.models import attachment, channel, contact, conversation, message, stated
from inbox.models import update as receipt
from inbox.splitting import split
from inbox.uploads import use
from inbox.wording import shortened

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")
# What has no words but those under it.
FILES = LIMITS.sends - {"text"}
PAGE, QUOTED = 30, 120
# So many changes are told one by one; who missed more is better shown all anew.
MOST_CHANGES = 200
LONGEST_NAME, LONGEST_SOURCE = 64, 64


def new_token() -> str:
    """What a browser keeps: 256 bits that nobody can guess."""
    return secrets.token_urlsafe(32)


def key_of(token: str) -> str | None:
    """How the bearer of a token is called here; None for what is no token."""
    return hashlib.sha256(token.encode()).hexdigest() if _TOKEN.fullmatch(token) else None


def owner_of(key: str) -> str:
    """Whose a visitor's uploads are."""
    return f"visitor:{key}"


@dataclass(frozen=True, slots=True)
class Talk:
    """A visitor's conversation, and how far each side has seen it."""

    id: int
    contact_id: int
    name: str
    seen_by_us: int
    seen_by_customer: int


async def talk_of(uow: UnitOfWork, key: str) -> Talk | None:
    """The conversation of a visitor, once he has written."""
    row = await uow.row(
        select(conversation, contact.c.name)
        .join(channel, channel.c.id == conversation.c.channel_id)
        .join(contact, contact.c.id == conversation.c.contact_id)
        .where(channel.c.kind == WebChat.kind, conversation.c.chat_key == key)
    )
    if row is None:
        return None
    return Talk(row.id, row.contact_id, row.name, row.seen_by_us_id or 0, row.seen_by_customer_id or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What a visitor sends: a text, files that he has uploaded, or both; `client_key` makes a repeat harmless."""

    client_key: str
    text: str = ""
    uploads: Sequence[str] = ()
    kind: str = "text"
    body: Mapping[str, Any] | None = None

    @property
    def is_well_formed(self) -> bool:
        """Whether there is anything in it that can be taken in."""
        return bool(_KEY.fullmatch(self.client_key)) and (bool(self.uploads or self.body) or is_visible(self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who says it: by which name he is known until he tells his own, what he reads, and from where he came."""

    key: str
    name: str
    language: str
    source: str | None = None


async def say(uow: UnitOfWork, who: Visitor, saying: Saying) -> None:
    """Take in what a visitor says, as from any other channel. The same again has no effect. Raises UploadGone."""
    channel_id: int = await uow.value(select(channel.c.id).where(channel.c.kind == WebChat.kind))
    names = [f"{who.key}:{saying.client_key}:{place}" for place in range(max(1, len(saying.uploads)))]
    known = select(receipt.c.id).where(receipt.c.channel_id == channel_id, receipt.c.external_id == names[0])
    if await uow.value(known) is not None:
        return
    files = await use(uow, owner_of(who.key), saying.uploads)
    person = Person(who.key, who.name, language=who.language, made_up=True)
    written = _written(uow.now, saying, files)
    updates = [Incoming(name, {}, who.key, person, one) for name, one in zip(names, written, strict=True)]
    await accept(uow, channel_id, updates, staff_of=_nobody)
    if who.source:
        source = storable(who.source)[:LONGEST_SOURCE]
        mine = (conversation.c.channel_id == channel_id) & (conversation.c.chat_key == who.key)
        await uow.execute(update(conversation).where(mine, conversation.c.source.is_(None)).values(source=source))


def _written(now: datetime, saying: Saying, files: Sequence[File]) -> list[Written]:
    """A message as it is stored: of several files each is one, and the first has the text."""
    text = _cut(storable(saying.text).strip())
    said = {"text": text} if text else {}
    if not files:
        return [Written(f"{saying.client_key}:0", now, saying.kind, dict(saying.body or said))]
    album = saying.client_key if len(files) > 1 else None
    return [
        Written(f"{saying.client_key}:{place}", now, file.kind, {} if place else said, [file], album=album)
        for place, file in enumerate(files)
    ]


def _cut(text: str) -> str:
    return split(text, [], most=LIMITS.text)[0].text if text else ""


async def _nobody(uow: UnitOfWork, channel_id: int, people: Collection[str]) -> set[str]:
    """No member of the staff works in a chat of a web site."""
    return set()


async def call_himself(uow: UnitOfWork, talk: Talk, name: str) -> None:
    """Call a visitor as he says that he is called."""
    name = storable(" ".join(name.split()))[:LONGEST_NAME]
    if name and name != talk.name:
        await uow.execute(
            update(contact).where(contact.c.id == talk.contact_id).values(name=name, search=bare(name) or None)
        )


async def state(uow: UnitOfWork, talk: Talk, kind: str, value: str) -> None:
    """Note what a visitor says is his "phone" or "email": nobody has verified it, and nothing is merged by it."""
    row = {"contact_id": talk.contact_id, "kind": kind, "value": value, "at": uow.now}
    await uow.execute(insert_or_ignore(uow, stated), row)


async def has_stated(uow: UnitOfWork, talk: Talk) -> bool:
    """Whether a visitor has left a way to reach him."""
    return await uow.value(select(stated.c.at).where(stated.c.contact_id == talk.contact_id).limit(1)) is not None


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
