"""Files of visitors, both ways: taken in as they come, given out so that no browser runs anything in them."""

from aiohttp import web

from inbox import visitor_talks, visitors
from inbox.uploads import sniffed
from web.bodies import keep_file
from web.chat.asking import UPLOADS, UPLOADS_OF_ADDRESS, Asked, Wrong
from web.downloads import headers_of
from web.site import address_of


async def upload(asked: Asked) -> web.StreamResponse:
    """Keep a file until a message uses it."""
    address = address_of(asked.request)
    await asked.count("upload", UPLOADS)
    await asked.count("uploads", UPLOADS_OF_ADDRESS, address)
    with asked.chat.uploads.one(address):
        return await keep_file(asked.request, owner=visitors.owner_of(asked.key))


async def download(asked: Asked) -> web.StreamResponse:
    """A file of his own talk; everything but pictures, sounds and films is only to be saved."""
    async with asked.site.database.reading() as uow:
        talk = await visitors.talk_of(uow, asked.key)
        file = await visitor_talks.file_of(uow, talk, int(asked.request.match_info["number"])) if talk else None
    if file is None:
        raise Wrong(404, "file")
    place = asked.site.media / file.path
    try:
        mime = await sniffed(place)
    except FileNotFoundError:
        raise Wrong(404, "file") from None
    headers = headers_of(mime, file.name) | {"Vary": "Authorization, Origin"}
    return web.FileResponse(place, headers=headers)
