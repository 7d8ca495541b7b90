"""Lets the staff in: from a request with a cookie to a `Visit`, in one unit of work; rights are the pipeline's."""

import asyncio
from typing import Any

from aiohttp import web

from core.errors import NotAllowed, Refusal
from core.storable import storable
from core.texts import texts
from pipeline.staff.sessions import SEEN_EVERY, Session, acting, note_seen
from web.security import (
    FORMS,
    Next,
    csrf_of,
    is_ours,
    language_of,
    refused,
    same_token,
    wrong,
)
from web.site import SITE, Caller, Form, Route, Routes, Visit, is_fragment

DOOR = "/enter"
BY_ITSELF = "X-By-Itself"


def mount(server: web.Application, routes: Routes) -> None:
    """Make these addresses answer."""
    for route in routes:
        server.router.add_route(route.method, route.path, _answering(route))


def _answering(route: Route) -> Next:
    changes = route.method != "GET"

    async def answer(request: web.Request) -> web.StreamResponse:
        site = request.app[SITE]
        token = request.cookies.get(site.cookie, "")
        async with site.database.reading() as uow:
            session = await acting(uow, token) if token else None
        if session is None:
            return _to_the_door(request)
        if changes and not is_ours(request):
            raise web.HTTPForbidden
        form = await read_form(request) if changes and route.stream is None else Form()
        csrf = csrf_of(token)
        if changes and not same_token(request, form.text("csrf"), csrf):
            raise web.HTTPForbidden
        try:
            return await _serve(request, route, token, session, csrf, form)
        except Refusal as refusal:
            return refused(request, refusal, texts(session.by.language, session.by.timezone))

    return answer


async def _serve(
    request: web.Request, route: Route, token: str, session: Session, csrf: str, form: Form
) -> web.StreamResponse:
    site = request.app[SITE]
    if site.clock.now() - session.seen_at > SEEN_EVERY and _is_by_somebody(request, route):
        async with site.database.unit() as uow:
            await note_seen(uow, session.id)
    if route.stream is not None:
        return await route.stream(Caller(**_caller(request, route, session, csrf)))
    if route.handler is None:
        raise LookupError(route.path)
    if route.method == "GET" or route.reads:
        async with site.database.reading() as uow:
            return await route.handler(Visit(**_caller(request, route, session, csrf), uow=uow, form=form))
    async with site.database.unit() as uow:
        # Who may do what can have changed while the form was on its way.
        now = await acting(uow, token)
        if now is None:
            return _to_the_door(request)
        return await route.handler(Visit(**_caller(request, route, now, csrf), uow=uow, form=form))


def _is_by_somebody(request: web.Request, route: Route) -> bool:
    """Whether a person asks: what a page that is open asks for by itself keeps nobody signed in."""
    return BY_ITSELF not in request.headers and (route.stream is None or route.method != "GET")


def _caller(request: web.Request, route: Route, session: Session, csrf: str) -> dict[str, Any]:
    """What a page is told of who asks. Raises NotAllowed."""
    if not session.by.may(route.right):
        raise NotAllowed
    return {
        "request": request,
        "site": request.app[SITE],
        "by": session.by,
        "session_id": session.id,
        "csrf": csrf,
        "settings": session.settings,
        "on_shift": session.on_shift,
    }


def _to_the_door(request: web.Request) -> web.StreamResponse:
    """A page leads to where one signs in; a script is told that its session is over."""
    if request.method == "GET" and "text/html" in request.headers.get("Accept", "") and not is_fragment(request):
        raise web.HTTPSeeOther(DOOR)
    t = language_of(request)
    answer = wrong(request, t, 401, t("You are signed out. Send /board to your bot for a new link."))
    if is_fragment(request):
        answer.headers["HX-Redirect"] = DOOR
    return answer


async def read_form(request: web.Request) -> Form:
    """What was sent, whole and in time.

    Raises the answers 408, 413 and 415 of HTTP.
    """
    if request.can_read_body and (request.content_type not in FORMS or "Content-Encoding" in request.headers):
        raise web.HTTPUnsupportedMediaType
    try:
        async with asyncio.timeout(request.app[SITE].body_seconds):
            fields = await request.post()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (ValueError, AssertionError, LookupError):
        raise web.HTTPBadRequest from None
    return Form({name: [str(storable(one)) for one in fields.getall(name) if isinstance(one, str)] for name in fields})
