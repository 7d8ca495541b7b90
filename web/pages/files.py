"""Files of messages: given to whoever may read them, taken from whoever writes one."""

from aiohttp import web

from core.errors import NotFound
from core.texts import N_
from inbox.uploads import sniffed
from pipeline.talks import attachment_of
from web.bodies import keep_file
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
    """Keep a file until a message uses it."""
    return await keep_file(caller.request, owner=caller.by.actor)


ROUTES = (stream("GET", "/files/{attachment}", given), stream("POST", "/uploads", taken))
