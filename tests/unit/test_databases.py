"""The databases that every other test trusts, and how a statement on them is cut short."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from core.clock import SystemClock
from core.database import Database

SLOW = {
    True: "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT count(*) FROM n",
    False: "SELECT pg_sleep(10)",
}


async def test_each_test_has_an_empty_database(database_url: str) -> None:
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE things (id INTEGER)"))
        assert (await connection.execute(text("SELECT count(*) FROM things"))).scalar() == 0
    await engine.dispose()


async def test_the_next_one_has_another(database_url: str) -> None:
    await test_each_test_has_an_empty_database(database_url)


async def test_whoever_is_cancelled_in_a_statement_ends(database_url: str) -> None:
    database = Database(database_url, SystemClock())
    began = asyncio.Event()

    async def ask() -> None:
        async with database.reading() as uow:
            await uow.value(text("SELECT 1"))
            began.set()
            await uow.value(text(SLOW[uow.is_sqlite]))

    asking = asyncio.create_task(ask())
    await began.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    async with database.reading() as uow:
        assert await uow.value(text("SELECT 1")) == 1
    await database.close()
