"""Builds the object graph from the settings: the only file that knows every class; the loops live in their rooms."""

import asyncio
import os
import socket
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.story import STORY
from bot.alerts import close_idle_conversations
from bot.dispatcher import StaffDesk
from bot.house import House
from bot.screens import Shower
from core.clock import Clock, SystemClock
from core.database import Database
from core.journal import lock
from core.loops import whole
from core.redis import Wakeups, connect
from core.relay import COMPANY, Relay
from core.settings import Settings
from core.texts import texts
from inbox import media
from inbox.accounts import ensure_account, troubles
from inbox.channel import Channel, Retry
from inbox.channels.telegram import Telegram
from inbox.channels.webchat import WebChat
from inbox.delivery import Delivery, Lengths
from inbox.owner import Owner
from inbox.pacing import Pace, Pacer
from inbox.reading import Reader
from inbox.staff_updates import forget_old
from inbox.uploads import throw_away_unused
from pipeline.bulks import Bulks
from pipeline.moving import give_back_left_over
from pipeline.staff.inviting import invite_first_admin
from pipeline.staff.people import ensure_admins, staff_of
from pipeline.staff.rotation import hand_out
from pipeline.stages import open_deals_in, pipeline_ids, prepare_default
from pipeline.totals import fold
from pipeline.work.kinds import prepare_kinds
from pipeline.work.reminding import Reminders
from triggers.alarms import Alarms
from triggers.delays import Delays
from triggers.editing import stop_orphans
from triggers.hours import set_timezone
from triggers.presets import prepare_triggers
from web.live import Hub
from web.server import Readiness
from web.site import Site

log = structlog.get_logger()

ROLES = ("channels", "relay", "delays", "web")
RECEIPTS_KEPT = timedelta(hours=48)
ORPHANS_AT_ONCE = 500
MEDIA = "media"
# What the visitors of our own chat read is not sent anywhere.
UNHURRIED = Pace(1000, 1000, 1000)

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
            body_seconds=settings.body_seconds,
        )

    async def close(self) -> None:
        """Give everything back."""
        for close in self.closing:
            await close()


async def build(settings: Settings, redis_url: str, *, alone: bool, announce: Callable[[str], None]) -> Program:
    """The program for a migrated database. `alone` says that no other process can work on it.

    `announce` tells whoever started it what he should know.

    Raises inbox.accounts.OtherAccount for a token of another bot than before.
    """
    clock = SystemClock()
    database = Database(settings.database_url, clock)
    redis = connect(redis_url)
    wakeups = Wakeups(redis)
    database.ring = lambda topics: wakeups.ring(*topics)
    alarms = Alarms(redis, lease_seconds=settings.lease_seconds)
    delays = Delays(database, alarms, wakeups, clock, sweep_seconds=settings.sweep_seconds)
    database.set_alarms = delays.set
    hub = Hub(database, wakeups, sweep_seconds=settings.sweep_seconds)
    program = Program(settings, database, wakeups, delays, {role: [] for role in ROLES}, [], [], [], announce, hub)
    program.closing += [database.close, redis.aclose]
    await prepare(settings, database)
    reminders = Reminders(database, sweep_seconds=settings.sweep_seconds)
    bulks = Bulks(database, wakeups, sweep_seconds=settings.sweep_seconds)
    program.loops["web"].append(hub.run)
    program.loops["delays"] += [delays.run, reminders.run, bulks.run]
    relay = Relay(database, STORY, retry_after=settings.event_retry_seconds)
    program.loops["relay"] += [
        lambda: relay.run(wakeups, settings.sweep_seconds),
        lambda: _sweep(settings, database, clock),
    ]
    await add_quiet_channel(program, WebChat(), alone=alone)
    if settings.telegram_bot_token is not None:
        await _add_telegram(program, alone=alone)
    return program


async def prepare(settings: Settings, database: Database) -> None:
    """Make what an empty installation starts with: the default pipeline, the channel, the admins of the settings."""
    t = texts(settings.voronka_language, settings.voronka_timezone)
    async with database.unit() as uow:
        # Several processes may see an empty database at the same moment; the second one finds it prepared.
        await lock(uow, [COMPANY])
        pipeline_id = await prepare_default(uow, t)
        await prepare_kinds(uow, t)
        await prepare_triggers(uow)
        await set_timezone(uow, settings.voronka_timezone)
        await open_deals_in(uow, pipeline_id, channel_id=await ensure_account(uow, WebChat.kind, WebChat.kind))
        if settings.telegram_bot_token is None:
            return
        channel_id = await ensure_account(uow, Telegram.kind, bot_id(settings))
        await open_deals_in(uow, pipeline_id, channel_id=channel_id)
        await ensure_admins(
            uow,
            channel_id,
            [str(one) for one in settings.telegram_admin_ids],
            language=t.language,
            timezone=t.timezone,
        )


def bot_id(settings: Settings) -> str:
    """The bot's own id, which is the first part of its token."""
    if settings.telegram_bot_token is None:
        raise ValueError("no token is set")
    return settings.telegram_bot_token.get_secret_value().partition(":")[0]


def telegram(settings: Settings) -> Telegram:
    """The bot of the settings."""
    if settings.telegram_bot_token is None:
        raise ValueError("no token is set")
    return Telegram(
        settings.telegram_bot_token.get_secret_value(),
        api_base=settings.telegram_api_base,
        poll_seconds=settings.poll_seconds,
        timeout_seconds=settings.send_timeout_seconds,
    )


