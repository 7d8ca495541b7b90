"""Tasks and reminders on deals: added, done, moved, given to another; telling people of them is `reminding`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, tuple_, update

from core.bulk import insert_rows
from core.database import UnitOfWork
from core.errors import Conflict, NotFound, Refusal
from core.journal import Origin, Recorded, lock, record
from core.texts import N_
from inbox.contacts import stream_of
from inbox.models import contact
from pipeline.deals import see
from pipeline.events import DealAssigned, DealReturned, StaffDisabled, TaskAdded, TaskDone, TaskGiven, TaskMoved
from pipeline.models import deal, membership, staff, task, task_kind
from pipeline.moving import his_deal
from pipeline.opening import ref_of
from pipeline.staff.rights import Right, Staff, needs

# So long after its time a task is overdue; until then it waits for its operator.
PATIENCE = timedelta(hours=1)
LONGEST_TEXT = 500


class Colour(StrEnum):
    """How urgent a task is: its time is not yet come, it waits for action, it is overdue."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


def colour_of(due_at: datetime, now: datetime) -> Colour:
    """The colour of a task that is not done."""
    if now < due_at:
        return Colour.GREEN
    return Colour.YELLOW if now < due_at + PATIENCE else Colour.RED


def is_of(colour: Colour, now: datetime, *, due: ColumnElement[Any] = task.c.due_at) -> ColumnElement[bool]:
    """The condition for tasks of a colour, or for whatever else is due at a time."""
    match colour:
        case Colour.GREEN:
            return due > now
        case Colour.YELLOW:
            return and_(due <= now, due > now - PATIENCE)
        case Colour.RED:
            return due <= now - PATIENCE


class TaskIsDone(Conflict):
    """Somebody did it already."""

    code = "task-is-done"
    text = N_("This task is done already.")
    next_step = N_("See what is left: /tasks")


class TaskTextTooLong(Refusal):
    """More than a reminder."""

    code = "task-text-too-long"
    text = N_("That is too long for a task: {most} characters fit.")
    next_step = N_("Shorten it, or write a note on the deal.")


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task with everything its line or message shows."""

    id: int
    deal_id: int
    customer: str
    assignee_id: int | None
    assignee: str | None
    deal_assignee_id: int | None
    kind_id: int
    kind: str
    text: str | None
    due_at: datetime
    done_at: datetime | None

    @property
    def what(self) -> str:
        """Its kind, and its words where it has some."""
        return f"{self.kind}: {self.text}" if self.text else self.kind

    def colour(self, now: datetime) -> Colour:
        """How urgent it is."""
        return colour_of(self.due_at, now)


_VIEW = (
    select(
        task.c.id,
        task.c.deal_id,
        contact.c.name,
        task.c.assignee_id,
        staff.c.name,
        deal.c.assignee_id,
        task.c.kind_id,
        task_kind.c.name,
        task.c.text,
        task.c.due_at,
        task.c.done_at,
    )
    .join(deal, deal.c.id == task.c.deal_id)
    .join(contact, contact.c.id == deal.c.contact_id)
    .join(task_kind, task_kind.c.id == task.c.kind_id)
    .outerjoin(staff, staff.c.id == task.c.assignee_id)
)
_BY_ID = _VIEW.where(task.c.id.in_(bindparam("ids", expanding=True)))


async def task_views(uow: UnitOfWork, ids: Collection[int]) -> dict[int, TaskView]:
    """Tasks by their ids."""
    rows = await uow.rows(_BY_ID, {"ids": sorted(ids)}) if ids else []
    return {row[0]: TaskView(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to be; the same `client_key` is added once."""

    deal_id: int
    contact_id: int
    assignee_id: int | None
    kind_id: int
    text: str | None
    due_at: datetime
    origin: Origin
    client_key: str | None = None


