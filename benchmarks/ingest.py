"""G1 and G2: what one inbound message costs, from the messenger's JSON on, against the least that any inbox must do.

The reference is a receipt, a message, a conversation and an outbox row written by SQLAlchemy Core, a transaction for
each message on one connection. Both sides run on the same disk with synchronous=FULL, in interleaved rounds.
"""

import itertools
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, UniqueConstraint, bindparam, event
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from app.migrating import migrate
from app.story import STORY
from benchmarks.goals import Goal, Report
from core.clock import SystemClock
from core.database import Database
from core.relay import Relay
from core.texts import texts
from inbox.accounts import ensure_account
from inbox.channels.telegram import parse
from inbox.intake import accept
from pipeline.staff.people import actor_of, ensure_admins, staff_of
from pipeline.staff.shifts import start_shift
from pipeline.stages import open_deals_in, prepare_default
from triggers.presets import prepare_triggers

BODY = "Здравствуйте, подскажите цену и срок доставки на заказ 1234?"
OPERATORS = 10
KNOWN = 500
IN_FLIGHT = 64
ROUNDS = 7
QUICK_ROUNDS = 2

_minimal = MetaData()
_receipt = Table(
    "receipt", _minimal, Column("id", Integer, primary_key=True), Column("number", Integer), UniqueConstraint("number")
)
_message = Table(
    "message",
    _minimal,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", Integer, index=True),
    Column("body", String),
    Column("at", Integer),
)
_conversation = Table(
    "conversation", _minimal, Column("id", Integer, primary_key=True), Column("unread", Integer), Column("at", Integer)
)
_outbox = Table("outbox", _minimal, Column("id", Integer, primary_key=True), Column("message_id", Integer))


class Minimal:
    """The least work of one message."""

    def __init__(self, folder: Path) -> None:
        self._engine = create_async_engine(f"sqlite+aiosqlite:///{folder}/minimal.db", pool_size=1, max_overflow=0)

        @event.listens_for(self._engine.sync_engine, "connect")
        def prepare(connection: Any, entry: ConnectionPoolEntry) -> None:
            cursor = connection.cursor()
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.close()

        self._numbers = itertools.count(1)

    async def prepare(self) -> None:
        async with self._engine.begin() as connection:
            await connection.run_sync(_minimal.create_all)
            await connection.execute(_conversation.insert(), [{"id": i, "unread": 0} for i in range(KNOWN)])

    async def one(self) -> None:
        number = next(self._numbers)
        async with self._engine.begin() as connection:
            await connection.execute(insert(_receipt).on_conflict_do_nothing(), {"number": number})
            made = await connection.execute(
                insert(_message), {"conversation_id": number % KNOWN, "body": BODY, "at": number}
            )
            await connection.execute(_UNREAD, {"one": number % KNOWN, "now": number})
            await connection.execute(insert(_outbox), {"message_id": (made.inserted_primary_key or [0])[0]})

    async def close(self) -> None:
        await self._engine.dispose()


_UNREAD = (
    _conversation.update()
    .where(_conversation.c.id == bindparam("one"))
    .values(unread=_conversation.c.unread + 1, at=bindparam("now"))
)


