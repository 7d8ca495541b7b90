"""Joins media that belong together into one row, which waits a moment for the last of them; sending is elsewhere."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, tuple_, update

from core.database import UnitOfWork
from inbox.channel import Limits
from inbox.models import message, outgoing

# Messengers send the parts as separate updates, up to about a second apart.
PAUSE = timedelta(seconds=1)
# How a row is sent, beside what it says.
_OF_ROW = ("silent", "reply_to", "buttons", "thread")

Row = dict[str, Any]
Key = tuple[int, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """What a medium is a part of. `further` is what the medium says where it is not the first part.

    Parts with one `key` whose kinds are all in `mixes` are sent together, `most` at a time.
    """

    key: str
    mixes: frozenset[str]
    most: int
    further: dict[str, Any]


def album_of(limits: Limits, key: str | None, content: dict[str, Any], further: dict[str, Any]) -> Album | None:
    """The album that a medium belongs to, None for what goes alone."""
    mixes = next((kinds for kinds in limits.albums if content["kind"] in kinds), None)
    if key is None or mixes is None:
        return None
    return Album(key=key, mixes=mixes, most=limits.album_parts, further=further)


async def joined(uow: UnitOfWork, rows: Sequence[tuple[Row, Album | None]]) -> list[Row]:
    """The rows to insert, in order, once parts of albums stand in one row; one that is still queued takes them in."""
    keys = {_key(row, album) for row, album in rows if album is not None}
    waiting = await _waiting(uow, keys) if keys else {}
    known = list(waiting.values())
    made: list[Row] = []
    for row, album in rows:
        if album is None:
            made.append(row)
            continue
        key = _key(row, album)
        whole = waiting.get(key)
        if whole is not None and _takes(whole, album):
            _add(whole, row, album)
        else:
            if whole is not None:
                _close(whole)
            waiting[key] = _begun(row, album, uow)
            made.append(waiting[key])
        waiting[key]["not_before"] = uow.now + PAUSE
        if len(waiting[key]["content"]["parts"]) >= album.most:
            _close(waiting.pop(key))
    for whole in known:
        values = {name: whole[name] for name in ("content", "merge_key", "not_before")}
        await uow.execute(update(outgoing).where(outgoing.c.id == whole["id"]).values(values))
    return made


def _key(row: Row, album: Album) -> Key:
    return row["channel_id"], row["chat_key"], f"album:{album.key}"


async def _waiting(uow: UnitOfWork, keys: set[Key]) -> dict[Key, Row]:
    """The albums that are not being sent yet, kept from it until this unit ends."""
    place = (outgoing.c.channel_id, outgoing.c.chat_key, outgoing.c.merge_key)
    rows = await uow.rows(
        select(outgoing.c.id, *place, outgoing.c.content, outgoing.c.not_before)
        .where(tuple_(*place).in_(sorted(keys)), outgoing.c.state == "queued")
        .order_by(outgoing.c.id)
        .with_for_update()
    )
    return {(row.channel_id, row.chat_key, row.merge_key): dict(row._mapping) for row in rows}


def _begun(row: Row, album: Album, uow: UnitOfWork) -> Row:
    content = row["content"]
    part = {name: value for name, value in content.items() if name not in _OF_ROW}
    how = {name: content[name] for name in _OF_ROW if name in content}
    parts = [part | {"message": row["message_id"]}]
    return row | {"content": {"kind": "album", "parts": parts} | how, "merge_key": f"album:{album.key}"}


def _takes(whole: Row, album: Album) -> bool:
    return bool(whole["content"]["parts"][0]["kind"] in album.mixes)


def _add(whole: Row, row: Row, album: Album) -> None:
    parts = whole["content"]["parts"]
    if all(part["message"] != row["message_id"] for part in parts):
        further = {name: value for name, value in album.further.items() if name not in _OF_ROW}
        whole["content"] = whole["content"] | {"parts": [*parts, further | {"message": row["message_id"]}]}


def _close(whole: Row) -> None:
    """Nothing is waited for any more."""
    whole["merge_key"] = whole["not_before"] = None


def as_sent(content: dict[str, Any]) -> dict[str, Any]:
    """What is sent for a row: an album of one is its part."""
    if content.get("kind") != "album" or len(content["parts"]) > 1:
        return content
    how = {name: content[name] for name in _OF_ROW if name in content}
    part: dict[str, Any] = content["parts"][0]
    return part | how


def parts_of(content: dict[str, Any], message_id: int | None) -> tuple[int, ...]:
    """The messages that a row says, in order, of which an album has several."""
    if content.get("kind") == "album":
        return tuple(part["message"] for part in content["parts"])
    return () if message_id is None else (message_id,)


def messages_of(content: dict[str, Any], message_id: int | None) -> tuple[int, ...]:
    """The messages that replies to what a row sends answer, one for each name that it gets at the messenger."""
    if said := content.get("said"):
        return (said[-1]["message"],)
    return parts_of(content, message_id)


def is_of_several(content: dict[str, Any]) -> bool:
    """Whether a message of the row has other rows beside it."""
    return any("rows" in one for one in content.get("parts", [content]))


def with_part(content: dict[str, Any], message_id: int, part: dict[str, Any] | None) -> dict[str, Any]:
    """An album in which a message says something else, or is missing."""
    new = [] if part is None else [part | {"message": message_id}]
    parts = [now for one in content["parts"] for now in (new if one["message"] == message_id else [one])]
    return content | {"parts": parts}


async def beside(uow: UnitOfWork, message_ids: Collection[int]) -> set[int]:
    """These messages and all that are parts of an album with one of them: the row of one may say another."""
    one, other = message.alias("one"), message.alias("other")
    rows = await uow.rows(
        select(other.c.id)
        .join(one, (one.c.conversation_id == other.c.conversation_id) & (one.c.album == other.c.album))
        .where(one.c.id.in_(sorted(message_ids)))
    )
    return {*message_ids, *(row.id for row in rows)}
