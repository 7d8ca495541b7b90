"""The loop that reads a channel: what came is stored before it is acknowledged; what follows from it is the relay's."""

import asyncio
import json
from collections.abc import Sequence

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError

from core.database import Database
from core.failpoints import failpoint
from core.loops import whole
from inbox.accounts import works
from inbox.channel import Batch, Channel, Crowded, Incoming, Retry
from inbox.intake import StaffOf, accept

log = structlog.get_logger()

LONGEST_PAUSE = 30.0
ATTEMPTS = 5
BETWEEN_ATTEMPTS = 0.1


class Reader:
    """Reads one channel."""

    def __init__(self, database: Database, channel: Channel, channel_id: int, staff_of: StaffOf) -> None:
        self._database = database
        self._channel = channel
        self._channel_id = channel_id
        self._staff_of = staff_of
        self.trouble: str | None = None

    async def run(self) -> None:
        """Read for ever. Raises Paused."""
        # After a start there is none: the messenger repeats what was not acknowledged, and receipts know it.
        offset: int | None = None
        pause = 0.0
        has_read = False
        while True:
            await asyncio.sleep(pause)
            try:
                batch = await self._channel.read(offset)
                failpoint("ingest.after_read")
                await whole(self._store_all(batch, first=not has_read))
                has_read = True
            except Crowded:
                pause = self._trouble("another program reads this channel", pause)
            except Retry as failure:
                pause = failure.after or self._trouble("the messenger cannot be reached", pause)
            except DBAPIError:
                log.exception("reading.database_failed")
                pause = self._trouble("the database cannot be written", pause)
            else:
                offset, pause, self.trouble = batch.offset, 0.0, None

    def _trouble(self, words: str, pause: float) -> float:
        if self.trouble != words:
            log.warning("reading.trouble", channel_id=self._channel_id, trouble=words)
        self.trouble = words
        return min(max(1.0, pause * 2), LONGEST_PAUSE)

    async def _store_all(self, batch: Batch, *, first: bool) -> None:
        """Store a batch; where that fails, one by one, and what always fails as something that cannot be read."""
        if not batch.updates and not first:
            return
        try:
            await self._store(batch.updates, first=first)
        except OperationalError:
            raise
        except Exception:
            log.exception("reading.batch_refused", updates=len(batch.updates))
            for one in batch.updates:
                if not await self._is_stored(one, first=first):
                    await self._store([_put_aside(one)], first=first)

    async def _is_stored(self, one: Incoming, *, first: bool) -> bool:
        for attempt in range(ATTEMPTS):
            await asyncio.sleep(attempt * BETWEEN_ATTEMPTS)
            try:
                await self._store([one], first=first)
            except OperationalError:
                raise
            except Exception:
                log.exception("reading.update_refused", update_id=one.external_id, attempt=attempt + 1)
            else:
                return True
        return False

    async def _store(self, updates: Sequence[Incoming], *, first: bool) -> None:
        async with self._database.unit() as uow:
            if first:
                await works(uow, self._channel_id)
            await accept(uow, self._channel_id, updates, staff_of=self._staff_of)
            failpoint("ingest.before_commit")
        failpoint("ingest.after_commit")


def _put_aside(one: Incoming) -> Incoming:
    """The same without what could not be stored of it: its payload as a text, which every database keeps."""
    try:
        raw = json.dumps(one.payload)
    except RecursionError:
        raw = "nested too deeply"
    return Incoming(one.external_id, {"raw": raw}, unreadable="refused")
