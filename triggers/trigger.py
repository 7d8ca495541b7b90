"""A trigger as it is stored: event, conditions, actions, delay; reads triggers, changes none."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy import bindparam, select

from core.database import UnitOfWork
from core.journal import Event
from core.texts import N_, Texts
from triggers.models import trigger
from triggers.parts import Action, Condition, Kind, Names, Occasion, Stop, actions, conditions, occasions, read_part

log = structlog.get_logger()

NOT_UNDERSTOOD = "not_understood"


class NotUnderstood(Occasion):
    """In the place of what was stored by another version of the program, or badly; it never happens."""

    kind = NOT_UNDERSTOOD
    label = N_("something that this version does not know")
    event = Event

    def told(self, t: Texts, names: Names) -> str:
        return t(self.label)


@dataclass(frozen=True, slots=True)
class Trigger:
    """When something happens to a deal of which all conditions are true, then, after a while, the actions."""

    id: int
    version: int
    pipeline_id: int | None
    preset: str | None
    occasion: Occasion
    conditions: tuple[Condition, ...]
    actions: tuple[Action, ...]
    delay: timedelta
    stops_on: frozenset[Stop]
    on: bool
    paused_reason: str | None
    deleted: bool

    @property
    def is_understood(self) -> bool:
        """Whether this version knows all its parts; if not, it stands still and says nothing of what it was."""
        return not isinstance(self.occasion, NotUnderstood)

    @property
    def wait(self) -> timedelta:
        """From the event to the actions."""
        return self.occasion.wait + self.delay

    @property
    def stops(self) -> frozenset[Stop]:
        """What stops its runs, by choice or by the nature of its event."""
        return self.stops_on | self.occasion.stops

    @property
    def works(self) -> bool:
        """Whether it acts now."""
        return self.on and self.paused_reason is None and not self.deleted

    @property
    def writes_to_customer(self) -> bool:
        """Whether one of its actions does."""
        return any(one.writes_to_customer for one in self.actions)

    def refers_to(self) -> list[tuple[Kind, int]]:
        """Everything that it points to and could be gone one day."""
        parts = (self.occasion, *self.conditions, *self.actions)
        return [target for part in parts for target in part.refers_to()]


# Changing a trigger gives it a new version, so what was read once stays true.
@lru_cache(maxsize=2000)
def _read(key: "_Key") -> Trigger:
    try:
        return _understood(key.row)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        # One trigger that stands still harms nobody; one that cannot be read would stop the work for all customers.
        fields = error.errors(include_input=False) if isinstance(error, ValidationError) else repr(error)
        log.warning("trigger.not_understood", trigger_id=key.row.id, error=fields)
        return _not_understood(key.row)


def _understood(row: Any) -> Trigger:
    one = Trigger(
        id=row.id,
        version=row.version,
        pipeline_id=row.pipeline_id,
        preset=row.preset,
        occasion=read_part(occasions(), {"kind": row.occasion, **row.occasion_with}),
        conditions=tuple(read_part(conditions(), one) for one in row.conditions),
        actions=tuple(read_part(actions(), one) for one in row.actions),
        delay=timedelta(seconds=row.delay_seconds),
        stops_on=frozenset(Stop(one) for one in row.stops_on),
        on=bool(row.on),
        paused_reason=row.paused_reason,
        deleted=row.deleted_at is not None,
    )
    # A length that no clock can hold is found here, and not where the trigger is set off.
    _ = one.wait
    return one


def _not_understood(row: Any) -> Trigger:
    return Trigger(
        id=row.id,
        version=row.version,
        pipeline_id=row.pipeline_id,
        preset=row.preset,
        occasion=NotUnderstood(),
        conditions=(),
        actions=(),
        delay=timedelta(),
        stops_on=frozenset(),
        on=bool(row.on),
        paused_reason=row.paused_reason or NOT_UNDERSTOOD,
        deleted=row.deleted_at is not None,
    )


class _Key:
    """A row, told apart by what it says."""

    __slots__ = ("row", "text")

    def __init__(self, row: Any) -> None:
        self.row = row
        self.text = repr(tuple(row))

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.text == self.text


def read(row: Any) -> Trigger:
    """A trigger from its row."""
    return _read(_Key(row))


_KEPT = "triggers"
_ALL = select(trigger).where(trigger.c.deleted_at.is_(None)).order_by(trigger.c.id)
_BY_ID = select(trigger).where(trigger.c.id.in_(bindparam("ids", expanding=True)))


async def everything(uow: UnitOfWork) -> list[Trigger]:
    """All triggers that were not deleted, oldest first; read once in a unit of work."""
    if _KEPT not in uow.kept:
        uow.kept[_KEPT] = [read(row) for row in await uow.rows(_ALL)]
    found: list[Trigger] = uow.kept[_KEPT]
    return found


def forget(uow: UnitOfWork) -> None:
    """Read triggers anew the next time: one has changed."""
    uow.kept.pop(_KEPT, None)


async def at_work(uow: UnitOfWork, occasions: Collection[type[Occasion]]) -> list[Trigger]:
    """The triggers that these occasions set off, oldest first."""
    return [one for one in await everything(uow) if one.works and type(one.occasion) in occasions]


async def by_id(uow: UnitOfWork, ids: Collection[int]) -> dict[int, Trigger]:
    """Triggers by their ids, deleted ones too."""
    if not ids:
        return {}
    found = {one.id: one for one in await everything(uow) if one.id in ids}
    deleted = sorted(set(ids) - found.keys())
    rows = await uow.rows(_BY_ID, {"ids": deleted}) if deleted else []
    return found | {row.id: read(row) for row in rows}
