"""Files of messages, for whoever may read them: shown in place only where their bytes are a picture, sound or film."""

import asyncio
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from core.errors import NotFound
from core.texts import N_
from pipeline.talks import attachment_of
from web.site import Visit, get

BEGINNING = 16
# What a browser may make of them: nothing that runs, wherever they are opened.
GUARD = "sandbox; default-src 'none'"
OTHER = "application/octet-stream"


class FileWaits(NotFound):
    """It is still with the messenger."""

    code = "file-waits"
    text = N_("This file has not been fetched yet.")
    next_step = N_("Try again in a minute.")


class FileGone(NotFound):
    """It could not be fetched, or does not lie there any more."""

    code = "file-gone"
    text = N_("This file is not here: it could not be fetched, or was removed.")
    next_step = N_("Ask the customer to send it again.")


async def shown(visit: Visit) -> web.StreamResponse:
    """A file, or a range of it."""
    file = await attachment_of(visit.uow, visit.by, visit.id("attachment"))
    if file.state == "waiting":
        raise FileWaits
    if file.state != "kept" or file.path is None:
        raise FileGone
    place = visit.site.media / file.path
    try:
        mime = await asyncio.to_thread(_type, place)
    except OSError:
        raise FileGone from None
    headers = {
        "Content-Type": mime or OTHER,
        "Content-Disposition": "inline" if mime else _saved_as(file.name),
        "Content-Security-Policy": GUARD,
        # Another one may sit here next; what is asked again is answered shortly.
        "Cache-Control": "private, no-cache",
    }
    return web.FileResponse(place, headers=headers)


def _saved_as(name: str | None) -> str:
    return f"attachment; filename*=UTF-8''{quote(name or 'file', safe='')}"


def _type(place: Path) -> str | None:
    """The type of what may be shown, told by its first bytes alone."""
    with place.open("rb") as file:
        return type_of(file.read(BEGINNING))


_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"\x1aE\xdf\xa3", "video/webm"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}


def type_of(beginning: bytes) -> str | None:
    """What is a picture, sound or film by its first bytes; None for anything else."""
    if beginning[:4] == b"RIFF":
        return _RIFF.get(beginning[8:12])
    if beginning[4:8] == b"ftyp":
        return "audio/mp4" if beginning[8:12] == b"M4A " else "video/mp4"
    return next((mime for start, mime in _BEGINNINGS if beginning.startswith(start)), None)


ROUTES = (get("/files/{attachment}", shown),)
