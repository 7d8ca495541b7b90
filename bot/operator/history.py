"""What happened to a deal, in words; the events themselves are read elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aiogram import Router
from aiogram.types import CallbackQuery
from aiogram.utils.formatting import Bold, Text

from bot import callbacks
from bot.cards import title
from bot.screens import Screen
from bot.texts import Buttons, content, cut, shortened
from core.database import UnitOfWork
from core.journal import Event, Recorded
from core.phones import phone_in_words
from core.texts import N_, Texts, plain
from inbox.events import MessageEdited, MessageTakenBack
from inbox.queries import said_before, texts_of
from pipeline.deals import see
from pipeline.events import (
    AmountSet,
    DealAssigned,
    DealClosed,
    DealOpened,
    DealReopened,
    DealReturned,
    NoteWritten,
    PhoneSaved,
    StageEntered,
    TagAdded,
    TagRemoved,
    TaskAdded,
    TaskDone,
    TaskGiven,
    TaskMoved,
    TaskOverdue,
    TimezoneChosen,
)
from pipeline.feed import history, last_assignment
from pipeline.staff.rights import Staff
from pipeline.work.tasks import TaskView, task_views
from triggers.events import RunFailed, RunPerformed, RunPostponed, RunScheduled, RunStopped, StaffNotified
from triggers.parts import Names
from triggers.references import names
from triggers.trigger import Trigger, by_id
from triggers.words import in_short, why

PAGE = 15
IN_LINE = 150
IN_PART = 1900


def make_router() -> Router:
    """The router of this screen."""
    router = Router(name="history")
    router.callback_query.register(older, callbacks.History.filter())
    return router


async def older(press: CallbackQuery, callback_data: callbacks.History, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """The history, or what came before what is shown of it, in the same message."""
    return Screen(await drawn_history(uow, by, t, callback_data), instead=True)


async def drawn_history(uow: UnitOfWork, by: Staff, t: Texts, asked: callbacks.History) -> dict[str, Any]:
    """A page of a deal's history, the newest line last."""
    view = await see(uow, by, asked.deal)
    found = await history(uow, by, view.id, kinds=_SAID.keys(), before=asked.before or None, limit=PAGE + 1)
    page = found[-PAGE:]
    teller = await _teller(uow, t, page)
    lines = [shortened(f"{t.clock(one.at, uow.now)} · {teller.line(one.event)}", IN_LINE) for one in page]
    legend = [
        shortened(f"{n}: {in_short(t, one, teller.names)}", IN_LINE) for n, one in sorted(teller.triggers.items())
    ]
    parts: list[Any] = [Bold(title(view)), "\n", cut("\n".join(lines), IN_PART)]
    if legend:
        parts += ["\n\n", cut("\n".join([t("Triggers:"), *legend]), IN_PART)]
    words = Text(*parts)
    rows: Buttons = []
    if len(found) > PAGE:
        rows.append([(t("Older"), callbacks.History(deal=view.id, card=asked.card, before=page[0].id))])
    if asked.card:
        return content(words, [*rows, [(t("Back"), callbacks.Card(deal=view.id))]])
    return content(words, [*rows, [(t("Show the deal"), callbacks.Show(deal=view.id))]])


async def why_assigned(uow: UnitOfWork, t: Texts, deal_id: int) -> str | None:
    """How the last assignee of a deal came to it, and when."""
    last = await last_assignment(uow, deal_id)
    if last is None:
        return None
    teller = await _teller(uow, t, [last])
    return f"{t.clock(last.at, uow.now)} · {teller.line(last.event)}"


async def _teller(uow: UnitOfWork, t: Texts, page: Sequence[Recorded[Event]]) -> "_Teller":
    notes = {one.event.message_id for one in page if isinstance(one.event, NoteWritten)}
    tasks = {one.event.task_id for one in page if isinstance(one.event, _OF_TASKS)}
    edits = {(one.event.message_id, one.event.version) for one in page if isinstance(one.event, MessageEdited)}
    taken_back = {one.event.message_id for one in page if isinstance(one.event, MessageTakenBack)}
    return _Teller(
        t,
        uow.now,
        await names(uow),
        await by_id(uow, _triggers_in(page)),
        await texts_of(uow, notes | taken_back),
        await task_views(uow, tasks),
        await said_before(uow, edits),
    )


