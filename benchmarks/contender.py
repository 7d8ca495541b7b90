"""Our own side of the benchmark of delayed work: rows in SQLite, the alarm clock in Redis, full histories.

A job is what the product does for a follow-up: the deal is looked at again under its lock, a message is stored and
queued to be sent, the run ends, both leave their lines in the journal. It has started when that is committed.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import update

from app.migrating import migrate
from benchmarks.peers.script import Job, folder, redis_url, run, start
from core.choices import choose
from core.clock import SystemClock
from core.database import Database, UnitOfWork
from core.journal import Recorded, event, insert
from core.memory import settle
from core.redis import Wakeups, connect
from core.texts import texts
from inbox.accounts import ensure_account
from inbox.models import contact, conversation, identity
from pipeline.events import StageEntered
from pipeline.models import deal
from pipeline.stages import prepare_default, stages_of
from triggers import runs
from triggers.actions.send import Send
from triggers.alarms import Alarms
from triggers.delays import Delays
from triggers.editing import Draft, add_by_itself
from triggers.hours import QUIET
from triggers.occasions.stage_entered import OnStageEntered
from triggers.parts import Case
from triggers.world import worlds

TEXT = "Hello {name}, {operator} would like to know whether you have decided about {deal}."
CHUNK = 500
ENQUEUED = "enqueued"


class Ours:
    """The product's own engine."""

    name = "voronka"
    command = (sys.executable, "-m", "benchmarks.contender")

    async def install(self) -> None:
        """Nothing: it is here."""

    async def prepare(self, folder: Path) -> None:
        """A migrated database with one trigger."""
        database = database_in(folder)
        await migrate(database)
        async with database.unit() as uow:
            pipeline_id = await prepare_default(uow, texts("en"))
            await ensure_account(uow, "telegram", "1")
            await choose(uow, QUIET, False)
            stage_id = (await stages_of(uow, pipeline_id))[0].id
            follow_up = Draft(occasion=OnStageEntered(stages=(stage_id,)), actions=(Send(text=TEXT),))
            await add_by_itself(uow, follow_up, actor="system")
        await database.close()


def database_in(folder: Path) -> Database:
    """The database of a run."""
    return Database(f"sqlite+aiosqlite:///{folder}/voronka.db", SystemClock())


class Noting(Delays):
    """The product's loop, which notes what it has committed."""

    async def fire(self, run_ids: Sequence[int]) -> tuple[int, int]:
        """The same, and the note."""
        acted, held = await super().fire(run_ids)
        jobs = _enqueued()
        for one in run_ids:
            if one in jobs:
                start(*jobs.pop(one))
        return acted, held


_known: dict[int, Job] = {}
_lines = 0


def _enqueued() -> dict[int, Job]:
    """The jobs by run, read from the enqueuers' notes as they come."""
    global _lines
    lines = (folder() / ENQUEUED).read_text().splitlines()
    for line in lines[_lines:]:
        first_run, jobs = json.loads(line)
        _known.update({first_run + index: Job(*job) for index, job in enumerate(jobs)})
    _lines = len(lines)
    return _known


async def _work() -> None:
    database = database_in(folder())
    redis = connect(redis_url())
    wakeups = Wakeups(redis)
    delays = Noting(database, Alarms(redis, lease_seconds=30), wakeups, SystemClock(), sweep_seconds=5)
    database.set_alarms = delays.set
    settle()
    await asyncio.gather(delays.run(), wakeups.run())


async def _enqueue(jobs: list[Job]) -> None:
    database = database_in(folder())
    redis = connect(redis_url())
    delays = Delays(database, Alarms(redis, lease_seconds=30), Wakeups(redis), SystemClock(), sweep_seconds=5)
    database.set_alarms = delays.set
    left = iter(jobs)
    while chunk := list(islice(left, CHUNK)):
        async with database.unit() as uow:
            first_run = await _schedule(uow, chunk)
            # Whoever works on it may have it at the commit.
            with (folder() / ENQUEUED).open("a") as notes:
                notes.write(json.dumps([first_run, chunk]) + "\n")
    await database.close()
    await redis.aclose()


async def _schedule(uow: UnitOfWork, jobs: Sequence[Job]) -> int:
    """A deal for each job, with a run that waits; the first run's number."""
    deals = await _deals(uow, jobs)
    known = await worlds(uow, deals)
    entered = [
        Recorded(0, uow.now, StageEntered(stream="", ref="", deal_id=one, stage_id=1, from_stage_id=1)) for one in deals
    ]
    made = await runs.make(
        uow,
        [
            runs.New(Case(1, item, known[item.event.deal_id]), 1, datetime.fromtimestamp(job.due, UTC))
            for item, job in zip(entered, jobs, strict=True)
        ],
    )
    await runs.announce(uow, made)
    # The relay, which is not measured here, has seen to everything before.
    await uow.execute(update(event).where(event.c.position.is_(None)).values(position=event.c.id))
    return made[0].id


async def _deals(uow: UnitOfWork, jobs: Sequence[Job]) -> list[int]:
    people = await _ids(uow, contact, [{"name": f"Anna {job.number}", "language": "en"} for job in jobs])
    await uow.execute(
        identity.insert(), [{"contact_id": one, "channel_id": 1, "external_id": str(one)} for one in people]
    )
    talks = await _ids(
        uow, conversation, [{"channel_id": 1, "chat_key": str(one), "contact_id": one} for one in people]
    )
    common = {"pipeline_id": 1, "stage_id": 1, "requested_at": uow.now, "opened_at": uow.now, "changed_at": uow.now}
    rows = [
        {"contact_id": person, "conversation_id": talk, **common} for person, talk in zip(people, talks, strict=True)
    ]
    return await _ids(uow, deal, rows)


async def _ids(uow: UnitOfWork, table: Any, rows: list[dict[str, Any]]) -> list[int]:
    result = await uow.execute(insert(uow, table).returning(table.c.id, sort_by_parameter_order=True), rows)
    return [row.id for row in result]


if __name__ == "__main__":
    run(worker=lambda: asyncio.run(_work()), enqueue=lambda jobs: asyncio.run(_enqueue(jobs)))
