"""Deals in lists: filtered, in an order that pages can go on from; one deal by itself is in `deals`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select, tuple_

from core.database import UnitOfWork
from inbox.models import conversation
from pipeline.deals import DealView, views
from pipeline.filters import DealFilter, Scope, meets
from pipeline.models import deal, membership, pipeline, stage
from pipeline.staff.rights import Right, Staff, needs
from pipeline.stages import Stage

_NEVER = datetime.fromtimestamp(0, UTC)


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
    else_first: bool = True,
    limit: int = 8,
) -> Page:
    """One page of the deals that somebody sees: the first one, or what stands behind a place or before it.

    When nothing is left there, the first page comes, unless it stands on the page already: then no deal does.
    """
    order = _ORDERS.get(wanted.scope, _WAITING_FIRST)
    query = select(deal.c.id, *order.columns[:-1]).select_from(deal).where(meets(uow.now, by, wanted))
    query = query.join(conversation, conversation.c.id == deal.c.conversation_id)
    if place is not None:
        query = query.where(order.beyond(place, back=back))
    rows = await uow.rows(query.order_by(*order.by(back=back)).limit(limit + 1))
    if place is not None and not rows and else_first:
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
    query = select(func.count()).select_from(deal).where(meets(uow.now, by, wanted))
    found: int = await uow.value(query)
    return found


@needs(Right.SEE)
async def stages_seen(uow: UnitOfWork, by: Staff) -> list[Stage]:
    """The stages of the pipelines whose deals somebody sees, in their order."""
    query = select(stage.c.id, stage.c.name, stage.c.group).join(pipeline, pipeline.c.id == stage.c.pipeline_id)
    if not by.may(Right.SEE_ALL):
        his = select(membership.c.pipeline_id).where(membership.c.staff_id == by.id)
        query = query.where(stage.c.pipeline_id.in_(his))
    rows = await uow.rows(query.order_by(pipeline.c.place, pipeline.c.id, stage.c.place))
    return [Stage(*row) for row in rows]
