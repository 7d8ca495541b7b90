"""Builds the object graph from the settings; channels are added by `channels`, and the loops live in their rooms."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.channels import add_quiet_channel, add_telegram, bot_id
from app.program import MEDIA, ROLES, Program
from app.story import STORY
from bot.alerts import close_idle_conversations
from core.clock import Clock, SystemClock
from core.database import Database
from core.journal import lock
from core.loops import whole
from core.redis import Wakeups, connect
from core.relay import COMPANY, Relay
from core.settings import Settings
from core.texts import texts
from inbox.accounts import ensure_account
from inbox.channels.telegram import Telegram
from inbox.channels.webchat import WebChat
from inbox.staff_updates import forget_old
from inbox.uploads import throw_away_unused
from pipeline.bulks import Bulks
from pipeline.moving import give_back_left_over
from pipeline.staff.people import ensure_admins
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

log = structlog.get_logger()

RECEIPTS_KEPT = timedelta(hours=48)
ORPHANS_AT_ONCE = 500


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
        await add_telegram(program, alone=alone)
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
