"""What deals can be narrowed by, in lists, on the board and for acts on many; the one place that turns it into SQL."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, select, true

from inbox.models import channel, conversation
from pipeline.deals import visible_to
from pipeline.finding import says
from pipeline.models import deal, deal_tag, stage, task
from pipeline.staff.rights import Staff
from pipeline.work.tasks import Colour, is_of


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
    """What deals have in common; what is not said narrows nothing.

    A deal has all of `tag_ids`. `colour` is that of its most urgent task, `waits` says that its customer waits for an
    answer, `nobodys` that it has no assignee, `group` what its stage is ("active", "won", ...). It was opened from
    `opened_from` on; `text` is what is searched.
    """

    scope: Scope = Scope.MINE
    pipeline_id: int | None = None
    stage_id: int | None = None
    group: str | None = None
    tag_ids: tuple[int, ...] = ()
    colour: Colour | None = None
    waits: bool = False
    assignee_id: int | None = None
    nobodys: bool = False
    channel_id: int | None = None
    channel_kind: str | None = None
    source: str | None = None
    opened_from: datetime | None = None
    text: str | None = None


def meets(now: datetime, by: Staff, wanted: DealFilter) -> ColumnElement[bool]:
    """The condition for the deals that somebody sees and that a filter lets through."""
    return and_(visible_to(by), _scope(by, wanted.scope), *_of_deal(wanted), *_of_others(now, wanted))


def _of_deal(wanted: DealFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.pipeline_id is not None:
        yield deal.c.pipeline_id == wanted.pipeline_id
    if wanted.stage_id is not None:
        yield deal.c.stage_id == wanted.stage_id
    if wanted.assignee_id is not None:
        yield deal.c.assignee_id == wanted.assignee_id
    if wanted.nobodys:
        yield deal.c.assignee_id.is_(None)
    if wanted.source is not None:
        yield deal.c.source == wanted.source
    if wanted.opened_from is not None:
        yield deal.c.opened_at >= wanted.opened_from


def _of_others(now: datetime, wanted: DealFilter) -> Iterator[ColumnElement[bool]]:
    """What is known of a deal by its stage, its tags, its tasks and its conversation."""
    if wanted.group is not None:
        yield deal.c.stage_id.in_(select(stage.c.id).where(stage.c.group == wanted.group))
    for tag_id in wanted.tag_ids:
        yield deal.c.id.in_(select(deal_tag.c.deal_id).where(deal_tag.c.tag_id == tag_id))
    if wanted.colour is not None:
        yield is_of(wanted.colour, now, due=SOONEST)
    if wanted.waits:
        yield and_(deal.c.closed_at.is_(None), WAITS)
    if wanted.channel_id is not None:
        yield _talks(conversation.c.channel_id == wanted.channel_id)
    if wanted.channel_kind is not None:
        of_kind = select(channel.c.id).where(channel.c.kind == wanted.channel_kind)
        yield _talks(conversation.c.channel_id.in_(of_kind))
    if wanted.text is not None:
        yield says(wanted.text)


def _talks(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    its = select(conversation.c.id).where(conversation.c.id == deal.c.conversation_id, condition)
    return its.correlate(deal).exists()


# Those who wait are few, whatever customers there are.
WAITS = deal.c.conversation_id.in_(
    select(conversation.c.id).where(conversation.c.waiting_since.is_not(None)).correlate(None)
)
SOONEST = (
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
