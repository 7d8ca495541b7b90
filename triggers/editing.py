"""Triggers as admins make and change them; what they do is elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import String, cast, select, update

from core.database import UnitOfWork
from core.durations import LONGEST, TooLong
from core.errors import Conflict, NotFound, Refusal
from core.journal import insert, lock, record
from core.relay import COMPANY
from core.texts import N_
from inbox.contacts import stream_of
from inbox.models import message, outgoing
from pipeline.staff.rights import Right, Staff, needs
from pipeline.stages import pipeline_ids
from triggers import runs
from triggers.events import TriggerChanged
from triggers.models import IS_PENDING, IS_WAITING, trigger, trigger_run
from triggers.parts import Action, Condition, Occasion, Stop
from triggers.references import missing
from triggers.runs import RUNS, Run, run_of
from triggers.trigger import Trigger, by_id, everything, forget

# So many runs are stopped in the act of switching off; the sweep sees to the others.
AT_ONCE = 200


class NoSuchTrigger(NotFound):
    """There is no such trigger, or it was deleted."""

    code = "no-such-trigger"
    text = N_("There is no such trigger any more.")
    next_step = N_("Look at /triggers for those that there are.")


class NothingSetsItOff(Refusal):
    """A trigger without an event."""

    code = "nothing-sets-it-off"
    text = N_("It is not said when the trigger acts.")
    next_step = N_("Choose the event that sets it off.")


class NothingToDo(Refusal):
    """A trigger without an action."""

    code = "nothing-to-do"
    text = N_("A trigger must do something.")
    next_step = N_("Choose what it does.")


class PointsNowhere(Refusal):
    """A trigger names a stage, a person or a channel that is not there."""

    code = "points-nowhere"
    text = N_("The trigger names something that is not there any more.")
    next_step = N_("Choose the stage, person, channel or reason again.")


class DoesNotGoTogether(Refusal):
    """A condition asks for what the event does not have."""

    code = "does-not-go-together"
    text = N_("What a text contains can only be asked when a customer writes.")
    next_step = N_("Choose another event, or leave the condition out.")


class ChangedMeanwhile(Conflict):
    """Somebody else has changed the trigger since it was looked at."""

    code = "trigger-changed"
    text = N_("Somebody has changed this trigger while you were at it; yours was not saved.")
    next_step = N_("This is how it is now: change it again if you still want to.")


class OfAnotherVersion(Refusal):
    """A trigger has a part that this version of the program does not know."""

    code = "trigger-of-another-version"
    text = N_("This trigger has something that this version of the program does not know.")
    next_step = N_("Update the program, or delete the trigger and make it again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a trigger should be. Without a pipeline it is for all."""

    occasion: Occasion
    actions: tuple[Action, ...]
    conditions: tuple[Condition, ...] = ()
    delay: timedelta = timedelta()
    stops_on: frozenset[Stop] = frozenset()
    preset: str | None = None
    pipeline_id: int | None = None


def draft_of(one: Trigger) -> Draft:
    """What a trigger is, to be changed. Raises OfAnotherVersion."""
    if not one.is_understood:
        raise OfAnotherVersion
    return Draft(
        occasion=one.occasion,
        actions=one.actions,
        conditions=one.conditions,
        delay=one.delay,
        stops_on=one.stops_on,
        preset=one.preset,
        pipeline_id=one.pipeline_id,
    )


@needs(Right.CONFIGURE)
async def add(uow: UnitOfWork, by: Staff, draft: Draft) -> int:
    """Make a trigger, switched on; its id.

    Raises NothingToDo, PointsNowhere, DoesNotGoTogether, TooLong, and what the actions refuse.
    """
    return await add_by_itself(uow, draft, actor=by.actor)


async def add_by_itself(uow: UnitOfWork, draft: Draft, *, actor: str) -> int:
    """The same for what an installation begins with."""
    values = await _checked(uow, draft)
    made = await uow.execute(insert(uow, trigger).returning(trigger.c.id), values | {"created_at": uow.now})
    trigger_id: int = made.scalar_one()
    forget(uow)
    await _record(uow, trigger_id, "added", values, actor=actor)
    return trigger_id


@needs(Right.CONFIGURE)
async def change(uow: UnitOfWork, by: Staff, trigger_id: int, draft: Draft, *, seen_version: int | None = None) -> None:
    """Make a trigger something else; what it has scheduled goes by it from now on.

    `seen_version` is the one that the change is meant for. Raises as `add`, NoSuchTrigger, ChangedMeanwhile.
    """
    # Two who change it at once come one after the other, and the second one sees what the first one did.
    await lock(uow, [COMPANY])
    forget(uow)
    one = await _alive(uow, trigger_id)
    if seen_version not in (None, one.version):
        raise ChangedMeanwhile
    values = await _checked(uow, draft)
    await _update(uow, trigger_id, **values, paused_reason=None)
    await _record(uow, trigger_id, "changed", values, actor=by.actor)


@needs(Right.CONFIGURE)
async def switch(uow: UnitOfWork, by: Staff, trigger_id: int, *, on: bool) -> None:
    """Let a trigger work or not; off, what it has scheduled is stopped; on, a paused one works again.

    Raises NoSuchTrigger, and PointsNowhere or OfAnotherVersion for one that cannot work.
    """
    one = await _alive(uow, trigger_id)
    if on and not one.is_understood:
        raise OfAnotherVersion
    if on and await missing(uow, one.refers_to()):
        raise PointsNowhere
    if not on:
        await stop_pending(uow, trigger_id, "trigger_off", most=AT_ONCE)
    await _update(uow, trigger_id, on=int(on), paused_reason=None)
    await _record(uow, trigger_id, "on" if on else "off", {}, actor=by.actor)


