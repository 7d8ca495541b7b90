"""Files of messages: given to whoever may read them, taken from whoever writes one."""

from collections.abc import AsyncIterator
from urllib.parse import unquote

from aiohttp import web

from core.errors import NotFound
from core.storable import storable
from core.texts import N_
from inbox.media import MOST_BYTES
from inbox.uploads import FileTooLarge, sniffed, take_in
from pipeline.talks import attachment_of
from web.chat.asking import LEAST, Wrong, chunks_of
from web.downloads import headers_of
from web.site import Caller, stream


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


async def given(caller: Caller) -> web.StreamResponse:
    """A file, or a range of it; shown in place only where its bytes are a picture, a sound or a film."""
    async with caller.site.database.reading() as uow:
        file = await attachment_of(uow, caller.by, caller.id("attachment"))
    if file.state == "waiting":
        raise FileWaits
    if file.state != "kept" or file.path is None:
        raise FileGone
    place = caller.site.media / file.path
    try:
        mime = await sniffed(place)
    except OSError:
        raise FileGone from None
    return web.FileResponse(place, headers=headers_of(mime, file.name))


async def taken(caller: Caller) -> web.StreamResponse:
    """Keep a file until a message uses it; the body is its bytes, a header says what it is called."""
    request = caller.request
    if request.content_type != "application/octet-stream":
        raise web.HTTPUnsupportedMediaType
    if (request.content_length or 0) > MOST_BYTES:
        raise FileTooLarge(most=MOST_BYTES // 1024 // 1024)
    name = storable(unquote(request.headers.get("X-File-Name", ""), errors="replace"))
    site = caller.site
    done = await take_in(site.database, site.media, _chunks(request), owner=caller.by.actor, file_name=name)
    return web.json_response({"name": done.name, "kind": done.kind, "size": done.size}, status=201)


async def _chunks(request: web.Request) -> AsyncIterator[bytes]:
    try:
        async for chunk in chunks_of(request, most=MOST_BYTES, least=LEAST):
            yield chunk
    except Wrong as wrong:
        if wrong.status == web.HTTPRequestTimeout.status_code:
            raise web.HTTPRequestTimeout from None
        raise FileTooLarge(most=MOST_BYTES // 1024 // 1024) from None


ROUTES = (stream("GET", "/files/{attachment}", given), stream("POST", "/uploads", taken))
