"""Looks at the program's database from outside and waits for what will stand there; changes nothing."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

Row = tuple[Any, ...]

_LEFT = """
    SELECT (SELECT count(*) FROM "update" WHERE state = 'waiting')
         + (SELECT count(*) FROM event WHERE position IS NULL AND parked IS NULL)
         + (SELECT count(*) FROM outgoing WHERE state IN ('queued', 'sending'))
"""


class Rows:
    """The rows of one database."""

    def __init__(self, database_url: str) -> None:
        self._engine = create_async_engine(database_url, pool_size=1, max_overflow=0)

    async def all(self, query: str, **values: object) -> list[Row]:
        """What a query finds now."""
        async with self._engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query), values)]

    async def close(self) -> None:
        """Give the connection back."""
        await self._engine.dispose()

    async def value(self, query: str, **values: object) -> Any:
        """The first column of the first row, None without one."""
        found = await self.all(query, **values)
        return found[0][0] if found else None

    async def until(
        self, query: str, wanted: Callable[[list[Row]], bool], *, within: float = 15.0, **values: object
    ) -> list[Row]:
        """Ask again until the rows are as wanted; AssertionError with the rows if they never are."""
        deadline = time.monotonic() + within
        while True:
            found = await self.all(query, **values)
            if wanted(found):
                return found
            assert time.monotonic() < deadline, f"{query} {values} found {found}"
            # A row that another process writes rings no bell here.
            await asyncio.sleep(0.02)

    async def settled(self, *, within: float = 15.0) -> None:
        """Wait until nothing is left to hand on, to show or to send, all at the same moment."""
        await self.until(_LEFT, lambda found: found == [(0,)], within=within)
