"""How one parameter of a trigger's part is asked for and read, whatever part it is of; nothing is kept here."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.admin import callbacks
from bot.admin.lines import whole_length
from bot.texts import Buttons, headed
from core.durations import read_seconds
from core.errors import Unreadable
from core.money import EXAMPLE as SUM
from core.money import OF_LANGUAGES, read_money
from core.texts import Texts
from core.words import bare
from inbox.wording import shortened
from pipeline.moving import NoSuchStage
from triggers.conditions.amount import stored_sum
from triggers.conditions.text_contains import read_words
from triggers.parts import Kind, Names, Parameter, Part
from triggers.templates import PLACES, TextEmpty, checked

LENGTHS = (60, 300, 900, 3600, 86_400)
DONE, SKIP = "done", "skip"
# More than Telegram takes in one message.
MOST_BUTTONS = 90

Key = TypeVar("Key", int, str)


def typed_value(t: Texts, part: type[Part], one: Parameter, typed: str, names: Names) -> Any:
    """What was typed for a parameter. Raises Unreadable, NoSuchStage, and what texts, words and lengths refuse."""
    match one.asks.kind:
        case Kind.LENGTH:
            value: Any = int(whole_length(typed).total_seconds())
        case Kind.TEMPLATE:
            value = checked(typed.strip())
        case Kind.WORDS:
            value = list(read_words(typed))
        case Kind.TEXT:
            value = typed.strip()
        case Kind.MONEY:
            value = stored_sum(read_money(typed, currency=OF_LANGUAGES[t.language]))
        case Kind.CHOICE:
            value = by_name({key: t(words) for key, words in one.asks.choices.items()}, typed)
        case kind:
            spoken = read_words(typed) if one.many else [typed]
            found = list(dict.fromkeys(_thing(kind, names.of(kind), word) for word in spoken))
            value = found if one.many else found[0]
    return _valid(part, one, value, typed)


def picked_value(part: type[Part], one: Parameter, pressed: str, names: Names) -> Any:
    """What a button said for a parameter: one of what is offered. Raises Unreadable for anything else, and TooLong."""
    if one.asks.kind is Kind.CHOICE:
        return _valid(part, one, pressed, pressed)
    if one.asks.kind is Kind.LENGTH:
        return _valid(part, one, int(read_seconds(pressed).total_seconds()), pressed)
    number = int(pressed) if pressed.isdecimal() else -1
    if number not in names.of(one.asks.kind):
        raise Unreadable(part=pressed, example="/triggers")
    return number


def by_name(names: Mapping[Key, str], typed: str) -> Key:
    """The one whose name was typed, or the beginning of its name. Raises Unreadable."""
    meant = bare(typed)
    exact = [key for key, name in names.items() if bare(name) == meant]
    found = exact or [key for key, name in names.items() if meant and bare(name).startswith(meant)]
    if len(found) != 1:
        raise Unreadable(part=shortened(typed, 60) or "…", example=next(iter(names.values()), "/triggers"))
    return found[0]


def stage_by_name(names: Mapping[int, str], typed: str) -> int:
    """The same for stages. Raises NoSuchStage, which lists them."""
    try:
        return by_name(names, typed)
    except Unreadable:
        raise NoSuchStage(name=shortened(typed, 60), stages=", ".join(names.values())) from None


def _thing(kind: Kind, names: Mapping[int, str], typed: str) -> int:
    return stage_by_name(names, typed) if kind is Kind.STAGE else by_name(names, typed)


def _valid(part: type[Part], one: Parameter, value: Any, typed: str) -> Any:
    """A value that the part will take."""
    if not value and one.asks.kind in (Kind.TEXT, Kind.TEMPLATE):
        raise TextEmpty
    if not value and one.many:
        raise _unreadable(one, typed)
    field = part.model_fields[one.name]
    wanted: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    try:
        TypeAdapter(wanted).validate_python(value)
    except ValidationError:
        raise _unreadable(one, typed) from None
    return value


def _unreadable(one: Parameter, typed: str) -> Unreadable:
    return Unreadable(part=shortened(typed, 60) or "…", example=_EXAMPLES.get(one.asks.kind, "/triggers"))


_EXAMPLES = {Kind.LENGTH: "10 min", Kind.WORDS: "price, cost"}


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
