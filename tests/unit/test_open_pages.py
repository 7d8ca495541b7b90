"""Open pages are told what happens, and end with the right to see it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from pipeline.staff.people import set_role
from pipeline.staff.rights import Role
from tests.unit.office import Office
from tests.unit.test_work import deal_of
from web.live import Hub


@pytest.fixture
async def hub(shop: Office) -> AsyncIterator[Hub]:
    made = Hub(shop.database, shop.wakeups, sweep_seconds=0.05)
    walking = asyncio.create_task(made.run())
    yield made
    walking.cancel()
    await asyncio.wait([walking])


async def test_a_page_that_was_away_hears_what_it_missed_and_then_what_comes(shop: Office, hub: Hub) -> None:
    first = await deal_of(shop, "100")
    async with hub.watching(1, 1, since=0) as page:
        missed = await page.wait(5)
        assert missed is not None
        assert first in missed.deals
        second = await deal_of(shop, "101")
        seen: set[int] = set()
        async with asyncio.timeout(5):
            while second not in seen:
                changes = await page.wait(5)
                seen |= changes.deals if changes else set()


async def test_the_pages_of_whoever_may_do_something_else_now_end(shop: Office, hub: Hub) -> None:
    boss, anna = await shop.hire("11", role=Role.ADMIN), await shop.hire("12", role=Role.SUPERVISOR)
    await shop.settle()
    async with hub.watching(boss.id, 1, since=0) as his, hub.watching(anna.id, 2, since=0) as hers:
        await his.wait(5)
        await hers.wait(5)
        async with shop.database.unit() as uow:
            await set_role(uow, boss, anna.id, role=Role.OPERATOR)
        await shop.settle()
        async with asyncio.timeout(5):
            while not hers.is_over():
                await hers.wait(1)
        assert not his.is_over()


async def test_no_page_stays_open_once_the_program_stops(shop: Office, hub: Hub) -> None:
    async with hub.watching(1, 1, since=None) as page:
        hub.close()
        await page.wait(5)
        assert page.is_over()
    async with hub.watching(1, 1, since=None) as late:
        assert late.is_over()
