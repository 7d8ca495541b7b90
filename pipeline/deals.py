"""Deals as people see and answer them; lists are in `lists`, moving in `moving`, taking in `staff.taking`."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, func, literal, or_, select, update

from core.database import UnitOfWork
from core.errors import Conflict, NotFound, Refusal
from core.journal import Origin, lock
from core.texts import N_
from inbox.channel import Written
from inbox.contacts import stream_of
from inbox.contents import is_visible
from inbox.models import channel, contact, conversation, message, outgoing
from inbox.outbound import discard, send_again
from inbox.writing import record_outcome, write
from pipeline.models import deal, deal_tag, lost_reason, membership, staff, stage, tag, talk, task, task_kind
from pipeline.staff.rights import Right, Staff, needs
from pipeline.staff.taking import assign, who_has


class DealIsClosed(Conflict):
    """The deal has ended."""

    code = "deal-closed"
    text = N_("Deal #{deal} is closed already.")
    next_step = N_("When the customer writes again, a new deal opens by itself.")


class NoSuchDeal(NotFound):
    """There is no deal of that number, or none that this person may know of."""

    code = "no-such-deal"
    text = N_("There is no deal #{deal} that you can see.")
    next_step = N_("Look at /deals for what is open.")


class NotSendable(Refusal):
    """There is nothing in the message that can be sent to a customer."""

    code = "not-sendable"
    text = N_("This kind of message cannot be sent to a customer.")
    next_step = N_("Send it as text, or as a photo, video, voice message, file, sticker, place, contact or poll.")


class NothingToRetry(Conflict):
    """The message is not waiting for a decision any more."""

    code = "nothing-to-retry"
    text = N_("This message has been dealt with already.")
    next_step = N_("No action is needed.")


@dataclass(frozen=True, slots=True)
class DealView:
    """A deal with everything a card shows of it."""

    id: int
    pipeline_id: int
    conversation_id: int
    contact_id: int
    customer: str
    channel_kind: str
    source: str | None
    stage_id: int
    stage: str
    group: str
    assignee_id: int | None
    assignee: str | None
    waiting_since: datetime | None
    waiting_from_id: int | None
    opened_by_message_id: int | None
    opened_at: datetime
    closed_at: datetime | None
    lost_reason: str | None
    lost_words: str | None
    amount: int | None
    currency: str | None
    tag_lines: str | None
    next_task: str | None
    next_task_at: datetime | None
    changed_at: datetime
    version: int

    @property
    def tags(self) -> list[str]:
        """The names of its tags, in order."""
        return sorted(self.tag_lines.split("\n"), key=str.casefold) if self.tag_lines else []


class Whose(NamedTuple):
    """What decides who sees a deal."""

    assignee_id: int | None
    pipeline_id: int


_TAG_LINES = (
    select(func.aggregate_strings(tag.c.name, "\n"))
    .join(deal_tag, deal_tag.c.tag_id == tag.c.id)
    .where(deal_tag.c.deal_id == deal.c.id)
    .correlate(deal)
    .scalar_subquery()
)
_NEXT_TASK = (
    select(task)
    .where(task.c.deal_id == deal.c.id, task.c.done_at.is_(None))
    .order_by(task.c.due_at, task.c.id)
    .limit(1)
)
# What a DealView is made of, in its order.
VIEW = (
    select(
        deal.c.id,
        deal.c.pipeline_id,
        deal.c.conversation_id,
        deal.c.contact_id,
        contact.c.name,
        channel.c.kind,
        deal.c.source,
        deal.c.stage_id,
        stage.c.name,
        stage.c.group,
        deal.c.assignee_id,
        staff.c.name,
        conversation.c.waiting_since,
        conversation.c.waiting_from_id,
        deal.c.opened_by_message_id,
        deal.c.opened_at,
        deal.c.closed_at,
        lost_reason.c.name,
        deal.c.lost_words,
        deal.c.amount,
        deal.c.currency,
        _TAG_LINES,
        _NEXT_TASK.with_only_columns(task_kind.c.name + func.coalesce(literal(": ") + task.c.text, ""))
        .join(task_kind, task_kind.c.id == task.c.kind_id)
        .correlate(deal)
        .scalar_subquery(),
        _NEXT_TASK.with_only_columns(task.c.due_at).correlate(deal).scalar_subquery(),
        deal.c.changed_at,
        deal.c.version,
    )
    .join(contact, contact.c.id == deal.c.contact_id)
    .join(conversation, conversation.c.id == deal.c.conversation_id)
    .join(channel, channel.c.id == conversation.c.channel_id)
    .join(stage, stage.c.id == deal.c.stage_id)
    .outerjoin(staff, staff.c.id == deal.c.assignee_id)
    .outerjoin(lost_reason, lost_reason.c.id == deal.c.lost_reason_id)
)


_BY_ID = VIEW.where(deal.c.id.in_(bindparam("ids", expanding=True)))
_OPEN_IN = VIEW.join(talk, talk.c.deal_id == deal.c.id).where(
    talk.c.conversation_id.in_(bindparam("conversations", expanding=True))
)


async def views(uow: UnitOfWork, deal_ids: Collection[int]) -> dict[int, DealView]:
    """Deals by their ids, for whoever draws them."""
    rows = await uow.rows(_BY_ID, {"ids": list(deal_ids)}) if deal_ids else []
    return {row[0]: DealView(*row) for row in rows}


def visible_to(by: Staff) -> ColumnElement[bool]:
    """The condition for deals that somebody sees: his own and the unassigned ones of his pipelines, or all."""
    if by.may(Right.SEE_ALL):
        return deal.c.id.is_not(None)
    his_pipelines = select(membership.c.pipeline_id).where(membership.c.staff_id == by.id)
    return or_(deal.c.assignee_id == by.id, and_(deal.c.assignee_id.is_(None), deal.c.pipeline_id.in_(his_pipelines)))


def is_visible_to(by: Staff, whose: Whose, his_pipelines: Collection[int]) -> bool:
    """The same of one deal, for whoever asks it for many people at once."""
    if by.may(Right.SEE_ALL):
        return True
    return whose.assignee_id == by.id or (whose.assignee_id is None and whose.pipeline_id in his_pipelines)


@needs(Right.SEE)
async def see(uow: UnitOfWork, by: Staff, deal_id: int) -> DealView:
    """One deal. Raises NotFound, or DealTaken when it is a colleague's."""
    row = await uow.row(VIEW.where(deal.c.id == deal_id, visible_to(by)))
    if row is not None:
        return DealView(*row)
    if not await _is_member(uow, by, await uow.value(select(deal.c.pipeline_id).where(deal.c.id == deal_id))):
        raise NoSuchDeal(deal=deal_id)
    raise await who_has(uow, deal_id)


