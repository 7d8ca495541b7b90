"""What happens, until fifty open boards show it: the whole program with SQLite, ten people with five windows each.

Half of what happens is visitors' messages through the web chat, half deals moved on the board; while it does, every
window asks for the counts of its columns as often as the board's script does.
"""

import asyncio
import json
import math
import random
import re
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from sqlalchemy import select

from benchmarks.board import Company
from benchmarks.goals import Goal, Report
from inbox.channel import Person
from pipeline.models import deal
from pipeline.staff.people import join
from pipeline.staff.rights import Role, Staff
from pipeline.staff.sessions import begin
from pipeline.staff.shifts import start_shift
from pipeline.stages import ACTIVE, stages_of
from tests.running.program import Program
from tests.running.visitor import Visitor, visiting
from web.security import csrf_of

DEALS = 10_000
LANGUAGES = ("en", "ru", "uk", "pl")
ADMINS, OPERATORS, WINDOWS = 5, 5, 5
# One window of each person is narrowed to what is his.
ADDRESSES = ("", "", "", "", "who=mine&")
PER_SECOND, SECONDS, QUICK_SECONDS = 20, 30, 5
# A visitor may write twenty messages in a minute.
VISITORS = 30
# How long the board's script waits before it asks for counts, at first and while changes do not end; then it also waits
# so many times as long as the last answer took.
FIRST_SECONDS, AGAIN_SECONDS, ENDED_SECONDS, MOST_SECONDS, REST = (0.15, 0.4), (0.5, 0.7), 3.0, 3.0, 5
_MARK = re.compile(r"mark-(\d+)-")


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody of the staff and his session."""

    by: Staff
    token: str


class Windows:
    """All open boards: when each of them was shown what."""

    def __init__(self) -> None:
        self.shown: defaultdict[str, dict[int, float]] = defaultdict(dict)
        self.bytes = 0

    def take(self, window: int, data: str) -> None:
        """Note what an event of the stream of a board says."""
        now = time.perf_counter()
        self.bytes += len(data)
        for deal_id, card in json.loads(data).get("cards", {}).items():
            self.shown[f"{deal_id} in {card['stage']}"].setdefault(window, now)
            for mark in _MARK.findall(card["html"]):
                self.shown[mark].setdefault(window, now)


async def measure(*, quick: bool = False) -> Report:
    """The 95th percentile in milliseconds; what a supervisor's board never showed is infinitely late."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite+aiosqlite:///{folder}/voronka.db"
        company = Company(url, DEALS // 10 if quick else DEALS)
        try:
            await company.prepare()
            people = [await _hired(company, number) for number in range(ADMINS + OPERATORS)]
            moves = await _moves(company)
        finally:
            await company.database.close()
        program = Program(folder, DATABASE_URL=url, LOG_LEVEL="WARNING")
        await program.start()
        try:
            return await _watched(program, people, moves, QUICK_SECONDS if quick else SECONDS)
        finally:
            await program.stop()


async def _hired(company: Company, number: int) -> Seat:
    role = Role.ADMIN if number < ADMINS else Role.OPERATOR
    name, language = f"Person {number}", LANGUAGES[number % len(LANGUAGES)]
    async with company.database.unit() as uow:
        who = await join(uow, Person(name, name), role, channel_id=None, language=language, timezone="UTC")
        by = Staff(who, name, role, language, "UTC")
        await start_shift(uow, by)
        return Seat(by, await begin(uow, who, agent=None))


async def _moves(company: Company) -> list[tuple[int, int, int]]:
    """Open deals, each with its stage and the one that it goes to."""
    async with company.database.reading() as uow:
        rows = await uow.rows(
            select(deal.c.id, deal.c.stage_id, deal.c.pipeline_id).where(deal.c.closed_at.is_(None)).limit(1_000)
        )
        stages = [one.id for one in await stages_of(uow, rows[0].pipeline_id) if one.group == ACTIVE]
    chance = random.Random(7)
    return [(row.id, row.stage_id, chance.choice([one for one in stages if one != row.stage_id])) for row in rows]


async def _watched(program: Program, people: Sequence[Seat], moves: list[tuple[int, int, int]], seconds: int) -> Report:
    windows, done = Windows(), dict[str, float]()
    async with AsyncExitStack() as open_:
        http = await open_.enter_async_context(
            aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar(), read_bufsize=2**20
            )
        )
        new = await open_.enter_async_context(visiting(program.url))
        visitors = [await new() for _ in range(VISITORS)]
        async with asyncio.TaskGroup() as group:
            boards = [
                group.create_task(_board(http, program.url, one, number * WINDOWS + place, windows))
                for number, one in enumerate(people)
                for place in range(WINDOWS)
            ]
            await asyncio.sleep(1)
            spent, began = program.cpu_seconds(), time.perf_counter()
            await _happens(http, program.url, people[0], visitors, moves, seconds, done)
            took = time.perf_counter() - began
            share = (program.cpu_seconds() - spent) / took
            await asyncio.sleep(2)
            for one in boards:
                one.cancel()
    return _report(windows, done, share, took)


