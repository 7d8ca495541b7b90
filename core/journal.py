"""Events as rows: one log for feeds, relay, live views and hooks; what follows from an event is not said here."""

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from sqlalchemy import JSON, Column, Index, Integer, String, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from core.bulk import insert_rows
from core.database import Id, Instant, UnitOfWork, metadata

# What is rung when there are events to be handed on, and when events were given their positions.
RELAY, JOURNAL = "relay", "journal"

event = Table(
    "event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("stream", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("ref", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("cause_id", Id),
    Column("depth", Integer, nullable=False),
    Column("data", JSON, nullable=False),
    Column("at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", Instant),
    Column("position", Id),
    Column("parked", String),
)
_unhandled = event.c.position.is_(None) & event.c.parked.is_(None)
Index("ix_event_unhandled", event.c.stream, event.c.id, sqlite_where=_unhandled, postgresql_where=_unhandled)
# Only what has a position: SQLite would look the unhandled ones up in it, and leave the index made for them alone.
_handled = event.c.position.is_not(None)
Index("uq_event_position", event.c.position, unique=True, sqlite_where=_handled, postgresql_where=_handled)
Index("ix_event_feed", event.c.ref, event.c.id)

stream = Table("stream", metadata, Column("name", String, primary_key=True))
counter = Table("counter", metadata, Column("name", String, primary_key=True), Column("value", Id, nullable=False))

SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened; subclasses add ids and plain values and are named in the past tense.

    `stream` orders it among others of the same customer, `ref` says whose history shows it ("deal:12"),
    `actor` who did it ("customer", "staff:3", "system").
    """

    stream: str
    ref: str
    actor: str = SYSTEM
    cause_id: int | None = None
    depth: int = 0

    kinds: ClassVar[dict[str, type["Event"]]] = {}

    def __init_subclass__(cls, **arguments: Any) -> None:
        # A dataclass with slots is made twice; the second one is the one that is used.
        Event.kinds[cls.__name__] = cls

    def details(self) -> dict[str, Any]:
        """What the subclass adds, by name."""
        return {name: getattr(self, name) for name in _own_fields(type(self))}


class Origin(NamedTuple):
    """Who does something and what made him: the actor, the event behind it, how many automatic steps led here."""

    actor: str = SYSTEM
    cause_id: int | None = None
    depth: int = 0

    def common(self) -> dict[str, Any]:
        """What an event says of it."""
        return {"actor": self.actor, "cause_id": self.cause_id, "depth": self.depth}


def _own_fields(kind: type[Event]) -> tuple[str, ...]:
    names = _fields_of.get(kind)
    if names is None:
        common = {field.name for field in dataclasses.fields(Event)}
        names = tuple(field.name for field in dataclasses.fields(kind) if field.name not in common)
        _fields_of[kind] = names
    return names


_fields_of: dict[type[Event], tuple[str, ...]] = {}

E = TypeVar("E", bound=Event, covariant=True)


@dataclass(frozen=True, slots=True)
class Recorded(Generic[E]):
    """An event as the journal has it."""

    id: int
    at: datetime
    event: E


def as_recorded(row: Any) -> Recorded[Event]:
    """The event of a row of the journal."""
    kind = Event.kinds[row.kind]
    common = {"stream": row.stream, "ref": row.ref, "actor": row.actor, "cause_id": row.cause_id, "depth": row.depth}
    return Recorded(row.id, row.at, kind(**common, **row.data))


async def newest_position(uow: UnitOfWork) -> int:
    """How far the journal reaches by now."""
    return await uow.value(select(counter.c.value).where(counter.c.name == "journal")) or 0


async def after(uow: UnitOfWork, position: int, *, most: int) -> list[tuple[int, Recorded[Event]]]:
    """What follows in the journal, with its positions, in their order."""
    rows = await uow.rows(_AFTER, {"position": position, "most": most})
    return [(row.position, as_recorded(row)) for row in rows]


_AFTER = (
    select(event).where(event.c.position > bindparam("position")).order_by(event.c.position).limit(bindparam("most"))
)


async def record(uow: UnitOfWork, events: Iterable[Event]) -> None:
    """Write events in the order given, to be handed on after the commit.

    The streams must be locked by this unit already (`lock`), so that ids grow in each stream as commits do.
    """
    rows = [
        {
            "stream": item.stream,
            "kind": type(item).__name__,
            "ref": item.ref,
            "actor": item.actor,
            "cause_id": item.cause_id,
            "depth": item.depth,
            "data": item.details(),
            "at": uow.now,
        }
        for item in events
    ]
    if rows:
        await insert_rows(uow, event, rows)
        uow.recorded += len(rows)
        uow.ring(RELAY)


async def busy_streams(uow: UnitOfWork, names: Iterable[str]) -> set[str]:
    """Which of these streams hold events that have not been handed on: what follows from them is not decided yet."""
    rows = await uow.rows(_BUSY, {"streams": sorted(set(names))})
    return {row.stream for row in rows}


_BUSY = select(event.c.stream).where(_unhandled, event.c.stream.in_(bindparam("streams", expanding=True))).distinct()


async def not_handed_on(uow: UnitOfWork, kind: type[Event], refs: Iterable[str]) -> set[str]:
    """Those of `refs` to which an event of this kind has happened whose consequences are still to come."""
    rows = await uow.rows(_NOT_HANDED_ON, {"kind": kind.__name__, "refs": sorted(set(refs))})
    return {row.ref for row in rows}


_NOT_HANDED_ON = select(event.c.ref).where(
    event.c.ref.in_(bindparam("refs", expanding=True)), event.c.kind == bindparam("kind"), _unhandled
)


async def lock(uow: UnitOfWork, names: Iterable[str]) -> None:
    """Make this unit the only one that records in these streams until it ends.

    SQLite has one writer, so nothing needs a lock there, and the table of streams stays empty.
    """
    ordered = sorted(set(names))
    if not ordered or uow.is_sqlite:
        return
    await uow.execute(insert_or_ignore(uow, stream), [{"name": name} for name in ordered])
    await uow.execute(select(stream.c.name).where(stream.c.name.in_(ordered)).order_by(stream.c.name).with_for_update())


async def lock_free(uow: UnitOfWork, names: Sequence[str], *, most: int) -> set[str]:
    """Lock up to `most` of these streams that nobody else has locked, without waiting; their names."""
    if not names or uow.is_sqlite:
        return set(names[:most])
    query = select(stream.c.name).where(stream.c.name.in_(names)).order_by(stream.c.name).limit(most)
    return {row.name for row in await uow.rows(query.with_for_update(skip_locked=True))}


def insert_or_ignore(uow: UnitOfWork, table: Table) -> Any:
    """An insert that leaves rows alone whose unique key is there already."""
    return insert(uow, table).on_conflict_do_nothing()


def insert(uow: UnitOfWork, table: Table) -> Any:
    """The database's own insert, which knows ON CONFLICT."""
    if uow.is_sqlite:
        return sqlite.insert(table)
    return postgresql.insert(table)
