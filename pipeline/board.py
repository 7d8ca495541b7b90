"""The board of a pipeline as somebody sees it: its stages with what they hold, and their cards, newest first.

However many deals there are, a board takes a fixed number of queries.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    SelectBase,
    Subquery,
    and_,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    union_all,
)

from core.database import UnitOfWork
from core.errors import NotFound
from pipeline.cards import BoardPlace, Card, cards_of
from pipeline.deals import visible_to
from pipeline.filters import WAITS, DealFilter, Scope, meets
from pipeline.models import deal, membership, pipeline, stage, task
from pipeline.staff.rights import Right, Staff, needs
from pipeline.stages import ACTIVE, Stage, stages_of
from pipeline.totals import Total, added_up, totals
from pipeline.work.tasks import Colour, is_of

# What a filter finds among closed deals is counted among so many of the newest ones of a stage.
LATELY = 2_000
EVERYTHING = DealFilter(Scope.EVERY)


@dataclass(frozen=True, slots=True)
class Column:
    """A stage with what it holds of what somebody sees.

    `colours` counts its deals by their most urgent task. `cards` are the first ones, and `last` is the place behind
    which there are more. Where not all closed deals were looked at, `at_least` says that there may be more than
    `total`.
    """

    stage: Stage
    total: Total
    at_least: bool = False
    colours: Mapping[Colour, int] = field(default_factory=dict)
    cards: Sequence[Card] = ()
    last: BoardPlace | None = None


@dataclass(frozen=True, slots=True)
class CardPage:
    """Some cards of a stage, newest first; behind `last` there are more."""

    cards: Sequence[Card]
    last: BoardPlace | None


@needs(Right.SEE)
async def board(
    uow: UnitOfWork,
    by: Staff,
    pipeline_id: int,
    wanted: DealFilter = EVERYTHING,
    *,
    folded: Collection[int] = (),
    limit: int = 50,
) -> list[Column]:
    """The stages of a pipeline in their order, active ones with their first cards unless they are `folded`.

    Raises NotFound for a pipeline that is not there or not his.
    """
    stages = await _stages(uow, by, pipeline_id)
    active = [one.id for one in stages if one.group == ACTIVE]
    held, partly = await _held(uow, by, pipeline_id, stages, wanted)
    colours = await _coloured(uow, by, active, wanted)
    unfolded = [one for one in active if one not in folded]
    pages = await _pages(uow, by, unfolded, wanted, few=_few(uow, by, pipeline_id, wanted), limit=limit)
    nothing = CardPage((), None)
    return [
        Column(
            one,
            held.get(one.id, Total()),
            at_least=one.id in partly,
            colours=colours.get(one.id, {}),
            cards=pages.get(one.id, nothing).cards,
            last=pages.get(one.id, nothing).last,
        )
        for one in stages
    ]


@needs(Right.SEE)
async def counters(uow: UnitOfWork, by: Staff, pipeline_id: int, wanted: DealFilter = EVERYTHING) -> list[Column]:
    """The same without cards. Raises NotFound."""
    stages = await _stages(uow, by, pipeline_id)
    return await board(uow, by, pipeline_id, wanted, folded=[one.id for one in stages])


@needs(Right.SEE)
async def held(uow: UnitOfWork, by: Staff, stage_id: int, wanted: DealFilter = EVERYTHING) -> tuple[int, Column]:
    """The pipeline of a stage, and what the stage holds of what is wanted. Raises NotFound."""
    pipeline_id: int | None = await uow.value(select(stage.c.pipeline_id).where(stage.c.id == stage_id))
    if pipeline_id is None:
        raise NotFound
    its = [one for one in await _stages(uow, by, pipeline_id) if one.id == stage_id]
    found, partly = await _held(uow, by, pipeline_id, its, wanted)
    return pipeline_id, Column(its[0], found.get(stage_id, Total()), at_least=stage_id in partly)


@needs(Right.SEE)
async def more(
    uow: UnitOfWork,
    by: Staff,
    stage_id: int,
    wanted: DealFilter = EVERYTHING,
    *,
    after: BoardPlace | None = None,
    limit: int = 50,
) -> CardPage:
    """The cards of a stage behind a place, or its first ones; closed stages have them as well."""
    its = await uow.row(select(stage.c.pipeline_id, stage.c.group).where(stage.c.id == stage_id))
    few = _few(uow, by, its.pipeline_id, wanted) if its is not None and its.group == ACTIVE else None
    return (await _pages(uow, by, [stage_id], wanted, few=few, after=after, limit=limit))[stage_id]


@needs(Right.SEE)
async def cards(
    uow: UnitOfWork, by: Staff, deal_ids: Collection[int], wanted: DealFilter = EVERYTHING
) -> dict[int, Card]:
    """Those of these deals that somebody sees and that the filter lets through, by id, each with its place."""
    return await cards_of(uow, by, deal_ids, meets(uow.now, by, wanted))


@needs(Right.SEE)
async def let_through(uow: UnitOfWork, by: Staff, deal_ids: Collection[int], wanted: DealFilter) -> set[int]:
    """Which of these deals `cards` would tell."""
    its = select(deal.c.id).where(deal.c.id.in_(sorted(deal_ids)), meets(uow.now, by, wanted))
    return {row.id for row in await uow.rows(its)}


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline whose board somebody may open."""

    id: int
    name: str