async def add_tasks(uow: UnitOfWork, items: Sequence[NewTask]) -> list[int]:
    """Add tasks, one for each deal, whose streams are locked by this unit; the ids of those that were new."""
    rows = [
        {
            "deal_id": one.deal_id,
            "assignee_id": one.assignee_id,
            "kind_id": one.kind_id,
            "text": one.text,
            "made_at": uow.now,
            "due_at": one.due_at,
            "client_key": one.client_key,
        }
        for one in items
    ]
    made = await insert_rows(uow, task, rows, ignore=True, returning=("id", "deal_id"))
    about = {one.deal_id: one for one in items}
    await record(
        uow,
        [
            TaskAdded(
                stream=stream_of(about[row.deal_id].contact_id),
                ref=ref_of(row.deal_id),
                **about[row.deal_id].origin.common(),
                deal_id=row.deal_id,
                task_id=row.id,
            )
            for row in made
        ],
    )
    return [row.id for row in made]


@needs(Right.WORK)
async def add_task(
    uow: UnitOfWork,
    by: Staff,
    deal_id: int,
    *,
    due_at: datetime,
    kind_id: int | None = None,
    text: str | None = None,
    client_key: str | None = None,
) -> int | None:
    """Add a task for a deal's assignee, or for oneself where nobody has it; its id, None if the key was added before.

    Without a kind it is of the last kind in the list. Raises NotFound, DealTaken, TaskTextTooLong.
    """
    words = " ".join((text or "").split()) or None
    if words and len(words) > LONGEST_TEXT:
        raise TaskTextTooLong(most=LONGEST_TEXT)
    row = await his_deal(uow, by, deal_id)
    offered = select(task_kind.c.id).where(task_kind.c.removed_at.is_(None))
    if kind_id is None:
        kind_id = await uow.value(offered.order_by(task_kind.c.place.desc()).limit(1))
    elif await uow.value(offered.where(task_kind.c.id == kind_id)) is None:
        raise NotFound
    if kind_id is None:
        raise NotFound
    assignee_id = row.assignee_id or by.id
    new = NewTask(deal_id, row.contact_id, assignee_id, kind_id, words, due_at, Origin(by.actor), client_key)
    return next(iter(await add_tasks(uow, [new])), None)


@needs(Right.WORK)
async def finish_task(uow: UnitOfWork, by: Staff, task_id: int) -> TaskView:
    """The task is done. Raises NotFound, DealTaken, TaskIsDone."""
    view = await _his_undone(uow, by, task_id)
    await uow.execute(update(task).where(task.c.id == task_id).values(done_at=uow.now))
    await record(uow, [TaskDone(**await _common(uow, view, by), deal_id=view.deal_id, task_id=task_id)])
    return view


@needs(Right.WORK)
async def move_task(uow: UnitOfWork, by: Staff, task_id: int, *, due_at: datetime) -> TaskView:
    """The task is due at another time; whoever has it is reminded anew. Raises NotFound, DealTaken, TaskIsDone."""
    view = await _his_undone(uow, by, task_id)
    await uow.execute(update(task).where(task.c.id == task_id).values(due_at=due_at, reminded_at=None, overdue_at=None))
    common = await _common(uow, view, by)
    await record(uow, [TaskMoved(**common, deal_id=view.deal_id, task_id=task_id, due_at=due_at.isoformat())])
    return (await task_views(uow, [task_id]))[task_id]


@needs(Right.WORK)
async def give_task(uow: UnitOfWork, by: Staff, task_id: int, *, to: int) -> TaskView:
    """The task is that of somebody else who works on its deal's pipeline. Raises NotFound, DealTaken, TaskIsDone."""
    view = await _his_undone(uow, by, task_id)
    here = (
        select(staff.c.id)
        .join(membership, membership.c.staff_id == staff.c.id)
        .join(deal, deal.c.pipeline_id == membership.c.pipeline_id)
        .where(staff.c.id == to, staff.c.disabled_at.is_(None), deal.c.id == view.deal_id)
    )
    if await uow.value(here) is None:
        raise NotFound
    if view.assignee_id != to:
        await uow.execute(update(task).where(task.c.id == task_id).values(assignee_id=to))
        given = TaskGiven(**await _common(uow, view, by), deal_id=view.deal_id, task_id=task_id, staff_id=to)
        await record(uow, [given])
    return (await task_views(uow, [task_id]))[task_id]


@needs(Right.SEE)
async def see_task(uow: UnitOfWork, by: Staff, task_id: int) -> TaskView:
    """One task: his own, or of a deal that he sees. Raises NotFound, DealTaken."""
    view = (await task_views(uow, [task_id])).get(task_id)
    if view is None:
        raise NotFound
    if view.assignee_id != by.id:
        await see(uow, by, view.deal_id)
    return view