@needs(Right.CONFIGURE)
async def delete(uow: UnitOfWork, by: Staff, trigger_id: int) -> None:
    """End a trigger for good; what it has scheduled is stopped, what it did stays in the histories."""
    await _alive(uow, trigger_id)
    await stop_pending(uow, trigger_id, "trigger_deleted", most=AT_ONCE)
    await _update(uow, trigger_id, deleted_at=uow.now)
    await _record(uow, trigger_id, "deleted", {}, actor=by.actor)


@needs(Right.CONFIGURE)
async def triggers(uow: UnitOfWork, by: Staff) -> list[Trigger]:
    """All triggers, oldest first."""
    return await everything(uow)


@needs(Right.CONFIGURE)
async def see(uow: UnitOfWork, by: Staff, trigger_id: int) -> Trigger:
    """One trigger. Raises NoSuchTrigger."""
    return await _alive(uow, trigger_id)


async def stop_pending(uow: UnitOfWork, trigger_id: int, reason: str, *, most: int) -> int:
    """Stop up to `most` runs of a trigger that have not acted yet; how many those were."""
    query = select(trigger_run.c.id).where(trigger_run.c.trigger_id == trigger_id, IS_PENDING)
    rows = await uow.rows(query.order_by(trigger_run.c.due_at, trigger_run.c.id).limit(most))
    return await _stop(uow, {row.id: reason for row in rows})


async def stop_orphans(uow: UnitOfWork, *, most: int) -> int:
    """Stop up to `most` runs of triggers that were switched off or deleted; how many those were.

    A message that is on its way already is left alone.
    """
    for query in (_WAITING_ORPHANS, _QUEUED_ORPHANS):
        rows = await uow.rows(query.limit(most))
        if rows:
            return await _stop(uow, {run_of(str(row.run)): _why_off(row) for row in rows})
    return 0


async def _stop(uow: UnitOfWork, reasons: Mapping[int, str]) -> int:
    pending = RUNS.where(trigger_run.c.id.in_(sorted(reasons)), IS_PENDING)
    pending = pending.order_by(trigger_run.c.due_at, trigger_run.c.id)
    await lock(uow, [stream_of(Run(*row).contact_id) for row in await uow.rows(pending)])
    # Read again under the locks: what waited may have acted meanwhile, and its message must be taken back.
    found = [Run(*row) for row in await uow.rows(pending)]
    await runs.stop(uow, [(one, reasons[one.id]) for one in found])
    return len(found)


_is_off = (trigger.c.on == 0) | trigger.c.deleted_at.is_not(None)
_WAITING_ORPHANS = (
    select(trigger.c.deleted_at, trigger_run.c.id.label("run"))
    .join(trigger_run, trigger_run.c.trigger_id == trigger.c.id)
    .where(IS_WAITING, _is_off)
)
_QUEUED_ORPHANS = (
    select(trigger.c.deleted_at, message.c.client_key.label("run"))
    .join(message, message.c.actor == "trigger:" + cast(trigger.c.id, String))
    .join(outgoing, outgoing.c.message_id == message.c.id)
    .where(outgoing.c.state == "queued", outgoing.c.guard.is_not(None), _is_off)
    .order_by(outgoing.c.id)
)


def _why_off(row: Any) -> str:
    return "trigger_deleted" if row.deleted_at else "trigger_off"


async def _alive(uow: UnitOfWork, trigger_id: int) -> Trigger:
    one = (await by_id(uow, [trigger_id])).get(trigger_id)
    if one is None or one.deleted:
        raise NoSuchTrigger
    return one


async def _check(uow: UnitOfWork, draft: Draft) -> None:
    if not draft.actions:
        raise NothingToDo
    if draft.delay > LONGEST or draft.occasion.wait > LONGEST:
        raise TooLong
    if any(one.about_message for one in draft.conditions) and not hasattr(draft.occasion.event, "message_id"):
        raise DoesNotGoTogether
    parts = (draft.occasion, *draft.conditions, *draft.actions)
    if await missing(uow, [target for part in parts for target in part.refers_to()]):
        raise PointsNowhere


async def _checked(uow: UnitOfWork, draft: Draft) -> dict[str, Any]:
    await _check(uow, draft)
    pipeline_id = draft.pipeline_id or (await pipeline_ids(uow))[0]
    settled = [await one.settled(uow, pipeline_id) for one in draft.actions]
    with_kind = draft.occasion.stored()
    return {
        "pipeline_id": draft.pipeline_id,
        "preset": draft.preset,
        "occasion": with_kind.pop("kind"),
        "occasion_with": with_kind,
        "conditions": [one.stored() for one in draft.conditions],
        "actions": [one.stored() for one in settled],
        "delay_seconds": int(draft.delay.total_seconds()),
        "stops_on": sorted(str(one) for one in draft.stops_on),
    }


async def _update(uow: UnitOfWork, trigger_id: int, **values: Any) -> None:
    # Customers' streams, then the company's, then the trigger: in this order nobody waits for each other.
    await lock(uow, [COMPANY])
    await uow.execute(update(trigger).where(trigger.c.id == trigger_id).values(**values, version=trigger.c.version + 1))
    forget(uow)


async def _record(uow: UnitOfWork, trigger_id: int, what: str, now: dict[str, Any], *, actor: str) -> None:
    await lock(uow, [COMPANY])
    changed = TriggerChanged(
        stream=COMPANY, ref=f"trigger:{trigger_id}", actor=actor, trigger_id=trigger_id, what=what, now=now
    )
    await record(uow, [changed])