async def _board(http: aiohttp.ClientSession, url: str, who: Seat, window: int, windows: Windows) -> None:
    """One window: the stream of its board, and what its script asks for besides."""
    address = ADDRESSES[window % WINDOWS]
    changed = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(_heads(http, f"{url}/board/1/heads?{address}", who, changed))
        async for name, data in _events(http, f"{url}/board/live?{address}", who):
            if name == "board":
                windows.take(window, data)
                changed.set()


async def _events(http: aiohttp.ClientSession, address: str, who: Seat) -> AsyncIterator[tuple[str, str]]:
    async with http.get(address, headers=_cookie(who), timeout=aiohttp.ClientTimeout()) as stream:
        name = ""
        async for line in stream.content:
            field, _, value = line.decode().rstrip("\r\n").partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                yield name, value


async def _heads(http: aiohttp.ClientSession, address: str, who: Seat, changed: asyncio.Event) -> None:
    chance, asked, took = random.Random(id(changed)), -math.inf, 0.0
    while True:
        await changed.wait()
        again = time.perf_counter() - asked < ENDED_SECONDS
        rest = min(REST * took, MOST_SECONDS) if again else 0.0
        await asyncio.sleep(chance.uniform(*(AGAIN_SECONDS if again else FIRST_SECONDS)) + rest)
        changed.clear()
        asked = time.perf_counter()
        async with http.get(address, headers=_cookie(who) | {"HX-Request": "true"}) as answer:
            answer.raise_for_status()
            await answer.read()
        took = time.perf_counter() - asked


def _cookie(who: Seat) -> dict[str, str]:
    return {"Cookie": f"voronka={who.token}"}


async def _happens(
    http: aiohttp.ClientSession,
    url: str,
    admin: Seat,
    visitors: list[Visitor],
    moves: list[tuple[int, int, int]],
    seconds: int,
    done: dict[str, float],
) -> None:
    """Do so many things in each second, however long each of them takes; when each was answered stands in `done`."""

    async def say(number: int) -> None:
        await visitors[number // 2 % len(visitors)].says(f"mark-{number}- how much is the lamp?")
        done[str(number)] = time.perf_counter()

    async def move(number: int) -> None:
        deal_id, here, there = moves[number]
        headers = _cookie(admin) | {"X-CSRF-Token": csrf_of(admin.token), "Origin": url, "HX-Request": "true"}
        fields = {"stage": str(there), "from": str(here)}
        async with http.post(f"{url}/deals/{deal_id}/stage", data=fields, headers=headers) as answer:
            answer.raise_for_status()
        done[f"{deal_id} in {there}"] = time.perf_counter()

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(PER_SECOND * seconds):
            await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.perf_counter()))
            group.create_task(move(number) if number % 2 else say(number))


def _report(windows: Windows, done: dict[str, float], share: float, took: float) -> Report:
    # What the same visitor wrote next may have been on the card already when the board was told.
    for number in sorted((int(one) for one in done if one.isdigit()), reverse=True):
        for window, moment in windows.shown[str(number + 2 * VISITORS)].items():
            windows.shown[str(number)].setdefault(window, moment)
    late: list[float] = []
    everywhere = [window for window in range(ADMINS * WINDOWS) if not ADDRESSES[window % WINDOWS]]
    for what, at in done.items():
        seen = windows.shown[what]
        late += [(seen.get(window, math.inf) - at) * 1000 for window in everywhere]
        late += [(moment - at) * 1000 for window, moment in seen.items() if window not in everywhere]
    # A board may show something before its request has been answered.
    late = sorted(max(0.0, one) for one in late)
    p95, boards = late[int(len(late) * 0.95)], (ADMINS + OPERATORS) * WINDOWS
    return Report(
        [Goal("live event-to-screen p95 ms", p95, "<=", 1000)],
        [
            f"live: p50 {statistics.median(late):.0f} ms, p95 {p95:.0f} ms, worst {late[-1]:.0f} ms, {len(done)} events"
            f" in {took:.0f} s on {boards} boards, {share:.0%} of a processor, {windows.bytes / took / 1e6:.1f} MB/s"
        ],
    )
