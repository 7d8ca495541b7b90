"""What two processes do in the same moment: each rule holds for both together."""

import asyncio
from pathlib import Path

from sqlalchemy import func, select, update

from app.migrating import migrate
from app.wiring import prepare
from core.clock import SystemClock
from core.database import Database, UnitOfWork
from core.settings import Settings
from inbox.channel import Incoming, Person, Pressed
from inbox.staff_updates import claim, finish, oldest_of_each_chat
from pipeline.models import deal, pipeline, staff
from pipeline.moving import give_back_left_over
from pipeline.staff.rotation import hand_out
from tests.unit.office import Office


async def test_an_empty_database_is_prepared_once(database_url: str, tmp_path: Path) -> None:
    named = {"data_dir": tmp_path, "database_url": database_url, "telegram_bot_token": "1:token"}
    settings = Settings.model_validate(named)
    databases = [Database(database_url, SystemClock()) for _ in range(3)]
    await migrate(databases[0])
    await asyncio.gather(*(prepare(settings, one) for one in databases))
    async with databases[0].reading() as uow:
        assert await uow.value(select(func.count()).select_from(pipeline)) == 1
    for one in databases:
        await one.close()


async def test_nobody_gets_more_than_his_limit_from_two_who_hand_out_at_once(shop: Office) -> None:
    by = await shop.hire("10", on_shift=False)
    await shop.receive(*(shop.message(name) for name in ("a", "b")))
    first_has_handed_out, second = asyncio.Event(), asyncio.Event()

    async def begin(uow: UnitOfWork) -> None:
        await uow.execute(update(staff).where(staff.c.id == by.id).values(capacity=1, on_shift_since=uow.now))

    async with shop.database.unit() as uow:
        await begin(uow)

    async def hands_out_first() -> None:
        async with shop.database.unit() as uow:
            await hand_out(uow, [shop.pipeline_id])
            first_has_handed_out.set()
            await asyncio.wait([asyncio.ensure_future(second.wait())], timeout=0.5)

    async def hands_out_second() -> None:
        await first_has_handed_out.wait()
        await shop.take_in([shop.message("c")])
        await shop.relay.wave()

    await asyncio.gather(hands_out_first(), hands_out_second())
    await shop.settle()
    assert [one.assignee_id for one in await shop.deals()].count(by.id) == 1


async def test_what_somebody_got_in_the_moment_he_left_goes_to_the_next(shop: Office) -> None:
    gone, here = await shop.hire("10"), await shop.hire("11", on_shift=False)
    await shop.receive(shop.message("a"))
    async with shop.database.unit() as uow:
        await uow.execute(update(staff).where(staff.c.id == gone.id).values(disabled_at=uow.now))
        await uow.execute(update(staff).where(staff.c.id == here.id).values(on_shift_since=uow.now))
    async with shop.database.unit() as uow:
        await give_back_left_over(uow)
        await hand_out(uow, [shop.pipeline_id])
    async with shop.database.reading() as uow:
        assert await uow.value(select(deal.c.assignee_id)) == here.id


async def test_an_update_of_the_staff_is_worked_on_once(shop: Office) -> None:
    await shop.take_in([Incoming("900", {"update_id": 900}, "1", Person("1", "Ada"), Pressed())])
    worked = []

    async def works() -> None:
        async with shop.database.reading() as uow:
            (one,) = await oldest_of_each_chat(uow, shop.channel_id, limit=1)
        async with shop.database.unit() as uow:
            if await claim(uow, one.id):
                await asyncio.sleep(0.1)
                await finish(uow, one.id)
                worked.append(one.id)

    await asyncio.gather(works(), works())
    assert len(worked) == 1
