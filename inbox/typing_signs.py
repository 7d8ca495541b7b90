"""Lets customers see in their messengers that somebody of ours writes to them; a sign that fails is not repeated."""

import asyncio
from collections.abc import Iterable

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from core.database import AnyRow, Database
from inbox.channel import Channel, Paused, Refused, Retry, Unanswered
from inbox.models import conversation
from inbox.pacing import Pacer
from inbox.presence import SECONDS, read_typing

log = structlog.get_logger()

# Whoever goes on writing is shown again before the last sign fades: Telegram shows one for five seconds.
SHOWN_SECONDS = 2.5


class TypingSigns:
    """The signs of one channel; whoever does not own it forgets what it hears."""

    def __init__(self, database: Database, channel: Channel, channel_id: int, *, pacer: Pacer) -> None:
        self._database = database
        self._channel = channel
        self._channel_id = channel_id
        self._pacer = pacer
        self._written_to: set[int] = set()
        self._heard = asyncio.Event()
        self._shown: dict[int, float] = {}
        self._is_owned = False
        self._warned = False

    def hear(self, rest: str) -> None:
        """Note who is written to, from what was rung."""
        conversation_id, actor = read_typing(rest)
        if self._is_owned and actor.startswith("staff:"):
            self._written_to.add(conversation_id)
            self._heard.set()

    async def run(self) -> None:
        """Show signs for ever, while the channel is owned."""
        self._is_owned = True
        try:
            while True:
                await self._heard.wait()
                self._heard.clear()
                await self._show_all()
        finally:
            self._is_owned = False

    async def _show_all(self) -> None:
        try:
            chats = await self._chats()
        except DBAPIError:
            log.exception("typing.database_failed")
        else:
            await asyncio.gather(*(self._show(chat.chat_key) for chat in chats))

    async def _chats(self) -> Iterable[AnyRow]:
        """The chats of this channel that are written to and were not shown it just now."""
        now = asyncio.get_running_loop().time()
        self._shown = {one: at for one, at in self._shown.items() if now - at < SHOWN_SECONDS}
        due = sorted(self._written_to - self._shown.keys())
        self._written_to.clear()
        if not due:
            return []
        self._shown |= dict.fromkeys(due, now)
        query = select(conversation.c.chat_key).where(
            conversation.c.id.in_(due), conversation.c.channel_id == self._channel_id
        )
        async with self._database.reading() as uow:
            return await uow.rows(query)

    async def _show(self, chat_key: str) -> None:
        # Messages go first: where the account has no permit left, nobody is shown anything.
        if self._pacer.permit(chat_key, counts=False):
            return
        try:
            async with asyncio.timeout(SECONDS):
                await self._channel.show_typing(chat_key)
        except (Retry, Refused, Unanswered, Paused, TimeoutError) as error:
            if not self._warned:
                log.warning("typing.not_shown", error=str(error) or type(error).__name__)
            self._warned = True
        finally:
            self._pacer.landed(chat_key, counts=False)