class Whole:
    """Our whole pipeline: intake, opening, handing out, cards and relayed messages, as the program runs it."""

    def __init__(self, folder: Path) -> None:
        self._database = Database(f"sqlite+aiosqlite:///{folder}/whole.db", SystemClock())
        self._relay = Relay(self._database, STORY, retry_after=1)
        self._numbers = itertools.count(1)
        self._people = itertools.count(10_000)
        self._random = random.Random(7)
        self._channel_id = 0

    async def prepare(self) -> None:
        await migrate(self._database)
        async with self._database.unit() as uow:
            self._channel_id = await ensure_account(uow, "telegram", "1")
            pipeline_id = await prepare_default(uow, texts("en"))
            await prepare_triggers(uow)
            await open_deals_in(uow, pipeline_id, channel_id=self._channel_id)
            names = [str(number) for number in range(1, OPERATORS + 1)]
            await ensure_admins(uow, self._channel_id, names, language="en", timezone="UTC")
            for name in names:
                by = await actor_of(uow, self._channel_id, name)
                if by is not None:
                    await start_shift(uow, by)
        for first in range(0, KNOWN, IN_FLIGHT):
            people = range(1000 + first, min(1000 + first + IN_FLIGHT, 1000 + KNOWN))
            await self._take([self._update(person) for person in people])
            await self.relay()

    def _update(self, person: int) -> dict[str, Any]:
        number = next(self._numbers)
        user = {"id": person, "is_bot": False, "first_name": "Anna", "language_code": "ru"}
        chat = {"id": person, "type": "private", "first_name": "Anna"}
        message = {"message_id": number, "date": int(time.time()), "chat": chat, "from": user, "text": BODY}
        return {"update_id": number, "message": message}

    def updates(self, count: int) -> list[dict[str, Any]]:
        """A load: one in ten from somebody new, one in fifty a repeat."""
        made: list[dict[str, Any]] = []
        for _ in range(count):
            if made and self._random.random() < 0.02:
                made.append(made[-1])
                continue
            new = self._random.random() < 0.1
            made.append(self._update(next(self._people) if new else 1000 + self._random.randrange(KNOWN)))
        return made

    async def _take(self, raw: list[dict[str, Any]]) -> None:
        updates = [one for one in map(parse, raw) if one is not None]
        async with self._database.unit() as uow:
            await accept(uow, self._channel_id, updates, staff_of=staff_of)

    async def relay(self) -> None:
        while await self._relay.wave():
            pass

    async def batch(self, raw: list[dict[str, Any]]) -> None:
        """Many at once, to the end."""
        await self._take(raw)
        await self.relay()

    async def acknowledge(self, raw: dict[str, Any]) -> None:
        """One alone, until it may be acknowledged."""
        await self._take([raw])

    async def close(self) -> None:
        await self._database.close()


async def _rate(count: int, work: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    await work()
    return count / (time.perf_counter() - began)


async def measure(*, quick: bool = False) -> Report:
    """G1 and G2, and the rates that they are made of."""
    with tempfile.TemporaryDirectory() as folder:
        minimal, whole = Minimal(Path(folder)), Whole(Path(folder))
        await minimal.prepare()
        await whole.prepare()
        rates: dict[str, list[float]] = {"minimal": [], "whole": [], "acknowledged": [], "alone": []}
        for _ in range(QUICK_ROUNDS if quick else ROUNDS):
            rates["minimal"].append(await _rate(200, lambda: _times(200, minimal.one)))
            load = whole.updates(10 * IN_FLIGHT)
            rates["whole"].append(await _rate(len(load), lambda load=load: _batches(whole, load)))  # type: ignore[misc]
            load = whole.updates(100)
            rates["acknowledged"].append(await _rate(100, lambda load=load: _singly(whole, load)))  # type: ignore[misc]
            await whole.relay()
            load = whole.updates(50)
            rates["alone"].append(await _rate(50, lambda load=load: _to_the_end(whole, load)))  # type: ignore[misc]
        await minimal.close()
        await whole.close()
    middle = {name: statistics.median(values) for name, values in rates.items()}
    return Report(
        goals=[
            Goal("G1", middle["whole"] / middle["minimal"], ">=", 4.0),
            Goal("G2", middle["acknowledged"] / middle["minimal"], ">=", 0.5),
        ],
        orientation=["ingest: " + ", ".join(f"{name} {rate:,.0f}/s" for name, rate in middle.items())],
    )


async def _times(count: int, work: Callable[[], Awaitable[None]]) -> None:
    for _ in range(count):
        await work()


async def _batches(whole: Whole, load: list[dict[str, Any]]) -> None:
    for first in range(0, len(load), IN_FLIGHT):
        await whole.batch(load[first : first + IN_FLIGHT])


async def _singly(whole: Whole, load: list[dict[str, Any]]) -> None:
    for one in load:
        await whole.acknowledge(one)


async def _to_the_end(whole: Whole, load: list[dict[str, Any]]) -> None:
    for one in load:
        await whole.batch([one])
