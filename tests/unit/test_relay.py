"""The relay: each event once, in order in its stream, whatever fails beside it."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from core.database import UnitOfWork
from core.journal import Event, Recorded, event, lock, record
from core.relay import ATTEMPTS, EventParked, Relay
from tests.unit.office import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class SomethingSaid(Event):
    """A test's own event."""

    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyListens(Event):
    """A test's own event without a handler."""


class Listener:
    """Remembers what it was told, and fails at some words."""

    def __init__(self, *poison: str) -> None:
        self.heard: list[str] = []
        self.poison = set(poison)

    async def __call__(self, uow: UnitOfWork, events: Sequence[Recorded[SomethingSaid]]) -> None:
        for item in events:
            if item.event.word in self.poison:
                raise ValueError(item.event.word)
        self.heard += [item.event.word for item in events]


def said(stream: str, word: str) -> SomethingSaid:
    return SomethingSaid(stream=stream, ref=stream, word=word)


async def say(shop: Office, *events: Event) -> None:
    async with shop.database.unit() as uow:
        await lock(uow, [item.stream for item in events])
        await record(uow, events)


async def hand_on(shop: Office, relay: Relay, *, times: int = 20) -> None:
    for _ in range(times):
        await relay.wave()
        shop.clock.move(minutes=1)


async def test_events_of_a_stream_arrive_in_order_and_once(shop: Office) -> None:
    listener = Listener()
    relay = Relay(shop.database, {SomethingSaid: [listener]}, retry_after=1)
    await say(shop, *(said("x", str(number)) for number in range(30)))
    await hand_on(shop, relay)
    assert listener.heard == [str(number) for number in range(30)]


async def test_events_that_nobody_listens_to_keep_their_place(shop: Office) -> None:
    relay = Relay(shop.database, {SomethingSaid: [Listener()]}, retry_after=1)
    await say(shop, said("x", "a"), NobodyListens(stream="x", ref="x"), said("x", "b"))
    await hand_on(shop, relay)
    async with shop.database.reading() as uow:
        rows = await uow.rows(select(event).where(event.c.stream == "x").order_by(event.c.position))
    assert [row.kind for row in rows] == ["SomethingSaid", "NobodyListens", "SomethingSaid"]


async def test_positions_have_no_gaps(shop: Office) -> None:
    relay = Relay(shop.database, {SomethingSaid: [Listener()]}, retry_after=1)
    await say(shop, *(said(f"s{number % 3}", str(number)) for number in range(9)))
    await hand_on(shop, relay)
    async with shop.database.reading() as uow:
        rows = await uow.rows(select(event.c.position).order_by(event.c.position))
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))


async def test_a_failing_event_holds_its_stream_and_no_other(shop: Office) -> None:
    listener = Listener("bad")
    relay = Relay(shop.database, {SomethingSaid: [listener]}, retry_after=3600)
    await say(shop, said("x", "bad"), said("x", "later"), said("y", "fine"))
    await hand_on(shop, relay, times=3)
    assert listener.heard == ["fine"]


async def test_after_its_last_attempt_an_event_is_parked_and_its_stream_goes_on(shop: Office) -> None:
    listener = Listener("bad")
    told: list[int] = []

    async def tell(uow: UnitOfWork, events: Sequence[Recorded[EventParked]]) -> None:
        told.extend(item.event.parked_id for item in events)

    relay = Relay(shop.database, {SomethingSaid: [listener], EventParked: [tell]}, retry_after=1)
    await say(shop, said("x", "bad"), said("x", "later"))
    await hand_on(shop, relay)
    assert listener.heard == ["later"]
    async with shop.database.reading() as uow:
        parked = await uow.row(select(event).where(event.c.parked.is_not(None)))
    assert parked is not None
    assert (parked.parked, parked.attempts, told) == ("ValueError", ATTEMPTS, [parked.id])


async def test_what_a_handler_wrote_before_it_failed_is_undone(shop: Office) -> None:
    class Echo(Listener):
        async def __call__(self, uow: UnitOfWork, events: Sequence[Recorded[SomethingSaid]]) -> None:
            await record(uow, [NobodyListens(stream="x", ref=item.event.word) for item in events])
            await super().__call__(uow, events)

    relay = Relay(shop.database, {SomethingSaid: [Echo("bad")]}, retry_after=1)
    await say(shop, said("x", "bad"), said("x", "fine"))
    await hand_on(shop, relay)
    async with shop.database.reading() as uow:
        rows = await uow.rows(select(event.c.ref).where(event.c.kind == "NobodyListens"))
    assert [row.ref for row in rows] == ["fine"]


async def test_an_error_that_passes_with_time_is_no_fault_of_an_event(shop: Office) -> None:
    class Locked(Exception):
        """What asyncpg says when a lock was not had in time."""

    async def waits_for_a_lock(uow: UnitOfWork, events: Sequence[Recorded[SomethingSaid]]) -> None:
        if uow.is_sqlite:
            raise OperationalError("", None, Locked())
        await uow.execute(text("SET LOCAL lock_timeout = '50ms'"))
        await uow.execute(text("LOCK TABLE pipeline"))

    relay = Relay(shop.database, {SomethingSaid: [waits_for_a_lock]}, retry_after=1)
    await say(shop, said("x", "fine"))
    async with contextlib.AsyncExitStack() as holding:
        if not shop.database.is_sqlite:
            uow = await holding.enter_async_context(shop.database.unit())
            await uow.execute(text("LOCK TABLE pipeline"))
        for _ in range(ATTEMPTS):
            with pytest.raises(OperationalError):
                await relay.wave()
    async with shop.database.reading() as reading:
        rows = await reading.rows(select(event).where(event.c.kind == "SomethingSaid"))
    assert [(row.attempts, row.parked) for row in rows] == [(0, None)]
