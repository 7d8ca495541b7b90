"""Moves deals between stages and closes them; opening is elsewhere."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select, update

from core.database import UnitOfWork
from core.errors import NotFound, Refusal
from core.journal import SYSTEM, Origin, insert_or_ignore, lock, record
from core.texts import N_
from inbox.contacts import stream_of
from pipeline.deals import DealIsClosed, locked, see
from pipeline.events import DealClosed, DealReopened, DealReturned, StageEntered
from pipeline.models import deal, staff, stage_stay, talk
from pipeline.staff.rights import Right, Staff, needs
from pipeline.staff.taking import assign
from pipeline.stages import ACTIVE, LOST, LostReason, Stage, reasons, stages_of
from pipeline.staying import still_in
from pipeline.totals import count, moved


class ReasonNeeded(Refusal):
    """A lost deal needs its reason."""

    code = "reason-needed"
    text = N_("A lost deal needs a reason.")
    next_step = N_('Type: /deal {deal} close lost "{example}". The reasons are: {reasons}.')


class WordsNeeded(Refusal):
    """The chosen reason asks for words."""

    code = "words-needed"
    text = N_("The reason “{reason}” needs a few words.")
    next_step = N_('Type: /deal {deal} close lost "{reason}" "your words"')


class NoSuchStage(NotFound):
    """The pipeline has no stage of that name."""

    code = "no-such-stage"
    text = N_("There is no stage “{name}”.")
    next_step = N_("The stages are: {stages}.")


class NoSuchReason(NotFound):
    """There is no such reason for losing."""

    code = "no-such-reason"
    text = N_("There is no reason “{name}”.")
    next_step = N_("The reasons are: {reasons}.")


@needs(Right.MOVE)
async def move(uow: UnitOfWork, by: Staff, deal_id: int, *, stage_id: int, seen_in: int | None = None) -> None:
    """Put a deal into another active stage of its pipeline; into its own one changes nothing.

    `seen_in` is the stage where somebody sees it. Raises NotFound, DealTaken, DealIsClosed, ReasonNeeded for a stage
    that ends deals, and MovedMeanwhile or MovedByItself when it is neither where it was seen nor where it is to be.
    """
    if seen_in is not None:
        await still_in(uow, await his_deal(uow, by, deal_id), seen_in, stage_id)
    row = await his_open_deal(uow, by, deal_id)
    target = next((one for one in await stages_of(uow, row.pipeline_id) if one.id == stage_id), None)
    if target is None:
        raise NotFound
    if target.group == LOST:
        raise _reason_needed(deal_id, await reasons(uow))
    if target.group != ACTIVE:
        await close(uow, by, deal_id, group=target.group)
        return
    if target.id != row.stage_id:
        await enter(uow, row, target, Origin(by.actor))


@needs(Right.MOVE)
async def close(
    uow: UnitOfWork,
    by: Staff,
    deal_id: int,
    *,
    group: str,
    reason_id: int | None = None,
    words: str | None = None,
    seen_in: int | None = None,
) -> None:
    """End a deal as "won", "lost" (with a reason, some with words) or "not_a_lead"; `seen_in` is as for `move`.

    Raises NotFound, DealTaken, DealIsClosed, ReasonNeeded, WordsNeeded, MovedMeanwhile, MovedByItself.
    """
    if seen_in is not None:
        await still_in(uow, await his_deal(uow, by, deal_id), seen_in)
    row = await his_open_deal(uow, by, deal_id)
    target = next((one for one in await stages_of(uow, row.pipeline_id) if one.group == group), None)
    if target is None or group == ACTIVE:
        raise NotFound
    reason = await _reason(uow, deal_id, reason_id, words) if group == LOST else None
    await end(uow, row, target, Origin(by.actor), reason_id=reason.id if reason else None, words=words)


async def end(
    uow: UnitOfWork, row: Any, target: Stage, origin: Origin, *, reason_id: int | None = None, words: str | None = None
) -> None:
    """Close an open deal, as it was read under the lock of its stream, in a stage that ends deals."""
    await enter(uow, row, target, origin)
    await uow.execute(
        update(deal)
        .where(deal.c.id == row.id)
        .values(closed_at=uow.now, lost_reason_id=reason_id, lost_words=words if reason_id else None)
    )
    await _pass_talk_on(uow, row)
    closed = DealClosed(
        stream=stream_of(row.contact_id),
        ref=f"deal:{row.id}",
        **origin.common(),
        deal_id=row.id,
        group=target.group,
        assignee_id=row.assignee_id,
        reason_id=reason_id,
        words=words if reason_id else None,
    )
    await record(uow, [closed])


async def _pass_talk_on(uow: UnitOfWork, row: Any) -> None:
    """What the customer writes next belongs to the conversation's newest open deal, or else opens a new one."""
    ended = await uow.execute(delete(talk).where(talk.c.deal_id == row.id))
    if not ended.rowcount:
        return
    other = await uow.value(
        select(deal.c.id)
        .where(deal.c.conversation_id == row.conversation_id, deal.c.closed_at.is_(None), deal.c.id != row.id)
        .order_by(deal.c.id.desc())
        .limit(1)
    )
    if other is not None:
        await uow.execute(insert_or_ignore(uow, talk), {"conversation_id": row.conversation_id, "deal_id": other})


