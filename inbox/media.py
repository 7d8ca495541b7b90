"""Fetches the files of messages into a folder of ours, apart from the messages: nothing waits for it.

Who looks at them is not known here.
"""

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import DBAPIError

from core.bulk import update_rows
from core.database import Database, UnitOfWork
from core.failpoints import failpoint
from core.journal import insert_or_ignore
from core.loops import whole
from core.redis import Wakeups
from inbox.attachments import files_topic
from inbox.channel import Channel, Paused, Reason, Refused, Retry
from inbox.models import attachment, file_ref, kept_ref, message

log = structlog.get_logger()

AT_ONCE = 4
MOST_BYTES = 20 * 1024 * 1024
TRIES = 3
PROBE_SECONDS = 1.0
UNFINISHED = ".part"


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long things take, in seconds: `retry` is the first pause after a failure, which doubles."""

    sweep: float
    fetch_timeout: float
    retry: float


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A file that is to be fetched, and where it will lie below the folder.

    It `is_here` already where another message of ours has brought it; `is_ours` says that further ones may.
    """

    id: int
    external_ref: str
    path: str
    attempts: int
    size: int | None
    is_ours: bool
    is_here: bool


class Keeper:
    """Keeps the files of one channel, as its owner; those of other channels lie in the same folder."""

    def __init__(
        self,
        database: Database,
        channel: Channel,
        channel_id: int,
        folder: Path,
        *,
        wakeups: Wakeups,
        lengths: Lengths,
    ) -> None:
        self._database = database
        self._channel = channel
        self._channel_id = channel_id
        self._folder = folder
        self._wakeups = wakeups
        self._lengths = lengths
        self._under_way: dict[_Wanted, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Fetch for ever. Cancelled, it gives up what is under way, which is begun anew later."""
        try:
            while True:
                try:
                    begun = await whole(self._round())
                except DBAPIError:
                    log.exception("media.database_failed")
                    await asyncio.sleep(PROBE_SECONDS)
                    continue
                if not begun:
                    await self._wakeups.wait(files_topic(self._channel_id), self._lengths.sweep)
        finally:
            left = list(self._under_way.values())
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            with suppress(DBAPIError):
                await whole(self._give_back([one.id for one, task in self._under_way.items() if task.cancelled()]))

    async def _round(self) -> int:
        """Begin to fetch what there is room for; how many those are."""
        self._under_way = {one: task for one, task in self._under_way.items() if not task.done()}
        room = AT_ONCE - len(self._under_way)
        if not room:
            return 0
        async with self._database.reading() as uow:
            wanted = await _wanted(uow, self._channel_id, without=list(self._under_way), most=room)
        if not wanted:
            return 0
        async with self._database.unit() as uow:
            await _claim(uow, [one for one in wanted if not one.is_here])
            await _keep_same(uow, [one for one in wanted if one.is_here])
        for one in wanted:
            if not one.is_here:
                self._under_way[one] = asyncio.create_task(self._keep(one))
        return len(wanted)

    async def _give_back(self, ids: Sequence[int]) -> None:
        """A try that a stop has cut short is none."""
        async with self._database.unit() as uow:
            tries = {"attempts": attachment.c.attempts - 1}
            await uow.execute(update(attachment).where(attachment.c.id.in_(ids)).values(tries))

    async def _keep(self, one: _Wanted) -> None:
        """Fetch one file, and store what became of it."""
        try:
            values = await self._fetched(one)
            failpoint("media.before_commit")
            async with self._database.unit() as uow:
                became = values(uow)
                await uow.execute(update(attachment).where(attachment.c.id == one.id).values(became))
                if one.is_ours and became.get("state") == "kept":
                    here = {"path": one.path, "channel_id": self._channel_id, "external_ref": one.external_ref}
                    await uow.execute(insert_or_ignore(uow, kept_ref), here)
        except DBAPIError:
            log.exception("media.database_failed")
        except Exception as error:  # noqa: BLE001 - the words of some errors hold the address, and that the token
            log.error("media.failed", attachment_id=one.id, error=type(error).__name__)
        finally:
            self._wakeups.ring_here(files_topic(self._channel_id))

    async def _fetched(self, one: _Wanted) -> Any:
        final = self._folder / one.path
        partial = final.with_name(final.name + UNFINISHED)
        try:
            # What died with its process at the last try leaves its beginning behind.
            if one.attempts > TRIES:
                raise Refused(Reason.GAVE_UP, "")
            if one.size is not None and one.size > MOST_BYTES:
                raise Refused(Reason.TOO_LARGE, "")
            await asyncio.to_thread(final.parent.mkdir, parents=True, exist_ok=True)
            async with asyncio.timeout(self._lengths.fetch_timeout):
                await self._channel.fetch(one.external_ref, partial, most=MOST_BYTES)
            await asyncio.to_thread(partial.replace, final)
        except Refused as refused:
            reason, final_word = str(refused.reason), True
        except TimeoutError:
            reason, final_word = "timeout", one.attempts >= TRIES
        except (Retry, Paused) as failure:
            reason, final_word = str(Reason.GAVE_UP), one.attempts >= TRIES
            log.info("media.not_fetched", attachment_id=one.id, attempt=one.attempts, error=str(failure))
        except OSError as error:
            reason, final_word = "disk", one.attempts >= TRIES
            log.warning("media.not_written", attachment_id=one.id, error=type(error).__name__)
        else:
            size = (await asyncio.to_thread(final.stat)).st_size
            return lambda _: {"state": "kept", "reason": None, "not_before": None, "size": size}
        await asyncio.to_thread(partial.unlink, missing_ok=True)
        if final_word:
            await asyncio.to_thread(final.unlink, missing_ok=True)
            return lambda _: {"state": "missing", "reason": reason, "path": None, "not_before": None}
        pause = timedelta(seconds=self._lengths.retry * 2 ** (one.attempts - 1))
        return lambda uow: {"reason": reason, "not_before": uow.now + pause}


async def _wanted(uow: UnitOfWork, channel_id: int, *, without: Sequence[_Wanted], most: int) -> list[_Wanted]:
    """The oldest files that are due, each once: many messages may bring the same."""
    here = kept_ref.c.external_ref == file_ref.c.external_ref
    path = select(func.min(kept_ref.c.path)).where(here, kept_ref.c.channel_id == channel_id).correlate(file_ref)
    rows = await uow.rows(
        select(
            attachment.c.id,
            file_ref.c.external_ref,
            attachment.c.path,
            attachment.c.attempts,
            attachment.c.size,
            message.c.direction,
            path.scalar_subquery().label("here"),
        )
        .join(file_ref, file_ref.c.attachment_id == attachment.c.id)
        .join(message, message.c.id == attachment.c.message_id)
        .where(
            attachment.c.state == "waiting",
            attachment.c.id.not_in([one.id for one in without]),
            file_ref.c.external_ref.not_in([one.external_ref for one in without]),
            or_(attachment.c.not_before.is_(None), attachment.c.not_before <= uow.now),
            file_ref.c.channel_id == channel_id,
        )
        .order_by(attachment.c.id)
        .limit(most)
    )
    found: dict[str | int, _Wanted] = {}
    for row in rows:
        one = _Wanted(
            id=row.id,
            external_ref=row.external_ref,
            path=row.here or row.path or new_path(),
            attempts=row.attempts + 1,
            size=row.size,
            is_ours=row.direction == "out",
            is_here=row.here is not None,
        )
        # What lies here already is as many as it is; of what must be fetched the others wait for the first.
        found.setdefault(one.id if one.is_here else one.external_ref, one)
    return list(found.values())


async def _keep_same(uow: UnitOfWork, found: Sequence[_Wanted]) -> None:
    """Let messages have files that others have brought."""
    kept = {"state": "kept", "reason": None, "not_before": None}
    await update_rows(uow, attachment, [{"id": one.id, "path": one.path} | kept for one in found])


async def _claim(uow: UnitOfWork, wanted: Sequence[_Wanted]) -> None:
    """Count a try of each, which has its place from now on: what a dead process has written there is written over."""
    await update_rows(uow, attachment, [{"id": one.id, "path": one.path, "attempts": one.attempts} for one in wanted])


def new_path() -> str:
    """A name that nobody gave and nobody can guess."""
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name}"