@needs(Right.SEE)
async def pipelines_seen(uow: UnitOfWork, by: Staff) -> list[Pipeline]:
    """Those he works in, or has open deals in, or all where he may see them, in their order."""
    query = select(pipeline.c.id, pipeline.c.name).order_by(pipeline.c.place, pipeline.c.id)
    if not by.may(Right.SEE_ALL):
        member = select(membership.c.pipeline_id).where(membership.c.staff_id == by.id)
        his = select(deal.c.pipeline_id).where(deal.c.assignee_id == by.id, deal.c.closed_at.is_(None))
        query = query.where(or_(pipeline.c.id.in_(member), pipeline.c.id.in_(his)))
    return [Pipeline(*row) for row in await uow.rows(query)]


@needs(Right.SEE)
async def sources(uow: UnitOfWork, by: Staff, pipeline_id: int, *, limit: int = 30) -> list[str]:
    """Where the newest deals came from, as far as somebody sees them, in alphabetical order."""
    newest = select(deal.c.id).where(deal.c.pipeline_id == pipeline_id, deal.c.source.is_not(None))
    lately = newest.order_by(deal.c.id.desc()).limit(LATELY).subquery()
    his = select(deal.c.source).where(deal.c.id.in_(select(lately.c.id)), visible_to(by))
    rows = await uow.rows(his.distinct().order_by(deal.c.source).limit(limit))
    return [row.source for row in rows]


async def _stages(uow: UnitOfWork, by: Staff, pipeline_id: int) -> list[Stage]:
    if pipeline_id not in {one.id for one in await pipelines_seen(uow, by)}:
        raise NotFound
    return await stages_of(uow, pipeline_id)


async def _held(
    uow: UnitOfWork, by: Staff, pipeline_id: int, stages: Sequence[Stage], wanted: DealFilter
) -> tuple[Mapping[int, Total], set[int]]:
    """What stages hold of what is wanted, and in which of them not everything was looked at."""
    all_of_it = await totals(uow, [one.id for one in stages])
    if by.may(Right.SEE_ALL) and replace(wanted, pipeline_id=None) == EVERYTHING:
        return all_of_it, set()
    condition = meets(uow.now, by, wanted)
    closed = [one.id for one in stages if one.group != ACTIVE]
    few = _few(uow, by, pipeline_id, wanted)
    if few is None:
        active = [one.id for one in stages if one.group == ACTIVE]
        queries = [_sums(deal).where(deal.c.stage_id.in_(active), condition)]
    else:
        queries = [_sums(few)]
    for stage_id in closed:
        lately = _newest(stage_id, LATELY).subquery()
        queries.append(_sums(deal).where(deal.c.id.in_(select(lately.c.id)), condition))
    rows = await uow.rows(union_all(*queries))
    found = added_up([(row[0], row[1], row[2], row[3]) for row in rows])
    return found, {one for one in closed if all_of_it.get(one, Total()).deals > LATELY}


def _sums(deals: FromClause) -> Select[Any]:
    by_what = (deals.c.stage_id, deals.c.currency)
    return select(*by_what, func.count(), func.sum(deals.c.amount)).group_by(*by_what)


