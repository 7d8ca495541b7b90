"""G12 and G13: what the board costs in a large shop against a small one, and what its counters cost a stage move.

Shops of two sizes lie beside each other in each kind of database, and what is measured takes turns in them. A tenth of
the deals is closed, and people have as many tasks in both: what they can do does not grow with what they have done.
"""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, text

from app.migrating import migrate
from app.story import STORY
from benchmarks.goals import Goal, Report
from core.bulk import insert_rows
from core.clock import SystemClock
from core.database import Database, UnitOfWork
from core.relay import Relay
from core.texts import texts
from inbox.accounts import ensure_account
from inbox.channel import Incoming, Person, Written
from inbox.intake import accept
from inbox.models import contact, conversation, identity, message
from pipeline import moving, totals
from pipeline.board import board
from pipeline.models import deal, stage_stay, stage_total, talk, task, task_kind
from pipeline.staff.people import actor_of, ensure_admins, staff_of
from pipeline.staff.rights import Staff
from pipeline.staff.shifts import start_shift
from pipeline.stages import ACTIVE, Stage, open_deals_in, prepare_default, stages_of
from pipeline.work.kinds import prepare_kinds
from tests import postgres
from triggers.presets import prepare_triggers

SMALL, LARGE = 10_000, 100_000
TASKS = 500
AT_ONCE = 10_000
BATCH = 64
WORKERS = 8
ROUNDS, QUICK_ROUNDS = 30, 3
MOVES, QUICK_MOVES = 40, 5