@needs(Right.MOVE)
async def reopen(uow: UnitOfWork, by: Staff, deal_id: int) -> None:
    """Let a closed deal go on in the stage from which it was closed; an open one stays as it is.

    Whoever reopens it has it, where nobody else works on it any more. Raises NotFound, DealTaken.
    """
    row = await his_deal(uow, by, deal_id)
    if row.closed_at is None:
        return
    target = await _last_active(uow, row)
    await enter(uow, row, target, Origin(by.actor))
    here = select(staff.c.id).where(staff.c.id == row.assignee_id, staff.c.disabled_at.is_(None))
    if await uow.value(here) is None:
        again = await uow.row(select(deal).where(deal.c.id == deal_id))
        await assign(uow, again, to=by.id, how="taken", origin=Origin(by.actor))
    await uow.execute(
        update(deal).where(deal.c.id == deal_id).values(closed_at=None, lost_reason_id=None, lost_words=None)
    )
    await uow.execute(insert_or_ignore(uow, talk), {"conversation_id": row.conversation_id, "deal_id": deal_id})
    reopened = DealReopened(
        stream=stream_of(row.contact_id), ref=f"deal:{deal_id}", actor=by.actor, deal_id=deal_id, stage_id=target.id
    )
    await record(uow, [reopened])


async def _last_active(uow: UnitOfWork, row: Any) -> Stage:
    active = {one.id: one for one in await stages_of(uow, row.pipeline_id) if one.group == ACTIVE}
    stays = await uow.rows(
        select(stage_stay.c.stage_id).where(stage_stay.c.deal_id == row.id).order_by(stage_stay.c.id.desc())
    )
    if not active:
        raise NotFound
    return next((active[stay.stage_id] for stay in stays if stay.stage_id in active), next(iter(active.values())))


async def move_deals(
    uow: UnitOfWork, origins: Mapping[int, Origin], *, stage_id: int, reason_id: int | None = None
) -> None:
    """Put open deals into a stage of their pipeline, or close them there; `origins` says by deal who does it.

    The streams must be locked by this unit. Raises NotFound for a stage that is gone.
    """
    rows = await uow.rows(
        select(deal).where(deal.c.id.in_(sorted(origins)), deal.c.closed_at.is_(None)).order_by(deal.c.id)
    )
    for row in rows:
        target = next((one for one in await stages_of(uow, row.pipeline_id) if one.id == stage_id), None)
        if target is None:
            raise NotFound
        if target.group != ACTIVE:
            await end(uow, row, target, origins[row.id], reason_id=reason_id)
        elif target.id != row.stage_id:
            await enter(uow, row, target, origins[row.id])


