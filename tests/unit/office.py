"""An office without a messenger: a real database with the whole story, a clock to move, people who write and work."""

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.migrating import migrate
from app.story import STORY
from core.database import Database
from core.redis import Wakeups, connect
from core.relay import Relay
from core.texts import texts
from inbox.accounts import ensure_account
from inbox.channel import Incoming, Person, Started, Written
from inbox.intake import accept
from inbox.models import outgoing
from pipeline.models import deal
from pipeline.staff.inviting import accept_invitation, invite
from pipeline.staff.people import actor_of, ensure_admins, staff_of
from pipeline.staff.rights import Role, Staff
from pipeline.staff.shifts import start_shift
from pipeline.stages import open_deals_in, prepare_default
from pipeline.work.kinds import prepare_kinds
from pipeline.work.reminding import Reminders
from triggers.alarms import Alarms
from triggers.delays import Delays
from triggers.presets import prepare_triggers

ADMIN = "1"


class MovedClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self._now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def move(self, **by: float) -> None:
        """Let time pass."""
        self._now += timedelta(**by)


class Office:
    """One installation in one process."""

    def __init__(self, url: str) -> None:
        self.clock = MovedClock()
        self.database = Database(url, self.clock)
        self.relay = Relay(self.database, STORY, retry_after=1)
        # Nobody answers there: what is due is found by the sweep.
        self.redis = connect("redis://127.0.0.1:9")
        alarms, self.wakeups = Alarms(self.redis, lease_seconds=30), Wakeups(None)
        self.delays = Delays(self.database, alarms, self.wakeups, self.clock, sweep_seconds=5)
        self.reminders = Reminders(self.database, sweep_seconds=5)
        self.channel_id = 0
        self.webchat_id = 0
        self.pipeline_id = 0
        self._numbers = itertools.count(1)

    async def open(self) -> None:
        """Make the schema, the pipeline, the channel and one admin, who is off shift."""
        await migrate(self.database)
        async with self.database.unit() as uow:
            self.pipeline_id = await prepare_default(uow, texts("en"))
            self.channel_id = await ensure_account(uow, "telegram", "1")
            self.webchat_id = await ensure_account(uow, "webchat", "webchat")
            await prepare_kinds(uow, texts("en"))
            await prepare_triggers(uow)
            for channel_id in (self.channel_id, self.webchat_id):
                await open_deals_in(uow, self.pipeline_id, channel_id=channel_id)
            await ensure_admins(uow, self.channel_id, [ADMIN], language="en", timezone="UTC")
        await self.settle()

    async def settle(self) -> None:
        """Let everything that follows happen."""
        while await self.relay.wave():
            pass

    async def later(self, **by: float) -> None:
        """Let time pass, and then happen what is due and what follows."""
        self.clock.move(**by)
        await self.delays.step()
        await self.reminders.step()
        await self.settle()

    async def admin(self) -> Staff:
        """The first admin."""
        return await self.actor(ADMIN)

    async def actor(self, name: str) -> Staff:
        """Somebody of the staff by his name at the messenger."""
        async with self.database.reading() as uow:
            found = await actor_of(uow, self.channel_id, name)
        assert found is not None
        return found

    async def hire(self, name: str, *, role: Role = Role.OPERATOR, on_shift: bool = True) -> Staff:
        """Invite somebody, who comes and begins his shift."""
        async with self.database.unit() as uow:
            token = await invite(uow, await self.admin(), role=role, valid=timedelta(days=1))
            person = Person(name, f"Person {name}")
            by = await accept_invitation(uow, self.channel_id, person, token, language="en", timezone="UTC")
            if on_shift:
                await start_shift(uow, by)
        await self.settle()
        return by

    def message(self, name: str, text: str = "Hello", *, number: int | None = None) -> Incoming:
        """What a customer's message brings."""
        number = number or next(self._numbers)
        written = Written(str(number), self.clock.now(), "text", {"text": text})
        return Incoming(str(number), {}, name, Person(name, f"Customer {name}"), written)

    def started(self, name: str, payload: str | None = None) -> Incoming:
        """What a customer's Start brings."""
        return Incoming(str(next(self._numbers)), {}, name, Person(name, f"Customer {name}"), Started(payload))

    async def receive(self, *updates: Incoming) -> None:
        """Take a batch in, and let everything that follows happen."""
        await self.take_in(updates)
        await self.settle()

    async def texts_to(self, name: str) -> list[str]:
        """What waits to be sent to a customer, or was sent."""
        kept = [one for one in await self.outgoing(name) if one.state != "cancelled"]
        return [one.content["text"] for one in kept]

    async def close(self) -> None:
        """Give everything back."""
        await self.database.close()
        await self.redis.aclose()

    async def take_in(self, updates: Sequence[Incoming]) -> None:
        """Take a batch in, and nothing else."""
        async with self.database.unit() as uow:
            await accept(uow, self.channel_id, updates, staff_of=staff_of)

    async def deals(self) -> Sequence[Any]:
        """All deals, oldest first."""
        async with self.database.reading() as uow:
            return await uow.rows(select(deal).order_by(deal.c.id))

    async def outgoing(self, chat_key: str) -> Sequence[Any]:
        """What waits to be sent in a chat."""
        async with self.database.reading() as uow:
            return await uow.rows(select(outgoing).where(outgoing.c.chat_key == chat_key).order_by(outgoing.c.id))


@asynccontextmanager
async def office(url: str) -> AsyncIterator[Office]:
    """An office that is open for a test."""
    made = Office(url)
    await made.open()
    try:
        yield made
    finally:
        await made.close()
