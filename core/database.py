"""Engines, pragmas and the unit of work; knows no table but through the metadata that rooms fill."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, event
from sqlalchemy.engine import CursorResult, ExceptionContext, Row
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolIsEmpty
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.sql.base import Executable
from sqlalchemy.types import TypeDecorator

from core import sqlite
from core.clock import Clock
from core.loops import whole

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only in a column that is called INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")

_POSTGRESQL_SETTINGS = {
    "lock_timeout": "3s",
    "statement_timeout": "15s",
    "idle_in_transaction_session_timeout": "30s",
    "application_name": "voronka",
}


# What passes with time, by the first letters of PostgreSQL's codes: connections, deadlocks, resources, locks that were
# not had, a server that stops, starts, stands by or has trouble with its disk. A statement that took too long does not.
_PASSING = ("08", "25006", "25P03", "40", "53", "55P03", "57P", "58")


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime on both databases; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


# A host that does not answer does not keep the program from ending.
_LONGEST_GOODBYE_SECONDS = 2.0

AnyRow = Row[*tuple[Any, ...]]
Ring = Callable[[Iterable[str]], Awaitable[None]]
SetAlarms = Callable[[Mapping[int, datetime]], Awaitable[None]]


async def _no_ring(topics: Iterable[str]) -> None:
    """Nobody listens."""


async def _no_alarms(alarms: Mapping[int, datetime]) -> None:
    """Nobody wakes up by a clock."""


class UnitOfWork:
    """One transaction: what a use case reads and writes through. Whoever opened it commits; use cases never do."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.is_sqlite = connection.dialect.name == "sqlite"
        self.rings: set[str] = set()
        self.alarms: dict[int, datetime] = {}
        # How many events were recorded.
        self.recorded = 0
        # What was read once and is needed again; whoever changes it forgets it here.
        self.kept: dict[str, Any] = {}

    async def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run one statement, with one set of parameters or many."""
        return await self.connection.execute(statement, parameters)

    async def rows(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> Sequence[AnyRow]:
        """All rows of a query. On hot paths the query is built once and gets its values as parameters."""
        return (await self.connection.execute(statement, parameters)).all()

    async def row(self, statement: Executable) -> AnyRow | None:
        """The first row of a query, if any."""
        return (await self.connection.execute(statement)).first()

    async def value(self, statement: Executable) -> Any:
        """The first column of the first row, or None."""
        return (await self.connection.execute(statement)).scalar()

    def ring(self, topic: str) -> None:
        """Wake whoever waits for `topic`, once this is committed."""
        self.rings.add(topic)

    def alarm(self, run_id: int, at: datetime) -> None:
        """Have the alarm clock name `run_id` at a moment, once this is committed."""
        self.alarms[run_id] = at

    @contextlib.asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What happens inside is undone alone if it raises."""
        async with self.connection.begin_nested():
            yield


def _in_one_word(context: ExceptionContext) -> OperationalError | None:
    """OperationalError for whatever passes with time, which asyncpg's errors are not told apart by."""
    if not isinstance(context.original_exception, Exception):
        # A cancelled statement costs the connection too, but whoever was cancelled must end.
        return None
    code = getattr(context.original_exception, "sqlstate", None) or ""
    if not context.is_disconnect and not code.startswith(_PASSING):
        return None
    return OperationalError(
        context.statement, None, context.original_exception, connection_invalidated=context.is_disconnect
    )


async def _give_back(connection: AsyncConnection, beginning: asyncio.Future[AsyncConnection]) -> None:
    with contextlib.suppress(OSError, SQLAlchemyError):
        await beginning
        await connection.close()


class Database:
    """One database, SQLite or PostgreSQL: a way to write and a way to read.

    Whatever fails and may work later, as when the database is away, is an OperationalError.

    SQLite has one writing connection, whose pool is the fair queue of writers, and a pool of readers that cannot write.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        self._clock = clock
        self.ring: Ring = _no_ring
        self.set_alarms: SetAlarms = _no_alarms
        # Connections that are given back by themselves, as nobody waits for them any more.
        self._left: set[asyncio.Task[None]] = set()
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            self._writer = sqlite.engine(url, size=1, query_only=False)
            self._reader = sqlite.engine(url, size=4, query_only=True)
        else:
            self._writer = create_async_engine(
                url,
                pool_size=8,
                max_overflow=0,
                pool_pre_ping=True,
                connect_args={"server_settings": _POSTGRESQL_SETTINGS},
            )
            event.listen(self._writer.sync_engine, "handle_error", _in_one_word, retval=True)
            self._reader = self._writer.execution_options(isolation_level="AUTOCOMMIT")

    @property
    def engine(self) -> AsyncEngine:
        """The engine that writes, for migrations."""
        return self._writer

    @contextlib.asynccontextmanager
    async def unit(self) -> AsyncIterator[UnitOfWork]:
        """A unit of work, committed at the end of the block and rolled back if the block raises."""
        async with self._connected(self._writer) as connection, connection.begin():
            uow = UnitOfWork(connection, self._clock.now())
            yield uow
        if uow.rings:
            await self.ring(uow.rings)
        if uow.alarms:
            await self.set_alarms(uow.alarms)

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[UnitOfWork]:
        """A unit for queries only, each seeing what is committed when it runs."""
        async with self._connected(self._reader) as connection:
            yield UnitOfWork(connection, self._clock.now())

    @contextlib.asynccontextmanager
    async def _connected(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        """A connection of the pool. Raises OperationalError while the database cannot be reached."""
        connection = engine.connect()
        # Cut in the middle, it would leave a connection open that nobody has; yet whoever is cancelled may not wait.
        beginning = asyncio.ensure_future(connection.start())
        try:
            await asyncio.shield(beginning)
        except (OSError, PoolIsEmpty) as error:
            raise OperationalError(None, None, error) from error
        except asyncio.CancelledError:
            leaving = asyncio.ensure_future(_give_back(connection, beginning))
            self._left.add(leaving)
            leaving.add_done_callback(self._left.discard)
            raise
        try:
            yield connection
        finally:
            # Given back before its user goes on: whoever ends him closes the pool next.
            await whole(connection.close())

    async def close(self) -> None:
        """Give all connections back."""
        if self._left:
            await asyncio.wait(self._left, timeout=_LONGEST_GOODBYE_SECONDS)
        await self._reader.dispose()
        await self._writer.dispose()
