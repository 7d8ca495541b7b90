"""Lets runs act: asks the world again, then performs, stops, puts off or fails; which runs is decided elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

import structlog
from sqlalchemy import bindparam, select
from sqlalchemy.exc import OperationalError

from core.database import UnitOfWork
from core.errors import NotFound
from core.journal import as_recorded, event
from triggers import runs
from triggers.hours import Hours, company_hours
from triggers.parts import UNTIL_ANSWERED, Action, DealCondition, Failed, Firing, World
from triggers.pausing import GONE, pause
from triggers.references import missing
from triggers.rounds import one_of_each
from triggers.runs import Run
from triggers.trigger import Trigger, by_id
from triggers.world import worlds

log = structlog.get_logger()

ATTEMPTS = 5
RETRY = timedelta(seconds=30)
# What could not be sent for so long would come out of nowhere.
LATEST = timedelta(hours=24)


async def fire(uow: UnitOfWork, due: Sequence[Run], known: Mapping[int, World] | None = None) -> None:
    """Let these runs act now, those of one deal in the order given. Their streams must be locked by this unit.

    `known` are their deals as they are at this moment, where somebody has just looked.
    """
    for this_round in one_of_each(due, key=attrgetter("deal_id")):
        await _fire_round(uow, this_round, known or await worlds(uow, {one.deal_id for one in this_round}))
        known = None


@dataclass(slots=True)
class _Verdicts:
    """What is to become of runs."""

    act: list[Run] = field(default_factory=list)
    stop: list[tuple[Run, str]] = field(default_factory=list)
    postpone: list[tuple[Run, datetime]] = field(default_factory=list)


async def _fire_round(uow: UnitOfWork, due: Sequence[Run], known: Mapping[int, World]) -> None:
    triggers = await by_id(uow, {one.trigger_id for one in due})
    causes = await _causes(uow, due, triggers)
    writing = any(one.writes_to_customer and not _is_present(one) for one in triggers.values())
    hours = await company_hours(uow) if writing else None
    verdicts = _Verdicts()
    for one in due:
        _judge(uow, one, triggers[one.trigger_id], known[one.deal_id], causes.get(one.cause_id), hours, verdicts)
    await runs.stop(uow, verdicts.stop)
    await runs.postpone(uow, verdicts.postpone, reason="quiet")
    for trigger in triggers.values():
        acting = [one for one in verdicts.act if one.trigger_id == trigger.id]
        if acting:
            await _act(uow, trigger, acting, known)


_CAUSES = select(event).where(event.c.id.in_(bindparam("ids", expanding=True)))


async def _causes(uow: UnitOfWork, due: Sequence[Run], triggers: Mapping[int, Trigger]) -> dict[int, Any]:
    """The events behind runs that ask whether they still stand."""
    ids = {one.cause_id for one in due if triggers[one.trigger_id].occasion.stops}
    rows = await uow.rows(_CAUSES, {"ids": sorted(ids)}) if ids else []
    return {row.id: as_recorded(row).event for row in rows}


def _judge(
    uow: UnitOfWork, one: Run, trigger: Trigger, world: World, cause: Any, hours: Hours | None, verdicts: _Verdicts
) -> None:
    if reason := _why_not(uow, one, trigger, world, cause):
        verdicts.stop.append((one, reason))
        return
    until = None
    if hours is not None and trigger.writes_to_customer and not _is_present(trigger):
        until = hours.quiet_until(uow.now, world.timezone)
    if until is None:
        verdicts.act.append(one)
    else:
        verdicts.postpone.append((one, until))


def _is_present(trigger: Trigger) -> bool:
    """Whether the customer wrote a short while ago, so that he is awake."""
    return trigger.occasion.customer_present and trigger.wait <= UNTIL_ANSWERED


def _why_not(uow: UnitOfWork, one: Run, trigger: Trigger, world: World, cause: Any) -> str | None:
    if trigger.deleted:
        return "trigger_deleted"
    if not trigger.on:
        return "trigger_off"
    if trigger.paused_reason is not None:
        return "trigger_paused"
    if uow.now - one.due_at > LATEST:
        return "late"
    if trigger.writes_to_customer and world.unreachable:
        return "blocked"
    if cause is not None and not trigger.occasion.still(world, cause):
        return "answered"
    if not all(one.true_of(world) for one in trigger.conditions if isinstance(one, DealCondition)):
        return "condition"
    return None


async def _act(uow: UnitOfWork, trigger: Trigger, acting: Sequence[Run], known: Mapping[int, World]) -> None:
    gone = await missing(uow, trigger.refers_to())
    if gone:
        await pause(uow, trigger.id, GONE[gone[0][0]])
        await runs.stop(uow, [(one, GONE[gone[0][0]]) for one in acting])
        return
    try:
        async with uow.savepoint():
            await _perform(uow, trigger, acting, known)
    except OperationalError:
        raise
    except Exception:
        if len(acting) > 1:
            log.warning("trigger.batch_failed", trigger_id=trigger.id, exc_info=True)
            for one in acting:
                await _act(uow, trigger, [one], known)
            return
        log.exception("trigger.run_failed", trigger_id=trigger.id, run_id=acting[0].id)
        await try_again(uow, acting[0])


async def _perform(uow: UnitOfWork, trigger: Trigger, acting: Sequence[Run], known: Mapping[int, World]) -> None:
    firings = {one.id: Firing(one.id, one.origin, known[one.deal_id]) for one in acting}
    failed: dict[int, Failed] = {}
    for action in trigger.actions:
        left = [one for run_id, one in firings.items() if run_id not in failed]
        failed |= await _do(uow, action, left) if left else {}
    done = [one for one in acting if one.id not in failed]
    queued = {one.id for one in done} if trigger.writes_to_customer else set()
    await runs.performed(uow, done, queued=queued)
    await runs.fail(uow, [(one, failed[one.id].reason) for one in acting if one.id in failed])


async def _do(uow: UnitOfWork, action: Action, firings: Sequence[Firing]) -> Mapping[int, Failed]:
    try:
        return await action.perform(uow, firings)
    except NotFound:
        return {one.run_id: Failed("gone") for one in firings}


async def try_again(uow: UnitOfWork, one: Run) -> None:
    """Put off a run that failed, a little longer each time, and give it up after the last."""
    if one.attempts + 1 < ATTEMPTS:
        await runs.try_later(uow, one, uow.now + RETRY * 2**one.attempts)
    else:
        await runs.fail(uow, [(one, "error")])
