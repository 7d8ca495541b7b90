"""A database that was migrated step by step is one that was made fresh, and keeps what the tables promise."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, text

import app.wiring  # noqa: F401 - whoever knows every room has all tables in the metadata
from app.migrating import migrate, schema_is_newest
from core.clock import SystemClock
from core.database import Database, metadata

OURS = {"compare_type": True, "compare_server_default": True}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An empty database."""
    database = Database(database_url, SystemClock())
    yield database
    await database.close()


def schema(connection: Connection) -> dict[str, Any]:
    """Everything that a database says of its tables, in a form that can be compared."""
    looked = inspect(connection)
    return {
        name: {
            "columns": {one["name"]: _plain(one) for one in looked.get_columns(name)},
            "primary key": looked.get_pk_constraint(name),
            "foreign keys": _sorted(looked.get_foreign_keys(name)),
            "unique": _sorted(looked.get_unique_constraints(name)),
            "checks": _sorted(looked.get_check_constraints(name)),
            "indexes": _sorted(looked.get_indexes(name)),
            "partial": _partial(connection, name),
        }
        for name in looked.get_table_names()
        if name != "alembic_version"
    }


def _plain(column: Any) -> dict[str, str]:
    return {name: str(value) for name, value in column.items() if name != "name"}


def _sorted(found: list[Any]) -> list[str]:
    # The conditions of partial indexes are objects without a form; they are compared as SQL below.
    told = [{name: str(value) for name, value in one.items() if name != "dialect_options"} for one in found]
    return sorted(str(sorted(one.items())) for one in told)


def _partial(connection: Connection, table: str) -> list[str]:
    """The conditions of the indexes, which not every inspection tells."""
    if connection.dialect.name == "sqlite":
        query = "SELECT sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = :table AND sql IS NOT NULL"
    else:
        query = "SELECT indexdef FROM pg_indexes WHERE tablename = :table"
    rows = connection.execute(text(query), {"table": table})
    return sorted(" ".join(row[0].split()).replace('"', "") for row in rows)


async def schema_of(database: Database) -> dict[str, Any]:
    async with database.engine.connect() as connection:
        return await connection.run_sync(schema)


async def test_a_migrated_database_is_a_fresh_one(database: Database) -> None:
    await migrate(database)
    migrated = await schema_of(database)
    async with database.engine.begin() as connection:
        await connection.run_sync(_drop_everything)
        await connection.run_sync(metadata.create_all)
    fresh = await schema_of(database)
    assert migrated.keys() == fresh.keys() == metadata.tables.keys()
    for name, table in fresh.items():
        assert migrated[name] == table, name


def _drop_everything(connection: Connection) -> None:
    found = MetaData()
    found.reflect(connection)
    found.drop_all(connection)


async def test_nothing_is_left_for_another_migration(database: Database) -> None:
    await migrate(database)

    def missing(connection: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection, opts=OURS), metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(missing) == []


async def test_migrating_again_changes_nothing(database: Database) -> None:
    await migrate(database)
    once = await schema_of(database)
    await migrate(database)
    assert await schema_of(database) == once
    assert await schema_is_newest(database)


async def test_an_empty_database_is_not_the_newest(database: Database) -> None:
    assert not await schema_is_newest(database)
