"""Three weeks that the shop has behind it, lived through in seconds: every act by its use case, under a moved clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.demo.acting import Actors
from app.demo.at_once import MovedClock, OneUnit
from app.demo.messenger import fate
from app.demo.pictures import Pictures
from app.demo.shop import Crowd, never_close, open_shop
from app.demo.talks import Book, Story, new_story
from app.story import STORY
from core.database import UnitOfWork
from core.relay import Relay
from inbox import heads, marking, outcomes
from inbox.channel import Delivered
from inbox.models import conversation
from inbox.outcomes import Result
from pipeline.models import deal, talk
from pipeline.staff.handing_over import hand_over
from pipeline.totals import fold
from pipeline.work.reminding import remind
from triggers.firing import fire
from triggers.models import IS_WAITING, trigger_run
from triggers.runs import RUNS, Run

DAYS = 21
DEALS = 112
# How often a day people act, and how often in the hours before now.
MOMENTS_A_DAY, LAST_MOMENTS = 3, 8
LAST_HOURS = timedelta(hours=5)
OPEN_AT, CLOSED_AT = time(9, 5), time(18, 50)
# So many customers wait for the admin himself.
HIS_OWN = 5
# So many have written a moment ago.
JUST_COME = 8
JUST_NOW = timedelta(seconds=5)
MINUTES = timedelta(minutes=2)
FALLS_SILENT, COMES_BACK = 0.16, 0.12
# In moments: how long each waits for the other.
PAUSES = (1, 2, 2, 3, 5, 8, 14)


class OpenDeal(NamedTuple):
    """Where a customer's messages belong."""

    deal_id: int
    conversation_id: int
    assignee_id: int | None


@dataclass(slots=True)
class Plan:
    """When a story goes on next."""

    story: Story
    at: int
    done: bool = False