async def _his_undone(uow: UnitOfWork, by: Staff, task_id: int) -> TaskView:
    view = await see_task(uow, by, task_id)
    await lock(uow, [await _stream(uow, view.deal_id)])
    view = await see_task(uow, by, task_id)
    if view.done_at is not None:
        raise TaskIsDone
    return view


async def _stream(uow: UnitOfWork, deal_id: int) -> str:
    return stream_of(await uow.value(select(deal.c.contact_id).where(deal.c.id == deal_id)))


async def _common(uow: UnitOfWork, view: TaskView, by: Staff) -> dict[str, Any]:
    return {"stream": await _stream(uow, view.deal_id), "ref": ref_of(view.deal_id), "actor": by.actor}


@dataclass(frozen=True, slots=True)
class TaskPlace:
    """Where a task stands in lists: what is due first comes first."""

    due_at: datetime
    id: int


@needs(Right.SEE)
async def list_tasks(
    uow: UnitOfWork,
    by: Staff,
    *,
    everybody: bool = False,
    colour: Colour | None = None,
    deal_id: int | None = None,
    after: TaskPlace | None = None,
    limit: int = 8,
) -> list[TaskView]:
    """Undone tasks, what is due first on top: his own, all of the team where he may see it, or those of one deal."""
    query = _VIEW.where(task.c.done_at.is_(None))
    if deal_id is not None:
        await see(uow, by, deal_id)
        query = query.where(task.c.deal_id == deal_id)
    elif not (everybody and by.may(Right.SEE_ALL)):
        query = query.where(task.c.assignee_id == by.id)
    if colour is not None:
        query = query.where(is_of(colour, uow.now))
    if after is not None:
        later = and_(task.c.due_at == after.due_at, task.c.id > after.id)
        query = query.where(or_(task.c.due_at > after.due_at, later))
    rows = await uow.rows(query.order_by(task.c.due_at, task.c.id).limit(limit))
    return [TaskView(*row) for row in rows]


@needs(Right.SEE)
async def count_tasks(uow: UnitOfWork, by: Staff, *, everybody: bool = False) -> Mapping[Colour, int]:
    """How many undone tasks there are of each colour, among his own or all of the team."""
    counts = [func.count().filter(is_of(colour, uow.now)) for colour in Colour]
    query = select(*counts).where(task.c.done_at.is_(None))
    if not (everybody and by.may(Right.SEE_ALL)):
        query = query.where(task.c.assignee_id == by.id)
    row = await uow.row(query.select_from(task))
    return dict(zip(Colour, row or (), strict=True))


async def on_deal_assigned(uow: UnitOfWork, events: Sequence[Recorded[DealAssigned]]) -> None:
    """What its last assignee had to do about a deal, or nobody since he gave it back, is its new assignee's."""
    for item in events:
        if item.event.from_id is not None:
            his = or_(task.c.assignee_id.is_(None), task.c.assignee_id == item.event.from_id)
            await uow.execute(
                update(task)
                .where(task.c.deal_id == item.event.deal_id, task.c.done_at.is_(None), his)
                .values(assignee_id=item.event.staff_id)
            )


async def on_deal_returned(uow: UnitOfWork, events: Sequence[Recorded[DealReturned]]) -> None:
    """What whoever lost a deal had to do about it waits with the deal."""
    pairs = [(item.event.deal_id, item.event.staff_id) for item in events]
    his = tuple_(task.c.deal_id, task.c.assignee_id).in_(pairs)
    await uow.execute(update(task).where(task.c.done_at.is_(None), his).values(assignee_id=None))


async def on_staff_disabled(uow: UnitOfWork, events: Sequence[Recorded[StaffDisabled]]) -> None:
    """What somebody who left had to do about others' deals is their assignees', and with nobody's deal it waits."""
    for item in events:
        gone = item.event.staff_id
        assignee = select(deal.c.assignee_id).where(deal.c.id == task.c.deal_id, deal.c.assignee_id != gone)
        await uow.execute(
            update(task)
            .where(task.c.assignee_id == gone, task.c.done_at.is_(None))
            .values(assignee_id=assignee.scalar_subquery())
        )
