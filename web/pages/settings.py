"""What somebody sets for himself: where he is signed in."""

from aiohttp import web

from pipeline.staff.boards import Theme, choose_theme
from pipeline.staff.sessions import sessions_of, sign_out
from pipeline.staff.shifts import end_shift, start_shift
from web.site import Visit, get, post
from web.staff import DOOR


async def shown(visit: Visit) -> web.StreamResponse:
    """The page, with the list of his sessions."""
    browsers = await sessions_of(visit.uow, visit.by)
    return visit.page("settings.html", here="settings", browsers=browsers, session_id=visit.session_id)


async def ended(visit: Visit) -> web.StreamResponse:
    """One of his sessions ends."""
    session_id = visit.id("session")
    await sign_out(visit.uow, visit.by, session_id)
    return web.Response(headers={"HX-Redirect": DOOR if session_id == visit.session_id else "/settings"})


async def all_ended(visit: Visit) -> web.StreamResponse:
    """All of them end, this one too."""
    await sign_out(visit.uow, visit.by, None)
    return web.Response(headers={"HX-Redirect": DOOR})


async def themed(visit: Visit) -> web.StreamResponse:
    """The colours of his pages."""
    wanted = visit.form.text("theme")
    if wanted not in tuple(Theme):
        raise web.HTTPBadRequest
    await choose_theme(visit.uow, visit.by, Theme(wanted))
    return web.Response(status=204)


async def shifted(visit: Visit) -> web.StreamResponse:
    """He comes on shift, and new deals are handed to him, or goes off."""
    if visit.form.text("on") == "1":
        await start_shift(visit.uow, visit.by)
    else:
        await end_shift(visit.uow, visit.by)
    return web.Response(headers={"HX-Refresh": "true"})


ROUTES = (
    post("/settings/shift", shifted),
    post("/settings/theme", themed),
    get("/settings", shown),
    post("/settings/sessions/{session}/end", ended),
    post("/settings/sessions/end", all_ended),
)
