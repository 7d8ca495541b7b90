"""How the steps of a half-finished trigger look, drawn from what its parts declare; nothing is changed here."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from aiogram.utils.formatting import BlockQuote, Bold, Text

from bot.admin import callbacks
from bot.admin.asking import MOST_BUTTONS, choices, question
from bot.admin.half_trigger import HalfTrigger
from bot.admin.media import line_of
from bot.texts import Buttons, content, cut, headed
from core.texts import Texts
from core.words import shortened
from triggers.actions.send import Send
from triggers.editing import Draft
from triggers.parts import STOPS, Names, Part, actions, conditions, occasions, read_part
from triggers.templates import example
from triggers.words import told

DELAYS = (0, 300, 600, 86_400)
IN_LINE, IN_LINES, IN_QUOTE, IN_BUTTON = 600, 1700, 1700, 40


def drawn(t: Texts, half: HalfTrigger, names: Names, offered: Names, operator: str) -> dict[str, Any]:
    """The current step. `names` are how things are called, `offered` those that can still be chosen."""
    match half.step:
        case "start":
            words, rows = _start(t, half, offered)
        case "events":
            words, rows = Text(Bold(t("When should it begin?"))), _parts(t, half, "occasion", occasions())
        case "delay":
            words, rows = _delay(t, half)
        case "conditions":
            words = Text(Bold(t("Only if all of this is true")), "\n", t("Tap one to leave it out or to add it."))
            rows = [*_there(t, half, "condition", names), *_parts(t, half, "condition", conditions())]
        case "actions":
            words = Text(Bold(t("What it does")), "\n", t("Tap one to leave it out or to add it."))
            rows = [*_there(t, half, "action", names), *_parts(t, half, "action", actions())]
        case "ask":
            words, rows = _question(t, half, offered)
        case _:
            words, rows = _preview(t, half, names, operator)
    out = [(t("Back"), _to(half, "back")), (t("Cancel"), _to(half, "cancel"))]
    return content(words, [*rows, out])


def _to(half: HalfTrigger, where: str) -> callbacks.FormGo:
    return callbacks.FormGo(turn=half.turn, to=where)


def _pick(half: HalfTrigger, label: str, value: object) -> tuple[str, callbacks.FormPick]:
    return label, callbacks.FormPick(turn=half.turn, value=str(value))


def _start(t: Texts, half: HalfTrigger, offered: Names) -> tuple[Text, Buttons]:
    rows: Buttons = [[_pick(half, name, number)] for number, name in list(offered.stages.items())[:MOST_BUTTONS]]
    return Text(Bold(t("When a deal enters…"))), [*rows, [(t("Other event"), _to(half, "events"))]]


def _delay(t: Texts, half: HalfTrigger) -> tuple[Text, Buttons]:
    words = Text(Bold(t("How long after that?")), "\n", t("Choose, or type it: {example}", example=t("2 h, 3 days")))
    picks = [_pick(half, headed(t.duration(timedelta(seconds=one))), one) for one in DELAYS]
    return words, [picks[:2], picks[2:]]


def _parts(t: Texts, half: HalfTrigger, family: str, known: Mapping[str, type[Part]]) -> Buttons:
    sign = "" if family == "occasion" else "＋ "
    return [
        [(f"{sign}{headed(t(part.label))}", callbacks.FormPart(turn=half.turn, family=family, kind=kind))]
        for kind, part in known.items()
    ]


def _there(t: Texts, half: HalfTrigger, family: str, names: Names) -> Buttons:
    known: Mapping[str, type[Part]] = conditions() if family == "condition" else actions()
    stored = half.conditions if family == "condition" else half.actions
    labels = [shortened(read_part(known, one).told(t, names), IN_BUTTON) for one in stored]
    return [
        [(f"✖ {words}", callbacks.FormDrop(turn=half.turn, family=family, place=place))]
        for place, words in enumerate(labels)
    ]


def _question(t: Texts, half: HalfTrigger, offered: Names) -> tuple[Text, Buttons]:
    asking = half.asking
    if asking is None or asking.parameter is None:
        return Text(""), []
    first, _, rest = question(t, asking.part, asking.parameter).partition("\n")
    rows = choices(t, asking.parameter, offered, asking.chosen(), half.turn)
    if asking.family == "action" and not half.actions:
        rows.append([(t("Another action"), _to(half, "actions"))])
    return Text(Bold(first), "\n", rest), rows


def _preview(t: Texts, half: HalfTrigger, names: Names, operator: str) -> tuple[Text, Buttons]:
    draft = half.draft()
    lines = [shortened(line, IN_LINE) for line in told(t, draft, names)]
    parts: list[Any] = [Bold(t("Trigger {n}", n=half.trigger_id) if half.trigger_id else t("New trigger")), "\n"]
    parts.append(cut("\n".join(lines), IN_LINES))
    written = _written(draft)
    if written:
        file = line_of(t, written[0].medium)
        shown = BlockQuote(file + cut(example(t, written[0].text, operator), IN_QUOTE))
        parts += ["\n", t("A customer will read this:"), "\n", shown, "\n", t("Type another text to change it.")]
    rows: Buttons = [
        *_stops(t, half, draft),
        [(t("Event"), _to(half, "events")), (t("Delay"), _to(half, "delay"))],
        [(t("Conditions"), _to(half, "conditions")), (t("More actions"), _to(half, "actions"))],
        [(t("Save"), _to(half, "save"))],
    ]
    return Text(*parts), rows


def _written(draft: Draft) -> Sequence[Send]:
    return [part for part in draft.actions if isinstance(part, Send)]


def _stops(t: Texts, half: HalfTrigger, draft: Draft) -> Buttons:
    """What can stop it, while there is time for that."""
    if not draft.delay + draft.occasion.wait:
        return []
    labels = {stop: t("Stop if {what}", what=t(words)) for stop, words in STOPS.items()}
    marks = {stop: "✅" if stop in draft.stops_on else "▫️" for stop in STOPS}
    return [[_pick(half, f"{marks[stop]} {label}", stop)] for stop, label in labels.items()]
