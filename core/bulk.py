"""Many rows in one parameter: what they are and where they go is said by the caller, once for each statement.

A statement with many sets of parameters costs the driver and SQLAlchemy some microseconds a value; one JSON text costs
the database a few nanoseconds. Rows keep the order they are given in.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Subquery, Table, bindparam, cast, column, func, literal_column, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import String

from core.database import UnitOfWork

_ROWS = "rows"


@cache
def given(table: Table, names: tuple[str, ...], *, is_sqlite: bool) -> Subquery:
    """The rows of a parameter as a table with these columns of `table`."""
    columns = [table.c[name] for name in names]
    if is_sqlite:
        each = func.json_each(bindparam(_ROWS, type_=String)).table_valued("key", "value")
        values = [
            func.json_extract(each.c.value, literal_column(f"'$[{place}]'"), type_=one.type).label(one.name)
            for place, one in enumerate(columns)
        ]
        return select(*values).subquery("given")
    rows = func.jsonb_to_recordset(cast(bindparam(_ROWS, type_=String), JSONB))
    typed = [column(one.name, one.type) for one in columns]
    return select(*rows.table_valued(*typed).render_derived(with_types=True).c).subquery("given")


def packed(uow: UnitOfWork, names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Rows as the parameter of a statement with `given`."""
    if uow.is_sqlite:
        return {_ROWS: _dumps([[row[name] for name in names] for row in rows], default=_as_sqlite_stores())}
    return {_ROWS: _dumps(rows, default=datetime.isoformat)}


def _dumps(rows: Any, *, default: Any) -> str:
    return json.dumps(rows, ensure_ascii=False, default=default, separators=(",", ":"))


def _as_sqlite_stores() -> Callable[[datetime], str]:
    """Instants as SQLAlchemy writes them; most of those in a batch are the same one."""
    told: dict[datetime, str] = {}

    def tell(instant: datetime) -> str:
        words = told.get(instant)
        if words is None:
            words = told[instant] = instant.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
        return words

    return tell


async def insert_rows(
    uow: UnitOfWork,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    ignore: bool = False,
    returning: tuple[str, ...] = (),
) -> Sequence[Any]:
    """Insert rows that all have the same columns; those whose unique key is there already are left out if `ignore`.

    The columns in `returning` come back of what was inserted.
    """
    if not rows:
        return []
    names = tuple(rows[0])
    statement = _insert(table, names, ignore=ignore, returning=returning, is_sqlite=uow.is_sqlite)
    result = await uow.execute(statement, packed(uow, names, rows))
    return result.all() if returning else []


@cache
def _insert(table: Table, names: tuple[str, ...], *, ignore: bool, returning: tuple[str, ...], is_sqlite: bool) -> Any:
    source = given(table, names, is_sqlite=is_sqlite)
    made: Any = (sqlite if is_sqlite else postgresql).insert(table)
    # Behind a SELECT without a condition SQLite takes ON CONFLICT for a join.
    made = made.from_select(list(names), select(*source.c).where(text("true")))
    if ignore:
        made = made.on_conflict_do_nothing()
    return made.returning(*(table.c[name] for name in returning)) if returning else made


async def update_rows(uow: UnitOfWork, table: Table, rows: Sequence[Mapping[str, Any]], *, key: str = "id") -> None:
    """Set columns of many rows, each found by its key; all rows set the same columns."""
    if rows:
        names = tuple(rows[0])
        await uow.execute(_update(table, names, key, is_sqlite=uow.is_sqlite), packed(uow, names, rows))


@cache
def _update(table: Table, names: tuple[str, ...], key: str, *, is_sqlite: bool) -> Any:
    source = given(table, names, is_sqlite=is_sqlite)
    values = {name: source.c[name] for name in names if name != key}
    return table.update().values(values).where(table.c[key] == source.c[key])
