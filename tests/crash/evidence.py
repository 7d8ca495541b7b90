"""What is left behind when all is quiet: rows, the Bot API server's ledger, log and Redis; judges nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from redis.exceptions import RedisError
from sqlalchemy import select, text

import app.wiring  # noqa: F401 - whoever knows every room has all tables in the metadata
from app.migrating import schema_is_newest
from core.clock import SystemClock
from core.database import Database, UnitOfWork, metadata
from core.redis import Keys, connect
from tests.botapi.client import BotApi, Entry

POSTGRESQL_FAULTS = """
    SELECT conname FROM pg_constraint WHERE NOT convalidated
    UNION ALL SELECT indexrelid::regclass::text FROM pg_index WHERE NOT (indisvalid AND indisready)
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that the rules look at: `rows` by table, the oldest first where there is an `id`.

    `store_faults` is what the database says of itself, `secret` the bot's token, `canary` a word of every customer,
    `alarms` what the alarm clock in Redis would wake whom for and when, None without Redis; `at` is when all was seen.
    """

    rows: dict[str, Sequence[Any]]
    ledger: Sequence[Entry]
    log: str
    redis: bytes
    store_faults: Sequence[str]
    secret: str
    canary: str
    alarms: dict[int, float] | None
    at: datetime


async def gather(
    database_url: str, api: BotApi, *, log: str, redis: bytes, canary: str, redis_url: str | None = None
) -> Evidence:
    """Look at everything; the program may be dead or idle."""
    at = datetime.now(UTC)
    alarms = await alarms_in(redis_url) if redis_url else None
    database = Database(database_url, SystemClock())
    try:
        async with database.reading() as uow:
            rows = {table.name: await _rows(uow, table) for table in metadata.sorted_tables}
            faults = await _store_faults(uow)
        if not await schema_is_newest(database):
            faults.append("the schema is not the newest")
    finally:
        await database.close()
    secret = api.token.partition(":")[2]
    return Evidence(rows, await api.ledger(), log, redis, faults, secret, canary, alarms, at)


async def alarms_in(redis_url: str) -> dict[int, float] | None:
    """When the alarm clock will name which run; None if it cannot be asked."""
    async with connect(redis_url) as redis:
        try:
            found: Any = await redis.zrange(Keys.DUE, 0, -1, withscores=True)
        except (RedisError, OSError):
            return None
    return {int(run_id): at for run_id, at in found}


async def _rows(uow: UnitOfWork, table: Any) -> Sequence[Any]:
    query = select(table)
    return await uow.rows(query.order_by(table.c.id) if "id" in table.c else query)


async def _store_faults(uow: UnitOfWork) -> list[str]:
    if uow.connection.dialect.name == "postgresql":
        return [str(row[0]) for row in await uow.rows(text(POSTGRESQL_FAULTS))]
    integrity = [str(row[0]) for row in await uow.rows(text("PRAGMA integrity_check"))]
    foreign = [f"{row[0]} {row[1]} names no {row[2]}" for row in await uow.rows(text("PRAGMA foreign_key_check"))]
    return [fault for fault in integrity if fault != "ok"] + foreign


def redis_files(data_dir: Path) -> bytes:
    """All that an embedded Redis has written down."""
    files = [path for path in data_dir.rglob("*") if path.is_file() and "appendonly" in str(path)]
    return b"".join(path.read_bytes() for path in sorted(files))
