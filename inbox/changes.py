"""Stores how customers change what was said: edits, and reactions on our messages; what follows is not here."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import func, select, tuple_, update

from core.bulk import insert_rows, update_rows
from core.database import UnitOfWork
from core.journal import Event
from core.words import bare
from inbox.attachments import replace_files
from inbox.channel import Edited, File, Reacted, Written
from inbox.events import MessageEdited, MessageReacted
from inbox.models import attachment, file_ref, message, message_version, posted

ORIGINAL = 1


class Change(NamedTuple):
    """What an update says of a message that is stored: by conversation and name at the messenger."""

    update: str
    name: tuple[int, str]
    content: Written


class Reaction(NamedTuple):
    """What an update says of a reaction in a chat."""

    update: str
    conversation_id: int
    chat_key: str
    content: Reacted


# Events of changes by the updates that brought them; each is still to be told whose it is.
Changes = dict[str, Callable[[dict[str, Any]], Event]]


async def change_messages(uow: UnitOfWork, channel_id: int, changes: Sequence[Change]) -> Changes:
    """Apply edits to messages that were stored before them, each once and none that is older than the last.

    An original that comes behind its edit is the first thing that the message said. Streams are locked.
    """
    known = await _known(uow, channel_id, {one.name for one in changes})
    told: Changes = {}
    versions: list[dict[str, Any]] = []
    edited: dict[int, _Now] = {}
    for one in changes:
        now = known.get(one.name)
        if now is None:
            continue
        version = _late_original(now, one.content) or _edit(now, one.content)
        if version is None:
            continue
        versions.append({"message_id": now.id, "at": now.edited_at or uow.now} | version)
        edited[now.id] = now
        told[one.update] = partial(_edited, message_id=now.id, version=version["no"])
    await insert_rows(uow, message_version, versions)
    await _store(uow, channel_id, [one for one in edited.values() if one.changed])
    return told


class _Now:
    """A message as it is while a batch changes it."""

    def __init__(self, row: Any) -> None:
        self.id: int = row.id
        self.kind: str = row.kind
        self.body: dict[str, Any] = row.body
        self.edited_at = row.edited_at
        self.last_version: int = row.last_version or 0
        self.has_original = row.edited_at is None or row.first_version == ORIGINAL
        self.refs: list[str] = [row.external_ref] if row.external_ref else []
        self.files: Sequence[File] | None = None
        self.changed = False


def _late_original(now: _Now, content: Written) -> dict[str, Any] | None:
    if isinstance(content, Edited) or now.has_original:
        return None
    now.has_original = True
    now.last_version = max(now.last_version, ORIGINAL)
    return {"no": ORIGINAL, "body": content.body}


def _edit(now: _Now, content: Written) -> dict[str, Any] | None:
    """What a message said before it was edited, if it was."""
    if not isinstance(content, Edited) or (now.edited_at and content.edited_at < now.edited_at):
        return None
    refs = [file.external_ref for file in content.files]
    if (content.kind, content.body, refs) == (now.kind, now.body, now.refs):
        return None
    # The first place is kept for an original that may still come.
    now.last_version = max(now.last_version, ORIGINAL if not now.has_original else 0) + 1
    version = {"no": now.last_version, "body": now.body}
    if refs != now.refs:
        now.refs, now.files = refs, content.files
    now.kind, now.body, now.edited_at, now.changed = content.kind, content.body, content.edited_at, True
    now.has_original = True if version["no"] == ORIGINAL else now.has_original
    return version


def _edited(common: dict[str, Any], *, message_id: int, version: int) -> MessageEdited:
    return MessageEdited(**common, message_id=message_id, version=version)


async def _known(uow: UnitOfWork, channel_id: int, names: set[tuple[int, str]]) -> dict[tuple[int, str], _Now]:
    of_message = message_version.c.message_id == message.c.id
    rows = await uow.rows(
        select(
            message.c.id,
            message.c.conversation_id,
            message.c.external_id,
            message.c.kind,
            message.c.body,
            message.c.edited_at,
            select(func.max(message_version.c.no)).where(of_message).scalar_subquery().label("last_version"),
            select(func.min(message_version.c.no)).where(of_message).scalar_subquery().label("first_version"),
            file_ref.c.external_ref,
        )
        .outerjoin(attachment, (attachment.c.message_id == message.c.id) & (attachment.c.place == 0))
        .outerjoin(file_ref, (file_ref.c.attachment_id == attachment.c.id) & (file_ref.c.channel_id == channel_id))
        .where(tuple_(message.c.conversation_id, message.c.external_id).in_(sorted(names)), message.c.direction == "in")
    )
    return {(row.conversation_id, row.external_id): _Now(row) for row in rows}


async def _store(uow: UnitOfWork, channel_id: int, changed: Sequence[_Now]) -> None:
    rows = [{"id": one.id} | said(one.kind, one.body) | {"edited_at": one.edited_at} for one in changed]
    await update_rows(uow, message, rows)
    for one in changed:
        if one.files is not None:
            await replace_files(uow, channel_id, one.id, one.files)


def said(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """The columns of a message that hold what it says."""
    return {"kind": kind, "body": body, "search": bare(body.get("text") or "") or None}


async def store_reactions(uow: UnitOfWork, channel_id: int, reactions: Sequence[Reaction]) -> Changes:
    """Note reactions on messages of ours; those on anything else are dropped, and so is what changes nothing."""
    place = tuple_(posted.c.chat_key, posted.c.external_id)
    rows = await uow.rows(
        select(posted.c.chat_key, posted.c.external_id, message.c.id, message.c.reaction)
        .join(message, message.c.id == posted.c.message_id)
        .where(
            posted.c.channel_id == channel_id,
            place.in_(sorted({(one.chat_key, one.content.message) for one in reactions})),
            message.c.direction == "out",
            message.c.conversation_id.in_({one.conversation_id for one in reactions}),
        )
    )
    ids = {(row.chat_key, row.external_id): row.id for row in rows}
    now = {row.id: row.reaction for row in rows}
    told: Changes = {}
    for one in reactions:
        message_id = ids.get((one.chat_key, one.content.message))
        if message_id is None or now[message_id] == one.content.emoji:
            continue
        now[message_id] = one.content.emoji
        told[one.update] = partial(_reacted, message_id=message_id, emoji=one.content.emoji)
    for message_id, emoji in sorted(now.items()):
        await uow.execute(update(message).where(message.c.id == message_id).values(reaction=emoji))
    return told


def _reacted(common: dict[str, Any], *, message_id: int, emoji: str | None) -> MessageReacted:
    return MessageReacted(**common, message_id=message_id, emoji=emoji)
