"""What runs: the loops by role, what they share, and how it does; building it is `wiring`'s affair."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core.clock import SystemClock
from core.database import Database
from core.redis import Wakeups
from core.settings import Settings
from inbox.accounts import troubles
from inbox.owner import Owner
from inbox.reading import Reader
from pipeline.staff.inviting import invite_first_admin
from triggers.delays import Delays
from web.live import Hub
from web.server import Readiness
from web.site import Site

ROLES = ("channels", "relay", "delays", "web")
MEDIA = "media"

Loop = Callable[[], Coroutine[Any, Any, None]]


@dataclass(slots=True)
class Program:
    """Everything that runs: the loops by role, and how it does."""

    settings: Settings
    database: Database
    wakeups: Wakeups
    delays: Delays
    loops: dict[str, list[Loop]]
    closing: list[Callable[[], Awaitable[None]]]
    owners: list[Owner]
    readers: list[Reader]
    announce: Callable[[str], None]
    hub: Hub
    stopping: bool = False
    # Where people reach the web; known once it listens.
    url: str = ""
    # What whoever started it is told instead of how to connect a bot.
    hello: Callable[[], Awaitable[Sequence[str]]] | None = None

    async def readiness(self) -> Readiness:
        """Whether the database answers, and what works worse."""
        if self.stopping:
            return Readiness(ready=False, degraded={"process": "stopping"})
        try:
            async with asyncio.timeout(2), self.database.reading() as uow:
                await uow.execute(text("SELECT 1"))
                paused = {one.kind: f"paused: {one.reason}" for one in await troubles(uow)}
        except (SQLAlchemyError, OSError, TimeoutError):
            return Readiness(ready=False, degraded={"database": "away"})
        degraded = dict(paused)
        if self.wakeups.degraded or self.delays.degraded:
            degraded["redis"] = "away: loops fall back to their sweeps"
        for reader in self.readers:
            if reader.trouble:
                degraded.setdefault("telegram", reader.trouble)
        return Readiness(degraded=degraded)

    async def first_admin(self) -> str | None:
        """A token for the first admin, while there is none."""
        async with self.database.unit() as uow:
            return await invite_first_admin(uow, valid=timedelta(hours=self.settings.invitation_hours))

    def site(self) -> Site:
        """What the web is served from."""
        settings = self.settings
        return Site(
            self.database,
            self.wakeups,
            SystemClock(),
            media=settings.data_dir / MEDIA,
            language=settings.voronka_language,
            timezone=settings.voronka_timezone,
            hub=self.hub,
            public_url=settings.public_url,
            invitation=timedelta(hours=settings.invitation_hours),
            body_seconds=settings.body_seconds,
            trusted=settings.trusted_proxies,
        )

    async def close(self) -> None:
        """Give everything back."""
        for close in self.closing:
            await close()
