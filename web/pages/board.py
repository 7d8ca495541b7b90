"""The board: deals by stage."""

from aiohttp import web

from web.site import Visit, get


async def shown(visit: Visit) -> web.StreamResponse:
    """The whole board."""
    return visit.page("board.html", here="board")


ROUTES = (get("/board", shown),)
