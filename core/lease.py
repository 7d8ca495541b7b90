"""Leases: who owns a thing that only one process may do at a time; what is owned is the caller's affair."""

from datetime import datetime, timedelta

from sqlalchemy import Column, String, Table, func, select, update

from core.database import Database, Id, Instant, UnitOfWork, metadata
from core.journal import insert_or_ignore

lease = Table(
    "lease",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String),
    Column("epoch", Id, nullable=False),
    Column("until", Instant, nullable=False),
)


class Lost(Exception):
    """The lease has gone to somebody else."""


async def acquire(database: Database, name: str, *, owner: str, seconds: float, alone: bool) -> int | None:
    """Take the lease called `name` for `seconds`; its new epoch, or None while somebody else has it.

    `alone` says that no other process can be alive (one process runs all), so an old owner is a dead one.
    Each new owner gets a higher epoch, by which what a former owner left half-done can be told.
    """
    async with database.unit() as uow:
        now = await _now(uow)
        await uow.execute(insert_or_ignore(uow, lease), {"name": name, "owner": None, "epoch": 0, "until": now})
        row = await uow.row(select(lease).where(lease.c.name == name).with_for_update())
        if row is None or (row.owner not in (None, owner) and row.until > now and not alone):
            return None
        epoch: int = row.epoch + 1
        await uow.execute(
            update(lease)
            .where(lease.c.name == name)
            .values(owner=owner, epoch=epoch, until=now + timedelta(seconds=seconds))
        )
        return epoch


async def renew(database: Database, name: str, *, epoch: int, seconds: float) -> bool:
    """Hold the lease for `seconds` more; False if it has gone to a higher epoch."""
    async with database.unit() as uow:
        until = await _now(uow) + timedelta(seconds=seconds)
        result = await uow.execute(
            update(lease).where(lease.c.name == name, lease.c.epoch == epoch).values(until=until)
        )
        return result.rowcount == 1


async def hold(uow: UnitOfWork, name: str, *, epoch: int) -> None:
    """Make sure that the lease is still of this epoch, and stays so until this unit ends. Raises Lost."""
    row = await uow.row(select(lease.c.epoch).where(lease.c.name == name).with_for_update(read=True))
    if row is None or row.epoch != epoch:
        raise Lost


async def release(database: Database, name: str, *, epoch: int) -> None:
    """Give the lease up, if it is still of this epoch."""
    async with database.unit() as uow:
        await uow.execute(
            update(lease).where(lease.c.name == name, lease.c.epoch == epoch).values(owner=None, until=await _now(uow))
        )


async def _now(uow: UnitOfWork) -> datetime:
    """The database's time where several machines share one, ours where one process is alone."""
    if uow.is_sqlite:
        return uow.now
    instant: datetime = await uow.value(select(func.clock_timestamp()))
    return instant