async def _add_telegram(program: Program, *, alone: bool) -> None:
    settings, database = program.settings, program.database
    channel = telegram(settings)
    program.closing.insert(0, channel.close)
    async with database.unit() as uow:
        channel_id = await ensure_account(uow, Telegram.kind, bot_id(settings))
    pace = Pace(settings.pace_chat_per_second, settings.pace_chat_burst, settings.pace_bot_per_second)
    pacer = Pacer(pace, time.monotonic)
    reader = Reader(database, channel, channel_id, staff_of)

    async def deliver(epoch: int) -> None:
        lengths = Lengths(settings.sweep_seconds, settings.send_timeout_seconds, settings.retry_seconds)
        delivery = Delivery(
            database,
            channel,
            channel_id,
            epoch=epoch,
            media=settings.data_dir / MEDIA,
            pacer=pacer,
            wakeups=program.wakeups,
            lengths=lengths,
        )
        await delivery.run()

    async def serve_staff(epoch: int) -> None:
        house = House(
            bot_name=await _username(channel),
            language=settings.voronka_language,
            timezone=settings.voronka_timezone,
            invitation=timedelta(hours=settings.invitation_hours),
            idle=timedelta(minutes=settings.idle_minutes),
            web=program.url,
        )
        program.announce(f"Telegram: https://t.me/{house.bot_name}")
        if (token := await program.first_admin()) is not None:
            program.announce(f"Admin link: {house.invitation_link(token)}")
        desk = StaffDesk(
            database,
            channel.bot,
            channel_id,
            house=house,
            shower=Shower(channel.bot, pacer),
            wakeups=program.wakeups,
            sweep_seconds=settings.sweep_seconds,
            retry_after=settings.event_retry_seconds,
        )
        await desk.run(epoch)

    async def keep_files(epoch: int) -> None:
        del epoch
        lengths = media.Lengths(settings.sweep_seconds, settings.fetch_timeout_seconds, settings.fetch_retry_seconds)
        folder = settings.data_dir / MEDIA
        keeper = media.Keeper(database, channel, channel_id, folder, wakeups=program.wakeups, lengths=lengths)
        await keeper.run()

    async def read(epoch: int) -> None:
        del epoch
        await reader.run()

    owner = Owner(
        database,
        channel,
        channel_id,
        works=[read, deliver, serve_staff, keep_files],
        owner=_owner_name(),
        lease_seconds=settings.lease_seconds,
        alone=alone,
    )
    program.owners.append(owner)
    program.readers.append(reader)
    program.loops["channels"].append(owner.run)


async def add_quiet_channel(program: Program, channel: Channel, *, alone: bool) -> None:
    """A channel on which nothing is read, such as the chat for visitors of web sites, who write to our own pages."""
    settings, database = program.settings, program.database
    async with database.unit() as uow:
        channel_id = await ensure_account(uow, channel.kind, await channel.name())

    async def deliver(epoch: int) -> None:
        delivery = Delivery(
            database,
            channel,
            channel_id,
            epoch=epoch,
            media=settings.data_dir / MEDIA,
            pacer=Pacer(UNHURRIED, time.monotonic),
            wakeups=program.wakeups,
            lengths=Lengths(settings.sweep_seconds, settings.send_timeout_seconds, settings.retry_seconds),
        )
        await delivery.run()

    owner = Owner(
        database,
        channel,
        channel_id,
        works=[deliver],
        owner=_owner_name(),
        lease_seconds=settings.lease_seconds,
        alone=alone,
    )
    program.owners.append(owner)
    program.loops["channels"].append(owner.run)


def _owner_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


async def _username(channel: Telegram) -> str:
    """The bot's public name, asked until Telegram can be reached. Raises Paused."""
    pause = 1.0
    while True:
        try:
            return (await channel.me()).username or ""
        except Retry as failure:
            await asyncio.sleep(failure.after or pause)
            pause = min(pause * 2, 30.0)


async def _sweep(settings: Settings, database: Database, clock: Clock) -> None:
    """What nobody is woken for: deals that kept their place, idle conversations, old receipts, unused files."""
    while True:
        await asyncio.sleep(settings.sweep_seconds)
        try:
            await whole(_sweep_once(database, clock))
            await whole(throw_away_unused(database, settings.data_dir / MEDIA))
        except SQLAlchemyError:
            log.exception("sweep.database_failed")


async def _sweep_once(database: Database, clock: Clock) -> None:
    async with database.unit() as uow:
        await give_back_left_over(uow)
        await hand_out(uow, await pipeline_ids(uow))
    async with database.unit() as uow:
        await stop_orphans(uow, most=ORPHANS_AT_ONCE)
    async with database.unit() as uow:
        await close_idle_conversations(uow)
    async with database.unit() as uow:
        await fold(uow)
    async with database.unit() as uow:
        await forget_old(uow, before=clock.now() - RECEIPTS_KEPT)


def roles_of(names: str | None) -> Sequence[str]:
    """The roles that a comma-separated list names; all without one. Raises ValueError naming an unknown one."""
    if names is None:
        return ROLES
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in ROLES]
    if unknown or not wanted:
        raise ValueError(", ".join(unknown) or "none")
    return wanted
