"""Files of visitors, both ways: taken in as they come, given out so that no browser runs anything in them."""

from urllib.parse import unquote

from aiohttp import web

from core.storable import storable
from inbox import visitors
from inbox.media import MOST_BYTES
from inbox.uploads import FileTooLarge, sniffed, take_in
from web.chat.asking import LEAST, UPLOADS, UPLOADS_OF_ADDRESS, Asked, Wrong, chunks_of
from web.downloads import headers_of
from web.site import address_of


async def upload(asked: Asked) -> web.StreamResponse:
    """Keep a file until a message uses it; the body is its bytes, a header says what it is called."""
    request = asked.request
    if request.content_type != "application/octet-stream" or "Content-Encoding" in request.headers:
        raise Wrong(415, "type")
    if (request.content_length or 0) > MOST_BYTES:
        raise FileTooLarge(most=MOST_BYTES // 1024 // 1024)
    await asked.count("upload", UPLOADS)
    await asked.count("uploads", UPLOADS_OF_ADDRESS, address_of(asked.request))
    name = storable(unquote(request.headers.get("X-File-Name", ""), errors="replace"))
    chunks = chunks_of(request, most=MOST_BYTES, least=LEAST)
    owner = visitors.owner_of(asked.key)
    done = await take_in(asked.site.database, asked.site.media, chunks, owner=owner, file_name=name)
    return web.json_response({"name": done.name, "kind": done.kind, "size": done.size}, status=201)


async def download(asked: Asked) -> web.StreamResponse:
    """A file of his own talk; everything but pictures, sounds and films is only to be saved."""
    async with asked.site.database.reading() as uow:
        talk = await visitors.talk_of(uow, asked.key)
        file = await visitors.file_of(uow, talk, int(asked.request.match_info["attachment"])) if talk else None
    if file is None:
        raise Wrong(404, "file")
    place = asked.site.media / file.path
    try:
        mime = await sniffed(place)
    except FileNotFoundError:
        raise Wrong(404, "file") from None
    headers = headers_of(mime, file.name) | {"Vary": "Authorization, Origin"}
    return web.FileResponse(place, headers=headers)
