"""What an event sets off and what it stops: runs are made or ended here, those without a delay act at once."""

from collections.abc import Sequence
from datetime import timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import bindparam

from core.database import UnitOfWork
from core.journal import Event, Recorded
from inbox.events import ContactBlocked, MessageReceived, MessageWritten
from pipeline.events import StageEntered
from pipeline.models import deal
from triggers import runs
from triggers.firing import fire
from triggers.limits import DEEPEST, LOOP, MOST_RUNS, chain_to, runs_beside, runs_lately
from triggers.models import IS_PENDING, trigger_run
from triggers.parts import Case, Stop, occasions
from triggers.pausing import pause
from triggers.rounds import one_of_each
from triggers.runs import Run
from triggers.trigger import Trigger, at_work, by_id
from triggers.world import deals_of, worlds

BLOCKED = "blocked"
LATE = "late"
# An answer to what somebody wrote so long ago would only puzzle him.
LATEST_ANSWER = timedelta(minutes=15)

# In the place of a deal for a message to somebody whose deal has ended: what follows its end may wait.
NO_DEAL = 0

Items = Sequence[tuple[Recorded[Any], int]]


async def on_events(uow: UnitOfWork, events: Sequence[Recorded[Event]]) -> None:
    """Stop what these events, all of one kind, stop, and set off what they set off; the streams are locked."""
    kind = type(events[0].event)
    pending = await _pending(uow, events) if kind in _STOPPING else []
    triggers = await at_work(uow, {one for one in occasions().values() if one.event is kind})
    if not pending and not triggers:
        return
    items = await deals_of(uow, events)
    about_no_deal = [(item, NO_DEAL) for item in events if item.id not in {known.id for known, _ in items}]
    await _stop(uow, about_no_deal, pending)
    for place, layer in enumerate(one_of_each(items, key=itemgetter(1))):
        if place and kind in _STOPPING:
            # What the events before these have set off may be what these stop.
            pending = await _pending(uow, events)
        await _stop(uow, layer, pending)
        await _set_off(uow, layer, triggers)


_STOPPING = (MessageReceived, MessageWritten, StageEntered)


async def on_contact_blocked(uow: UnitOfWork, events: Sequence[Recorded[ContactBlocked]]) -> None:
    """Stop what would be written to somebody who cannot be reached."""
    found = await _pending(uow, events)
    concerned = await by_id(uow, {one.trigger_id for one in found})
    await runs.stop(uow, [(one, BLOCKED) for one in found if concerned[one.trigger_id].writes_to_customer])


_OF_DEALS = runs.RUNS.where(IS_PENDING, trigger_run.c.deal_id.in_(bindparam("deals", expanding=True))).order_by(
    trigger_run.c.id
)
_OF_CONVERSATIONS = runs.RUNS.where(
    IS_PENDING,
    deal.c.conversation_id.in_(bindparam("conversations", expanding=True)),
).order_by(trigger_run.c.id)


async def _pending(uow: UnitOfWork, events: Sequence[Recorded[Any]]) -> list[Run]:
    """What still has to happen to the deals, or in the conversations, of these events."""
    talks = {_conversation_of(item.event) for item in events} - {None}
    if talks:
        rows = await uow.rows(_OF_CONVERSATIONS, {"conversations": sorted(one for one in talks if one)})
    else:
        rows = await uow.rows(_OF_DEALS, {"deals": sorted({item.event.deal_id for item in events})})
    return [Run(*row) for row in rows]


def _conversation_of(event: Any) -> int | None:
    if isinstance(event, ContactBlocked):
        name, _, number = event.ref.partition(":")
        return int(number) if name == "conversation" else None
    found: int | None = getattr(event, "conversation_id", None)
    return found


async def _stop(uow: UnitOfWork, layer: Items, pending: Sequence[Run]) -> None:
    """End the runs that these events stop."""
    met = [(one, why) for one in pending for item, deal_id in layer if (why := _why(item, deal_id, one))]
    concerned = await by_id(uow, {one.trigger_id for one, _ in met})
    meant = {one.id: (one, str(why)) for one, why in met if why in concerned[one.trigger_id].stops}
    if meant:
        await runs.stop(uow, list(meant.values()))


def _why(item: Recorded[Any], deal_id: int, run: Run) -> Stop | None:
    match item.event:
        case MessageReceived(conversation_id=talk) if talk == run.conversation_id:
            return Stop.CUSTOMER_WROTE
        case MessageWritten(conversation_id=talk, actor=actor) if talk == run.conversation_id:
            return Stop.STAFF_WROTE if actor.startswith("staff:") else None
        case StageEntered() if deal_id == run.deal_id:
            return Stop.LEFT_STAGE
        case _:
            return None


async def _set_off(uow: UnitOfWork, layer: Items, triggers: Sequence[Trigger]) -> None:
    """Make the runs that these events set off, and let those without a delay act.

    One with a delay waits even if its time has passed: events that are still to be handed on may stop it.
    """
    meant = [(one, item, deal_id) for one in triggers for item, deal_id in layer if _is_meant(one, item)]
    if not meant:
        return
    known = await worlds(uow, {deal_id for _, _, deal_id in meant})
    new: list[runs.New] = []
    for one in triggers:
        cases = [Case(one.id, item, known[deal_id]) for who, item, deal_id in meant if who is one]
        cases = [case for case in cases if one.pipeline_id in (None, case.world.pipeline_id)]
        new += await _allowed(uow, one, await _holding(uow, one, cases))
    made = await runs.make(uow, new)
    patient = {one.id for one in triggers if one.wait}
    await runs.announce(uow, [one for one in made if one.trigger_id in patient])
    await fire(uow, [one for one in made if one.trigger_id not in patient], known)


def _is_meant(one: Trigger, item: Recorded[Any]) -> bool:
    if one.occasion.by_people and item.event.actor.startswith("trigger:"):
        return False
    return one.occasion.set_off_by(item.event)


async def _holding(uow: UnitOfWork, one: Trigger, cases: list[Case]) -> list[Case]:
    for condition in one.conditions:
        if cases:
            held = await condition.holds(uow, cases)
            cases = [case for case, holds in zip(cases, held, strict=True) if holds]
    return cases


async def _allowed(uow: UnitOfWork, one: Trigger, cases: Sequence[Case]) -> list[runs.New]:
    """Runs for these cases, but for what runs in circles, too often, or answers too late."""
    if not cases:
        return []
    lately = {} if one.occasion.once else await runs_lately(uow, one.id, {case.world.deal_id for case in cases})
    allowed = []
    for case in cases:
        depth = case.event.event.depth + 1
        often = lately.get(case.world.deal_id, 0) >= MOST_RUNS
        if depth > DEEPEST or (often and depth > 1):
            chain = await chain_to(uow, case.event.id)
            if not runs_beside(one.id, chain):
                await pause(uow, one.id, LOOP, deal_id=case.world.deal_id, chain=[*chain, one.id])
                break
            continue
        # A customer who writes without end gets fewer answers, but switches nothing off for the others.
        if not often and not _answers_late(uow, one, case):
            allowed.append(runs.New(case, depth, case.event.at + one.wait))
    return allowed


def _answers_late(uow: UnitOfWork, one: Trigger, case: Case) -> bool:
    at_once = one.occasion.customer_present and not one.delay and one.writes_to_customer
    return at_once and uow.now - case.event.at - one.wait > LATEST_ANSWER
