"""Pages that are kept up to date: what has changed is sent as it is drawn, to each what he sees of it."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Set

from aiohttp import web
from aiohttp_sse import EventSourceResponse
from sqlalchemy.exc import SQLAlchemyError

from pipeline.board import EVERYTHING, let_through
from pipeline.staff.sessions import acting
from web.live import Changes, Watching
from web.pages.board import wanted_of
from web.shared_cards import SHARED_CARDS
from web.site import Caller, stream, whole_number
from web.words import micros

Say = Callable[[Changes], Awaitable[dict[str, object] | None]]

PING_SECONDS = 10.0
SLOWEST_SECONDS = 30.0


async def board_live(caller: Caller) -> web.StreamResponse:
    """The cards of somebody's board as they change."""

    async def say(changes: Changes) -> dict[str, object] | None:
        return await _board_said(caller, changes)

    return await follow(caller, "board", say)


async def follow(caller: Caller, name: str, say: Say, *, talk: int | None = None) -> web.StreamResponse:
    """Tell a page what it has to show differently, until it goes or may not be told any more.

    Who types is told of one `talk`, or of all that he sees. What `say` says nothing of is not told. Raises HTTPConflict
    for the page of another person than the one who is signed in.
    """
    if caller.query.text("me", str(caller.by.id)) != str(caller.by.id):
        # Somebody else has signed in at this browser since.
        raise web.HTTPConflict
    since = position_seen(caller.request)
    response = EventSourceResponse(ping_interval=PING_SECONDS, send_timeout=SLOWEST_SECONDS)
    # Whoever has closed his page, or takes nothing in, is told nothing more; a page that ends for want of the database
    # comes back, and is told what it has missed.
    with contextlib.suppress(OSError, SQLAlchemyError):
        async with caller.site.hub.watching(caller.by.id, caller.session_id, since=since) as page:
            # What ended his session before the page was known to the hub was told to nobody.
            if not await is_still_there(caller):
                raise web.HTTPUnauthorized
            if caller.request.transport is not None:
                await response.prepare(caller.request)
                async with response:
                    await _follow(caller, page, response, name, say, talk)
    # A stream cannot begin any more on a connection that the page has left; what is answered there nobody hears.
    return response if response.prepared or caller.request.transport is not None else web.Response()


async def is_still_there(caller: Caller) -> bool:
    """Whether the session goes on, and as the one it was; sessions end by time as well, which no event tells."""
    async with caller.site.database.reading() as uow:
        found = await acting(uow, caller.request.cookies.get(caller.site.cookie, ""))
    return found is not None and found.by.role is caller.by.role


async def _follow(
    caller: Caller, page: Watching, response: EventSourceResponse, name: str, say: Say, talk: int | None
) -> None:
    clock = asyncio.get_running_loop().time
    asked_at = clock()
    told = 0
    while True:
        changes = await page.wait(PING_SECONDS)
        if page.is_over():
            return
        if clock() - asked_at >= PING_SECONDS:
            asked_at = clock()
            if not await is_still_there(caller):
                return
        if changes is None:
            # With how far it has been told, though there was nothing to say.
            await response.send("", event="here", id=str(told) if told else None)
            continue
        typing = changes.typing if talk is None else changes.typing & {talk}
        if his := [one for one in sorted(typing) if changes.sight.sees_talk(caller.by, one)]:
            await response.send(json.dumps({"conversations": his}), event="typing")
        if changes.is_lasting and (said := await say(changes)) is not None:
            await response.send(json.dumps(said), id=str(changes.position), event=name)
            if talk is not None and "gone" in said:
                return
        told = max(told, changes.position)


async def _board_said(caller: Caller, changes: Changes) -> dict[str, object] | None:
    """What a board has to show differently; `gone` are cards that it must not have any more."""
    if changes.everything:
        return {"everything": True}
    known = changes.known_to(caller.by)
    if not known:
        return None
    reading = await caller.request.app[SHARED_CARDS].about(changes)
    seen = reading.found.as_seen_by(caller.by)
    seen = {deal_id: seen[deal_id] for deal_id in changes.deals & seen.keys() & await _wanted(caller, seen.keys())}
    drawn = {
        deal_id: {
            "stage": card.deal.stage_id,
            "at": micros(card.deal.changed_at),
            "html": reading.html(card, caller.t),
        }
        for deal_id, card in seen.items()
    }
    return {"cards": drawn, "gone": sorted(known - seen.keys())}


async def _wanted(caller: Caller, deal_ids: Set[int]) -> Set[int]:
    """Those of the deals that somebody sees whose cards his board shows."""
    wanted, _ = wanted_of(caller, caller.site.clock.now())
    if wanted == EVERYTHING:
        return deal_ids
    async with caller.site.database.reading() as uow:
        return await let_through(uow, caller.by, deal_ids, wanted)


def position_seen(request: web.Request) -> int | None:
    """How far a page has been told: by its browser, which remembers, or by itself, when it is new."""
    return whole_number(request.headers.get("Last-Event-ID") or request.query.get("since", ""))


ROUTES = (stream("GET", "/board/live", board_live),)
