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
from typing import Any, BinaryIO

import filetype
import structlog
from sqlalchemy import case, delete, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from core.database import Database, UnitOfWork
from core.errors import NotFound, Refusal
from core.journal import insert
from core.loops import whole
from core.texts import N_
from inbox.channel import Kept
from inbox.media import MOST_BYTES, new_path
from inbox.models import upload

log = structlog.get_logger()

UNUSED_KEPT = timedelta(hours=1)
# A file of the largest size may take so long to come in: it is here before the sweep looks for what nobody used.
LONGEST_COMING = UNUSED_KEPT * 3 / 4
MOST_FILES = 10
# Of all files of the staff, or all of visitors, that no message has used yet, and of those of one person, in bytes; and
# what stays free on the disk. Visitors are many and nobody knows them: they cannot use up the room of the staff.
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
    database: Database,
    folder: Path,
    chunks: AsyncIterator[bytes],
    *,
    owner: str,
    file_name: str | None,
    size: int | None = None,
) -> Uploaded:
    """Keep what comes as a file of `owner`, who alone can use it; of what does not come whole nothing is left.

    It takes no more room than its `size`, where that is known before.

    Raises NoRoom, FileTooLarge, FileIsEmpty, and UploadGone for what took so long that it was thrown away.
    """
    name, path = secrets.token_hex(16), new_path()
    try:
        # The row is first, so that whatever a dead process leaves behind is found by it.
        row = {"name": name, "owner": owner, "path": path, "size": size}
        await _make_room(database, folder, row | {"file_name": (file_name or "")[-LONGEST_NAME:] or None})
        size, mime = await _write(chunks, folder / path)
        done = Uploaded(name, _kind(mime, size), mime, size)
        await _finish(database, done)
    except NoRoom:
        raise
    except BaseException:
        await whole(_forget(database, folder, name, path))
        raise
    return done


async def _make_room(database: Database, folder: Path, row: dict[str, Any]) -> None:
    async with database.unit() as uow:
        await _check_room(uow, folder, row["owner"])
        await uow.execute(insert(uow, upload), row | {"at": uow.now})


async def _finish(database: Database, done: Uploaded) -> None:
    """From now on a message can use it, for as long as any that has just come. Raises UploadGone."""
    async with database.unit() as uow:
        values = {"kind": done.kind, "mime": done.mime, "size": done.size, "at": uow.now}
        if (await uow.execute(update(upload).where(upload.c.name == done.name).values(values))).rowcount != 1:
            raise UploadGone


async def _forget(database: Database, folder: Path, name: str, path: str) -> None:
    """Remove a file and then its row, by which the sweep would still find it if we ended in between."""
    try:
        await asyncio.to_thread((folder / path).unlink, missing_ok=True)
        async with database.unit() as uow:
            await uow.execute(delete(upload).where(upload.c.name == name))
    except (OSError, SQLAlchemyError) as error:
        # Whoever sent it is told why it failed in the first place; the sweep does the rest.
        log.warning("upload.left_to_the_sweep", error=type(error).__name__)


async def _check_room(uow: UnitOfWork, folder: Path, owner: str) -> None:
    """Nothing, while there is room for one more file. Raises NoRoom."""
    # One that is still coming may become as large as any.
    size = func.coalesce(upload.c.size, MOST_BYTES)
    own = func.coalesce(func.sum(case((upload.c.owner == owner, size), else_=0)), 0)
    side = owner.partition(":")[0]
    row = await uow.row(select(func.coalesce(func.sum(size), 0), own).where(upload.c.owner.startswith(f"{side}:")))
    all_of_them, his = row or (0, 0)
    if all_of_them > MOST_UNUSED or his > MOST_UNUSED_OF_ONE:
        raise NoRoom
    if (await asyncio.to_thread(shutil.disk_usage, folder.parent)).free < LEAST_FREE:
        raise NoRoom


async def _write(chunks: AsyncIterator[bytes], place: Path) -> tuple[int, str | None]:
    """Its size and type. Whoever is cancelled here is so between two steps: no thread makes a file that was removed."""
    size = 0
    with contextlib.ExitStack() as opened:
        # It is closed also where whoever is cancelled meanwhile never sees it.
        file = await whole(asyncio.to_thread(lambda: opened.enter_context(_new(place))))
        async for chunk in chunks:
            size += len(chunk)
            if size > MOST_BYTES:
                raise FileTooLarge(most=MOST_BYTES // 1024 // 1024)
            await whole(asyncio.to_thread(file.write, chunk))
        if not size:
            raise FileIsEmpty
        return size, await whole(asyncio.to_thread(_ended, file))


def _new(place: Path) -> BinaryIO:
    place.parent.mkdir(parents=True, exist_ok=True)
    return place.open("w+b")


def _ended(file: BinaryIO) -> str | None:
    file.flush()
    os.fsync(file.fileno())
    file.seek(0)
    return _type_of(file)


async def sniffed(place: Path) -> str | None:
    """The type of a file by its first bytes, whatever anybody says it is. Raises OSError."""
    return await asyncio.to_thread(_sniff, place)


def _sniff(place: Path) -> str | None:
    with place.open("rb") as file:
        return _type_of(file)


def _type_of(file: BinaryIO) -> str | None:
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
    """Remove what no message has used for a while, then forget it: what we did not come to is found the next time."""
    async with database.unit() as uow:
        old = upload.c.at < uow.now - UNUSED_KEPT
        # From here on no message can use them any more.
        given_up = update(upload).where(old).values(kind=None).returning(upload.c.name, upload.c.path)
        rows = (await uow.execute(given_up)).all()
    removed = []
    for row in rows:
        with contextlib.suppress(OSError):
            await asyncio.to_thread((folder / row.path).unlink, missing_ok=True)
            removed.append(row.name)
    if removed:
        async with database.unit() as uow:
            await uow.execute(delete(upload).where(upload.c.name.in_(removed)))
