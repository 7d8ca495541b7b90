"""One act on many deals: what it is, to which deals, and how far it has come; doing it is the affair of `bulks`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update

from core.bulk import insert_rows
from core.database import UnitOfWork
from core.errors import NotFound, Refusal
from core.journal import insert_or_ignore, lock, record
from core.texts import N_
from pipeline.events import BulkEnded, BulkStarted
from pipeline.filters import DealFilter, meets
from pipeline.models import bulk, bulk_deal, deal
from pipeline.staff.rights import Right, Staff, needs
from pipeline.staff.shifts import stream_of_staff

MOST = 5_000
MOST_SHOWN = 200
# No act gives or takes more tags than these.
MOST_TAGS = 50
BULKS = "bulks"
DONE = "done"


class TooManyDeals(Refusal):
    """More than one act takes."""

    code = "too-many-deals"
    text = N_("That is {count} deals; one act takes {most} at most.")
    next_step = N_("Narrow the filter, or choose fewer.")


class NoDealChosen(Refusal):
    """There is nothing to act on."""

    code = "no-deal-chosen"
    text = N_("No deal is chosen.")
    next_step = N_("Choose some cards, or a filter that finds some.")


@dataclass(frozen=True, slots=True)
class PutInStage:
    """Move to a stage; one that ends deals as lost takes a reason, and some of them words."""

    stage_id: int
    reason_id: int | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class AddTags:
    """Give tags, so many at most."""

    tag_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RemoveTags:
    """Take tags away."""

    tag_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Assign:
    """Give to a colleague, or to nobody, so that the turn decides."""

    staff_id: int | None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class AddTask:
    """Set a task on each deal; without a kind it is of the last kind in the list."""

    due_at: datetime
    kind_id: int | None = None
    text: str | None = None


Act = PutInStage | AddTags | RemoveTags | Assign | AddTask
_ACTS: dict[str, type[Act]] = {
    "stage": PutInStage,
    "add_tags": AddTags,
    "remove_tags": RemoveTags,
    "assign": Assign,
    "task": AddTask,
}
_NAMES = {kind: name for name, kind in _ACTS.items()}


def as_stored(act: Act) -> dict[str, Any]:
    """An act as a row keeps it."""
    values = {name: _as_json(value) for name, value in asdict(act).items()}
    return {"act": _NAMES[type(act)], **values}


def from_stored(stored: Mapping[str, Any]) -> Act:
    """The act that a row keeps."""
    values = {name: _from_json(value) for name, value in stored.items() if name != "act"}
    return _ACTS[stored["act"]](**values)


def _as_json(value: Any) -> Any:
    # What an act or a refusal says is numbers, words, lists of numbers and instants.
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def _from_json(value: Any) -> Any:
    if isinstance(value, dict):
        return datetime.fromisoformat(value["at"])
    return tuple(value) if isinstance(value, list) else value


def ref_of(bulk_id: int) -> str:
    """What the journal calls an act on many deals."""
    return f"bulk:{bulk_id}"


@needs(Right.WORK)
async def start(
    uow: UnitOfWork,
    by: Staff,
    act: Act,
    *,
    deals: Collection[int] = (),
    wanted: DealFilter | None = None,
    client_key: str,
) -> int:
    """Let an act be done on chosen deals, or on all that a filter finds now; its id.

    The same `client_key` of the same person again has no effect. Raises NoDealChosen, TooManyDeals.
    """
    if isinstance(act, AddTags | RemoveTags):
        act = replace(act, tag_ids=tuple(dict.fromkeys(act.tag_ids))[:MOST_TAGS])
    name = stream_of_staff(by.id)
    await lock(uow, [name])
    made = await uow.execute(
        insert_or_ignore(uow, bulk).returning(bulk.c.id),
        {"staff_id": by.id, "act": as_stored(act), "at": uow.now, "client_key": f"{by.actor}:{client_key}"},
    )
    bulk_id: int | None = made.scalar()
    if bulk_id is None:
        known: int = await uow.value(select(bulk.c.id).where(bulk.c.client_key == f"{by.actor}:{client_key}"))
        return known
    found = await _found(uow, by, wanted) if wanted is not None else await _existing(uow, deals)
    if not found:
        raise NoDealChosen
    await insert_rows(uow, bulk_deal, [{"bulk_id": bulk_id, "deal_id": deal_id} for deal_id in found])
    started = BulkStarted(
        stream=name, ref=ref_of(bulk_id), actor=by.actor, bulk_id=bulk_id, act=_NAMES[type(act)], deals=len(found)
    )
    await record(uow, [started])
    uow.ring(BULKS)
    return bulk_id


async def _found(uow: UnitOfWork, by: Staff, wanted: DealFilter) -> list[int]:
    condition = meets(uow.now, by, wanted)
    rows = await uow.rows(select(deal.c.id).where(condition).order_by(deal.c.id).limit(MOST + 1))
    if len(rows) > MOST:
        raise TooManyDeals(count=await uow.value(select(func.count()).select_from(deal).where(condition)), most=MOST)
    return [row.id for row in rows]


async def _existing(uow: UnitOfWork, deal_ids: Collection[int]) -> list[int]:
    """Those that there are; which of them are his is asked when their turn comes."""
    if len(set(deal_ids)) > MOST:
        raise TooManyDeals(count=len(set(deal_ids)), most=MOST)
    rows = await uow.rows(select(deal.c.id).where(deal.c.id.in_(sorted(set(deal_ids)))).order_by(deal.c.id))
    return [row.id for row in rows]


@dataclass(frozen=True, slots=True)
class Failed:
    """A deal on which an act was not done, and the refusal that says why."""

    deal_id: int
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an act has come; of what failed the first deals are listed, and `stopped` says it ended before all.

    `left` are all deals on which it was not done, once it has ended.
    """

    id: int
    act: Act
    at: datetime
    ended_at: datetime | None
    total: int
    done: int
    failed: int
    failures: Sequence[Failed]
    left: Sequence[int]

    @property
    def stopped(self) -> bool:
        """Whether it ended before all deals had their turn."""
        return self.ended_at is not None and self.done + self.failed < self.total