@needs(Right.SEE)
async def recent_customers(uow: UnitOfWork, by: Staff, *, limit: int = 5) -> list[DealView]:
    """His open deals whose conversations moved last."""
    rows = await uow.rows(
        VIEW.where(deal.c.assignee_id == by.id, deal.c.closed_at.is_(None))
        .order_by(conversation.c.last_message_id.desc())
        .limit(limit)
    )
    return [DealView(*row) for row in rows]


async def open_views_in(uow: UnitOfWork, conversation_ids: Collection[int]) -> dict[int, DealView]:
    """The open deals that conversations' messages belong to, by conversation."""
    if not conversation_ids:
        return {}
    rows = await uow.rows(_OPEN_IN, {"conversations": list(conversation_ids)})
    found = [DealView(*row) for row in rows]
    return {view.conversation_id: view for view in found}


async def last_deal_of_message(uow: UnitOfWork, message_id: int) -> int | None:
    """The deal that a message's conversation belongs to, or else its last one, open ones first."""
    found: int | None = await uow.value(
        select(deal.c.id)
        .join(message, message.c.conversation_id == deal.c.conversation_id)
        .outerjoin(talk, talk.c.deal_id == deal.c.id)
        .where(message.c.id == message_id)
        .order_by(talk.c.deal_id.is_(None), deal.c.closed_at.is_not(None), deal.c.id.desc())
        .limit(1)
    )
    return found


async def deals_in(uow: UnitOfWork, conversation_ids: Collection[int]) -> set[int]:
    """The deals that show conversations: every open one, and the newest that has ended."""
    if not conversation_ids:
        return set()
    ranked = select(
        deal.c.id,
        deal.c.closed_at,
        func.row_number().over(partition_by=deal.c.conversation_id, order_by=deal.c.id.desc()).label("rank"),
    ).where(deal.c.conversation_id.in_(sorted(conversation_ids)))
    its = ranked.subquery()
    rows = await uow.rows(select(its.c.id).where(or_(its.c.closed_at.is_(None), its.c.rank == 1)))
    return {row.id for row in rows}


async def open_deal_of(uow: UnitOfWork, conversation_id: int) -> int | None:
    """The open deal that a conversation's messages belong to."""
    deal_id: int | None = await uow.value(select(talk.c.deal_id).where(talk.c.conversation_id == conversation_id))
    return deal_id


