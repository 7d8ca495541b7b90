"""Who works a channel ends when it is told to, whatever its loops do at that moment."""

import asyncio

import pytest

from core.clock import SystemClock
from core.database import Database
from inbox.channel import Paused
from inbox.channels.telegram import Telegram
from inbox.owner import Owner
from tests.unit.office import Office

PATIENCE = 10.0


async def test_a_loop_that_finds_the_channel_paused_while_all_ends_keeps_nobody(
    shop: Office, database_url: str
) -> None:
    del shop
    database = Database(database_url, SystemClock())
    channel = Telegram("1:A", api_base="http://127.0.0.1:9", poll_seconds=1, timeout_seconds=1)
    began = asyncio.Event()

    async def read(epoch: int) -> None:
        del epoch
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise Paused("token")

    owner = Owner(database, channel, 1, works=[read], owner="this", lease_seconds=PATIENCE, alone=True)
    working = asyncio.create_task(owner.run())
    await began.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(PATIENCE):
            await working
    await channel.close()
    await database.close()
