"""What a trigger is made of: occasions, conditions, actions, each one file that is found by its place.

A part is a frozen pydantic model: its fields are its parameters, each declared once for the bot, the board and the API
with what it asks for. What is stored is `{"kind": KIND, **fields}`.
"""

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from types import ModuleType
from typing import Any, ClassVar, NamedTuple, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from core.database import UnitOfWork
from core.journal import Event, Origin, Recorded
from core.texts import N_, Texts

UNTIL_ANSWERED = timedelta(hours=1)


class Kind(StrEnum):
    """What a parameter asks for; a form offers buttons for all but the last four kinds."""

    STAGE = "stage"
    PERSON = "person"
    CHANNEL = "channel"
    REASON = "reason"
    TAG = "tag"
    TASK_KIND = "task_kind"
    CHOICE = "choice"
    LENGTH = "length"
    TEMPLATE = "template"
    MONEY = "money"
    WORDS = "words"
    TEXT = "text"


# What stands in a table of its own and could be gone one day.
POINTING = frozenset({Kind.STAGE, Kind.PERSON, Kind.CHANNEL, Kind.REASON, Kind.TAG, Kind.TASK_KIND})


@dataclass(frozen=True, slots=True)
class Asks:
    """How a parameter is asked for: `label` before the colon, `choices` by stored value."""

    kind: Kind
    label: str
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a part; `many` may have several values, an `optional` one none."""

    name: str
    asks: Asks
    many: bool
    optional: bool


@dataclass(frozen=True, slots=True)
class Names:
    """How things that parameters point to are called, by their ids."""

    stages: Mapping[int, str]
    people: Mapping[int, str]
    channels: Mapping[int, str]
    reasons: Mapping[int, str]
    tags: Mapping[int, str] = field(default_factory=dict)
    task_kinds: Mapping[int, str] = field(default_factory=dict)

    def of(self, kind: Kind) -> Mapping[int, str]:
        """The names of one kind of thing."""
        match kind:
            case Kind.STAGE:
                return self.stages
            case Kind.PERSON:
                return self.people
            case Kind.CHANNEL:
                return self.channels
            case Kind.REASON:
                return self.reasons
            case Kind.TAG:
                return self.tags
            case Kind.TASK_KIND:
                return self.task_kinds
            case _:
                return {}


class Stop(StrEnum):
    """What stops a run that has not acted yet."""

    CUSTOMER_WROTE = "customer_wrote"
    STAFF_WROTE = "staff_wrote"
    LEFT_STAGE = "left_stage"


STOPS = {
    Stop.CUSTOMER_WROTE: N_("the customer writes"),
    Stop.STAFF_WROTE: N_("an operator writes"),
    Stop.LEFT_STAGE: N_("the deal leaves the stage"),
}


class World(NamedTuple):
    """A deal as it is now, for whoever decides or acts."""

    deal_id: int
    version: int
    pipeline_id: int
    stage_id: int
    stage_group: str
    assignee_id: int | None
    operator: str | None
    source: str | None
    channel_id: int
    conversation_id: int
    contact_id: int
    customer: str
    named_by: str
    language: str | None
    timezone: str | None
    waiting_from_id: int | None
    unreachable: bool
    closed_at: datetime | None
    amount: int | None
    currency: str | None
    tag_list: str | None

    @property
    def tags(self) -> frozenset[int]:
        """The ids of its tags."""
        return frozenset(int(one) for one in (self.tag_list or "").split(",") if one)


class Case(NamedTuple):
    """An event that may set a trigger off, with the deal it is about."""

    trigger_id: int
    event: Recorded[Any]
    world: World


class Firing(NamedTuple):
    """A run that acts now."""

    run_id: int
    origin: Origin
    world: World


@dataclass(frozen=True, slots=True)
class Failed:
    """Why an action could not be done for a run."""

    reason: str


class Part(BaseModel, ABC):
    """A part of a trigger."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    label: ClassVar[str]

    @classmethod
    def parameters(cls) -> list[Parameter]:
        """Its parameters, in the order they are asked for."""
        found = []
        for name, one in cls.model_fields.items():
            asks = next((item for item in one.metadata if isinstance(item, Asks)), None)
            if asks is not None:
                many = str(one.annotation).startswith("tuple")
                found.append(Parameter(name, asks, many, not one.is_required()))
        return found

    @abstractmethod
    def told(self, t: Texts, names: Names) -> str:
        """What it says, in words."""

    def stored(self) -> dict[str, Any]:
        """What the database keeps of it."""
        return {"kind": self.kind, **self.model_dump(mode="json")}

    def refers_to(self) -> list[tuple[Kind, int]]:
        """What it points to and could be gone one day."""
        found: list[tuple[Kind, int]] = []
        for one in self.parameters():
            if one.asks.kind in POINTING:
                value = getattr(self, one.name)
                values = value if one.many else [] if value is None else [value]
                found += [(one.asks.kind, item) for item in values]
        return found


