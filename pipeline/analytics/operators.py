"""What operators did and have to do: each figure of everybody by one question; nothing is changed here."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import fmean, median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, distinct, func, select

from core.database import UnitOfWork
from core.zones import is_here
from inbox.models import conversation
from pipeline.models import deal, staff, stage
from pipeline.staff.rights import Right, Staff, needs
from pipeline.stages import ACTIVE, LOST, NOT_A_LEAD, WON


def first_day(now: datetime, zone: str, *, days: int) -> datetime:
    """When the first of the last `days` days began where somebody lives; today is the last of them."""
    here = ZoneInfo(zone if is_here(zone) else "UTC")
    day = now.astimezone(here).date() - timedelta(days=days - 1)
    # Where clocks go forward at midnight there is none: what is meant is the first moment of that day.
    return datetime.combine(day, datetime.min.time(), here).astimezone(now.tzinfo)


@dataclass(frozen=True, slots=True)
class Closed:
    """How deals ended: how many in each group, and what those that were won are worth, in minor units by currency."""

    won: int = 0
    lost: int = 0
    not_a_lead: int = 0
    sums: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Speed:
    """How long customers waited for their first answer; nothing where nobody was answered."""

    answered: int = 0
    median: timedelta | None = None
    average: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """What somebody has to do now: open deals, and how many customers wait for him since when."""

    open_deals: int = 0
    waiting: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one member of the staff."""

    load: Load
    closed: Closed
    speed: Speed


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of the staff with his figures."""

    id: int
    name: str
    on_shift: bool
    figures: Figures


@dataclass(frozen=True, slots=True)
class Queue:
    """Deals that nobody has: how many, and since when the longest waits."""

    length: int
    since: datetime | None


@needs(Right.SEE)
async def my_figures(uow: UnitOfWork, by: Staff, since: datetime) -> Figures:
    """Somebody's own figures: what he has now, and what was closed and answered since then."""
    return (await _figures(uow, since, [by.id]))[by.id]


@needs(Right.SEE)
async def my_closed(uow: UnitOfWork, by: Staff, since: datetime) -> Closed:
    """How his own deals ended since then."""
    return (await _closed(uow, since, [by.id]))[by.id]


@needs(Right.SEE_ALL)
async def team_figures(uow: UnitOfWork, by: Staff, since: datetime) -> list[Colleague]:
    """The same of everybody who works here, those on shift first."""
    rows = await uow.rows(
        select(staff.c.id, staff.c.name, staff.c.on_shift_since)
        .where(staff.c.disabled_at.is_(None))
        .order_by(staff.c.on_shift_since.is_(None), staff.c.name, staff.c.id)
    )
    figures = await _figures(uow, since, [row.id for row in rows])
    return [Colleague(row.id, row.name, row.on_shift_since is not None, figures[row.id]) for row in rows]


@needs(Right.SEE_ALL)
async def queue_now(uow: UnitOfWork, by: Staff) -> Queue:
    """The deals that wait for anybody."""
    row: Any = await uow.row(
        select(func.count(), func.min(deal.c.requested_at)).where(
            deal.c.assignee_id.is_(None), deal.c.closed_at.is_(None)
        )
    )
    return Queue(*row)


async def _figures(uow: UnitOfWork, since: datetime, staff_ids: Collection[int]) -> dict[int, Figures]:
    load, closed = await _load(uow, staff_ids), await _closed(uow, since, staff_ids)
    speed = await _speed(uow, since, staff_ids)
    return {one: Figures(load[one], closed[one], speed[one]) for one in staff_ids}


def _his(staff_ids: Collection[int]) -> ColumnElement[bool]:
    return deal.c.assignee_id.in_(sorted(staff_ids))


async def _load(uow: UnitOfWork, staff_ids: Collection[int]) -> defaultdict[int, Load]:
    waits = conversation.c.waiting_since.is_not(None)
    rows = await uow.rows(
        select(
            deal.c.assignee_id,
            func.count(),
            func.count(distinct(deal.c.conversation_id)).filter(waits),
            func.min(conversation.c.waiting_since),
        )
        .join(conversation, conversation.c.id == deal.c.conversation_id)
        .where(_his(staff_ids), deal.c.closed_at.is_(None))
        .group_by(deal.c.assignee_id)
    )
    return defaultdict(Load, {row[0]: Load(*row[1:]) for row in rows})


async def _closed(uow: UnitOfWork, since: datetime, staff_ids: Collection[int]) -> defaultdict[int, Closed]:
    # A deal that was closed since then was changed since then, and stages keep what was changed in order.
    ended = select(stage.c.id).where(stage.c.group != ACTIVE)
    rows = await uow.rows(
        select(deal.c.assignee_id, stage.c.group, deal.c.currency, func.count(), func.sum(deal.c.amount))
        .join(stage, stage.c.id == deal.c.stage_id)
        .where(deal.c.stage_id.in_(ended), deal.c.changed_at >= since, deal.c.closed_at >= since, _his(staff_ids))
        .group_by(deal.c.assignee_id, stage.c.group, deal.c.currency)
    )
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    sums: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for staff_id, group, currency, number, amount in rows:
        counts[staff_id][group] += number
        if group == WON and currency is not None:
            sums[staff_id][currency] += int(amount)
    return defaultdict(
        Closed,
        {
            one: Closed(found[WON], found[LOST], found[NOT_A_LEAD], dict(sorted(sums[one].items())))
            for one, found in counts.items()
        },
    )


async def _speed(uow: UnitOfWork, since: datetime, staff_ids: Collection[int]) -> defaultdict[int, Speed]:
    rows = await uow.rows(
        select(deal.c.assignee_id, deal.c.requested_at, deal.c.first_answered_at).where(
            deal.c.first_answered_at >= since, _his(staff_ids)
        )
    )
    lengths: defaultdict[int, list[timedelta]] = defaultdict(list)
    for staff_id, requested_at, answered_at in rows:
        lengths[staff_id].append(answered_at - requested_at)
    return defaultdict(Speed, {one: speed_of(found) for one, found in lengths.items()})


def speed_of(lengths: Collection[timedelta]) -> Speed:
    """The median and the average of some lengths."""
    # The messenger's clock may be ahead of ours; nobody waits less than nothing.
    seconds = [max(0.0, one.total_seconds()) for one in lengths]
    if not seconds:
        return Speed()
    return Speed(len(seconds), timedelta(seconds=median(seconds)), timedelta(seconds=fmean(seconds)))
