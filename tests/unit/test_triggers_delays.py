"""The loop for what is due, beside others of its kind and with a Redis that comes and goes."""

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core.database import Database
from core.embedded import EmbeddedRedis
from core.journal import event
from core.redis import Keys, Wakeups, connect
from tests.unit.office import MovedClock, Office
from tests.unit.test_triggers import Scene
from triggers.actions.notify import Notify
from triggers.alarms import Alarms
from triggers.delays import Delays
from triggers.editing import Draft
from triggers.occasions.message_received import OnMessageReceived

MANY = 500


@pytest.fixture
async def scene(shop: Office) -> Scene:
    return Scene(shop)


async def test_several_who_look_for_what_is_due_let_each_act_once(
    shop: Office, scene: Scene, database_url: str
) -> None:
    notice = Notify(whom="supervisors", text="!")
    trigger_id = await scene.add(Draft(occasion=OnMessageReceived(), actions=(notice,), delay=timedelta(minutes=10)))
    await shop.receive(*(shop.message(f"customer {number}") for number in range(MANY)))
    shop.clock.move(minutes=10)
    databases = [Database(database_url, shop.clock) for _ in range(1 if shop.database.is_sqlite else 3)]
    alarms = Alarms(shop.redis, lease_seconds=30)
    others = [Delays(one, alarms, Wakeups(None), shop.clock, sweep_seconds=5) for one in databases]
    while ("waiting", None) in await scene.runs():
        await asyncio.gather(*(one.step() for one in (shop.delays, *others)))
    async with shop.database.reading() as uow:
        rows = await uow.rows(select(event.c.data).where(event.c.kind == "RunPerformed"))
    acted = Counter(row.data["run_id"] for row in rows if row.data["trigger_id"] == trigger_id)
    assert (len(acted), set(acted.values())) == (MANY, {1})
    for one in databases:
        await one.close()


async def test_who_only_schedules_finds_a_redis_that_is_back(tmp_path: Path) -> None:
    server, clock = EmbeddedRedis(tmp_path), MovedClock()
    url = await server.start()
    await server.stop()
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/voronka.db", clock)
    async with connect(url) as redis:
        delays = Delays(database, Alarms(redis, lease_seconds=30), Wakeups(None), clock, sweep_seconds=5)
        await delays.set({1: clock.now()})
        away = delays.degraded
        await server.start()
        clock.move(seconds=6)
        await delays.set({2: clock.now()})
        assert (away, delays.degraded) == (True, False)
        assert await redis.zrange(Keys.DUE, 0, -1) == ["2"]
    await server.stop()
    await database.close()