_OF_TASKS = (TaskAdded, TaskMoved, TaskGiven, TaskOverdue, TaskDone)


def _triggers_in(page: Sequence[Recorded[Event]]) -> set[int]:
    """The triggers that these events name, as what they are about or as who acted."""
    about = {getattr(one.event, "trigger_id", None) for one in page}
    acted = {int(one.event.actor.partition(":")[2]) for one in page if one.event.actor.startswith("trigger:")}
    return {one for one in about if one is not None} | acted


@dataclass(frozen=True, slots=True)
class _Teller:
    """Says events in one person's words."""

    t: Texts
    now: datetime
    names: Names
    triggers: Mapping[int, Trigger]
    notes: Mapping[int, str]
    tasks: Mapping[int, TaskView]
    said_before: Mapping[tuple[int, int], str]

    def line(self, one: Event) -> str:
        return _SAID[type(one)](self, one)

    def person(self, staff_id: int) -> str:
        return plain(self.names.people.get(staff_id, f"#{staff_id}"))

    def actor(self, one: Event) -> str:
        kind, _, number = one.actor.partition(":")
        match kind:
            case "staff":
                return self.person(int(number))
            case "trigger":
                return self.t("trigger {n}", n=int(number))
            case "customer":
                return self.t("the customer")
            case _:
                return self.t("by itself")

    def stage(self, stage_id: int) -> str:
        return self.names.stages.get(stage_id) or self.t("(deleted)")

    def time(self, iso: str) -> str:
        return self.t.clock(datetime.fromisoformat(iso), self.now)

    def opened(self, one: DealOpened) -> str:
        return self.t("the deal was opened")

    def assigned(self, one: DealAssigned) -> str:
        words = _HOW.get(one.how, _HOW["taken"])
        return self.because(self.t(words, name=self.person(one.staff_id), actor=self.actor(one)), one.why)

    def returned(self, one: DealReturned) -> str:
        words = self.t("{name} does not have it any more: it waits for somebody else", name=self.person(one.staff_id))
        return self.because(words, one.why)

    def because(self, words: str, why: str | None) -> str:
        return self.t("{words}: “{why}”", words=words, why=why) if why else words

    def reopened(self, one: DealReopened) -> str:
        return self.t("the deal was reopened · {actor}", actor=self.actor(one))

    def worth(self, one: AmountSet) -> str:
        if one.amount is None or one.currency is None:
            return self.t("no amount any more · {actor}", actor=self.actor(one))
        return self.t("amount {amount} · {actor}", amount=self.t.money(one.amount, one.currency), actor=self.actor(one))

    def tagged(self, one: TagAdded) -> str:
        return self.t("tag “{name}” added · {actor}", name=one.name, actor=self.actor(one))

    def untagged(self, one: TagRemoved) -> str:
        return self.t("tag “{name}” removed · {actor}", name=one.name, actor=self.actor(one))

    def noted(self, one: NoteWritten) -> str:
        text = shortened(self.notes.get(one.message_id, ""), IN_LINE)
        return self.t("📝 {actor}: “{text}”", actor=self.actor(one), text=text)

    def task(self, task_id: int) -> str:
        found = self.tasks.get(task_id)
        return f"{found.kind} {found.text or ''}".strip() if found else self.t("(deleted)")

    def task_added(self, one: TaskAdded) -> str:
        due = self.tasks[one.task_id].due_at if one.task_id in self.tasks else self.now
        values = {"task": self.task(one.task_id), "time": self.t.clock(due, self.now), "actor": self.actor(one)}
        return self.t("task “{task}” for {time} · {actor}", **values)

    def task_moved(self, one: TaskMoved) -> str:
        values = {"task": self.task(one.task_id), "time": self.time(one.due_at), "actor": self.actor(one)}
        return self.t("task “{task}” moved to {time} · {actor}", **values)

    def task_given(self, one: TaskGiven) -> str:
        values = {"task": self.task(one.task_id), "name": self.person(one.staff_id), "actor": self.actor(one)}
        return self.t("task “{task}” given to {name} · {actor}", **values)

    def task_overdue(self, one: TaskOverdue) -> str:
        return self.t("task “{task}” is overdue", task=self.task(one.task_id))

    def task_done(self, one: TaskDone) -> str:
        return self.t("task “{task}” is done · {actor}", task=self.task(one.task_id), actor=self.actor(one))

    def moved(self, one: StageEntered) -> str:
        before, after = self.stage(one.from_stage_id), self.stage(one.stage_id)
        return f"{before} → {after} · {self.actor(one)}"

    def closed(self, one: DealClosed) -> str:
        return self.t("the deal was closed · {actor}", actor=self.actor(one))

    def zone(self, one: TimezoneChosen) -> str:
        return self.t("time zone {zone} · {actor}", zone=one.timezone, actor=self.actor(one))

    def phone(self, one: PhoneSaved) -> str:
        return self.t("phone {phone} · {actor}", phone=phone_in_words(one.number), actor=self.actor(one))

    def edited(self, one: MessageEdited) -> str:
        before = self.said_before.get((one.message_id, one.version), "")
        if not before:
            return self.t("{actor} changed a message", actor=self.actor(one))
        return self.t("{actor} changed a message that said “{text}”", actor=self.actor(one), text=before)

    def taken_back(self, one: MessageTakenBack) -> str:
        text = self.notes.get(one.message_id, "")
        return self.t("{actor} took a message back: “{text}”", actor=self.actor(one), text=text or "…")

    def scheduled(self, one: RunScheduled) -> str:
        return self.t("trigger {n} will act: {time}", n=one.trigger_id, time=self.time(one.due_at))

    def postponed(self, one: RunPostponed) -> str:
        values = {"n": one.trigger_id, "time": self.time(one.due_at), "reason": why(self.t, one.reason)}
        return self.t("trigger {n} waits until {time}: {reason}", **values)

    def performed(self, one: RunPerformed) -> str:
        if one.queued:
            return self.t("trigger {n} wrote to the customer", n=one.trigger_id)
        return self.t("trigger {n} acted", n=one.trigger_id)

    def stopped(self, one: RunStopped) -> str:
        values = {"n": one.trigger_id, "reason": why(self.t, one.reason)}
        if one.crossed:
            return self.t("trigger {n} could not be stopped in time, though {reason}", **values)
        return self.t("trigger {n} was stopped: {reason}", **values)

    def failed(self, one: RunFailed) -> str:
        return self.t("trigger {n} failed: {reason}", n=one.trigger_id, reason=why(self.t, one.reason))

    def notified(self, one: StaffNotified) -> str:
        who = ", ".join(self.person(staff_id) for staff_id in one.staff_ids) or self.t("nobody")
        return self.t("{actor} told {who}: “{text}”", actor=self.actor(one), who=who, text=one.text)


