"""What people are told of tasks and by colleagues: at the time, when overdue, in the morning, when mentioned."""

from collections.abc import Sequence

from aiogram.utils.formatting import BlockQuote, Bold, Text

from bot import callbacks, task_callbacks
from bot.cards import COLOURS, title
from bot.saying import notice, reach_each
from bot.task_cards import task_card
from bot.texts import content
from core.database import UnitOfWork
from core.journal import Event, Recorded
from core.texts import N_, Texts, plain, texts
from core.words import shortened
from inbox.outbound import Outgoing, queue
from inbox.queries import texts_of
from pipeline.deals import views
from pipeline.events import DayBegan, DealAssigned, NoteWritten, TaskDue, TaskGiven, TaskOverdue
from pipeline.opening import ref_of
from pipeline.staff.notices import Notice, Reach
from pipeline.staff.people import ids_of
from pipeline.staff.rights import Right, Role
from pipeline.work.tasks import TaskView, list_tasks, task_views

IN_MORNING = 10
IN_LINE = 60


async def on_task_due(uow: UnitOfWork, events: Sequence[Recorded[TaskDue]]) -> None:
    """Tell whoever has to do it that the time has come."""
    await _tell(uow, events, [item.event.task_id for item in events], overdue=False)


async def on_task_overdue(uow: UnitOfWork, events: Sequence[Recorded[TaskOverdue]]) -> None:
    """Tell him that it is overdue; supervisors and admins of what nobody has."""
    await _tell(uow, events, [item.event.task_id for item in events], overdue=True)


async def on_task_given(uow: UnitOfWork, events: Sequence[Recorded[TaskGiven]]) -> None:
    """Tell somebody what he was given to do by another."""
    tasks = await task_views(uow, {item.event.task_id for item in events})
    people = await reach_each(uow, {item.event.staff_id for item in events})
    queued = []
    for item in events:
        view = tasks[item.event.task_id]
        queued += [
            _task(uow, to, view, f"given:{item.id}", Notice.COLLEAGUE, N_("Given to you."))
            for to in people.get(item.event.staff_id, [])
            if item.event.actor != to.staff.actor
        ]
    await queue(uow, queued)


async def _tell(uow: UnitOfWork, events: Sequence[Recorded[Event]], ids: Sequence[int], *, overdue: bool) -> None:
    tasks = await task_views(uow, ids)
    people = await reach_each(uow, {_owner(view) for view in tasks.values()})
    lost = not people.keys() >= {_owner(view) for view in tasks.values()}
    heads = await reach_each(uow, await ids_of(uow, [Role.SUPERVISOR, Role.ADMIN])) if lost else {}
    queued = []
    for item, task_id in zip(events, ids, strict=True):
        view = tasks[task_id]
        words = N_("This is overdue.") if overdue else ""
        # What nobody has, or somebody who has left, is for those who look after everything.
        told = people.get(_owner(view)) or [one for some in heads.values() for one in some]
        queued += [_task(uow, to, view, f"task:{item.id}", Notice.TASK, words) for to in told if view.done_at is None]
    await queue(uow, queued)


def _owner(view: TaskView) -> int:
    return view.assignee_id or view.deal_assignee_id or 0


def _task(uow: UnitOfWork, to: Reach, view: TaskView, cause: str, about: Notice, more: str) -> Outgoing:
    t = _texts(to)
    card = task_card(t, view, to.staff, uow.now, more=t(more))
    made = card | {"reply_to": {"ref": ref_of(view.deal_id)}}
    return notice(to, made, cause=cause, about=about)


async def on_day_began(uow: UnitOfWork, events: Sequence[Recorded[DayBegan]]) -> None:
    """Say in the morning what is overdue and what comes today."""
    people = await reach_each(uow, {item.event.staff_id for item in events})
    queued = []
    for item in events:
        for to in people.get(item.event.staff_id, []):
            found = await list_tasks(uow, to.staff, limit=IN_MORNING)
            if found:
                t = _texts(to)
                lines = [_line(t, uow, one) for one in found]
                words = Text(Bold(t("Good morning! This is to be done:")), *(f"\n{line}" for line in lines))
                made = content(words, [[(t("My tasks"), task_callbacks.Tasks())]])
                queued.append(notice(to, made, cause=f"morning:{item.id}", about=Notice.MORNING))
    await queue(uow, queued)


def _line(t: Texts, uow: UnitOfWork, one: TaskView) -> str:
    what = shortened(one.what, IN_LINE)
    return f"{COLOURS[one.colour(uow.now)]} {t.clock(one.due_at, uow.now)} · {what} · {plain(one.customer)}"


async def on_note_written(uow: UnitOfWork, events: Sequence[Recorded[NoteWritten]]) -> None:
    """Show a note to whoever it mentions, and to the deal's assignee if it is another's."""
    deals = await views(uow, {item.event.deal_id for item in events})
    said = await texts_of(uow, {item.event.message_id for item in events})
    authors = {int(item.event.actor.partition(":")[2]) for item in events}
    meant = {item.id: {*item.event.mentioned, deals[item.event.deal_id].assignee_id or 0} for item in events}
    people = await reach_each(uow, {*authors, *(one for some in meant.values() for one in some)})
    queued = []
    for item in events:
        view = deals[item.event.deal_id]
        author = int(item.event.actor.partition(":")[2])
        name = plain(people[author][0].staff.name) if author in people else "?"
        for to in (one for staff_id in sorted(meant[item.id] - {author}) for one in people.get(staff_id, [])):
            t = _texts(to)
            words = Text(Bold(title(view)), f"\n📝 {name}:\n", BlockQuote(said[item.event.message_id]))
            # Who is mentioned need not see the deal: a button that only refuses is none.
            sees = view.assignee_id in (None, to.staff.id) or to.staff.may(Right.SEE_ALL)
            made = content(words, [[(t("Show the deal"), callbacks.Show(deal=view.id))]] if sees else [])
            queued.append(notice(to, made, cause=f"note:{item.id}", about=Notice.COLLEAGUE))
    await queue(uow, queued)


async def on_handed_over(uow: UnitOfWork, events: Sequence[Recorded[DealAssigned]]) -> None:
    """Say who handed a deal over, and his word why, behind its card."""
    by_hand = [item for item in events if item.event.how == "handed_over"]
    deals = await views(uow, {item.event.deal_id for item in by_hand})
    authors = {int(item.event.actor.partition(":")[2]) for item in by_hand}
    people = await reach_each(uow, {*authors, *(item.event.staff_id for item in by_hand)})
    queued = []
    for item in by_hand:
        author = int(item.event.actor.partition(":")[2])
        if author == item.event.staff_id or author not in people:
            continue
        name = plain(people[author][0].staff.name)
        for to in people.get(item.event.staff_id, []):
            t = _texts(to)
            words = t("{deal}: {name} handed it over to you.", deal=title(deals[item.event.deal_id]), name=name)
            why = ["\n", BlockQuote(item.event.why)] if item.event.why else []
            made = content(Text(words, *why)) | {"reply_to": {"ref": ref_of(item.event.deal_id)}}
            queued.append(notice(to, made, cause=f"handed:{item.id}", about=Notice.COLLEAGUE))
    await queue(uow, queued)


def _texts(to: Reach) -> Texts:
    return texts(to.staff.language, to.staff.timezone)
