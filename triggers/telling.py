"""Says what happened to a deal in words, one line for each event; which events are shown is `history`'s affair."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from core.database import UnitOfWork
from core.journal import Event, Recorded
from core.phones import phone_in_words
from core.texts import N_, Texts, plain
from inbox.events import (
    ContactBlocked,
    ContactReturned,
    MessageEdited,
    MessageFailed,
    MessageReacted,
    MessageReceived,
    MessageTakenBack,
    MessageUnconfirmed,
    MessageWritten,
)
from inbox.queries import MessageView, messages, said_before
from inbox.wording import reason, summary
from pipeline.events import (
    AmountSet,
    CustomerNamed,
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
from pipeline.work.tasks import TaskView, task_views
from triggers.events import RunFailed, RunPerformed, RunPostponed, RunScheduled, RunStopped, StaffNotified
from triggers.parts import STOPS, Names
from triggers.references import names
from triggers.trigger import Trigger, by_id
from triggers.words import in_short, why

IN_LINE = 150


async def teller_of(
    uow: UnitOfWork, t: Texts, page: Sequence[Recorded[Event]], *, triggers: Collection[int] = ()
) -> "Teller":
    """Whoever can say these events, with all that they name read; and these triggers."""
    said = {one.event.message_id for one in page if isinstance(one.event, _OF_MESSAGES)}
    tasks = {one.event.task_id for one in page if isinstance(one.event, _OF_TASKS)}
    edits = {(one.event.message_id, one.event.version) for one in page if isinstance(one.event, MessageEdited)}
    return Teller(
        t,
        uow.now,
        await names(uow),
        await by_id(uow, _triggers_in(page) | set(triggers)),
        await messages(uow, said),
        await task_views(uow, tasks),
        await said_before(uow, edits),
    )


_OF_MESSAGES = (
    NoteWritten,
    MessageReceived,
    MessageWritten,
    MessageTakenBack,
    MessageFailed,
    MessageUnconfirmed,
    MessageReacted,
)
_OF_TASKS = (TaskAdded, TaskMoved, TaskGiven, TaskOverdue, TaskDone)


def _triggers_in(page: Sequence[Recorded[Event]]) -> set[int]:
    """The triggers that these events name, as what they are about or as who acted."""
    about = {getattr(one.event, "trigger_id", None) for one in page}
    acted = {int(one.event.actor.partition(":")[2]) for one in page if one.event.actor.startswith("trigger:")}
    return {one for one in about if one is not None} | acted


@dataclass(frozen=True, slots=True)
class Teller:
    """Says events in one person's words."""

    t: Texts
    now: datetime
    names: Names
    triggers: Mapping[int, Trigger]
    messages: Mapping[int, MessageView]
    tasks: Mapping[int, TaskView]
    said_before: Mapping[tuple[int, int], str]

    def line(self, one: Event) -> str:
        """One event; its kind must be in `SAID`."""
        return SAID[type(one)](self, one)

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

    def trigger(self, one: Trigger) -> str:
        """A trigger on one line."""
        return in_short(self.t, one, self.names)

    def trigger_name(self, trigger_id: int) -> str:
        """The same by its number."""
        found = self.triggers.get(trigger_id)
        return self.trigger(found) if found else self.t("trigger {n}", n=trigger_id)

    def behind(self, one: Event) -> str | None:
        """The trigger that an event is about, on one line."""
        found = self.triggers.get(getattr(one, "trigger_id", 0))
        return self.trigger(found) if found else None

    def stops(self, one: Trigger) -> str:
        """What stops a trigger that waits."""
        return ", ".join(self.t(words) for stop, words in STOPS.items() if stop in one.stops)

    def stage(self, stage_id: int) -> str:
        return self.names.stages.get(stage_id) or self.t("(deleted)")

    def time(self, iso: str) -> str:
        return self.t.clock(datetime.fromisoformat(iso), self.now)

    def opened(self, one: DealOpened) -> str:
        return self.t("the deal was opened")

    def assigned(self, one: DealAssigned) -> str:
        himself = one.how == "handed_over" and one.actor == f"staff:{one.staff_id}"
        words = _HOW["taken"] if himself else _HOW.get(one.how, _HOW["taken"])
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
        return self.t("📝 {actor}: “{text}”", actor=self.actor(one), text=self.message(one.message_id))

    def message(self, message_id: int) -> str:
        found = self.messages.get(message_id)
        return summary(self.t, found.kind, found.body, IN_LINE) if found else "…"

    def spoken(self, one: MessageReceived | MessageWritten) -> str:
        return self.t("{actor}: “{text}”", actor=self.actor(one), text=self.message(one.message_id))

    def not_sent(self, one: MessageFailed) -> str:
        because, _ = reason(self.t, one.reason)
        return self.t("not sent: “{text}”: {reason}", text=self.message(one.message_id), reason=because)

    def not_confirmed(self, one: MessageUnconfirmed) -> str:
        return self.t("delivery is not confirmed: “{text}”", text=self.message(one.message_id))

    def blocked(self, one: ContactBlocked) -> str:
        return self.t("the customer has blocked the bot")

    def came_back(self, one: ContactReturned) -> str:
        return self.t("the customer can be reached again")

    def reacted(self, one: MessageReacted) -> str:
        if one.emoji is None:
            return self.t("the customer took the reaction back: “{text}”", text=self.message(one.message_id))
        return self.t("the customer reacted {emoji}: “{text}”", emoji=one.emoji, text=self.message(one.message_id))

    def task(self, task_id: int) -> str:
        found = self.tasks.get(task_id)
        return found.what if found else self.t("(deleted)")

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
        words = self.t(_ENDS.get(one.group, _ENDS["won"]), actor=self.actor(one))
        said = [self.names.reasons.get(one.reason_id or 0), one.words]
        return self.because(words, ": ".join(part for part in said if part))

    def zone(self, one: TimezoneChosen) -> str:
        return self.t("time zone {zone} · {actor}", zone=one.timezone, actor=self.actor(one))

    def edited(self, one: MessageEdited) -> str:
        before = self.said_before.get((one.message_id, one.version), "")
        if not before:
            return self.t("{actor} changed a message", actor=self.actor(one))
        return self.t("{actor} changed a message that said “{text}”", actor=self.actor(one), text=before)

    def taken_back(self, one: MessageTakenBack) -> str:
        text = self.message(one.message_id)
        return self.t("{actor} took a message back: “{text}”", actor=self.actor(one), text=text)

    def named(self, one: CustomerNamed) -> str:
        return self.t("the customer is called {name} · {actor}", name=plain(one.name), actor=self.actor(one))

    def phone(self, one: PhoneSaved) -> str:
        return self.t("phone {phone} · {actor}", phone=phone_in_words(one.number), actor=self.actor(one))

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