_HOW: Final = {
    "turn": N_("handed to {name} in turn"),
    "next": N_("{name} took it as the next request"),
    "taken": N_("{name} took it"),
    "answered": N_("{name} took it with an answer"),
    "opened": N_("{name} opened it"),
    "handed_over": N_("handed over to {name} · {actor}"),
    "trigger": N_("given to {name} · {actor}"),
}
_SAID: Final[Mapping[type[Event], Callable[[_Teller, Any], str]]] = {
    DealOpened: _Teller.opened,
    MessageEdited: _Teller.edited,
    MessageTakenBack: _Teller.taken_back,
    DealAssigned: _Teller.assigned,
    DealReturned: _Teller.returned,
    StageEntered: _Teller.moved,
    DealClosed: _Teller.closed,
    DealReopened: _Teller.reopened,
    AmountSet: _Teller.worth,
    TagAdded: _Teller.tagged,
    TagRemoved: _Teller.untagged,
    NoteWritten: _Teller.noted,
    TaskAdded: _Teller.task_added,
    TaskMoved: _Teller.task_moved,
    TaskGiven: _Teller.task_given,
    TaskOverdue: _Teller.task_overdue,
    TaskDone: _Teller.task_done,
    TimezoneChosen: _Teller.zone,
    PhoneSaved: _Teller.phone,
    RunScheduled: _Teller.scheduled,
    RunPostponed: _Teller.postponed,
    RunPerformed: _Teller.performed,
    RunStopped: _Teller.stopped,
    RunFailed: _Teller.failed,
    StaffNotified: _Teller.notified,
}
