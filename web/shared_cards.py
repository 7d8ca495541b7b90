"""Cards of all open boards: what has changed is read once for everybody, and drawn once for each language and zone."""

import asyncio
from collections import deque
from collections.abc import Collection

from aiohttp import web

from core.database import Database
from core.texts import Texts
from pipeline.cards import Card
from pipeline.cards_for_all import CardsForAll, cards_for_all
from web.live import Changes
from web.rendering import Rendering

# All boards are told at the same moments; one that lags behind needs another reading.
KEPT = 3


class Reading:
    """Cards that were read when the journal stood at a position, and those of them that have been drawn."""

    def __init__(self, position: int, deals: Collection[int], found: CardsForAll, rendering: Rendering) -> None:
        self.found = found
        self._position = position
        self._deals = frozenset(deals)
        self._rendering = rendering
        self._html: dict[tuple[int, bool, str, str], str] = {}

    def tells(self, changes: Changes) -> bool:
        """Whether these changes were read here."""
        return self._position >= changes.position and self._deals >= changes.deals

    def html(self, card: Card, t: Texts) -> str:
        """A card as a page has it; nothing on it but its words depends on who looks."""
        key = (card.deal.id, card is self.found.cards[card.deal.id], t.language, t.timezone)
        if key not in self._html:
            self._html[key] = self._rendering.render("cards_only.html", t=t, now=self.found.at, cards=[card])
        return self._html[key]


class SharedCards:
    """The last readings."""

    def __init__(self, database: Database, rendering: Rendering) -> None:
        self._database = database
        self._rendering = rendering
        self._readings: deque[Reading] = deque(maxlen=KEPT)
        self._turn = asyncio.Lock()

    async def about(self, changes: Changes) -> Reading:
        """The deals that have changed; the first board that asks reads them for all."""
        async with self._turn:
            for one in self._readings:
                if one.tells(changes):
                    return one
            async with self._database.reading() as uow:
                found = await cards_for_all(uow, changes.deals)
            self._readings.appendleft(Reading(changes.position, changes.deals, found, self._rendering))
            return self._readings[0]


SHARED_CARDS: web.AppKey[SharedCards] = web.AppKey("shared_cards", SharedCards)
