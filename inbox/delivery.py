"""The loop that sends: in order in each chat, many chats at a time, at the messenger's pace; queues nothing itself."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from core import lease
from core.database import Database
from core.failpoints import failpoint
from core.loops import whole
from core.redis import Wakeups
from inbox import heads, marking, outcomes
from inbox.channel import UPLOADS_TAKE, Channel, Paused, Refused, Retry, Unanswered
from inbox.marking import Marked
from inbox.outbound import topic_of
from inbox.outcomes import Result
from inbox.owner import lease_of
from inbox.pacing import Pacer

log = structlog.get_logger()

AT_ONCE = 50
PROBE_SECONDS = 1.0
HELD_SECONDS = 0.05
LONGEST_OUTAGE_PAUSE = 30.0
# So many chats under a limit at once mean that the limit is the whole account's.
LIMITED_CHATS = 3


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long things take, in seconds; `retry` are the pauses after definite failures, in order."""

    sweep: float
    send_timeout: float
    retry: tuple[float, ...]


class Delivery:
    """Sends what is queued on one channel, as the owner of `epoch`."""

    def __init__(
        self,
        database: Database,
        channel: Channel,
        channel_id: int,
        *,
        epoch: int,
        media: Path,
        pacer: Pacer,
        wakeups: Wakeups,
        lengths: Lengths,
    ) -> None:
        """`media` is the folder in which the files of messages lie."""
        self._database = database
        self._channel = channel
        self._channel_id = channel_id
        self._epoch = epoch
        self._media = media
        self._pacer = pacer
        self._wakeups = wakeups
        self._lengths = lengths
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._ended: list[Result] = []
        self._monotonic = asyncio.get_running_loop().time
        self._limited: dict[str, float] = {}
        self._outage_pause = 0.0
        self._outage_until = 0.0

    async def run(self) -> None:
        """Send for ever. Cancelled, it lets what is under way end and stores how. Raises Paused, or lease.Lost."""
        await whole(self._take_over())
        try:
            while True:
                try:
                    pause = await whole(self._round())
                except DBAPIError:
                    log.exception("delivery.database_failed")
                    pause = PROBE_SECONDS
                if pause:
                    await self._wakeups.wait(topic_of(self._channel_id), pause)
        finally:
            await whole(self._finish())

    async def _take_over(self) -> None:
        async with self._database.unit() as uow:
            left = await outcomes.left_open(uow, self._channel_id, epoch=self._epoch)
            await outcomes.write(uow, self._channel_id, left, retry_seconds=self._lengths.retry)
            self._pacer.seed(await heads.recent_sends(uow, self._channel_id, seconds=60))

    async def _round(self) -> float:
        """Store what ended, begin what may begin; seconds until there can be more to do."""
        await self._store_ended()
        if pause := await self._outage_lasts():
            return pause
        chosen, pause = await self._choose()
        if not chosen:
            return pause
        marked: list[Marked] = []
        try:
            async with self._database.unit() as uow:
                await lease.hold(uow, lease_of(self._channel_id), epoch=self._epoch)
                marked = await marking.mark(uow, list(chosen), epoch=self._epoch, media=self._media)
        finally:
            for unused in chosen.keys() - {one.id for one in marked}:
                self._pacer.unused(chosen[unused].chat_key, counts=chosen[unused].op == "send")
        failpoint("send.marked")
        for one in marked:
            self._busy[one.chat_key] = asyncio.create_task(self._send(one))
        # What was held back waits for the relay, which is quick.
        return 0.0 if marked else HELD_SECONDS

    async def _choose(self) -> tuple[dict[int, Any], float]:
        async with self._database.reading() as uow:
            ready = await heads.next_of_each_chat(uow, self._channel_id)
            due = await heads.next_due(uow, self._channel_id)
        chosen: dict[int, Any] = {}
        pause = self._lengths.sweep if due is None else min(due + 0.001, self._lengths.sweep)
        for head in ready:
            if len(self._busy) + len(chosen) >= AT_ONCE:
                break
            if head.chat_key in self._busy:
                continue
            wait = self._pacer.permit(head.chat_key, counts=head.op == "send")
            if wait:
                pause = min(pause, wait)
            else:
                chosen[head.id] = head
        return chosen, pause

    async def _send(self, marked: Marked) -> None:
        try:
            result = await self._attempt(marked)
        finally:
            messages = max(1, len(marked.messages)) if marked.op == "send" else 1
            self._pacer.landed(marked.chat_key, counts=marked.op == "send", messages=messages)
        failpoint("send.after_accept")
        self._ended.append(result)
        self._wakeups.ring_here(topic_of(self._channel_id))

    async def _attempt(self, marked: Marked) -> Result:
        if marked.sending is None:
            return Result(marked, failure=Refused(marked.hopeless, "what it is about, or its file, is not there"))
        timeout = self._lengths.send_timeout * (UPLOADS_TAKE if marked.sending.uploads else 1)
        try:
            async with asyncio.timeout(timeout):
                return Result(marked, delivered=await self._channel.deliver(marked.sending))
        except (Retry, Refused, Unanswered) as failure:
            return Result(marked, failure=failure)
        except Paused as paused:
            return Result(marked, failure=Retry(paused.reason, everywhere=True))
        except TimeoutError:
            return Result(marked, failure=Unanswered("no answer in time"))
        except Exception as error:
            log.exception("delivery.send_failed", outgoing_id=marked.id)
            return Result(marked, failure=Unanswered(type(error).__name__))

    async def _store_ended(self) -> None:
        ended = self._ended[:]
        if not ended:
            return
        try:
            await self._store(ended)
        except (OperationalError, InterfaceError):
            raise
        except DBAPIError:
            log.exception("delivery.results_refused", results=len(ended))
            await self._store_singly(ended)
        failpoint("send.stored")
        del self._ended[: len(ended)]
        for one in ended:
            self._busy.pop(one.marked.chat_key, None)
            self._note_outage(one)

    async def _store(self, results: Sequence[Result]) -> None:
        async with self._database.unit() as uow:
            await outcomes.write(uow, self._channel_id, results, retry_seconds=self._lengths.retry)

    async def _store_singly(self, results: Sequence[Result]) -> None:
        """A result that the database refuses is stored as one that nobody knows, and harms no other."""
        for one in results:
            try:
                await self._store([one])
            except (OperationalError, InterfaceError):
                raise
            except DBAPIError:
                log.exception("delivery.result_refused", outgoing_id=one.marked.id)
                await self._store([Result(one.marked, failure=Unanswered("the result could not be stored"))])

    def _note_outage(self, one: Result) -> None:
        """Nothing can be sent while the messenger cannot be reached, or while it limits many chats at once."""
        if not isinstance(one.failure, Retry):
            return
        now = self._monotonic()
        if one.failure.everywhere:
            self._begin_outage(max(self._outage_pause, PROBE_SECONDS))
        elif one.failure.after is not None:
            self._limited[one.marked.chat_key] = now + one.failure.after
            self._limited = {chat: until for chat, until in self._limited.items() if until > now}
            if len(self._limited) >= LIMITED_CHATS:
                self._begin_outage(one.failure.after)

    def _begin_outage(self, pause: float) -> None:
        self._outage_pause = pause
        self._outage_until = self._monotonic() + pause

    async def _outage_lasts(self) -> float:
        """Seconds for which nothing can be sent yet; at their end the messenger is asked. Raises Paused."""
        if not self._outage_until:
            return 0.0
        if (left := self._outage_until - self._monotonic()) > 0:
            return left
        try:
            await self._channel.name()
        except Retry as failure:
            self._begin_outage(failure.after or min(self._outage_pause * 2, LONGEST_OUTAGE_PAUSE))
            return self._outage_pause
        self._outage_pause = self._outage_until = 0.0
        return 0.0

    async def _finish(self) -> None:
        if self._busy:
            await asyncio.wait(self._busy.values(), timeout=self._lengths.send_timeout)
        await self._store_ended()