async def locked(uow: UnitOfWork, deal_id: int) -> Any:
    """A deal's row, with its customer's stream locked. Raises NotFound."""
    contact_id = await uow.value(select(deal.c.contact_id).where(deal.c.id == deal_id))
    if contact_id is None:
        raise NotFound
    await lock(uow, [stream_of(contact_id)])
    return await uow.row(select(deal).where(deal.c.id == deal_id).with_for_update())


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that waits to be sent."""

    deal_id: int
    message_id: int
    took: bool


@needs(Right.ANSWER)
async def answer(
    uow: UnitOfWork, by: Staff, deal_id: int, *, written: Written, client_key: str, reply_to_id: int | None = None
) -> Answered:
    """Write to a deal's customer, through his own channel. An unassigned deal is taken by it.

    A deal that was closed is answered in the open one of the same conversation, or stays closed. `client_key` names
    what the person wrote, so that a repeat has no effect. Raises DealTaken, NotFound, NotSendable.
    """
    check_sendable(written)
    row = await locked(uow, deal_id)
    current = await open_deal_of(uow, row.conversation_id) if row.closed_at is not None else None
    if current is not None:
        row = await uow.row(select(deal).where(deal.c.id == current).with_for_update())
    took = row.assignee_id is None and row.closed_at is None and await _is_member(uow, by, row.pipeline_id)
    if took:
        await assign(uow, row, to=by.id, how="answered", origin=Origin(by.actor))
    elif row.assignee_id != by.id and not by.may(Right.ANSWER_ANY):
        raise await who_has(uow, row.id)
    message_id = await write(
        uow, row.conversation_id, written=written, actor=by.actor, client_key=client_key, reply_to_id=reply_to_id
    )
    await uow.execute(
        update(deal).where(deal.c.id == row.id, deal.c.first_answered_at.is_(None)).values(first_answered_at=uow.now)
    )
    return Answered(row.id, message_id, took)


def check_sendable(written: Written) -> None:
    """Nothing, if a message can be sent to a customer, whoever he is. Raises NotSendable."""
    if written.kind == "unsupported" or (written.kind == "text" and not is_visible(written.body.get("text", ""))):
        raise NotSendable


async def _is_member(uow: UnitOfWork, by: Staff, pipeline_id: int | None) -> bool:
    found = await uow.value(
        select(membership.c.staff_id).where(membership.c.pipeline_id == pipeline_id, membership.c.staff_id == by.id)
    )
    return found is not None


@needs(Right.ANSWER)
async def retry(uow: UnitOfWork, by: Staff, outgoing_id: int) -> int:
    """Send again what failed or was not confirmed; the message's id. Raises NothingToRetry, NotFound, DealTaken."""
    message_id = await _his_message(uow, by, outgoing_id)
    await still_his_customer(uow, by, message_id)
    if not await send_again(uow, outgoing_id):
        raise NothingToRetry
    await record_outcome(uow, message_id, actor=by.actor, retried=True)
    return message_id


@needs(Right.ANSWER)
async def give_up(uow: UnitOfWork, by: Staff, outgoing_id: int) -> int:
    """Discard what failed or was not confirmed; the message's id. Raises NothingToRetry, NotFound."""
    message_id = await _his_message(uow, by, outgoing_id)
    if not await discard(uow, outgoing_id):
        raise NothingToRetry
    await record_outcome(uow, message_id, actor=by.actor, retried=False)
    return message_id


async def _his_message(uow: UnitOfWork, by: Staff, outgoing_id: int) -> int:
    row = await uow.row(
        select(message.c.id, message.c.actor, conversation.c.contact_id)
        .join(outgoing, outgoing.c.message_id == message.c.id)
        .join(conversation, conversation.c.id == message.c.conversation_id)
        .where(outgoing.c.id == outgoing_id, message.c.direction == "out")
    )
    if row is None or (row.actor != by.actor and not by.may(Right.ANSWER_ANY)):
        raise NotFound
    await lock(uow, [stream_of(row.contact_id)])
    message_id: int = row.id
    return message_id


@needs(Right.ANSWER)
async def still_his_customer(uow: UnitOfWork, by: Staff, message_id: int) -> None:
    """Nothing, unless the customer has a deal with a colleague by now; a deal that nobody has is in nobody's way."""
    deal_id = await last_deal_of_message(uow, message_id)
    row = await uow.row(select(deal.c.assignee_id).where(deal.c.id == deal_id))
    if row is not None and row.assignee_id not in (None, by.id) and not by.may(Right.ANSWER_ANY):
        raise await who_has(uow, deal_id or 0)
