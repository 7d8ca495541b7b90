"""Reads what a request carries, in time and not more than fits; one way for the files of visitors and of the staff."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import unquote

from aiohttp import web

from core.storable import storable
from inbox.media import MOST_BYTES
from inbox.uploads import LONGEST_COMING, FileTooLarge, take_in
from web.site import SITE

# As slow as this the largest file takes as long as any may.
SECONDS_PER_BYTE = LONGEST_COMING.total_seconds() / MOST_BYTES


async def chunks_of(request: web.Request, *, seconds_per_byte: float = 0.0) -> AsyncIterator[bytes]:
    """A body as it comes.

    Raises HTTPRequestTimeout for one that takes longer than our site's `body_seconds` and what is added for each byte
    that has come.
    """
    began, size = asyncio.get_running_loop().time(), 0
    while True:
        until = began + request.app[SITE].body_seconds + size * seconds_per_byte
        try:
            async with asyncio.timeout_at(until):
                chunk = await request.content.readany()
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        if not chunk:
            return
        size += len(chunk)
        yield chunk


def _check(request: web.Request) -> None:
    """Raises HTTPUnsupportedMediaType for what is not the bytes of a file, and FileTooLarge for what says so."""
    if request.content_type != "application/octet-stream" or "Content-Encoding" in request.headers:
        raise web.HTTPUnsupportedMediaType
    if (request.content_length or 0) > MOST_BYTES:
        raise FileTooLarge(most=MOST_BYTES // 1024 // 1024)


async def keep_file(request: web.Request, *, owner: str) -> web.Response:
    """Keep the file that a request is until a message uses it; a header says what it is called.

    Raises HTTPUnsupportedMediaType, HTTPRequestTimeout and what `take_in` does.
    """
    _check(request)
    site = request.app[SITE]
    name = storable(unquote(request.headers.get("X-File-Name", ""), errors="replace"))
    chunks = chunks_of(request, seconds_per_byte=SECONDS_PER_BYTE)
    done = await take_in(site.database, site.media, chunks, owner=owner, file_name=name, size=request.content_length)
    return web.json_response({"name": done.name, "kind": done.kind, "size": done.size}, status=201)
