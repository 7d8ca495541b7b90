"""Runs as rows: they are made, put off, ended; each change with its event. When and why is decided elsewhere."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from core.bulk import insert_rows, update_rows
from core.database import UnitOfWork
from core.journal import Origin, record
from inbox.contacts import stream_of
from inbox.outbound import withdraw
from pipeline.models import deal
from triggers.events import RunFailed, RunPerformed, RunPostponed, RunScheduled, RunStopped
from triggers.models import trigger_run
from triggers.parts import Case

WAITING, QUEUED, DONE, STOPPED, FAILED = "waiting", "queued", "done", "stopped", "failed"


class Run(NamedTuple):
    """What a trigger still has to do about a deal."""

    id: int
    trigger_id: int
    deal_id: int
    contact_id: int
    conversation_id: int
    cause_id: int
    depth: int
    due_at: datetime
    state: str
    attempts: int

    @property
    def origin(self) -> Origin:
        """Who acts, for the journal."""
        return Origin(f"trigger:{self.trigger_id}", self.cause_id, self.depth)

    def common(self) -> dict[str, Any]:
        """What each event of it says."""
        return {
            "stream": stream_of(self.contact_id),
            "ref": f"deal:{self.deal_id}",
            "run_id": self.id,
            "trigger_id": self.trigger_id,
            **self.origin.common(),
        }


def client_key_of(run_id: int) -> str:
    """The name of the message that a run writes."""
    return f"run:{run_id}"


def run_of(client_key: str) -> int:
    """The run that wrote the message of this name."""
    return int(client_key.rpartition(":")[2])


RUNS = select(
    trigger_run.c.id,
    trigger_run.c.trigger_id,
    trigger_run.c.deal_id,
    deal.c.contact_id,
    deal.c.conversation_id,
    trigger_run.c.cause_id,
    trigger_run.c.depth,
    trigger_run.c.due_at,
    trigger_run.c.state,
    trigger_run.c.attempts,
).join(deal, deal.c.id == trigger_run.c.deal_id)


class New(NamedTuple):
    """A run to be made."""

    case: Case
    depth: int
    due_at: datetime


async def make(uow: UnitOfWork, new: Sequence[New]) -> list[Run]:
    """Write runs that wait; one that was made for the same cause before is left out."""
    if not new:
        return []
    result = await insert_rows(
        uow,
        trigger_run,
        [
            {
                "trigger_id": one.case.trigger_id,
                "deal_id": one.case.world.deal_id,
                "cause_id": one.case.event.id,
                "depth": one.depth,
                "made_at": uow.now,
                "due_at": one.due_at,
                "state": WAITING,
            }
            for one in new
        ],
        ignore=True,
        returning=("id", "trigger_id", "deal_id", "cause_id"),
    )
    made = {(row.trigger_id, row.deal_id, row.cause_id): row.id for row in result}
    runs = []
    for one in new:
        world, key = one.case.world, (one.case.trigger_id, one.case.world.deal_id, one.case.event.id)
        if key in made:
            runs.append(
                Run(
                    made[key],
                    *key[:2],
                    world.contact_id,
                    world.conversation_id,
                    key[2],
                    one.depth,
                    one.due_at,
                    WAITING,
                    0,
                )
            )
    return runs


async def announce(uow: UnitOfWork, runs: Sequence[Run]) -> None:
    """Tell the journal and the alarm clock what will happen later."""
    await record(uow, [RunScheduled(**one.common(), due_at=one.due_at.isoformat()) for one in runs])
    for one in runs:
        uow.alarm(one.id, one.due_at)


async def postpone(uow: UnitOfWork, runs: Sequence[tuple[Run, datetime]], *, reason: str) -> None:
    """Let runs wait for another moment, and say why."""
    if not runs:
        return
    await update_rows(uow, trigger_run, [{"id": one.id, "due_at": until} for one, until in runs])
    await record(uow, [RunPostponed(**one.common(), due_at=until.isoformat(), reason=reason) for one, until in runs])
    for one, until in runs:
        uow.alarm(one.id, until)


async def try_later(uow: UnitOfWork, run: Run, at: datetime) -> None:
    """Count a failed attempt and try again at a moment."""
    await update_rows(uow, trigger_run, [{"id": run.id, "due_at": at, "attempts": run.attempts + 1}])
    uow.alarm(run.id, at)


async def performed(uow: UnitOfWork, runs: Sequence[Run], *, queued: Collection[int]) -> None:
    """End runs that have acted; those in `queued` wait for their message to be sent."""
    await _end(uow, [(one, QUEUED if one.id in queued else DONE, None) for one in runs])
    await record(uow, [RunPerformed(**one.common(), queued=one.id in queued) for one in runs])


async def sent(uow: UnitOfWork, runs: Sequence[Run], *, reason: str | None) -> None:
    """End runs whose message has left; the journal has that already, of the message."""
    await _end(uow, [(one, DONE, reason) for one in runs])


async def queued(uow: UnitOfWork, ids: Collection[int]) -> list[Run]:
    """Those of these runs that wait for their message to be sent."""
    rows = await uow.rows(RUNS.where(trigger_run.c.id.in_(sorted(ids)), trigger_run.c.state == QUEUED))
    return [Run(*row) for row in rows]


async def fail(uow: UnitOfWork, runs: Sequence[tuple[Run, str]]) -> None:
    """End runs that could not act."""
    await _end(uow, [(one, FAILED, reason) for one, reason in runs])
    await record(uow, [RunFailed(**one.common(), reason=reason) for one, reason in runs])


async def stop(uow: UnitOfWork, runs: Sequence[tuple[Run, str]]) -> None:
    """End runs that must not act any more, taking back what waits to be sent; the streams must be locked.

    A message that is on its way already has crossed with what stopped it: that is noted, and its run goes on.
    """
    keys = {client_key_of(one.id): one for one, _ in runs if one.state == QUEUED}
    crossed: set[int] = set()
    for reason in sorted({reason for one, reason in runs if one.state == QUEUED}):
        meant = {key for key, one in keys.items() if (one, reason) in runs}
        crossed |= {keys[key].id for key in await withdraw(uow, meant, reason=reason)}
    await taken_back(uow, [(one, reason) for one, reason in runs if one.id not in crossed])
    await record(uow, [_stopped(one, reason, crossed=True) for one, reason in runs if one.id in crossed])


async def taken_back(uow: UnitOfWork, runs: Sequence[tuple[Run, str]]) -> None:
    """End runs of which nothing will be sent any more, and say why."""
    await _end(uow, [(one, STOPPED, reason) for one, reason in runs])
    await record(uow, [_stopped(one, reason, crossed=False) for one, reason in runs])


def _stopped(run: Run, reason: str, *, crossed: bool) -> RunStopped:
    return RunStopped(**run.common(), reason=reason, crossed=crossed)


async def _end(uow: UnitOfWork, ended: Sequence[tuple[Run, str, str | None]]) -> None:
    if ended:
        rows = [
            {"id": one.id, "state": state, "reason": why, "ended_at": None if state == QUEUED else uow.now}
            for one, state, why in ended
        ]
        await update_rows(uow, trigger_run, rows)