class Company:
    """A shop with so many deals, a board and a supervisor."""

    def __init__(self, url: str, deals: int) -> None:
        self.database = Database(url, SystemClock())
        self.deals = deals
        self._relay = Relay(self.database, STORY, retry_after=1)
        self._chance = random.Random(7)
        self._channel_id = self._pipeline_id = self._number = 0
        self._by: Staff | None = None
        self._stages: list[Stage] = []
        self._open: list[int] = []

    async def prepare(self) -> None:
        """Make the shop and fill it."""
        await migrate(self.database)
        async with self.database.unit() as uow:
            self._channel_id = await ensure_account(uow, "telegram", "1")
            self._pipeline_id = await prepare_default(uow, texts("en"))
            await prepare_kinds(uow, texts("en"))
            await prepare_triggers(uow)
            await open_deals_in(uow, self._pipeline_id, channel_id=self._channel_id)
            await ensure_admins(uow, self._channel_id, ["1"], language="en", timezone="UTC")
            self._by = await actor_of(uow, self._channel_id, "1")
            await start_shift(uow, self.by)
            self._stages = await stages_of(uow, self._pipeline_id)
        for first in range(0, self.deals, AT_ONCE):
            async with self.database.unit() as uow:
                await self._fill(uow, range(first, min(first + AT_ONCE, self.deals)))
        async with self.database.unit() as uow:
            await self._count(uow)
            await self._tasks(uow)
        if not self.database.is_sqlite:
            # As it does by itself sooner or later.
            async with self.database.unit() as uow:
                await uow.execute(text("ANALYZE"))
        await self.relay()

    @property
    def by(self) -> Staff:
        """The supervisor."""
        if self._by is None:
            raise LookupError("nobody works here yet")
        return self._by

    async def _fill(self, uow: UnitOfWork, numbers: range) -> None:
        now = uow.now
        contacts = await _made(uow, contact, ({"name": f"Customer {n}", "search": f"customer {n}"} for n in numbers))
        pairs = list(zip(contacts, numbers, strict=True))
        of_channel = {"channel_id": self._channel_id}
        await insert_rows(uow, identity, [of_channel | {"contact_id": who, "external_id": str(n)} for who, n in pairs])
        talks = await _made(
            uow, conversation, (of_channel | {"contact_id": who, "chat_key": str(n)} for who, n in pairs)
        )
        said = {"direction": "in", "actor": "customer", "kind": "text", "body": {"text": "How much is it?"}, "at": now}
        messages = await _made(
            uow,
            message,
            ({"conversation_id": one, "external_id": "1", "search": "how much is it"} | said for one in talks),
        )
        await uow.execute(
            text(
                "UPDATE conversation SET last_message_id = (SELECT max(id) FROM message WHERE conversation_id ="
                " conversation.id) WHERE last_message_id IS NULL"
            )
        )
        rows = [
            self._deal(uow, who, talk_id, message_id)
            for who, talk_id, message_id in zip(contacts, talks, messages, strict=True)
        ]
        deals = await _made(uow, deal, rows)
        open_ = [(row, one) for row, one in zip(rows, deals, strict=True) if row["closed_at"] is None]
        self._open += [one for _, one in open_]
        await insert_rows(
            uow, talk, [{"conversation_id": row["conversation_id"], "deal_id": one} for row, one in open_]
        )
        stays = [
            {"deal_id": one, "stage_id": row["stage_id"], "entered_at": now, "actor": "customer"}
            for row, one in zip(rows, deals, strict=True)
        ]
        await insert_rows(uow, stage_stay, stays)

    def _deal(self, uow: UnitOfWork, contact_id: int, conversation_id: int, message_id: int) -> dict[str, Any]:
        is_open = self._chance.random() < 0.9
        at = uow.now - timedelta(seconds=self._chance.randrange(10_000_000))
        return {
            "pipeline_id": self._pipeline_id,
            "stage_id": self._chance.choice([one.id for one in self._stages if (one.group == ACTIVE) is is_open]),
            "contact_id": contact_id,
            "conversation_id": conversation_id,
            "assignee_id": self.by.id,
            "assigned_at": at,
            "amount": 100_00,
            "currency": "EUR",
            "requested_at": at,
            "opened_at": at,
            "changed_at": at,
            "closed_at": None if is_open else at,
            "opened_by_message_id": message_id,
        }

    async def _tasks(self, uow: UnitOfWork) -> None:
        kind_id = await uow.value(select(task_kind.c.id).limit(1))
        due = [uow.now + timedelta(minutes=self._chance.randrange(-300, 300)) for _ in range(TASKS)]
        rows = [
            {
                "deal_id": one,
                "assignee_id": self.by.id,
                "kind_id": kind_id,
                "made_at": uow.now,
                "due_at": at,
                "reminded_at": at,
            }
            for one, at in zip(self._chance.sample(self._open, TASKS), due, strict=True)
        ]
        await insert_rows(uow, task, rows)

    async def _count(self, uow: UnitOfWork) -> None:
        sums = select(deal.c.stage_id, deal.c.currency, func.count(), func.sum(deal.c.amount))
        rows = await uow.rows(sums.group_by(deal.c.stage_id, deal.c.currency))
        await uow.execute(stage_total.delete())
        await totals.count(uow, [totals.Change(row[0], row[1], row[2], int(row[3])) for row in rows])

    async def relay(self) -> None:
        """Let everything follow."""
        while await self._relay.wave():
            pass

    async def draw(self) -> None:
        """The board: its counters and its first cards."""
        async with self.database.reading() as uow:
            columns = await board(uow, self.by, self._pipeline_id)
        if sum(len(one.cards) for one in columns) != 200:
            raise RuntimeError("the board is not full")

    async def ingest(self) -> None:
        """A batch of messages, half of them from new customers, with all that follows."""
        updates = [self._written(self._chance.randrange(self.deals)) for _ in range(BATCH // 2)]
        updates += [self._written(self.deals + self._number) for _ in range(BATCH // 2)]
        async with self.database.unit() as uow:
            await accept(uow, self._channel_id, updates, staff_of=staff_of)
        await self.relay()

    def _written(self, who: int) -> Incoming:
        self._number += 1
        written = Written(str(1_000 + self._number), SystemClock().now(), "text", {"text": "Hello"})
        return Incoming(str(self._number), {}, str(who), Person(str(who), "Anna"), written)

    async def move(self) -> None:
        """A deal into another stage, as a person does it."""
        deal_id = self._chance.choice(self._open)
        async with self.database.unit() as uow:
            row = await uow.row(select(deal.c.stage_id).where(deal.c.id == deal_id))
            here = row.stage_id if row else 0
            others = [one.id for one in self._stages if one.group == ACTIVE and one.id != here]
            await moving.move(uow, self.by, deal_id, stage_id=self._chance.choice(others))


async def _made(uow: UnitOfWork, table: Any, rows: Iterable[dict[str, Any]]) -> list[int]:
    return [row.id for row in await insert_rows(uow, table, list(rows), returning=("id",))]


async def measure(*, quick: bool = False, large: int = LARGE) -> Report:
    """Medians in the large shop by those in the small one, and of moves with counters by those without."""
    sizes = (SMALL // 10, SMALL) if quick else (SMALL, large)
    rounds = QUICK_ROUNDS if quick else ROUNDS
    goals: list[Goal] = []
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as open_:
            shops = [
                await open_.enter_async_context(_company(f"sqlite+aiosqlite:///{folder}/{size}.db", size))
                for size in sizes
            ]
            _compare(await _spent(shops, rounds), "SQLite", sizes, goals, lines)
    async with _postgresql(len(sizes)) as urls, AsyncExitStack() as open_:
        shops = [await open_.enter_async_context(_company(url, size)) for url, size in zip(urls, sizes, strict=True)]
        _compare(await _spent(shops, rounds), "PostgreSQL", sizes, goals, lines)
        counted, plain = await _moves(shops[-1], quick=quick)
        goals.append(Goal("G13", counted / plain, "<=", 2.0))
        lines.append(f"board: {counted * 1000:.1f} ms a move with counters, {plain * 1000:.1f} ms without, 8 workers")
    return Report(goals, lines)


Spent = dict[str, list[list[float]]]


async def _spent(shops: list[Company], rounds: int) -> Spent:
    """Seconds of each work in each shop, the shops taking turns."""
    works: dict[str, Callable[[Company], Awaitable[None]]] = {
        "board": Company.draw,
        "ingest": Company.ingest,
        "move": Company.move,
    }
    spent: Spent = {name: [[] for _ in shops] for name in works}
    for number in range(rounds + 1):
        for place in range(len(shops))[:: 1 if number % 2 else -1]:
            for name, work in works.items():
                began = time.perf_counter()
                await work(shops[place])
                if number:
                    spent[name][place].append(time.perf_counter() - began)
    return spent


def _compare(spent: Spent, kind: str, sizes: tuple[int, int], goals: list[Goal], lines: list[str]) -> None:
    for name, (few, many) in spent.items():
        small, large = statistics.median(few), statistics.median(many)
        goals.append(Goal(f"G12 {name} {kind}", large / small, "<=", 2.0 if name == "board" else 1.5))
        lines.append(
            f"{name}: {small * 1000:.1f} ms at {sizes[0]:,} deals, {large * 1000:.1f} ms at {sizes[1]:,}, {kind}"
        )


async def _moves(shop: Company, *, quick: bool) -> tuple[float, float]:
    """Seconds of a move with counters and without, by eight workers at once, taking turns."""
    spent: dict[bool, list[float]] = {True: [], False: []}
    for number in range(2 if quick else 6):
        for counts in (True, False) if number % 2 else (False, True):
            if not counts:
                vars(moving)["count"] = _uncounted
            try:
                began = time.perf_counter()
                await asyncio.gather(*(_times(QUICK_MOVES if quick else MOVES, shop.move) for _ in range(WORKERS)))
                spent[counts].append((time.perf_counter() - began) / (QUICK_MOVES if quick else MOVES))
            finally:
                vars(moving)["count"] = totals.count
    return statistics.median(spent[True]), statistics.median(spent[False])


async def _uncounted(uow: UnitOfWork, changes: Iterable[totals.Change]) -> None:
    """A move that nobody counts."""


async def _times(count: int, work: Callable[[], Awaitable[None]]) -> None:
    for _ in range(count):
        await work()


@asynccontextmanager
async def _company(url: str, deals: int) -> AsyncIterator[Company]:
    made = Company(url, deals)
    try:
        await made.prepare()
        yield made
    finally:
        await made.database.close()


@asynccontextmanager
async def _postgresql(count: int) -> AsyncIterator[list[str]]:
    """Empty databases on a server of their own."""
    folder = postgres.new_folder()
    try:
        socket = postgres.start(folder)
        async with AsyncExitStack() as open_:
            yield [await open_.enter_async_context(postgres.empty_database(socket)) for _ in range(count)]
    finally:
        postgres.remove(folder)
