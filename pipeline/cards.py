"""Deals as the board shows them: with the last word of their talk, who waits, and where they stand in their stage."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select

from core.database import UnitOfWork
from core.words import shortened
from inbox.models import conversation, message
from inbox.talks import NOTE, OUT, Sent, sent_states
from pipeline.deals import VIEW, DealView
from pipeline.models import deal
from pipeline.staff.rights import Right, Staff, needs
from pipeline.talks import colleagues_talk, names_of
from pipeline.work.tasks import Colour, colour_of

# As many characters of the last message as two lines of a card hold.
SHORT = 140


@dataclass(frozen=True, slots=True)
class BoardPlace:
    """Where a card stands in its stage: what changed last comes first."""

    changed_at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class LastMessage:
    """The last word of a talk; `text` is its beginning on one line, empty where it has none.

    `writer` is who of the staff wrote it, `trigger_id` which trigger did, `sent` how far one of ours has come, and
    `seen` whether its customer has seen it.
    """

    id: int
    direction: str
    kind: str
    text: str
    at: datetime
    deleted: bool
    writer: str | None
    trigger_id: int | None
    sent: Sent | None
    seen: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A deal on the board.

    `waiting` counts the customer's messages that nobody has answered, `unseen` those of them that nobody has looked
    at; `colour` is that of its most urgent task.
    """

    deal: DealView
    last: LastMessage | None
    waiting: int
    unseen: int
    colour: Colour | None

    @property
    def place(self) -> BoardPlace:
        """Where it stands in its stage."""
        return BoardPlace(self.deal.changed_at, self.deal.id)


_last = message.alias("last")
_unanswered = message.alias("unanswered")
_waits = (
    select(func.count())
    .where(
        _unanswered.c.conversation_id == deal.c.conversation_id,
        _unanswered.c.id >= conversation.c.waiting_from_id,
        _unanswered.c.direction == "in",
    )
    .correlate(deal, conversation)
)
# The last word of a deal that has ended is what was said until then; one that is open has the conversation's.
_last_until_closed = (
    select(message.c.id)
    .where(
        message.c.conversation_id == deal.c.conversation_id,
        message.c.at <= deal.c.closed_at,
        message.c.direction != NOTE,
    )
    .order_by(message.c.id.desc())
    .limit(1)
    .correlate(deal)
    .scalar_subquery()
)
# While a customer waits, what he said counts, and not what was answered to it by itself.
_last_of_his = (
    select(message.c.id)
    .where(
        message.c.conversation_id == deal.c.conversation_id,
        message.c.id >= conversation.c.waiting_from_id,
        message.c.direction == "in",
    )
    .order_by(message.c.id.desc())
    .limit(1)
    .correlate(deal, conversation)
    .scalar_subquery()
)
_last_id = case(
    (deal.c.closed_at.is_not(None), _last_until_closed),
    (conversation.c.waiting_from_id.is_not(None), func.coalesce(_last_of_his, conversation.c.last_message_id)),
    else_=conversation.c.last_message_id,
)
_CARD = VIEW.add_columns(
    _waits.scalar_subquery().label("waiting"),
    _waits.where(_unanswered.c.id > func.coalesce(conversation.c.seen_by_us_id, 0)).scalar_subquery().label("unseen"),
    conversation.c.seen_by_customer_id,
    _last.c.id.label("last_id"),
    _last.c.direction,
    _last.c.kind.label("last_kind"),
    _last.c.body,
    _last.c.at,
    _last.c.deleted_at,
    _last.c.actor,
).outerjoin(_last, _last.c.id == _last_id)
_OF_VIEW = len(fields(DealView))


@needs(Right.SEE)
async def cards_of(
    uow: UnitOfWork, by: Staff, deal_ids: Collection[int], condition: ColumnElement[bool] | None = None
) -> dict[int, Card]:
    """Cards of deals that somebody may see, by deal; those alone that meet a condition, if one is given."""
    if not deal_ids:
        return {}
    its = deal.c.id.in_(sorted(set(deal_ids)))
    rows = await uow.rows(_CARD.where(its if condition is None else and_(its, condition)))
    found = [(DealView(*row[:_OF_VIEW]), row) for row in rows]
    return await _drawn(uow, found, await colleagues_talk(uow, by, talks_by_hand(view for view, _ in found)))


async def cards_read(uow: UnitOfWork, deal_ids: Collection[int]) -> dict[int, Card]:
    """Cards of deals with all that is in them, whoever may see it."""
    rows = await uow.rows(_CARD.where(deal.c.id.in_(sorted(set(deal_ids))))) if deal_ids else []
    return await _drawn(uow, [(DealView(*row[:_OF_VIEW]), row) for row in rows], hidden=())


async def _drawn(uow: UnitOfWork, found: Collection[tuple[DealView, Any]], hidden: Collection[int]) -> dict[int, Card]:
    told = [row for view, row in found if not is_hidden(view, hidden)]
    states = await sent_states(uow, [row.last_id for row in told if row.direction == OUT])
    names = await names_of(uow, {row.actor for row in told if row.actor})
    return {view.id: _card(uow, view, None if is_hidden(view, hidden) else row, states, names) for view, row in found}


def talks_by_hand(deals: Iterable[DealView]) -> set[int]:
    """The talks of deals that were opened by hand.

    A deal of a colleague that is open in the same one has the last word there, and those who wait.
    """
    return {one.conversation_id for one in deals if one.opened_by_message_id is None}


def is_hidden(view: DealView, hidden: Collection[int]) -> bool:
    """Whether the last word of a deal's talk is not its own, `hidden` being the talks of colleagues."""
    return view.opened_by_message_id is None and view.conversation_id in hidden


def _card(uow: UnitOfWork, view: DealView, row: Any, states: Mapping[int, Sent], names: Mapping[str, str]) -> Card:
    colour = colour_of(view.next_task_at, uow.now) if view.next_task_at and view.closed_at is None else None
    waits = row is not None and view.closed_at is None
    last = _last_message(row, states, names) if row is not None and row.last_id is not None else None
    return Card(view, last, row.waiting if waits else 0, row.unseen if waits else 0, colour)


def _last_message(row: Any, states: Mapping[int, Sent], names: Mapping[str, str]) -> LastMessage:
    kind, _, number = row.actor.partition(":")
    return LastMessage(
        id=row.last_id,
        direction=row.direction,
        kind=row.last_kind,
        text=shortened(row.body.get("text") or "", SHORT),
        at=row.at,
        deleted=row.deleted_at is not None,
        writer=names.get(row.actor),
        trigger_id=int(number) if kind == "trigger" else None,
        sent=states.get(row.last_id),
        seen=row.direction == OUT and row.last_id <= (row.seen_by_customer_id or 0),
    )
