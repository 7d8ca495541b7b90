"""What a browser fetches to show the board for the first time, and how long the server takes for a long talk."""

import re
import statistics
import tempfile
import time
from pathlib import Path
from urllib.parse import urljoin

import aiohttp
from sqlalchemy import func, select, update

from benchmarks.board import Company
from benchmarks.goals import Goal, Report
from core.bulk import insert_rows
from inbox.models import conversation, message
from pipeline.models import deal
from pipeline.staff.sessions import begin
from tests.running.program import Program

DEALS, QUICK_DEALS = 10_000, 1_000
MESSAGES = 5_000
ROUNDS, QUICK_ROUNDS = 30, 5
# What a page names that is fetched with it: scripts, styles, pictures of ours.
_NAMED = re.compile(r"""(?:src|href)="(/static/[^"#]+)""")
_NAMED_BY_STYLES = re.compile(r"""url\(["']?([^"')#]+)""")


async def measure(*, quick: bool = False) -> Report:
    """Kilobytes as they are transferred; the median of milliseconds from a request to the end of its answer."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite+aiosqlite:///{folder}/voronka.db"
        company = Company(url, QUICK_DEALS if quick else DEALS)
        try:
            await company.prepare()
            deal_id = await _talkative(company)
            async with company.database.unit() as uow:
                token = await begin(uow, company.by.id, agent=None)
        finally:
            await company.database.close()
        program = Program(folder, DATABASE_URL=url, LOG_LEVEL="WARNING")
        await program.start()
        try:
            headers = {"Cookie": f"voronka={token}", "Accept": "text/html", "Accept-Encoding": "gzip, deflate"}
            async with aiohttp.ClientSession(program.url, headers=headers, auto_decompress=False) as http:
                sizes = await _first_load(http, "/board")
                opened = await _opened(http, f"/deals/{deal_id}", QUICK_ROUNDS if quick else ROUNDS)
        finally:
            await program.stop()
    largest = sorted(sizes, key=lambda one: -sizes[one])[:3]
    told = ", ".join(f"{one.rpartition('/')[2]} {sizes[one] / 1000:.0f}" for one in largest)
    return Report(
        [
            Goal("first load of the board KB", sum(sizes.values()) / 1000, "<=", 150),
            Goal("talk of 5,000 messages p50 ms", statistics.median(opened) * 1000, "<=", 300),
        ],
        [
            f"first load: {len(sizes)} answers, the largest {told} KB",
            f"talk of 5,000 messages: worst {max(opened) * 1000:.0f} ms of {len(opened)}",
        ],
    )


async def _talkative(company: Company) -> int:
    """An open deal whose customer and we have written each other for long."""
    async with company.database.unit() as uow:
        row = await uow.row(select(deal.c.id, deal.c.conversation_id).where(deal.c.closed_at.is_(None)).limit(1))
        if row is None:
            raise LookupError("there is no open deal")
        said = {"conversation_id": row.conversation_id, "kind": "text", "at": uow.now, "search": "how much is it"}
        ours, his = {"direction": "out", "actor": company.by.actor}, {"direction": "in", "actor": "customer"}
        rows = [
            said
            | (ours if number % 2 else his)
            | {"external_id": f"long-{number}", "body": {"text": f"{number} how much?"}}
            for number in range(MESSAGES)
        ]
        await insert_rows(uow, message, rows)
        last = select(func.max(message.c.id)).where(message.c.conversation_id == row.conversation_id).scalar_subquery()
        its = conversation.c.id == row.conversation_id
        await uow.execute(update(conversation).where(its).values(last_message_id=last))
        deal_id: int = row.id
        return deal_id


async def _first_load(http: aiohttp.ClientSession, path: str) -> dict[str, int]:
    """Bytes of bodies as they are transferred, by address: of a page and of whatever is fetched with it."""
    sizes: dict[str, int] = {}
    waiting = [path]
    while waiting:
        address = waiting.pop()
        if address in sizes:
            continue
        async with http.get(address) as answer:
            answer.raise_for_status()
            sizes[address] = len(await answer.read())
        async with http.get(address, headers={"Accept-Encoding": "identity"}) as answer:
            if answer.content_type in ("text/html", "text/css"):
                words = await answer.text()
                named = _NAMED if answer.content_type == "text/html" else _NAMED_BY_STYLES
                waiting += [urljoin(address, one) for one in named.findall(words) if not one.startswith("data:")]
    return sizes


async def _opened(http: aiohttp.ClientSession, path: str, rounds: int) -> list[float]:
    spent = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        async with http.get(path) as answer:
            answer.raise_for_status()
            await answer.read()
        spent.append(time.perf_counter() - began)
    # The first one finds nothing warm.
    return spent[1:]
