"""Visitors of web sites who write in our own chat: who they are, and what they say.

A visitor is known by a secret that his browser keeps, of which only a hash is stored. How he asks is not known here.
"""

import hashlib
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.database import UnitOfWork
from core.storable import storable
from inbox.channel import File, Incoming, Person, Written
from inbox.channels.webchat import LIMITS, WebChat
from inbox.contents import is_visible
from inbox.intake import accept
from inbox.models import channel, contact, conversation
from inbox.models import update as receipt
from inbox.splitting import split
from inbox.uploads import use

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")
LONGEST_SOURCE = 64


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


async def say(uow: UnitOfWork, who: Visitor, saying: Saying) -> bool:
    """Take in what a visitor says, as from any other channel; whether it is new. Raises UploadGone."""
    channel_id: int = await uow.value(select(channel.c.id).where(channel.c.kind == WebChat.kind))
    names = [f"{who.key}:{saying.client_key}:{place}" for place in range(max(1, len(saying.uploads)))]
    known = select(receipt.c.id).where(receipt.c.channel_id == channel_id, receipt.c.external_id == names[0])
    if await uow.value(known) is not None:
        return False
    files = await use(uow, owner_of(who.key), saying.uploads)
    person = Person(who.key, who.name, language=who.language, made_up=True)
    written = _written(uow.now, saying, files)
    source = storable(who.source)[:LONGEST_SOURCE] if who.source else None
    updates = [
        Incoming(name, {}, who.key, person, one, source=source) for name, one in zip(names, written, strict=True)
    ]
    await accept(uow, channel_id, updates, staff_of=_nobody)
    return True


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
