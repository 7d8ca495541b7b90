"""The shop goes on living: customers write and operators answer by themselves, at a pace that can be kept for days.

Nobody acts in the place of the admin: his deals are left to him, and their customers answer what he writes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from app.demo.acting import Actors
from app.demo.shop import Crowd
from app.demo.talks import Book, Story, new_story
from core.clock import Clock
from core.database import Database, UnitOfWork
from core.errors import Refusal
from core.loops import whole
from core.redis import Wakeups
from inbox.channel import Written
from inbox.models import channel, contact, conversation, message
from inbox.presence import Typing, typing_topic
from inbox.seeing import seen_by_customer
from pipeline.deals import answer
from pipeline.models import deal, talk
from pipeline.sending import look
from pipeline.staff.rights import Staff

log = structlog.get_logger()

# So many deals are open at most; with fewer, new customers come in.
MOST_OPEN = 46
# Seconds between two things that customers say, and how long others take; (least, most).
PACE = (3.0, 11.0)
ANSWERS, ANSWERS_VISITOR, ANSWERS_ADMIN, CLOSES = (8, 50), (14, 22), (10, 26), (20, 70)
TYPES = 2.5
LOOKS_EVERY = 0.7


@dataclass(frozen=True, slots=True)
class Seen:
    """An open deal with the last word of its talk."""

    deal_id: int
    conversation_id: int
    assignee_id: int | None
    key: str
    language: str
    waiting: bool
    last_id: int
    last_actor: str


_LOOK = (
    select(
        deal.c.id,
        deal.c.conversation_id,
        deal.c.assignee_id,
        conversation.c.chat_key,
        func.coalesce(contact.c.language, "en"),
        conversation.c.waiting_since.is_not(None),
        message.c.id,
        message.c.actor,
    )
    .join(talk, talk.c.deal_id == deal.c.id)
    .join(conversation, conversation.c.id == talk.c.conversation_id)
    .join(channel, channel.c.id == conversation.c.channel_id)
    .join(contact, contact.c.id == conversation.c.contact_id)
    .join(message, message.c.id == conversation.c.last_message_id)
    .order_by(deal.c.id)
)

Act = Callable[[UnitOfWork], Awaitable[None]]


@dataclass(slots=True)
class Intent:
    """What somebody is about to do about a deal as it is now, and when; he types shortly before."""

    after: Seen
    at: datetime
    typing: Typing | None
    act: Act
    typed: bool = False


class Living:
    """The loop in which customers and operators act."""

    def __init__(
        self,
        database: Database,
        wakeups: Wakeups,
        clock: Clock,
        actors: Actors,
        *,
        told: Book,
        crowd: Crowd,
        stories: Sequence[Story],
        chance: Random,
    ) -> None:
        self._database = database
        self._wakeups = wakeups
        self._clock = clock
        self._actors = actors
        self._told = told
        self._crowd = crowd
        self._stories = {one.customer.key: one for one in stories}
        self._chance = chance
        self._intents: dict[int, Intent] = {}
        self._next_word = clock.now()

    async def run(self) -> None:
        """Live for ever. Cancelled, it ends the act it is at."""
        while True:
            try:
                await whole(self.step())
            except DBAPIError:
                log.exception("demo.database_failed")
            await asyncio.sleep(LOOKS_EVERY)

    async def step(self) -> None:
        """Look around, make up minds, and do what it is time for."""
        async with self._database.reading() as uow:
            around = [Seen(*row) for row in await uow.rows(_LOOK)]
        self._forget({one.deal_id: one for one in around}, {one.key for one in around})
        for one in around:
            if one.deal_id not in self._intents and (intent := self._intent(one)) is not None:
                self._intents[one.deal_id] = intent
        now = self._clock.now()
        if now >= self._next_word:
            self._next_word = now + timedelta(seconds=self._chance.uniform(*PACE))
            await self._somebody_speaks(around)
        for deal_id, intent in list(self._intents.items()):
            await self._pursue(deal_id, intent, now)

    def _forget(self, now: dict[int, Seen], keys: set[str]) -> None:
        """What was meant before something was said, or the deal was taken or closed, is meant no more."""
        self._intents = {one: meant for one, meant in self._intents.items() if now.get(one) == meant.after}
        # The deal of somebody who has said no more than his first word may be about to open.
        self._stories = {key: one for key, one in self._stories.items() if key in keys or one.place <= 1}

    def _intent(self, one: Seen) -> Intent | None:
        """What an operator does by himself about a deal, or a customer whom the admin has answered."""
        story = self._stories.get(one.key)
        if one.assignee_id not in self._actors.shop.operators:
            return self._answer_to_admin(one, story)
        by = self._actors.shop.operators[one.assignee_id or 0]
        if story is None:
            return self._meant(one, ANSWERS_VISITOR, self._welcome(one, by), by.actor) if one.waiting else None
        if story.silent or story.is_over:
            return self._meant(one, CLOSES, self._end(one, by, story))
        if not story.is_customers_turn:
            return self._meant(one, ANSWERS, self._work(one, by, story), by.actor)
        return None

    def _answer_to_admin(self, one: Seen, story: Story | None) -> Intent | None:
        if story is None or one.last_actor != self._actors.shop.admin.actor:
            return None
        if not story.is_over and not story.is_customers_turn:
            # He has said in his own words what an operator would have.
            story.turn()
        return None if story.is_over else self._meant(one, ANSWERS_ADMIN, self._speak(story, one), "customer")

    def _meant(self, one: Seen, seconds: tuple[float, float], act: Act, types: str | None = None) -> Intent:
        at = self._clock.now() + timedelta(seconds=self._chance.uniform(*seconds))
        return Intent(one, at, Typing(one.conversation_id, types) if types else None, act)

    async def _pursue(self, deal_id: int, intent: Intent, now: datetime) -> None:
        if intent.typing and not intent.typed and now >= intent.at - timedelta(seconds=TYPES):
            intent.typed = True
            await self._wakeups.ring(typing_topic(intent.typing))
        if now < intent.at:
            return
        del self._intents[deal_id]
        try:
            async with self._database.unit() as uow:
                await intent.act(uow)
        except Refusal as refused:
            # The admin was quicker: it is his now, or has ended.
            log.info("demo.refused", deal_id=deal_id, code=refused.code)

    def _work(self, one: Seen, by: Staff, story: Story) -> Act:
        async def act(uow: UnitOfWork) -> None:
            await look(uow, by, one.deal_id, up_to=one.last_id)
            await self._actors.work(uow, by, one.deal_id, story)

        return act

    def _welcome(self, one: Seen, by: Staff) -> Act:
        """An operator answers somebody of whom no story tells."""

        async def act(uow: UnitOfWork) -> None:
            text = self._chance.choice(self._told.answers.get(one.language, self._told.answers["en"]))
            written = Written("", uow.now, "text", {"text": text})
            await answer(uow, by, one.deal_id, written=written, client_key=f"demo:{one.last_id}")

        return act

    def _end(self, one: Seen, by: Staff, story: Story) -> Act:
        async def act(uow: UnitOfWork) -> None:
            await self._actors.end(uow, by, one.deal_id, story)

        return act

    def _speak(self, story: Story, one: Seen | None = None) -> Act:
        async def act(uow: UnitOfWork) -> None:
            if one is not None:
                await seen_by_customer(uow, one.conversation_id, one.last_id)
            lines = story.turn()
            await self._actors.come_in(uow, [(story, self._actors.incoming(story, line, uow.now)) for line in lines])

        return act

    async def _somebody_speaks(self, around: Sequence[Seen]) -> None:
        """A new customer comes in, or one whose turn it is goes on."""
        ready = [one for one in around if one.deal_id not in self._intents and self._goes_on(one)]
        few = len(around) < MOST_OPEN
        if few and (not ready or self._chance.random() < 0.3):
            talk_ = self._crowd.next_talk()
            customer = self._crowd.customer(talk_.language)
            story = new_story(self._told, talk_, customer, self._crowd.source(), self._chance)
            self._stories[customer.key] = story
            async with self._database.unit() as uow:
                await self._speak(story)(uow)
        elif ready:
            one = self._chance.choice(ready)
            story = self._stories[one.key]
            soon = (TYPES, TYPES + 1)
            self._intents[one.deal_id] = self._meant(one, soon, self._speak(story, one), "customer")

    def _goes_on(self, one: Seen) -> bool:
        story: Any = self._stories.get(one.key)
        ours = one.assignee_id in self._actors.shop.operators
        return story is not None and ours and not story.silent and story.is_customers_turn and not one.waiting