@needs(Right.WORK)
async def progress(uow: UnitOfWork, by: Staff, bulk_id: int) -> Progress:
    """How far his act has come. Raises NotFound for one that is not his."""
    row = await uow.row(select(bulk).where(bulk.c.id == bulk_id, bulk.c.staff_id == by.id))
    if row is None:
        raise NotFound
    of_it = bulk_deal.c.bulk_id == bulk_id
    done = func.count().filter(bulk_deal.c.outcome == DONE)
    had = func.count().filter(bulk_deal.c.outcome.is_not(None))
    total, good, gone = await uow.row(select(func.count(), done, had).where(of_it)) or (0, 0, 0)
    failed = select(bulk_deal).where(of_it, bulk_deal.c.outcome != DONE).order_by(bulk_deal.c.deal_id)
    failures = [
        Failed(one.deal_id, refusal_of(one.outcome, one.values)) for one in await uow.rows(failed.limit(MOST_SHOWN))
    ]
    left: list[int] = []
    if row.ended_at is not None:
        undone = or_(bulk_deal.c.outcome.is_(None), bulk_deal.c.outcome != DONE)
        left = [one.deal_id for one in await uow.rows(select(bulk_deal.c.deal_id).where(of_it, undone))]
    return Progress(row.id, from_stored(row.act), row.at, row.ended_at, total, good, gone - good, failures, left)


@needs(Right.WORK)
async def under_way(uow: UnitOfWork, by: Staff) -> list[int]:
    """His acts that have not ended, the oldest first."""
    query = select(bulk.c.id).where(bulk.c.staff_id == by.id, bulk.c.ended_at.is_(None))
    return [row.id for row in await uow.rows(query.order_by(bulk.c.id))]


def values_of(refusal: Refusal) -> dict[str, Any]:
    """What the words of a refusal need, as a row keeps it."""
    return {name: _as_json(value) for name, value in refusal.values.items()}


def refusal_of(code: str, values: Mapping[str, Any] | None) -> Refusal:
    """The refusal that a row keeps."""
    return Refusal.kinds[code](**{name: _from_json(value) for name, value in (values or {}).items()})


async def end(uow: UnitOfWork, bulk_id: int, staff_id: int) -> None:
    """An act is over; one that is over already stays so."""
    name = stream_of_staff(staff_id)
    await lock(uow, [name])
    ended = await uow.execute(
        update(bulk).where(bulk.c.id == bulk_id, bulk.c.ended_at.is_(None)).values(ended_at=uow.now)
    )
    if ended.rowcount == 1:
        await record(uow, [BulkEnded(stream=name, ref=ref_of(bulk_id), actor=name, bulk_id=bulk_id)])
