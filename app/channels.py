"""The channels of an installation: who reads, delivers, serves the staff and keeps files, each with its owner."""

import asyncio
import os
import socket
import time
import uuid
from collections.abc import Sequence
from datetime import timedelta

from app.program import MEDIA, Program
from bot.dispatcher import StaffDesk
from bot.house import House
from bot.screens import Shower
from core.settings import Settings
from inbox import media
from inbox.accounts import ensure_account
from inbox.channel import Channel, Retry
from inbox.channels.telegram import Telegram
from inbox.delivery import Delivery, Lengths
from inbox.owner import Owner, Work
from inbox.pacing import Pace, Pacer
from inbox.presence import TYPING
from inbox.reading import Reader
from inbox.typing_signs import TypingSigns
from pipeline.staff.people import staff_of

UNHURRIED = Pace(1000, 1000, 1000)


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


async def add_telegram(program: Program, *, alone: bool) -> None:
    settings, database = program.settings, program.database
    channel = telegram(settings)
    program.closing.insert(0, channel.close)
    async with database.unit() as uow:
        channel_id = await ensure_account(uow, Telegram.kind, bot_id(settings))
    pace = Pace(settings.pace_chat_per_second, settings.pace_chat_burst, settings.pace_bot_per_second)
    pacer = Pacer(pace, time.monotonic)
    reader = Reader(database, channel, channel_id, staff_of)

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

    signs = TypingSigns(database, channel, channel_id, pacer=pacer)
    program.wakeups.listen(TYPING, signs.hear)

    async def show_typing(epoch: int) -> None:
        del epoch
        await signs.run()

    works = [read, _delivering(program, channel, channel_id, pacer), serve_staff, keep_files, show_typing]
    program.readers.append(reader)
    _own(program, channel, channel_id, works, alone=alone)


async def add_quiet_channel(program: Program, channel: Channel, *, alone: bool) -> None:
    """A channel on which nothing is read, such as the chat for visitors of web sites, who write to our own pages."""
    async with program.database.unit() as uow:
        channel_id = await ensure_account(uow, channel.kind, await channel.name())

    works = [_delivering(program, channel, channel_id, Pacer(UNHURRIED, time.monotonic))]
    _own(program, channel, channel_id, works, alone=alone)


def _delivering(program: Program, channel: Channel, channel_id: int, pacer: Pacer) -> Work:
    """What sends in a channel, for as long as it is owned."""
    settings = program.settings

    async def deliver(epoch: int) -> None:
        delivery = Delivery(
            program.database,
            channel,
            channel_id,
            epoch=epoch,
            media=settings.data_dir / MEDIA,
            pacer=pacer,
            wakeups=program.wakeups,
            lengths=Lengths(settings.sweep_seconds, settings.send_timeout_seconds, settings.retry_seconds),
        )
        await delivery.run()

    return deliver


def _own(program: Program, channel: Channel, channel_id: int, works: Sequence[Work], *, alone: bool) -> None:
    """Let one process at a time do the works of a channel."""
    owner = Owner(
        program.database,
        channel,
        channel_id,
        works=works,
        owner=_owner_name(),
        lease_seconds=program.settings.lease_seconds,
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
