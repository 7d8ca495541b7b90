"""What somebody sets for himself: how he reads, where he is signed in, his shift, his account at Telegram."""

from datetime import timedelta

from aiohttp import web

from core.texts import LANGUAGES, LONGEST_NAME
from core.zones import read_zone
from pipeline.staff.boards import Theme, choose_enter, choose_theme
from pipeline.staff.inviting import connect
from pipeline.staff.notices import NOTICES, Notice, let_ring, ringing
from pipeline.staff.people import has_account, introduce
from pipeline.staff.sessions import sessions_of, sign_out
from pipeline.staff.shifts import end_shift, start_shift
from web.pages.acts import done
from web.site import Visit, get, post
from web.staff import DOOR

CONNECTING = timedelta(hours=1)


async def shown(visit: Visit) -> web.StreamResponse:
    """The page."""
    return visit.page(
        "settings.html",
        here="settings",
        browsers=await sessions_of(visit.uow, visit.by),
        session_id=visit.session_id,
        enter_sends=visit.settings.enter_sends,
        connected=await has_account(visit.uow, visit.by.id),
        notices=NOTICES,
        rings=(await ringing(visit.uow, visit.by)).rings,
    )


async def introduced(visit: Visit) -> web.StreamResponse:
    """How he is called, which language he reads, by which clock."""
    name, language = visit.form.text("name")[:LONGEST_NAME], visit.form.text("language")
    zone = read_zone(visit.form.text("timezone"))
    if not name or language not in LANGUAGES:
        raise web.HTTPBadRequest
    await introduce(visit.uow, visit.by, name=name, language=language, timezone=zone)
    return web.Response(headers={"HX-Refresh": "true"})


async def let_notices_ring(visit: Visit) -> web.StreamResponse:
    """One kind of notice rings for him, or comes without a sound."""
    notice = visit.form.text("notice")
    if notice not in list(Notice):
        raise web.HTTPBadRequest
    await let_ring(visit.uow, visit.by, Notice(notice), on=visit.form.text("on") == "1")
    return done(visit.t("Saved."))


async def connecting(visit: Visit) -> web.StreamResponse:
    """What he sends to the bot, so that it knows him."""
    token = await connect(visit.uow, visit.by, valid=CONNECTING)
    return visit.page("connecting.html", line=f"/start inv_{token}", hours=visit.t.duration(CONNECTING))


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
    return done()


async def keyed(visit: Visit) -> web.StreamResponse:
    """The key that sends what he writes."""
    await choose_enter(visit.uow, visit.by, sends=visit.form.text("enter") == "1")
    return done(visit.t("Saved."))


async def shifted(visit: Visit) -> web.StreamResponse:
    """He comes on shift, and new deals are handed to him, or goes off."""
    if visit.form.text("on") == "1":
        await start_shift(visit.uow, visit.by)
    else:
        await end_shift(visit.uow, visit.by)
    return web.Response(headers={"HX-Refresh": "true"})


ROUTES = (
    get("/settings", shown),
    post("/settings/me", introduced),
    post("/settings/telegram", connecting),
    post("/settings/shift", shifted),
    post("/settings/theme", themed),
    post("/settings/enter", keyed),
    post("/settings/notices", let_notices_ring),
    post("/settings/sessions/{session}/end", ended),
    post("/settings/sessions/end", all_ended),
)