def _few(uow: UnitOfWork, by: Staff, pipeline_id: int, wanted: DealFilter) -> Subquery | None:
    """The open deals that are wanted, where they are somebody's, nobody's, of those who wait or of one source.

    They are few, and soon found. None where they may be anybody's: then every stage is looked through.
    """
    whose: list[ColumnElement[bool]]
    if wanted.nobodys:
        whose = [deal.c.assignee_id.is_(None)]
    elif wanted.assignee_id is not None:
        whose = [deal.c.assignee_id == wanted.assignee_id]
    elif wanted.waits:
        whose = [WAITS]
    elif not by.may(Right.SEE_ALL):
        whose = [deal.c.assignee_id == by.id, deal.c.assignee_id.is_(None)]
    elif wanted.source is not None:
        whose = [deal.c.source == wanted.source]
    else:
        return None
    columns = ("id", "stage_id", "changed_at", "currency", "amount")
    of_pipeline = and_(deal.c.pipeline_id == pipeline_id, deal.c.closed_at.is_(None), meets(uow.now, by, wanted))
    return union_all(*(select(*(deal.c[one] for one in columns)).where(of_pipeline, his) for his in whose)).subquery()


async def _coloured(
    uow: UnitOfWork, by: Staff, stage_ids: Collection[int], wanted: DealFilter
) -> dict[int, dict[Colour, int]]:
    """How many deals of each stage have which colour; what is undone is little, whatever deals there are."""
    soonest = (
        select(task.c.deal_id, func.min(task.c.due_at).label("due_at"))
        .where(task.c.done_at.is_(None))
        .group_by(task.c.deal_id)
        .subquery()
    )
    counts = [func.count().filter(is_of(colour, uow.now, due=soonest.c.due_at)) for colour in Colour]
    rows = await uow.rows(
        select(deal.c.stage_id, *counts)
        .join(soonest, soonest.c.deal_id == deal.c.id)
        .where(deal.c.stage_id.in_(sorted(stage_ids)), meets(uow.now, by, wanted))
        .group_by(deal.c.stage_id)
    )
    return {stage_id: dict(zip(Colour, numbers, strict=True)) for stage_id, *numbers in rows}


async def _pages(
    uow: UnitOfWork,
    by: Staff,
    stage_ids: Sequence[int],
    wanted: DealFilter,
    *,
    few: Subquery | None,
    after: BoardPlace | None = None,
    limit: int,
) -> dict[int, CardPage]:
    """The newest cards of stages: among a few, or each stage read along its index."""
    if not stage_ids:
        return {}
    query: SelectBase
    if few is None:
        behind = [meets(uow.now, by, wanted), _behind(deal, after)]
        newest = [_newest(one, limit + 1).where(*behind).subquery() for one in stage_ids]
        query = union_all(*(select(one) for one in newest))
    else:
        query = _ranked(few, after, limit + 1)
    of_stage: dict[int, list[Any]] = {one: [] for one in stage_ids}
    for row in await uow.rows(query):
        if row.stage_id in of_stage:
            of_stage[row.stage_id].append(row)
    for found in of_stage.values():
        found.sort(key=lambda row: (row.changed_at, row.id), reverse=True)
    shown = {one: found[:limit] for one, found in of_stage.items()}
    known = await cards_of(uow, by, [row.id for found in shown.values() for row in found])
    return {
        one: CardPage(
            [known[row.id] for row in shown[one] if row.id in known],
            BoardPlace(shown[one][-1].changed_at, shown[one][-1].id) if len(found) > limit else None,
        )
        for one, found in of_stage.items()
    }


def _newest(stage_id: int, most: int) -> Select[Any]:
    place = (deal.c.changed_at.desc(), deal.c.id.desc())
    return (
        select(deal.c.id, deal.c.stage_id, deal.c.changed_at)
        .where(deal.c.stage_id == stage_id)
        .order_by(*place)
        .limit(most)
    )


def _ranked(few: Subquery, after: BoardPlace | None, most: int) -> Select[Any]:
    """The newest of a few deals in each stage."""
    place = func.row_number().over(partition_by=few.c.stage_id, order_by=(few.c.changed_at.desc(), few.c.id.desc()))
    ranked = select(few.c.id, few.c.stage_id, few.c.changed_at, place.label("place")).where(_behind(few, after))
    found = ranked.subquery()
    return select(found).where(found.c.place <= most)


def _behind(deals: FromClause, after: BoardPlace | None) -> ColumnElement[bool]:
    if after is None:
        return true()
    there = tuple_(literal(after.changed_at, deal.c.changed_at.type), literal(after.id, deal.c.id.type))
    return tuple_(deals.c.changed_at, deals.c.id) < there
