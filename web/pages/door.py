"""Signing in, by a link that works once, and out again: the only pages that strangers reach."""

from collections.abc import Awaitable, Callable
from typing import NoReturn

from aiohttp import web
from limits import RateLimitItemPerMinute

from core.database import UnitOfWork
from core.texts import LONGEST_NAME, Texts, pick_language, texts
from pipeline.staff.inviting import InvitationUnusable, join_by_name, role_offered
from pipeline.staff.rights import Role
from pipeline.staff.sessions import LONGEST, LinkUnusable, acting, begin, enter, offered, sign_out
from web.security import TRIES, Tries, is_ours, language_of
from web.site import SITE, Form, address_of
from web.staff import DOOR, read_form

KNOCKING, LOOKING = "door", "look"
# Messengers look at links again and again to show a preview.
LOOKS = RateLimitItemPerMinute(60)
# How often somebody knocked in vain.
KNOCKS = web.AppKey("knocks", Tries)


def add_door(server: web.Application) -> None:
    """Make the addresses for signing in answer."""
    server[KNOCKS] = Tries()
    server.router.add_get(DOOR, closed)
    server.router.add_get(DOOR + "/{token}", shown)
    server.router.add_post(DOOR + "/{token}", entered)
    server.router.add_get("/join/{token}", invited)
    server.router.add_post("/join/{token}", joined)


async def closed(request: web.Request) -> web.Response:
    """How one gets a link."""
    return _page(request, language_of(request), "door.html")


async def shown(request: web.Request) -> web.Response:
    """Whom the link lets in. Looking uses nothing up, as messengers look at links to show a preview."""
    site = request.app[SITE]
    async with site.database.reading() as uow:
        offer = await offered(uow, request.match_info["token"])
        now = uow.now
    if offer is None:
        await _count(request, LOOKING, LOOKS)
        raise LinkUnusable
    minutes = max(1, round((offer.expires_at - now).total_seconds() / 60))
    t = texts(offer.language, site.timezone)
    return _page(request, t, "door_enter.html", offer=offer, minutes=minutes)


async def entered(request: web.Request) -> web.StreamResponse:
    """The way in by the link of somebody who works here."""
    await _own_form(request)

    async def use(uow: UnitOfWork) -> str:
        return await enter(uow, request.match_info["token"], agent=request.headers.get("User-Agent"))

    return await _let_in(request, use)


async def invited(request: web.Request) -> web.Response:
    """As what the link invites whoever opens it."""
    async with request.app[SITE].database.reading() as uow:
        role = await role_offered(uow, request.match_info["token"])
    if role is None:
        await _count(request, LOOKING, LOOKS)
        raise InvitationUnusable
    t = language_of(request)
    # Whoever tries it out presses one button.
    name = t("Admin") if role is Role.ADMIN else ""
    return _page(request, t, "door_join.html", role=role, fault=None, name=name)


async def joined(request: web.Request) -> web.StreamResponse:
    """The way in for somebody new, by his name."""
    form = await _own_form(request)
    name, language = form.text("name")[:LONGEST_NAME], form.text("language")
    t = language_of(request)
    if not name:
        return _page(request, t, "door_join.html", status=422, role="", fault=t("Please type your name."), name="")
    site = request.app[SITE]

    async def use(uow: UnitOfWork) -> str:
        by = await join_by_name(
            uow,
            request.match_info["token"],
            name=name,
            language=pick_language(language or t.language, site.language),
            timezone=site.timezone,
        )
        return await begin(uow, by.id, agent=request.headers.get("User-Agent"))

    return await _let_in(request, use)


async def _own_form(request: web.Request) -> Form:
    if not is_ours(request):
        raise web.HTTPForbidden
    return await read_form(request)


async def _let_in(request: web.Request, use: Callable[[UnitOfWork], Awaitable[str]]) -> NoReturn:
    site = request.app[SITE]
    try:
        async with site.database.unit() as uow:
            token = await use(uow)
            before = await acting(uow, request.cookies.get(site.cookie, ""))
            if before is not None:
                await sign_out(uow, before.by, before.id)
    except (LinkUnusable, InvitationUnusable):
        await _count(request, KNOCKING, TRIES)
        raise
    answer = web.HTTPSeeOther("/board")
    answer.set_cookie(
        site.cookie,
        token,
        path="/",
        secure=site.is_secure,
        httponly=True,
        samesite="Lax",
        max_age=int(LONGEST.total_seconds()),
    )
    raise answer


async def _count(request: web.Request, what: str, limit: RateLimitItemPerMinute) -> None:
    """Note a link that opened nothing. Raises TooMany.

    A whole office comes from one address in the morning, and nobody guesses a token: what opens is never refused.
    """
    await request.app[KNOCKS].count(what, address_of(request), limit)


def _page(request: web.Request, t: Texts, template: str, *, status: int = 200, **values: object) -> web.Response:
    html = request.app[SITE].rendering.render(template, t=t, **values)
    return web.Response(text=html, status=status, content_type="text/html")
