"""Deals in lists: filtered, in an order that pages can go on from; one deal by itself is in `deals`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, select, true, tuple_

from core.database import UnitOfWork
from inbox.models import conversation
from pipeline.deals import DealView, views, visible_to
from pipeline.finding import says
from pipeline.models import deal, deal_tag, membership, pipeline, stage, task
from pipeline.staff.rights import Right, Staff, needs
from pipeline.stages import Stage
from pipeline.work.tasks import Colour, is_of

_NEVER = datetime.fromtimestamp(0, UTC)


class Scope(StrEnum):
    """Which deals a list is about; each begins with another letter."""

    # Open and his own; open and nobody's; open; ended; whatever he sees.
    MINE = "mine"
    WAITING = "waiting"
    ALL = "all"
    CLOSED = "closed"
    EVERY = "every"


@dataclass(frozen=True, slots=True)
class DealFilter:
    """What deals of a list have in common; `colour` is that of a deal's most urgent task, `text` what is searched."""

    scope: Scope = Scope.MINE
    pipeline_id: int | None = None
    stage_id: int | None = None
    tag_id: int | None = None
    colour: Colour | None = None
    assignee_id: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class ListPlace:
    """Where a deal stands in a list, wherever it would stand by now.

    `answered` and `since` are what open deals are ordered by, `since` what closed ones are.
    """

    answered: bool
    since: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some deals of a list, in its order; `first` and `last` are the places beside which there are more."""

    deals: list[DealView]
    first: ListPlace | None
    last: ListPlace | None


@dataclass(frozen=True, slots=True)
class _Order:
    """The columns of a `ListPlace` that a list is ordered by, the last of them the deal's number."""

    columns: tuple[ColumnElement[Any], ...]
    newest_first: bool

    def beyond(self, place: ListPlace, *, back: bool) -> ColumnElement[bool]:
        """The condition for what stands behind a place, or before it."""
        values = (int(place.answered), place.since, place.id)[-len(self.columns) :]
        there = tuple_(*(literal(value, one.type) for one, value in zip(self.columns, values, strict=True)))
        here = tuple_(*self.columns)
        return here < there if self.newest_first != back else here > there

    def by(self, *, back: bool) -> list[ColumnElement[Any]]:
        """What to order by, in the direction in which a page is read."""
        return [one.desc() if self.newest_first != back else one.asc() for one in self.columns]


# Waiting customers first, the longest waiting on top; then the oldest deals.
_WAITING_FIRST = _Order(
    (
        case((conversation.c.waiting_since.is_(None), 1), else_=0),
        func.coalesce(conversation.c.waiting_since, deal.c.opened_at),
        deal.c.id,
    ),
    newest_first=False,
)
_LAST_CLOSED = _Order((deal.c.closed_at, deal.c.id), newest_first=True)
_NEWEST = _Order((deal.c.id,), newest_first=True)
_ORDERS = {Scope.CLOSED: _LAST_CLOSED, Scope.EVERY: _NEWEST}


@needs(Right.SEE)
async def list_deals(
    uow: UnitOfWork,
    by: Staff,
    wanted: DealFilter,
    *,
    place: ListPlace | None = None,
    back: bool = False,
    limit: int = 8,
) -> Page:
    """One page of the deals that somebody sees: the first one, or what stands behind a place or before it.

    When nothing is left there, the first page comes.
    """
    order = _ORDERS.get(wanted.scope, _WAITING_FIRST)
    query = select(deal.c.id, *order.columns[:-1]).select_from(deal).where(_wanted(uow, by, wanted))
    query = query.join(conversation, conversation.c.id == deal.c.conversation_id)
    if place is not None:
        query = query.where(order.beyond(place, back=back))
    rows = await uow.rows(query.order_by(*order.by(back=back)).limit(limit + 1))
    if place is not None and not rows:
        return await list_deals(uow, by, wanted, limit=limit)
    more, shown = len(rows) > limit, rows[:limit]
    if back:
        shown = shown[::-1]
    found = await views(uow, [row.id for row in shown])
    return Page(
        deals=[found[row.id] for row in shown if row.id in found],
        first=_place(shown[0]) if shown and (more if back else place is not None) else None,
        last=_place(shown[-1]) if shown and (more or back) else None,
    )


def _place(row: Any) -> ListPlace:
    number, *rest = row
    answered, since = (None, None, *rest)[-2:]
    return ListPlace(bool(answered), since or _NEVER, number)


@needs(Right.SEE)
async def count_deals(uow: UnitOfWork, by: Staff, wanted: DealFilter) -> int:
    """How many deals a list has."""
    query = select(func.count()).select_from(deal).where(_wanted(uow, by, wanted))
    found: int = await uow.value(query)
    return found


def _wanted(uow: UnitOfWork, by: Staff, wanted: DealFilter) -> ColumnElement[bool]:
    conditions = [visible_to(by), _scope(by, wanted.scope)]
    if wanted.pipeline_id is not None:
        conditions.append(deal.c.pipeline_id == wanted.pipeline_id)
    if wanted.stage_id is not None:
        conditions.append(deal.c.stage_id == wanted.stage_id)
    if wanted.tag_id is not None:
        conditions.append(deal.c.id.in_(select(deal_tag.c.deal_id).where(deal_tag.c.tag_id == wanted.tag_id)))
    if wanted.colour is not None:
        conditions.append(is_of(wanted.colour, uow.now, due=_SOONEST))
    if wanted.assignee_id is not None:
        conditions.append(deal.c.assignee_id == wanted.assignee_id)
    if wanted.text is not None:
        conditions.append(says(wanted.text))
    return and_(*conditions)


_SOONEST = (
    select(func.min(task.c.due_at))
    .where(task.c.deal_id == deal.c.id, task.c.done_at.is_(None))
    .correlate(deal)
    .scalar_subquery()
)


def _scope(by: Staff, scope: Scope) -> ColumnElement[bool]:
    is_open = deal.c.closed_at.is_(None)
    match scope:
        case Scope.MINE:
            return and_(is_open, deal.c.assignee_id == by.id)
        case Scope.WAITING:
            return and_(is_open, deal.c.assignee_id.is_(None))
        case Scope.ALL:
            return is_open
        case Scope.CLOSED:
            return deal.c.closed_at.is_not(None)
        case Scope.EVERY:
            return true()


@needs(Right.SEE)
async def stages_seen(uow: UnitOfWork, by: Staff) -> list[Stage]:
    """The stages of the pipelines whose deals somebody sees, in their order."""
    query = select(stage.c.id, stage.c.name, stage.c.group).join(pipeline, pipeline.c.id == stage.c.pipeline_id)
    if not by.may(Right.SEE_ALL):
        his = select(membership.c.pipeline_id).where(membership.c.staff_id == by.id)
        query = query.where(stage.c.pipeline_id.in_(his))
    rows = await uow.rows(query.order_by(pipeline.c.place, pipeline.c.id, stage.c.place))
    return [Stage(*row) for row in rows]
