"""Takes in files that people send from a browser: kept at once, named by us, typed by their bytes.

What no message has used after a while is thrown away; who may send is the caller's affair.
"""

import asyncio
import contextlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import filetype
from sqlalchemy import case, delete, func, select, update

from core.database import Database, UnitOfWork
from core.errors import NotFound, Refusal
from core.journal import insert
from core.texts import N_
from inbox.channel import Kept
from inbox.media import MOST_BYTES, new_path
from inbox.models import upload

UNUSED_KEPT = timedelta(hours=1)
MOST_FILES = 10
# Of all files that no message has used yet, and of those of one person, in bytes; and what stays free on the disk.
MOST_UNUSED, MOST_UNUSED_OF_ONE = 2 * 1024**3, 12 * MOST_BYTES
LEAST_FREE = 512 * 1024**2
LONGEST_NAME = 200
# Telegram takes no larger one as a photo: https://core.telegram.org/bots/api#sendphoto
LARGEST_PHOTO = 10 * 1024 * 1024
# What a type can be told by.
BEGINNING = 8192

_KINDS = {
    "image/jpeg": "photo",
    "image/png": "photo",
    "image/webp": "photo",
    "image/gif": "animation",
    "audio/ogg": "voice",
    "audio/mpeg": "audio",
    "audio/mp4": "audio",
    "audio/x-m4a": "audio",
    "video/mp4": "video",
    "video/quicktime": "video",
}


class FileTooLarge(Refusal):
    """Nobody here takes so much at once."""

    code = "file-too-large"
    text = N_("The file is larger than {most} MB.")
    next_step = N_("Send a smaller file, or a link to it.")


class FileIsEmpty(Refusal):
    """There is nothing in it."""

    code = "file-is-empty"
    text = N_("The file is empty.")
    next_step = N_("Choose another file.")


class TooManyFiles(Refusal):
    """More files than go with one message."""

    code = "too-many-files"
    text = N_("At most {most} files go with one message.")
    next_step = N_("Send the others with the next one.")


class NoRoom(Refusal):
    """What people have sent and not used yet fills the place for it, or the disk is nearly full."""

    code = "no-room-for-files"
    text = N_("There is no room for more files now.")
    next_step = N_("Try again later.")


class UploadGone(NotFound):
    """It was used, thrown away, or is somebody else's."""

    code = "upload-gone"
    text = N_("A file of this message is not here any more.")
    next_step = N_("Attach it again and send the message once more.")


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that lies here and waits for its message; `name` is how it is asked for."""

    name: str
    kind: str
    mime: str | None
    size: int


async def take_in(
    database: Database, folder: Path, chunks: AsyncIterator[bytes], *, owner: str, file_name: str | None
) -> Uploaded:
    """Keep what comes as a file of `owner`, who alone can use it. Raises FileTooLarge, FileIsEmpty."""
    name, path = secrets.token_hex(16), new_path()
    # The row is first, so that whatever a dead process leaves behind is found by it.
    async with database.unit() as uow:
        await _check_room(uow, folder, owner)
        row = {"name": name, "owner": owner, "path": path, "file_name": (file_name or "")[-LONGEST_NAME:] or None}
        await uow.execute(insert(uow, upload), row | {"at": uow.now})
    place = folder / path
    try:
        size = await _write(chunks, place)
        mime = await sniffed(place)
        done = Uploaded(name, _kind(mime, size), mime, size)
        async with database.unit() as uow:
            values = {"kind": done.kind, "mime": mime, "size": size}
            await uow.execute(update(upload).where(upload.c.name == name).values(values))
    except BaseException:
        await asyncio.shield(asyncio.to_thread(place.unlink, missing_ok=True))
        raise
    return done


async def _check_room(uow: UnitOfWork, folder: Path, owner: str) -> None:
    """Nothing, while there is room for one more file. Raises NoRoom."""
    # One that is still coming may become as large as any.
    unused = func.coalesce(func.sum(func.coalesce(upload.c.size, MOST_BYTES)), 0)
    own = func.coalesce(func.sum(case((upload.c.owner == owner, func.coalesce(upload.c.size, MOST_BYTES)), else_=0)), 0)
    row = await uow.row(select(unused, own))
    all_of_them, his = row or (0, 0)
    if all_of_them > MOST_UNUSED or his > MOST_UNUSED_OF_ONE:
        raise NoRoom
    if (await asyncio.to_thread(shutil.disk_usage, folder.parent)).free < LEAST_FREE:
        raise NoRoom


async def _write(chunks: AsyncIterator[bytes], place: Path) -> int:
    size = 0
    await asyncio.to_thread(place.parent.mkdir, parents=True, exist_ok=True)
    with await asyncio.to_thread(place.open, "wb") as file:
        async for chunk in chunks:
            size += len(chunk)
            if size > MOST_BYTES:
                raise FileTooLarge(most=MOST_BYTES // 1024 // 1024)
            await asyncio.to_thread(file.write, chunk)
        file.flush()
        await asyncio.to_thread(os.fsync, file.fileno())
    if not size:
        raise FileIsEmpty
    return size


async def sniffed(place: Path) -> str | None:
    """The type of a file by its first bytes, whatever anybody says it is. Raises OSError."""
    return await asyncio.to_thread(_sniff, place)


def _sniff(place: Path) -> str | None:
    with place.open("rb") as file:
        mime: str | None = filetype.guess_mime(file.read(BEGINNING))
    return mime


def _kind(mime: str | None, size: int) -> str:
    kind = _KINDS.get(mime or "", "document")
    return "document" if kind == "photo" and size > LARGEST_PHOTO else kind


async def use(uow: UnitOfWork, owner: str, names: Sequence[str]) -> list[Kept]:
    """The files of a message that is written in this unit, in order; each can be used once. Raises UploadGone."""
    if not names:
        return []
    mine = upload.c.name.in_(sorted(set(names))) & (upload.c.owner == owner) & upload.c.kind.is_not(None)
    found = {row.name: row for row in await uow.execute(delete(upload).where(mine).returning(upload))}
    if len(found) != len(names):
        raise UploadGone
    return [_kept(found[name]) for name in names]


def _kept(row: Any) -> Kept:
    return Kept(row.kind, row.path, mime=row.mime, name=row.file_name, size=row.size)


async def throw_away_unused(database: Database, folder: Path) -> None:
    """Forget what no message has used for a while, and remove it."""
    async with database.unit() as uow:
        old = upload.c.at < uow.now - UNUSED_KEPT
        rows = (await uow.execute(delete(upload).where(old).returning(upload.c.path))).all()
    for row in rows:
        with contextlib.suppress(OSError):
            await asyncio.to_thread((folder / row.path).unlink, missing_ok=True)