class Occasion(Part):
    """The event that sets a trigger off."""

    event: ClassVar[type[Event]]
    # Whether only people set it off: what triggers did themselves never does.
    by_people: ClassVar[bool] = False
    # Whether the customer is at his messenger at this moment, so that an immediate answer disturbs nobody's night.
    customer_present: ClassVar[bool] = False
    # Whether it happens to a deal but once, so that nobody need count how often.
    once: ClassVar[bool] = False
    stops: ClassVar[frozenset[Stop]] = frozenset()

    def set_off_by(self, event: Any) -> bool:
        """Whether an event of its kind is the one that is meant."""
        return True

    @property
    def wait(self) -> timedelta:
        """How long must pass after the event, beside the trigger's own delay."""
        return timedelta()

    def still(self, world: World, event: Any) -> bool:
        """Whether, when a run is about to act, what set it off still stands."""
        return True


class Condition(Part):
    """What must be true of a deal."""

    # Whether it is about what the customer wrote, and so makes no sense for other events.
    about_message: ClassVar[bool] = False

    @abstractmethod
    async def holds(self, uow: UnitOfWork, cases: Sequence[Case]) -> list[bool]:
        """Whether it is true of each case; one query for all, if any."""


class DealCondition(Condition):
    """What the deal itself tells: it is asked again when a delayed run is about to act."""

    async def holds(self, uow: UnitOfWork, cases: Sequence[Case]) -> list[bool]:
        return [self.true_of(case.world) for case in cases]

    @abstractmethod
    def true_of(self, world: World) -> bool:
        """Whether it is true of a deal as it is now."""


class Action(Part):
    """What a trigger does."""

    # Whether it writes to the customer: not at night, not to somebody who has blocked us.
    writes_to_customer: ClassVar[bool] = False

    @abstractmethod
    async def perform(self, uow: UnitOfWork, firings: Sequence[Firing]) -> Mapping[int, Failed]:
        """Do it for all runs at once, each about another deal, whose streams are locked; what failed, by run."""

    async def settled(self, uow: UnitOfWork, pipeline_id: int) -> Self:
        """Itself with whatever it needs in the database, when it is saved. Raises Refusal for what cannot be done."""
        return self


P = TypeVar("P", bound=Part)


def _members(package: ModuleType) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for place in sorted(pkgutil.iter_modules(package.__path__), key=lambda one: one.name):
        module = importlib.import_module(f"{package.__name__}.{place.name}")
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Part) and value.__module__ == module.__name__:
                found[value.kind] = value
    return found


@cache
def occasions() -> Mapping[str, type[Occasion]]:
    """All occasions, by their stored names."""
    from triggers import occasions as package

    return _members(package)


@cache
def conditions() -> Mapping[str, type[Condition]]:
    """All conditions, by their stored names."""
    from triggers import conditions as package

    return _members(package)


@cache
def actions() -> Mapping[str, type[Action]]:
    """All actions, by their stored names."""
    from triggers import actions as package

    return _members(package)


def read_part(family: Mapping[str, type[P]], stored: Mapping[str, Any]) -> P:
    """A part as it was stored. Raises KeyError for an unknown kind, ValidationError for bad fields."""
    return family[stored["kind"]].model_validate({name: value for name, value in stored.items() if name != "kind"})


def listed(t: Texts, names: Mapping[int, str], ids: Collection[int]) -> str:
    """Names in quotes, for words; what is gone says so."""
    return ", ".join(quoted(t, [names[one]]) if one in names else t("(deleted)") for one in ids)


def quoted(t: Texts, said: Iterable[str]) -> str:
    """Names or words, each in the quotes of the language."""
    return ", ".join(t("“{name}”", name=one) for one in said)
