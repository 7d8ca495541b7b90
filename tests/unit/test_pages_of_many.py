"""Lists over several pages, and acts whose fields say too little: what the staff's addresses make of them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from pipeline.lists import ListPlace, list_deals
from pipeline.models import bulk
from pipeline.staff.shifts import start_shift
from pipeline.work.tasks import add_task, finish_task, move_task
from tests.contract.webchat import WebChatRig, webchat_rig
from tests.unit.office import Office
from tests.unit.test_board import several
from tests.unit.test_pages import PATIENCE, browser_of, shown
from tests.unit.test_work import deal_of, seen
from web.pages import queue, tasks
from web.words import micros


@pytest.fixture
async def rig() -> AsyncIterator[WebChatRig]:
    async with webchat_rig() as made:
        yield made


async def his(shop: Office) -> int:
    """A deal of the admin."""
    async with shop.database.unit() as uow:
        await start_shift(uow, await shop.admin())
    return await deal_of(shop, "anna")


@pytest.mark.parametrize("to", [None, "", "0x1", "nobody", "-1"])
async def test_a_deal_is_given_back_to_the_turn_only_by_that_word(rig: WebChatRig, to: str | None) -> None:
    shop, deal_id = rig.office, await his(rig.office)
    admin = await shop.admin()
    fields = {} if to is None else {"to": to}
    async with browser_of(rig, admin) as browser:
        async with browser.post(f"/deals/{deal_id}/assignee", data=fields) as answer:
            assert answer.status == 422, await answer.text()
        asked = {"act": "assignee", "ids": str(deal_id), "key": "0123456789abcdef"}
        async with browser.post(f"/board/{shop.pipeline_id}/bulk", data=asked | fields) as answer:
            assert answer.status == 422, await answer.text()
        assert (await seen(shop, admin, deal_id)).assignee_id == admin.id
        async with shop.database.reading() as uow:
            assert await uow.value(bulk.select()) is None
        assert 'name="to" value="turn"' in await shown(browser, f"/deals/{deal_id}/handing")
        offered = await shown(browser, f"/board/{shop.pipeline_id}/bulk?act=assignee&count=1")
        assert 'name="to" value="turn"' in offered
        async with browser.post(f"/deals/{deal_id}/assignee", data={"to": "turn"}) as answer:
            assert answer.status == 204
    assert (await seen(shop, admin, deal_id)).assignee_id is None


async def test_nothing_is_put_below_a_list_whose_rest_was_answered_meanwhile(rig: WebChatRig) -> None:
    shop = rig.office
    first, _ = await several(shop, 2)
    admin = await shop.admin()
    behind = ListPlace(True, shop.clock.now() + timedelta(days=1), 10**9)
    async with shop.database.reading() as uow:
        assert len((await list_deals(uow, admin, queue.LISTS["waiting"], place=behind)).deals) == 2
        page = await list_deals(uow, admin, queue.LISTS["waiting"], place=behind, else_first=False)
        assert (page.deals, page.first, page.last) == ([], None, None)
    place = f"1.{micros(behind.since)}.{behind.id}"
    async with browser_of(rig, admin) as browser:
        assert f"/deals/{first}" in await shown(browser, "/queue?list=waiting")
        assert "/deals/" not in await shown(browser, f"/queue?list=waiting&behind={place}")


async def three_tasks(shop: Office) -> list[int]:
    """Tasks of the admin, one each hour."""
    deal_id, admin = await his(shop), await shop.admin()
    made = []
    for number in range(1, 4):
        async with shop.database.unit() as uow:
            due_at = shop.clock.now() + timedelta(hours=number)
            made.append(await add_task(uow, admin, deal_id, due_at=due_at, text=f"Task {number}"))
    return [one for one in made if one is not None]


def link_after(page: str) -> str:
    return page.partition('href="/tasks?after=')[2].partition('"')[0]


async def test_the_second_page_of_tasks_stays_the_second_one(rig: WebChatRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "PAGE", 1)
    shop, made = rig.office, await three_tasks(rig.office)
    admin = await shop.admin()
    async with browser_of(rig, admin) as browser:
        place = link_after(await shown(browser, "/tasks"))
        page = await shown(browser, f"/tasks?after={place}")
        assert ("Task 2" in page, "Task 1" in page) == (True, False)
        # What is shown anew once something was done on it is the same page.
        assert f'data-reload="/tasks?after={place}"' in page
        async with shop.database.unit() as uow:
            await move_task(uow, admin, made[0], due_at=shop.clock.now() + timedelta(days=9))
        # The task that the first page ended with is elsewhere by now, and nothing is skipped.
        assert "Task 2" in await shown(browser, f"/tasks?after={place}")
        async with shop.database.unit() as uow:
            for one in made:
                await finish_task(uow, admin, one)
        again = await several_tasks_left(shop)
        assert again in await shown(browser, f"/tasks?after={place}")


async def several_tasks_left(shop: Office) -> str:
    """One task that stands before all places that were told; its words."""
    admin = await shop.admin()
    deal_id = (await shop.deals())[-1].id
    async with shop.database.unit() as uow:
        await add_task(uow, admin, deal_id, due_at=shop.clock.now() + timedelta(minutes=5), text="The first again")
    return "The first again"


@pytest.mark.parametrize("after", ["x", "1", ".", "1.x", f"{10**17}.1", "9" * 30])
async def test_a_place_that_is_none_is_the_first_page(rig: WebChatRig, after: str) -> None:
    await three_tasks(rig.office)
    async with browser_of(rig, await rig.office.admin()) as browser:
        assert "Task 1" in await shown(browser, f"/tasks?after={after}")


async def test_a_form_is_drawn_anew_while_somebody_else_writes(rig: WebChatRig) -> None:
    shop, form = rig.office, {"occasion.0": "deal_opened"}
    async with browser_of(rig, await shop.admin()) as browser, shop.database.unit(), asyncio.timeout(PATIENCE):
        answer = await browser.post("/triggers/form", data=form)
        assert answer.status == 200
