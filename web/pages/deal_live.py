"""An open deal, kept as it is now: what changes is sent as the templates draw it, to be put in place by its id."""

from contextlib import suppress
from dataclasses import replace

from aiohttp import web
from aiohttp_sse import EventSourceResponse, sse_response

from core.errors import Refusal
from core.journal import Event, Recorded, newest_position
from inbox.events import ConversationSeen
from pipeline.deals import see
from pipeline.feed import since
from pipeline.talks import Talk, messages_of, talk_of_deal
from web.deal_parts import parts
from web.live import Changes, Watching
from web.pages.talk import PAGE, said_values
from web.site import Visit, get, whole_number

SILENCE = 20.0
MOST_EVENTS = 500


async def live(visit: Visit) -> web.StreamResponse:
    """Tell an open page what happens to its deal, until it goes or may not be seen any more."""
    position = whole_number(visit.request.headers.get("Last-Event-ID", "")) or visit.query.number("since")
    watched = visit.site.hub.watching(visit.by.id, visit.session_id, since=position)
    async with watched as page, sse_response(visit.request, ping_interval=SILENCE) as stream:
        with suppress(ConnectionError):
            await _tell(visit, page, stream, position)
    return stream


async def _tell(visit: Visit, page: Watching, stream: EventSourceResponse, position: int | None) -> None:
    deal_id = visit.id("deal")
    async with visit.site.database.reading() as uow:
        if position is None:
            position = await newest_position(uow)
    await stream.send("", event="ready")
    while stream.is_connected() and not page.ended:
        changes = await page.wait(SILENCE)
        if changes is None or page.ended:
            continue
        if changes.everything:
            await stream.send("", event="reload", id=str(changes.position))
            return
        async with visit.site.database.reading() as uow:
            try:
                told = await _told(replace(visit, uow=uow), deal_id, changes, position)
            except Refusal as refusal:
                await stream.send(refusal.told(visit.t, uow.now), event="gone")
                return
        for kind, html in told:
            await stream.send(html, event=kind)
        position = changes.position
        # The page remembers where it got to when all of it has arrived.
        await stream.send("", event="ready", id=str(position))


async def _told(visit: Visit, deal_id: int, changes: Changes, position: int) -> list[tuple[str, str]]:
    """What to send, by the name of the event. Raises NotFound, DealTaken."""
    view = await see(visit.uow, visit.by, deal_id)
    told = [("queue", "")] if changes.deals or changes.conversations else []
    if deal_id not in changes.deals and view.conversation_id not in changes.conversations:
        return told
    events = await since(visit.uow, visit.by, deal_id, position, most=MOST_EVENTS)
    if not events:
        return told
    talk = await _said(visit, deal_id, events)
    html = visit.html("feed.html", **await said_values(visit, talk, events), deal=talk.deal, earlier=False)
    around = visit.html("deal_parts.html", **await parts(visit.uow, visit.by, visit.t, deal_id))
    return [("messages", html), ("parts", around), *told]


async def _said(visit: Visit, deal_id: int, events: list[Recorded[Event]]) -> Talk:
    """The messages that events are about; once the customer has seen some, all that he may have seen."""
    if any(isinstance(one.event, ConversationSeen) and one.event.by == "customer" for one in events):
        return await talk_of_deal(visit.uow, visit.by, deal_id, limit=PAGE)
    ids = {number for one in events if (number := getattr(one.event, "message_id", None)) is not None}
    return await messages_of(visit.uow, visit.by, deal_id, ids)


ROUTES = (get("/deals/{deal}/live", live, lasts=True),)
