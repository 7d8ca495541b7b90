"""How one parameter of a trigger's part is asked for, whatever part it is of; nothing is kept here."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot.admin import callbacks
from bot.texts import Buttons, headed
from core.money import EXAMPLE as SUM
from core.texts import Texts
from triggers.parts import Kind, Names, Parameter, Part
from triggers.templates import PLACES

LENGTHS = (60, 300, 900, 3600, 86_400)
DONE, SKIP = "done", "skip"
# More than Telegram takes in one message.
MOST_BUTTONS = 90


def question(t: Texts, part: type[Part], one: Parameter) -> str:
    """What is asked, and how to answer it."""
    lines = [headed(t(part.label)), f"{t(one.asks.label)}:"]
    match one.asks.kind:
        case Kind.TEMPLATE:
            lines.append(t("Type it. These are filled in: {places}", places=PLACES))
        case Kind.WORDS:
            lines.append(t("Type them with commas between: {example}", example=t("price, cost")))
        case Kind.LENGTH:
            lines.append(t("Choose, or type it: {example}", example="2 h"))
        case Kind.TEXT:
            lines.append(t("Type it."))
        case Kind.MONEY:
            lines.append(t("Type it, with its currency: {example}", example=SUM))
        case _ if one.many and one.optional:
            lines.append(t("Choose as many as you like, or none, then press Done."))
        case _ if one.many:
            lines.append(t("Choose one or several, then press Done."))
        case _:
            lines.append(t("Choose, or type the name."))
    return "\n".join(lines)


def choices(t: Texts, one: Parameter, names: Names, chosen: Sequence[Any], turn: int) -> Buttons:
    """The buttons that a parameter is answered with, if it can be."""
    match one.asks.kind:
        case Kind.CHOICE:
            offered = [(headed(t(words)), key) for key, words in one.asks.choices.items()]
        case Kind.LENGTH:
            offered = [(t.duration(timedelta(seconds=length)), str(length)) for length in LENGTHS]
        case kind:
            marks = {key: "✅ " if key in chosen else "" for key in names.of(kind)}
            offered = [(f"{marks[key]}{name}", str(key)) for key, name in names.of(kind).items()]
    rows: Buttons = [[(label, callbacks.FormPick(turn=turn, value=key))] for label, key in offered[:MOST_BUTTONS]]
    if one.many and offered:
        rows.append([(t("Done"), callbacks.FormPick(turn=turn, value=DONE))])
    elif one.optional:
        rows.append([(t("Skip"), callbacks.FormPick(turn=turn, value=SKIP))])
    return rows
