"""An open deal, kept as it is now: what changes is sent as the templates draw it, to be put in place by its id."""

from collections.abc import Sequence

from aiohttp import web

from core.database import UnitOfWork
from core.errors import Refusal
from core.journal import Event, Recorded, newest_position
from inbox.events import ConversationSeen
from inbox.presence import Typing, typing_topic
from inbox.seeing import CUSTOMER
from pipeline.deals import see
from pipeline.feed import since
from pipeline.talks import Talk, messages_of, talk_of_deal
from web.deal_parts import parts
from web.live import Changes
from web.pages.streams import follow, position_seen
from web.pages.talk import PAGE, said_values
from web.security import in_words
from web.site import Caller, stream

MOST_EVENTS = 500


async def live(caller: Caller) -> web.StreamResponse:
    """Tell an open page what happens to its deal, until it goes or may not see it any more."""
    async with caller.site.database.reading() as uow:
        view = await see(uow, caller.by, caller.id("deal"))
        seen = position_seen(caller.request) or await newest_position(uow)
    told = _Told(caller, view.conversation_id, seen)
    return await follow(caller, "deal", told.about, talk=view.conversation_id)


class _Told:
    """How far a page has been told of its deal."""

    def __init__(self, caller: Caller, conversation_id: int, position: int) -> None:
        self._caller = caller
        self._deal_id = caller.id("deal")
        self._conversation_id = conversation_id
        self._position = position

    async def about(self, changes: Changes) -> dict[str, object] | None:
        """What it has to show differently: HTML of `messages` and of the `parts` around them, or why it is `gone`.

        Empty where only the list beside the talk may be different, and None where nothing is.
        """
        if changes.everything:
            return {"everything": True}
        if self._deal_id not in changes.deals and self._conversation_id not in changes.conversations:
            # Whose a deal is changes by events of its own, and whoever may do something else now comes back.
            return {} if changes.known_to(self._caller.by) else None
        caller = self._caller
        async with caller.site.database.reading() as uow:
            try:
                said = await self._drawn(uow)
            except Refusal as refusal:
                return {"gone": in_words(refusal, caller.t, uow.now)}
        self._position = changes.position
        return said

    async def _drawn(self, uow: UnitOfWork) -> dict[str, object]:
        caller, deal_id = self._caller, self._deal_id
        events = await since(uow, caller.by, deal_id, self._position, most=MOST_EVENTS)
        if not events:
            return {}
        if len(events) == MOST_EVENTS:
            return {"everything": True}
        talk = await _said(uow, caller, deal_id, events)
        values = await said_values(uow, caller, talk, events)
        around = await parts(uow, caller.by, caller.t, deal_id)
        return {
            "messages": caller.html("feed.html", uow.now, **values),
            "parts": caller.html("deal_parts.html", uow.now, **around),
        }


async def _said(uow: UnitOfWork, caller: Caller, deal_id: int, events: Sequence[Recorded[Event]]) -> Talk:
    """The messages that events are about; once the customer has seen some, the last ones as well."""
    ids = {number for one in events if (number := getattr(one.event, "message_id", None)) is not None}
    if any(isinstance(one.event, ConversationSeen) and one.event.by == CUSTOMER for one in events):
        last = await talk_of_deal(uow, caller.by, deal_id, limit=PAGE)
        ids |= {one.id for one in last.messages}
    return await messages_of(uow, caller.by, deal_id, ids)


async def typing(caller: Caller) -> web.StreamResponse:
    """Tell the customer that somebody writes to him."""
    async with caller.site.database.reading() as uow:
        view = await see(uow, caller.by, caller.id("deal"))
    # The talk may be a colleague's by now.
    if view.closed_at is None:
        await caller.site.wakeups.ring(typing_topic(Typing(view.conversation_id, caller.by.actor)))
    return web.Response(status=204)


ROUTES = (stream("GET", "/deals/{deal}/live", live), stream("POST", "/deals/{deal}/typing", typing))
