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
from pipeline.deals import see
from pipeline.events import DealAssigned, DealClosed, DealOpened, DealReturned, PhoneSaved, StageEntered, TimezoneChosen
from pipeline.feed import history
from pipeline.staff.rights import Staff
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
    teller = _Teller(t, uow.now, await names(uow), await by_id(uow, _triggers_in(page)))
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
        return self.t(words, name=self.person(one.staff_id), actor=self.actor(one))

    def returned(self, one: DealReturned) -> str:
        return self.t("{name} does not have it any more: it waits for somebody else", name=self.person(one.staff_id))

    def moved(self, one: StageEntered) -> str:
        before, after = self.stage(one.from_stage_id), self.stage(one.stage_id)
        return f"{before} → {after} · {self.actor(one)}"

    def closed(self, one: DealClosed) -> str:
        return self.t("the deal was closed · {actor}", actor=self.actor(one))

    def zone(self, one: TimezoneChosen) -> str:
        return self.t("time zone {zone} · {actor}", zone=one.timezone, actor=self.actor(one))

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


_HOW: Final = {
    "turn": N_("handed to {name} in turn"),
    "next": N_("{name} took it as the next request"),
    "taken": N_("{name} took it"),
    "answered": N_("{name} took it with an answer"),
    "trigger": N_("given to {name} · {actor}"),
}
_SAID: Final[Mapping[type[Event], Callable[[_Teller, Any], str]]] = {
    DealOpened: _Teller.opened,
    DealAssigned: _Teller.assigned,
    DealReturned: _Teller.returned,
    StageEntered: _Teller.moved,
    DealClosed: _Teller.closed,
    TimezoneChosen: _Teller.zone,
    PhoneSaved: _Teller.phone,
    RunScheduled: _Teller.scheduled,
    RunPostponed: _Teller.postponed,
    RunPerformed: _Teller.performed,
    RunStopped: _Teller.stopped,
    RunFailed: _Teller.failed,
    StaffNotified: _Teller.notified,
}