class Past:
    """The weeks before `now`; afterwards `stories` are those that go on."""

    def __init__(self, database: OneUnit, clock: MovedClock, *, told: Book, chance: Random, seed: int) -> None:
        self._database = database
        self._clock = clock
        self._told = told
        self._chance = chance
        self._relay = Relay(database, STORY, retry_after=1)
        self.crowd = Crowd(told, chance, seed)
        self._plans: list[Plan] = []
        self.stories: list[Story] = []

    async def live(self, pictures: Pictures, timezone: str) -> Actors:
        """Live through all of it; who acts from now on."""
        now = self._clock.now()
        moments = moments_before(now, ZoneInfo(timezone), self._chance)
        with self._database.whole():
            self._clock.moment = moments[0] - timedelta(hours=1)
            async with self._database.unit() as uow:
                shop = await open_shop(uow, timezone)
            self._actors = Actors(shop, pictures, self._chance)
            self._last = moments[-1]
            self._begin(len(moments))
            for number, moment in enumerate(moments):
                if number == len(moments) - LAST_MOMENTS:
                    async with self._database.unit() as uow:
                        await never_close(uow, shop)
                await self._moment(number, moment)
            self._clock.moment = now
            await self._keep_some_for_the_admin()
            await self._deliver()
            await self._settle()
            async with self._database.unit() as uow:
                await fold(uow)
        self.stories += [one.story for one in self._plans]
        return self._actors

    def _begin(self, moments: int) -> None:
        """Spread the beginnings over the weeks, somewhat more of them lately."""
        for number in range(DEALS):
            part = (number + self._chance.random()) / DEALS
            self._plans.append(Plan(self._new_story(), int((moments - 1) * part**0.85)))
        # Nobody has answered these yet.
        self._plans += [Plan(self._new_story(), moments - 1) for _ in range(JUST_COME)]

    def _new_story(self) -> Story:
        talk_ = self.crowd.next_talk()
        return new_story(self._told, talk_, self.crowd.customer(talk_.language), self.crowd.source(), self._chance)

    async def _moment(self, number: int, moment: datetime) -> None:
        # Before anybody has said anything.
        self._clock.moment = moment - MINUTES
        await self._let_due_act()
        self._clock.moment = moment
        due = [one for one in self._plans if one.at <= number]
        if number % 2:
            await self._deliver()
        await self._customers(due)
        await self._settle()
        if moment != self._last:
            self._clock.moment = moment + timedelta(minutes=self._chance.uniform(1, 4))
            await self._operators(due, number)
            await self._settle()
        self._plans = [one for one in self._plans if not one.done]

    async def _let_due_act(self) -> None:
        async with self._database.unit() as uow:
            found = await uow.rows(RUNS.where(IS_WAITING, trigger_run.c.due_at <= uow.now).order_by(trigger_run.c.id))
            await fire(uow, [Run(*row) for row in found])
            await remind(uow)

    async def _customers(self, due: Sequence[Plan]) -> None:
        said = []
        for one in due:
            if one.story.is_customers_turn and not one.story.silent:
                at = self._clock.now() - timedelta(seconds=self._chance.uniform(20, 100))
                for place, line in enumerate(one.story.turn()):
                    incoming = self._actors.incoming(one.story, line, at + timedelta(seconds=7 * place))
                    said.append((one.story, incoming))
        async with self._database.unit() as uow:
            await self._actors.come_in(uow, said)

    async def _operators(self, due: Sequence[Plan], number: int) -> None:
        async with self._database.unit() as uow:
            deals = await open_deals(uow)
            for one in due:
                found = deals.get(one.story.customer.key)
                if found is not None and found.assignee_id is not None:
                    uow.now += timedelta(seconds=self._chance.uniform(5, 25))
                    await self._work(uow, one, found, number)
            self._clock.moment = uow.now

    async def _work(self, uow: UnitOfWork, one: Plan, found: OpenDeal, number: int) -> None:
        by, story = self._actors.shop.operators[found.assignee_id or 0], one.story
        if story.is_over or story.silent:
            await self._actors.end(uow, by, found.deal_id, story)
            self._leave(one, number)
            return
        if not story.is_customers_turn:
            await self._actors.work(uow, by, found.deal_id, story)
        half_told = story.place * 2 > len(story.talk.lines)
        if half_told and not story.is_over and self._chance.random() < FALLS_SILENT:
            story.silent = True
            one.at = number + self._chance.randint(15, 60)
        else:
            one.at = number + self._chance.choice(PAUSES)

    def _leave(self, one: Plan, number: int) -> None:
        """A story is over; some customers come back with another one."""
        if self._chance.random() < COMES_BACK:
            known = one.story.customer
            talks = [talk_ for talk_ in self._told.talks if talk_.language == known.language]
            again = new_story(self._told, self._chance.choice(talks), known, "returning", self._chance)
            self._plans.append(Plan(again, number + self._chance.randint(5, 40)))
        one.done = True

    async def _settle(self) -> None:
        while await self._relay.wave():
            pass

    async def _deliver(self) -> None:
        """What is queued arrives; of a few nobody knows whether it did, and a few are refused."""
        for channel_id in self._actors.shop.channels.values():
            while await self._deliver_next(channel_id):
                pass

    async def _deliver_next(self, channel_id: int) -> bool:
        async with self._database.unit() as uow:
            ready = await heads.next_of_each_chat(uow, channel_id)
            if not ready:
                return False
            marked = await marking.mark(uow, [one.id for one in ready], epoch=0)
            await outcomes.write(uow, channel_id, [self._result(one) for one in marked], retry_seconds=(1,))
        return bool(marked)

    def _result(self, one: marking.Marked) -> Result:
        if failure := fate(self._chance):
            return Result(one, failure=failure)
        names = tuple(f"past-{one.id}-{place}" for place in range(max(1, len(one.messages))))
        return Result(one, delivered=Delivered(names))

    async def _keep_some_for_the_admin(self) -> None:
        """Whoever looks on has customers of his own, who wait for him."""
        admin = self._actors.shop.admin
        async with self._database.unit() as uow:
            deals = await open_deals(uow)
            waiting = await uow.rows(
                select(conversation.c.chat_key)
                .where(conversation.c.chat_key.in_(sorted(deals)))
                .order_by(conversation.c.waiting_since.is_(None), conversation.c.chat_key.desc())
                .limit(HIS_OWN)
            )
            for row in waiting:
                await hand_over(uow, admin, deals[row.chat_key].deal_id, to=admin.id)


_OPEN = (
    select(conversation.c.chat_key, deal.c.id, deal.c.conversation_id, deal.c.assignee_id)
    .join(talk, talk.c.conversation_id == conversation.c.id)
    .join(deal, deal.c.id == talk.c.deal_id)
)


async def open_deals(uow: UnitOfWork) -> dict[str, OpenDeal]:
    """The open deals by their customers' keys."""
    rows: Sequence[Any] = await uow.rows(_OPEN)
    return {row[0]: OpenDeal(*row[1:]) for row in rows}


def moments_before(now: datetime, zone: ZoneInfo, chance: Random) -> list[datetime]:
    """When people acted: in the hours of work of each past day, and again and again in the last hours."""
    last = now - LAST_HOURS
    lately = LAST_HOURS / LAST_MOMENTS
    moments = [last + lately * (place + chance.uniform(0.3, 0.9)) for place in range(LAST_MOMENTS - 1)]
    moments.append(now - JUST_NOW)
    today = now.astimezone(zone).date()
    for back in range(DAYS):
        day = today - timedelta(days=back)
        if day.weekday() == 6:
            continue
        opened = datetime.combine(day, OPEN_AT, zone).astimezone(now.tzinfo)
        length = datetime.combine(day, CLOSED_AT, zone).astimezone(now.tzinfo) - opened
        each = length / MOMENTS_A_DAY
        moments += [opened + each * (place + chance.random() * 0.8) for place in range(MOMENTS_A_DAY)]
        if chance.random() < 0.4:
            moments.append(opened + length + timedelta(hours=chance.uniform(1, 3)))
    return sorted(one for one in moments if one < last - each or last <= one < now)
