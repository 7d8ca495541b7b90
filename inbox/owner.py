"""Who works a channel: the one process with its lease reads it, delivers on it and runs its other loops."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError

from core import lease
from core.database import Database, UnitOfWork
from core.journal import lock, record
from core.loops import whole
from core.relay import COMPANY
from inbox.accounts import stands_still
from inbox.channel import Channel, Paused, Retry
from inbox.events import ChannelPaused

log = structlog.get_logger()

Work = Callable[[int], Coroutine[Any, Any, None]]


def lease_of(channel_id: int) -> str:
    """The name of a channel's lease."""
    return f"channel:{channel_id}"


class Owner:
    """Holds a channel's lease and runs its loops, each given the epoch, for as long as the lease is held."""

    def __init__(
        self,
        database: Database,
        channel: Channel,
        channel_id: int,
        *,
        works: Sequence[Work],
        owner: str,
        lease_seconds: float,
        alone: bool,
    ) -> None:
        self._database = database
        self._channel = channel
        self._channel_id = channel_id
        self._works = works
        self._owner = owner
        self._lease = lease_of(channel_id)
        self._lease_seconds = lease_seconds
        self._alone = alone
        self.trouble: str | None = None

    async def run(self) -> None:
        """Work the channel whenever it can be had, for ever."""
        while True:
            epoch = await whole(self._acquire())
            if epoch is None:
                await asyncio.sleep(self._lease_seconds / 3)
                continue
            log.info("channel.owned", channel_id=self._channel_id, epoch=epoch)
            await self._work(epoch)

    async def _acquire(self) -> int | None:
        try:
            return await lease.acquire(
                self._database, self._lease, owner=self._owner, seconds=self._lease_seconds, alone=self._alone
            )
        except DBAPIError:
            log.exception("channel.database_failed")
            return None

    async def _work(self, epoch: int) -> None:
        paused: str | None = None
        try:
            await _together([self._hold(epoch), *(work(epoch) for work in self._works)])
        except* lease.Lost:
            log.warning("channel.lease_lost", channel_id=self._channel_id)
        except* DBAPIError:
            log.exception("channel.database_failed", channel_id=self._channel_id)
        except* Paused as group_of_pauses:
            paused = _first(group_of_pauses).reason
        finally:
            with contextlib.suppress(DBAPIError):
                await whole(lease.release(self._database, self._lease, epoch=epoch))
        if paused:
            await self._sit_out(paused)

    async def _hold(self, epoch: int) -> None:
        failures = 0
        while failures < 3:
            await asyncio.sleep(self._lease_seconds / 4)
            try:
                held = await whole(lease.renew(self._database, self._lease, epoch=epoch, seconds=self._lease_seconds))
            except DBAPIError:
                failures += 1
                continue
            if not held:
                break
            failures = 0
        raise lease.Lost

    async def _sit_out(self, reason: str) -> None:
        """Keep everything queued until the channel can be used again."""
        self.trouble = reason
        log.error("channel.paused", channel_id=self._channel_id, reason=reason)
        stored = False
        while self.trouble:
            stored = stored or await whole(self._store_pause(reason))
            await asyncio.sleep(self._lease_seconds)
            try:
                await self._channel.name()
                self.trouble = None
            except (Paused, Retry):
                continue

    async def _store_pause(self, reason: str) -> bool:
        """That it is usable again is noted when it is: by the first reading."""
        try:
            async with self._database.unit() as uow:
                if await stands_still(uow, self._channel_id, reason):
                    await self._record_pause(uow, reason)
        except DBAPIError:
            log.exception("channel.database_failed", channel_id=self._channel_id)
            return False
        return True

    async def _record_pause(self, uow: UnitOfWork, reason: str) -> None:
        await lock(uow, [COMPANY])
        ref = f"channel:{self._channel_id}"
        await record(uow, [ChannelPaused(stream=COMPANY, ref=ref, channel_id=self._channel_id, reason=reason)])


async def _together(loops: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Run loops until one fails or the caller is cancelled, and let all end. Raises a group of what failed.

    A task group of Python 3.11 does not do: if a loop fails while the caller is cancelled, it drops the cancellation.
    """
    tasks = [asyncio.ensure_future(one) for one in loops]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    failures = [failure for task in tasks if not task.cancelled() and (failure := task.exception())]
    if failures:
        raise BaseExceptionGroup("loops of a channel", failures)


def _first(group: BaseExceptionGroup[Paused]) -> Paused:
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found  # type: ignore[return-value]