def told_once(events: Sequence[Recorded[Event]]) -> list[Recorded[Event]]:
    """Without the stages that a deal enters because it ends or goes on: that says it already."""
    ends = {(one.event.deal_id, one.at) for one in events if isinstance(one.event, DealClosed | DealReopened)}
    return [one for one in events if not isinstance(one.event, StageEntered) or (one.event.deal_id, one.at) not in ends]


_ENDS: Final = {
    "won": N_("the deal was won · {actor}"),
    "lost": N_("the deal was lost · {actor}"),
    "not_a_lead": N_("it was not a lead · {actor}"),
}
_HOW: Final = {
    "turn": N_("handed to {name} in turn"),
    "next": N_("{name} took it as the next request"),
    "taken": N_("{name} took it"),
    "answered": N_("{name} took it with an answer"),
    "opened": N_("{name} opened it"),
    "handed_over": N_("handed over to {name} · {actor}"),
    "trigger": N_("given to {name} · {actor}"),
}
SAID: Final[Mapping[type[Event], Callable[[Teller, Any], str]]] = {
    DealOpened: Teller.opened,
    MessageEdited: Teller.edited,
    MessageTakenBack: Teller.taken_back,
    MessageReceived: Teller.spoken,
    MessageWritten: Teller.spoken,
    MessageFailed: Teller.not_sent,
    MessageUnconfirmed: Teller.not_confirmed,
    MessageReacted: Teller.reacted,
    ContactBlocked: Teller.blocked,
    ContactReturned: Teller.came_back,
    DealAssigned: Teller.assigned,
    DealReturned: Teller.returned,
    StageEntered: Teller.moved,
    DealClosed: Teller.closed,
    DealReopened: Teller.reopened,
    AmountSet: Teller.worth,
    TagAdded: Teller.tagged,
    TagRemoved: Teller.untagged,
    NoteWritten: Teller.noted,
    TaskAdded: Teller.task_added,
    TaskMoved: Teller.task_moved,
    TaskGiven: Teller.task_given,
    TaskOverdue: Teller.task_overdue,
    TaskDone: Teller.task_done,
    TimezoneChosen: Teller.zone,
    PhoneSaved: Teller.phone,
    CustomerNamed: Teller.named,
    RunScheduled: Teller.scheduled,
    RunPostponed: Teller.postponed,
    RunPerformed: Teller.performed,
    RunStopped: Teller.stopped,
    RunFailed: Teller.failed,
    StaffNotified: Teller.notified,
}
