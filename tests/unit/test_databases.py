"""The databases that every other test trusts, and how a statement on them is cut short."""

import asyncio
import contextlib

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from core.clock import SystemClock
from core.database import Database

PATIENCE = 10.0
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


async def test_whoever_is_cancelled_while_he_waits_for_a_connection_ends_at_once(database_url: str) -> None:
    database = Database(database_url, SystemClock())
    waits = asyncio.Event()

    async def ask() -> None:
        waits.set()
        async with database.unit():
            pytest.fail("all connections are taken")

    async with contextlib.AsyncExitStack() as others:
        for _ in range(1 if database.is_sqlite else 8):
            await others.enter_async_context(database.unit())
        asking = asyncio.create_task(ask())
        await waits.wait()
        asking.cancel()
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(asyncio.CancelledError):
                await asking
    async with database.unit() as uow:
        assert await uow.value(text("SELECT 1")) == 1
    await database.close()
