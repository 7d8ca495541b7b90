"""How triggers look: the list, one of them, and what it did; nothing is changed here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from aiogram.utils.formatting import Bold, Text

from bot import callbacks as of_operators
from bot.admin import callbacks
from bot.admin.marks import mark, state
from bot.texts import Buttons, content, cut, headed
from core.texts import N_, Texts, plain
from core.words import shortened
from triggers.history import RunView
from triggers.parts import Names
from triggers.trigger import Trigger
from triggers.words import in_short, told, why

PAGE, IN_BUTTON, IN_LINE, IN_ROW = 10, 60, 1000, 5
IN_CARD = 3500
STATES = {
    "queued": N_("waits to be sent"),
    "done": N_("done"),
    "stopped": N_("stopped: {reason}"),
    "failed": N_("failed: {reason}"),
}


def trigger_list(t: Texts, found: Sequence[Trigger], names: Names, *, after: int = 0) -> dict[str, Any]:
    """All triggers as buttons, a page of those behind the id `after`."""
    left = [one for one in found if one.id > after]
    rows: Buttons = [
        [
            (
                shortened(f"{mark(one)} {one.id}. {headed(in_short(t, one, names))}", IN_BUTTON),
                callbacks.Trigger(id=one.id),
            )
        ]
        for one in left[:PAGE]
    ]
    if len(left) > PAGE:
        rows.append([(t("More"), callbacks.Triggers(after=left[PAGE - 1].id))])
    rows.append([(t("New trigger"), callbacks.NewTrigger())])
    words = t("What happens by itself: when something happens to a deal, then, after a while, something is done.")
    return content(Text(Bold(t.plural("{n} trigger", "{n} triggers", len(found))), "\n", words), rows)


def trigger_card(t: Texts, one: Trigger, names: Names) -> dict[str, Any]:
    """A trigger with all it says, and what can be done with it."""
    lines = [state(t, one), *(shortened(line, IN_LINE) for line in told(t, one, names))]
    words = Text(Bold(t("Trigger {n}", n=one.id)), "\n", cut("\n".join(lines), IN_CARD))
    if one.works:
        switched = (t("Switch off"), callbacks.TriggerSwitch(id=one.id, on=False))
    else:
        again = t("Switch on") if one.paused_reason is None else t("Switch on again")
        switched = (again, callbacks.TriggerSwitch(id=one.id, on=True))
    rows: Buttons = [
        [switched, (t("Edit"), callbacks.TriggerEdit(id=one.id))],
        [
            (t("What it did"), callbacks.TriggerRuns(id=one.id)),
            (t("Delete"), callbacks.TriggerDelete(id=one.id, sure=False)),
        ],
        [(t("Back"), callbacks.Triggers())],
    ]
    return content(words, rows)


def run_list(t: Texts, one: Trigger, did: Sequence[RunView], due: Sequence[RunView], now: datetime) -> dict[str, Any]:
    """What a trigger did last and what it will do next, with a button to each deal."""
    parts: list[Any] = [Bold(t("Trigger {n}: what it did", n=one.id))]
    parts += [f"\n{_run(t, run, now)}" for run in did] or ["\n", t("Nothing yet.")]
    if due:
        parts += ["\n\n", Bold(t("Next:")), *(f"\n{_who(t, run, now)}" for run in due)]
    deals = list(dict.fromkeys(run.deal_id for run in (*did, *due)))
    buttons = [(f"#{deal_id}", of_operators.Show(deal=deal_id)) for deal_id in deals]
    rows: Buttons = [buttons[first : first + IN_ROW] for first in range(0, len(buttons), IN_ROW)]
    return content(Text(*parts), [*rows, [(t("Back"), callbacks.Trigger(id=one.id))]])


def _run(t: Texts, run: RunView, now: datetime) -> str:
    reason = why(t, run.reason) if run.reason else ""
    outcome = t(STATES.get(run.state, run.state), **({"reason": reason} if run.state in ("stopped", "failed") else {}))
    if run.state == "done" and reason:
        outcome = f"{outcome} ({reason})"
    return f"{_who(t, run, now)} · {outcome}"


def _who(t: Texts, run: RunView, now: datetime) -> str:
    return f"{t.clock(run.at, now)} · {plain(run.customer)} · #{run.deal_id}"
