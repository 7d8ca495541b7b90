"""A trigger as a form of fields, drawn from the declarations of its parts, and back; nothing is stored here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from core.durations import read_duration
from core.errors import Refusal
from core.texts import N_, Texts
from inbox.uploads import UploadGone
from inbox.wording import KINDS
from triggers.actions.send import Medium, Send
from triggers.conditions.amount import AmountIs
from triggers.editing import Draft, NothingSetsItOff, NothingToDo
from triggers.parts import Kind, Names, Parameter, Part, Stop, actions, conditions, occasions
from triggers.reading import picked_value, typed_value
from triggers.trigger import Trigger
from web.site import Form, whole_number

MOST_PARTS = 20
FAMILIES: Mapping[str, Any] = {"occasion": occasions, "condition": conditions, "action": actions}
# What a refusal of the delay stands at.
DELAY = "delay"
# What is chosen among things that there are; everything else is typed.
CHOSEN = frozenset(
    {Kind.STAGE, Kind.PERSON, Kind.CHANNEL, Kind.REASON, Kind.TAG, Kind.TASK_KIND, Kind.CHOICE},
)


class StillToChoose(Refusal):
    """A part was begun and not chosen."""

    code = "still-to-choose"
    text = N_("It is not said what this is.")
    next_step = N_("Choose it, or take it out.")


class Empty(Refusal):
    """A parameter that a part cannot do without has nothing in it."""

    code = "empty-field"
    text = N_("“{field}” is empty.")
    next_step = N_("Say it, or take this part out.")


class Misfilled(Exception):
    """Something in the form cannot be taken; `at` is the name of the field, or of the part's choice."""

    def __init__(self, at: str, refusal: Refusal) -> None:
        super().__init__(at, refusal.code)
        self.at = at
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter with what stands in it; `name` is unique in the form, `options` are values and their words."""

    name: str
    asked: Parameter
    values: Sequence[str] = ()
    options: Sequence[tuple[str, str]] = ()

    @property
    def kind(self) -> Kind:
        """What it asks for."""
        return self.asked.asks.kind

    @property
    def value(self) -> str:
        """What stands in it, where that is one thing."""
        return self.values[0] if self.values else ""


@dataclass(frozen=True, slots=True)
class FileForm:
    """The file that goes with a text: of the action that stood at the place `kept`, or what was sent ahead."""

    title: str = ""
    kept: str = ""
    upload: str = ""

    @property
    def is_there(self) -> bool:
        """Whether there is one."""
        return bool(self.kept or self.upload)


@dataclass(frozen=True, slots=True)
class PartForm:
    """One part; without a `kind` it is still to be chosen."""

    family: str
    place: int
    kind: str
    fields: Sequence[Field] = ()
    file: FileForm = FileForm()

    @property
    def prefix(self) -> str:
        """What the names of its fields begin with."""
        return f"{self.family}.{self.place}"

    @property
    def part(self) -> type[Part] | None:
        """The part that was chosen, if there is one of that kind."""
        found: type[Part] | None = FAMILIES[self.family]().get(self.kind)
        return found

    @property
    def takes_file(self) -> bool:
        """Whether a file can go with it."""
        return self.part is Send


@dataclass(frozen=True, slots=True)
class TriggerForm:
    """All that a trigger can be told, as typed."""

    trigger_id: int | None = None
    version: int | None = None
    parts: Mapping[str, Sequence[PartForm]] = field(default_factory=dict)
    delay: str = ""
    stops: frozenset[str] = frozenset()

    @property
    def occasion(self) -> PartForm:
        """What sets it off."""
        return self.parts["occasion"][0]

    @property
    def uploads(self) -> Mapping[int, str]:
        """The files that were sent ahead, by the places of their actions."""
        return {one.place: one.file.upload for one in self.parts["action"] if one.takes_file and one.file.upload}

    def takes_more(self, family: str) -> bool:
        """Whether there is room for one more part."""
        return len(self.parts[family]) < MOST_PARTS


def of_trigger(one: Trigger, t: Texts, known: Names) -> TriggerForm:
    """A trigger that there is, to be changed."""
    families = {"occasion": [one.occasion], "condition": one.conditions, "action": one.actions}
    return TriggerForm(
        trigger_id=one.id,
        version=one.version,
        parts={
            family: [_of_part(family, place, part, t, known) for place, part in enumerate(parts)]
            for family, parts in families.items()
        },
        delay=t.duration(one.delay) if one.delay else "",
        stops=frozenset(str(stop) for stop in one.stops_on),
    )


def _of_part(family: str, place: int, part: Part, t: Texts, known: Names) -> PartForm:
    made = PartForm(family, place, part.kind)
    fields = [
        Field(f"{made.prefix}.{one.name}", one, _said(part, one, t), _options(one, t, known))
        for one in part.parameters()
    ]
    medium = part.medium if isinstance(part, Send) else None
    file = FileForm(medium.name or t(KINDS[medium.kind]), kept=str(place)) if medium else FileForm()
    return PartForm(family, place, part.kind, fields, file)


def _said(part: Part, one: Parameter, t: Texts) -> list[str]:
    value = getattr(part, one.name)
    if value is None:
        return []
    match one.asks.kind:
        case Kind.LENGTH:
            return [t.duration(timedelta(seconds=value))]
        case Kind.WORDS:
            return [", ".join(value)]
        case Kind.MONEY if isinstance(part, AmountIs):
            return [t.money(*part.money)]
        case _:
            return [str(item) for item in value] if one.many else [str(value)]


def _options(one: Parameter, t: Texts, known: Names) -> list[tuple[str, str]]:
    if one.asks.kind is Kind.CHOICE:
        return [(key, t(words)) for key, words in one.asks.choices.items()]
    return [(str(key), name) for key, name in known.of(one.asks.kind).items()]


def of_fields(form: Form, t: Texts, known: Names) -> TriggerForm:
    """What was filled in so far, with what a press adds or takes away; its parts are numbered anew."""
    taken = form.text("take")
    parts = {family: list(_parts(form, family, taken, t, known)) for family in FAMILIES}
    parts["occasion"] = parts["occasion"][:1] or [PartForm("occasion", 0, "")]
    for family in ("condition", "action"):
        wants_more = form.text("more") == family and len(parts[family]) < MOST_PARTS
        if wants_more or (family == "action" and not parts[family]):
            parts[family].append(PartForm(family, len(parts[family]), ""))
    return TriggerForm(
        trigger_id=form.number("trigger"),
        version=form.number("version"),
        parts=parts,
        delay=form.text("delay"),
        stops=frozenset(form.all("stop")) & {str(stop) for stop in Stop},
    )


def _parts(form: Form, family: str, taken: str, t: Texts, known: Names) -> Iterator[PartForm]:
    given = [f"{family}.{place}" for place in range(MOST_PARTS)]
    said = [one for one in given if one != taken and form.all(one)]
    for place, prefix in enumerate(said):
        kind = form.text(prefix)
        part: type[Part] | None = FAMILIES[family]().get(kind)
        asked = part.parameters() if part else []
        fields = [
            Field(f"{family}.{place}.{one.name}", one, form.all(f"{prefix}.{one.name}"), _options(one, t, known))
            for one in asked
        ]
        file = FileForm(*(form.text(f"{prefix}.{one}") for one in ("title", "kept", "upload")))
        yield PartForm(family, place, kind if part else "", fields, FileForm() if taken == f"{prefix}.file" else file)


def draft_of(form: TriggerForm, t: Texts, known: Names, before: Trigger | None) -> Draft:
    """What the trigger should be, but for files that were sent ahead. Raises Misfilled."""
    parts = {family: tuple(_read(one, t, known, before) for one in form.parts[family]) for family in FAMILIES}
    return Draft(
        occasion=parts["occasion"][0],
        conditions=parts["condition"],
        actions=parts["action"],
        delay=_delay(form.delay),
        stops_on=frozenset(Stop(one) for one in form.stops),
        preset=before.preset if before else None,
        pipeline_id=before.pipeline_id if before else None,
    )


def _delay(typed: str) -> timedelta:
    try:
        return read_duration(typed) if typed else timedelta()
    except Refusal as refusal:
        raise Misfilled(DELAY, refusal) from None


def _read(one: PartForm, t: Texts, known: Names, before: Trigger | None) -> Any:
    part = one.part
    if part is None:
        raise Misfilled(one.prefix, _NOTHING.get(one.prefix, StillToChoose)())
    values: dict[str, Any] = {}
    for each in one.fields:
        try:
            value = _value(part, each, t, known)
        except Refusal as refusal:
            raise Misfilled(each.name, refusal) from None
        if value is not None:
            values[each.asked.name] = value
    if one.takes_file and one.file.kept:
        values["medium"] = _medium(before, one)
    try:
        return part.model_validate(values)
    except ValidationError:
        missing = next((each for each in one.fields if each.asked.name not in values), None)
        at, label = (missing.name, missing.asked.asks.label) if missing else (one.prefix, part.label)
        raise Misfilled(at, Empty(field=t(label))) from None


# What is said where the first part of a family is missing.
_NOTHING: Mapping[str, type[Refusal]] = {"occasion.0": NothingSetsItOff, "action.0": NothingToDo}


def _value(part: type[Part], one: Field, t: Texts, known: Names) -> Any:
    """What a parameter is; None where nothing was said and nothing need be."""
    said = [value for value in one.values if value.strip()]
    if one.kind in CHOSEN:
        chosen = [picked_value(part, one.asked, value, known) for value in said]
        if one.asked.many:
            return chosen or None
        return chosen[0] if chosen else None
    if not said and (one.asked.optional or part is Send):
        return "" if part is Send else None
    return typed_value(t, part, one.asked, one.value, known)


def _medium(before: Trigger | None, one: PartForm) -> Medium:
    """The file that an action sends already. Raises Misfilled for one that it does not send any more."""
    place = whole_number(one.file.kept)
    actions = before.actions if before else ()
    action = actions[place] if place is not None and place < len(actions) else None
    if not isinstance(action, Send) or action.medium is None:
        raise Misfilled(one.prefix, UploadGone())
    return action.medium
