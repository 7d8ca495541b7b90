"""What somebody typed or chose for a parameter of a trigger's part, read; how it is asked for is the edges' affair."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from core.durations import read_duration, read_seconds
from core.errors import Unreadable
from core.money import OF_LANGUAGES, read_money
from core.texts import Texts
from core.words import bare, shortened
from pipeline.moving import NoSuchStage
from triggers.conditions.amount import stored_sum
from triggers.conditions.text_contains import read_words
from triggers.parts import Kind, Names, Parameter, Part
from triggers.templates import TextEmpty, checked

Key = TypeVar("Key", int, str)


def whole_length(typed: str) -> timedelta:
    """A length of at least a second. Raises Unreadable, TooLong."""
    length = read_duration(typed)
    if length < timedelta(seconds=1):
        raise Unreadable(part=typed, example="5 min")
    return length


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
