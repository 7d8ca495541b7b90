"""The databases that every other test trusts."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine


async def test_each_test_has_an_empty_database(database_url: str) -> None:
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE things (id INTEGER)"))
        assert (await connection.execute(text("SELECT count(*) FROM things"))).scalar() == 0
    await engine.dispose()


async def test_the_next_one_has_another(database_url: str) -> None:
    await test_each_test_has_an_empty_database(database_url)
