"""SQLite under SQLAlchemy with one hop to the driver's thread for each statement; what is executed is not known here.

aiosqlite hops for the cursor, the statement, its rows and the closing apart, and the hops, not SQLite, are what a
transaction waits for: of a small one they are nine parts in ten.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Self

import aiosqlite
from sqlalchemy import event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON")


class _Cursor:
    """What SQLAlchemy needs of a cursor: a statement is executed, read to its end and closed in one go."""

    def __init__(self, connection: "_Connection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.lastrowid: int | None = None
        self.rowcount = -1
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Self:
        await self._connection.hop(self._execute, statement, parameters)
        return self

    async def executemany(self, statement: str, parameters: Iterable[Sequence[Any]]) -> Self:
        await self._connection.hop(self._executemany, statement, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def close(self) -> None:
        """The statement is closed already."""

    def _execute(self, raw: sqlite3.Connection, statement: str, parameters: Sequence[Any]) -> None:
        self._keep(raw.execute(statement, parameters))

    def _executemany(self, raw: sqlite3.Connection, statement: str, parameters: Iterable[Sequence[Any]]) -> None:
        self._keep(raw.executemany(statement, parameters))

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        self.description, self.lastrowid = cursor.description, cursor.lastrowid
        self._rows = cursor.fetchall() if cursor.description else []
        # Only after its rows are read does SQLite know how many a RETURNING has changed.
        self.rowcount = cursor.rowcount
        cursor.close()


class _Connection(aiosqlite.Connection):
    """A connection whose cursors hop once."""

    def cursor(self) -> _Cursor:  # type: ignore[override]
        return _Cursor(self)

    async def hop(self, act: Any, *arguments: Any) -> None:
        """Let the driver's thread do something with the real connection."""
        await self._execute(act, self._conn, *arguments)  # type: ignore[no-untyped-call]


def engine(url: str, *, size: int, query_only: bool) -> AsyncEngine:
    """An engine for a file. Transactions begin in words: in the driver's default mode savepoints do not roll back.

    One that is not `query_only` takes the write lock at the beginning: a later upgrade would fail at once under load.
    """
    path = make_url(url).database or ":memory:"

    async def connect() -> _Connection:
        connection = _Connection(lambda: sqlite3.connect(path, isolation_level=None), iter_chunk_size=64)
        # A connection that nobody closed must not keep a process from ending.
        connection._thread.daemon = True
        await connection
        return connection

    made = create_async_engine(
        url,
        async_creator=connect,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=60,
        # A unit of work ends in a commit or a rollback of its own: another rollback is a hop for nothing.
        pool_reset_on_return=None,
    )

    @event.listens_for(made.sync_engine, "connect")
    def prepare(connection: Any, entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in (*_PRAGMAS, *(["query_only=ON"] if query_only else [])):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    if not query_only:

        @event.listens_for(made.sync_engine, "begin")
        def begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return made