def _reason_needed(deal_id: int, known: Sequence[LostReason]) -> ReasonNeeded:
    return ReasonNeeded(deal=deal_id, example=known[0].name, reasons=", ".join(one.name for one in known))


async def _reason(uow: UnitOfWork, deal_id: int, reason_id: int | None, words: str | None) -> LostReason:
    known = await reasons(uow)
    reason = next((one for one in known if one.id == reason_id), None)
    if reason is None:
        raise _reason_needed(deal_id, known)
    if reason.asks_words and not (words or "").strip():
        raise WordsNeeded(deal=deal_id, reason=reason.name)
    return reason


@needs(Right.SEE)
async def his_deal(uow: UnitOfWork, by: Staff, deal_id: int) -> Any:
    """A deal that somebody may work on, its stream locked. Raises NotFound, DealTaken."""
    await see(uow, by, deal_id)
    row = await locked(uow, deal_id)
    await see(uow, by, deal_id)
    return row


@needs(Right.SEE)
async def his_open_deal(uow: UnitOfWork, by: Staff, deal_id: int) -> Any:
    """The same for one that is not closed. Raises NotFound, DealTaken, DealIsClosed."""
    row = await his_deal(uow, by, deal_id)
    if row.closed_at is not None:
        raise DealIsClosed(deal=deal_id)
    return row


async def enter(uow: UnitOfWork, row: Any, target: Stage, origin: Origin) -> None:
    """Put a deal, as it was read under the lock of its stream, into another stage."""
    await uow.execute(
        update(deal)
        .where(deal.c.id == row.id)
        .values(stage_id=target.id, version=deal.c.version + 1, changed_at=uow.now)
    )
    await uow.execute(
        update(stage_stay).where(stage_stay.c.deal_id == row.id, stage_stay.c.left_at.is_(None)).values(left_at=uow.now)
    )
    await uow.execute(
        stage_stay.insert(), {"deal_id": row.id, "stage_id": target.id, "entered_at": uow.now, "actor": origin.actor}
    )
    await count(uow, moved(row, to=target.id))
    entered = StageEntered(
        stream=stream_of(row.contact_id),
        ref=f"deal:{row.id}",
        **origin.common(),
        deal_id=row.id,
        stage_id=target.id,
        from_stage_id=row.stage_id,
    )
    await record(uow, [entered])


async def give_back(uow: UnitOfWork, staff_id: int, *, actor: str) -> list[int]:
    """Let the open deals of somebody who left wait for another; the pipelines they are in."""
    rows = await uow.rows(
        select(deal.c.id, deal.c.contact_id, deal.c.pipeline_id)
        .where(deal.c.assignee_id == staff_id, deal.c.closed_at.is_(None))
        .order_by(deal.c.id)
    )
    # Of all at once, as everybody locks streams in one order.
    await lock(uow, [stream_of(row.contact_id) for row in rows])
    for row in rows:
        held = await locked(uow, row.id)
        if held.assignee_id != staff_id or held.closed_at is not None:
            continue
        await uow.execute(
            update(deal)
            .where(deal.c.id == row.id)
            .values(
                assignee_id=None,
                assigned_at=None,
                returned_by_id=staff_id,
                version=deal.c.version + 1,
                changed_at=uow.now,
            )
        )
        returned = DealReturned(
            stream=stream_of(row.contact_id), ref=f"deal:{row.id}", actor=actor, deal_id=row.id, staff_id=staff_id
        )
        await record(uow, [returned])
    return sorted({row.pipeline_id for row in rows})


async def give_back_left_over(uow: UnitOfWork) -> None:
    """The same for deals that somebody got in the very moment he left."""
    left = select(deal.c.assignee_id).join(staff, staff.c.id == deal.c.assignee_id)
    rows = await uow.rows(left.where(staff.c.disabled_at.is_not(None), deal.c.closed_at.is_(None)).distinct())
    for row in rows:
        await give_back(uow, row.assignee_id, actor=SYSTEM)
