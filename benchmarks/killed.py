"""G11: what becomes of a burst of due runs whose worker is killed in the middle and started again.

Lost is a run that never acted, stuck one that waits still when the second worker has nothing left to do, repeated a
message that was written twice. The database is asked, not the worker.
"""

import asyncio
import sys
import time
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.contender import Ours, database_in
from benchmarks.goals import Goal, Report
from benchmarks.peers import script
from benchmarks.trial import Load, Track, track
from inbox.models import message
from triggers.models import trigger_run

COUNT, KILLED_AT = 2_000, 0.3
LEAD, PATIENCE = 6.0, 60.0


async def measure(*, quick: bool = False) -> Report:
    """One burst."""
    del quick
    print(f"killed: {COUNT:,} runs", file=sys.stderr)
    async with track() as place, place.prepared(Ours()) as folder:
        acted = await _kill_in_the_middle(place, folder)
        async with place.process(Ours(), folder, "worker"):
            waiting = await _until_none_waits(folder)
        messages, different = await _messages(folder)
    lost = COUNT - different - waiting
    return Report(
        goals=[
            Goal("G11 lost", float(lost), "<=", 0),
            Goal("G11 stuck", float(waiting), "<=", 0),
            Goal("G11 repeated", float(messages - different), "<=", 0),
        ],
        orientation=[f"killed: after {acted:,} of {COUNT:,} runs"],
    )


async def _kill_in_the_middle(place: Track, folder: Path) -> int:
    """Kill a worker when a part of the runs has acted; how many had by its own notes."""
    async with place.process(Ours(), folder, "worker"):
        await place.enqueue(Ours(), folder, Load(COUNT), time.time() + LEAD)
        async with asyncio.timeout(PATIENCE):
            # Another process writes the notes: there is no event to wait for.
            while (acted := _noted(folder)) < COUNT * KILLED_AT:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
    return acted


def _noted(folder: Path) -> int:
    notes = script.records(folder)
    return notes.stat().st_size // script.RECORD.size if notes.exists() else 0


async def _until_none_waits(folder: Path) -> int:
    """How many runs wait still, at the latest after a while."""
    database = database_in(folder)
    query = select(func.count()).where(trigger_run.c.state == "waiting")
    until = time.monotonic() + PATIENCE
    waiting = COUNT
    while waiting and time.monotonic() < until:
        await asyncio.sleep(0.2)
        async with database.reading() as uow:
            waiting = await uow.value(query)
    await database.close()
    return waiting


async def _messages(folder: Path) -> tuple[int, int]:
    """How many messages were written, and to how many customers."""
    database = database_in(folder)
    async with database.reading() as uow:
        row = await uow.row(select(func.count(), func.count(message.c.conversation_id.distinct())))
    await database.close()
    return (row[0], row[1]) if row else (0, 0)
