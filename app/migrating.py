"""Brings a database to the newest schema, one migrator at a time; what the steps are stands in `migrations`."""

import contextlib
from collections.abc import AsyncIterator
from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.database import Database

# Any number will do, as long as every version of us uses the same.
_MIGRATORS_LOCK = 7_386_501


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("migrations")))
    config.attributes["connection"] = connection
    return config


async def migrate(database: Database, *, to: str = "head") -> None:
    """Upgrade to the newest schema, or to a step before, in one transaction; nothing happens to one that is there."""
    async with database.engine.connect() as connection, _unchecked(connection), connection.begin():
        if connection.dialect.name == "postgresql":
            await connection.execute(text("SET LOCAL lock_timeout = '60s'"))
            await connection.execute(text("SET LOCAL statement_timeout = 0"))
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATORS_LOCK})
        await connection.run_sync(_upgrade, to)
        if connection.dialect.name == "sqlite":
            broken = (await connection.execute(text("PRAGMA foreign_key_check"))).all()
            if broken:
                raise RuntimeError(f"the migration would leave rows that point nowhere: {broken[:5]}")


@contextlib.asynccontextmanager
async def _unchecked(connection: AsyncConnection) -> AsyncIterator[None]:
    """Let SQLite make tables anew, which is how it changes them, while others point to them.

    It can only be told so outside of a transaction (https://www.sqlite.org/lang_altertable.html#otheralter).
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = (await connection.get_raw_connection()).driver_connection
    if driver is None:
        raise RuntimeError("there is no connection")
    await driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        await driver.execute("PRAGMA foreign_keys=ON")


def _upgrade(connection: Connection, to: str) -> None:
    command.upgrade(_config(connection), to)


async def schema_is_newest(database: Database) -> bool:
    """Whether the database has the schema that this version expects."""
    return await _revision(database) == ScriptDirectory.from_config(_config()).get_current_head()


async def has_no_schema(database: Database) -> bool:
    """Whether the database was never prepared, by any version."""
    return await _revision(database) is None


async def _revision(database: Database) -> str | None:
    async with database.engine.connect() as connection:
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
