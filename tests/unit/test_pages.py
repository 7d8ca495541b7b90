"""The pages of the staff, in the test's own process: what is shown of an act, what was missed, who was let go."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import structlog
from sqlalchemy import update

from core.journal import newest_position
from core.redis import Wakeups
from inbox.channel import Written
from inbox.models import message
from inbox.seeing import seen_by_customer
from pipeline import bulk as acts
from pipeline.bulk import AddTags, PutInStage, start
from pipeline.bulks import Bulks
from pipeline.deals import answer
from pipeline.staff.people import disable
from pipeline.staff.rights import Role, Staff
from pipeline.staff.sessions import enter, link_for
from tests.contract.webchat import WebChatRig, webchat_rig
from tests.unit.test_board import several, stage_id
from tests.unit.test_work import deal_of
from web.security import csrf_of

PATIENCE = 10


@pytest.fixture
async def rig() -> AsyncIterator[WebChatRig]:
    async with webchat_rig() as made:
        yield made


@asynccontextmanager
async def browser_of(rig: WebChatRig, by: Staff) -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody's browser, signed in."""
    async with rig.office.database.unit() as uow:
        session = await enter(uow, await link_for(uow, by.id), agent=None)
    headers = {"Cookie": f"{rig.site.cookie}={session}", "X-CSRF-Token": csrf_of(session), "HX-Request": "true"}
    async with aiohttp.ClientSession(rig.url, headers=headers) as browser:
        yield browser


async def shown(browser: aiohttp.ClientSession, path: str) -> str:
    """A page."""
    async with browser.get(path) as answer:
        return await answer.text()


async def first_told(browser: aiohttp.ClientSession, path: str) -> Any:
    """The first thing that a stream says."""
    async with asyncio.timeout(PATIENCE), browser.get(path) as stream:
        async for line in stream.content:
            if line.startswith(b"data: {"):
                return json.loads(line[6:])
    raise AssertionError("the stream has ended")


async def test_whoever_comes_back_to_the_board_sees_the_act_that_goes_on(rig: WebChatRig) -> None:
    shop = rig.office
    admin, deals = await shop.admin(), await several(shop, 2)
    act = PutInStage(await stage_id(shop, "Offer sent"))
    async with shop.database.unit() as uow:
        bulk_id = await start(uow, admin, act, deals=deals, client_key="1")
    async with browser_of(rig, admin) as browser:
        assert "0 of 2" in await shown(browser, "/board")
        bulks = Bulks(shop.database, Wakeups(None), sweep_seconds=5)
        while await bulks.step():
            pass
        assert "2 of 2" in await shown(browser, f"/board/bulks/{bulk_id}/short")
        assert "of 2" not in await shown(browser, "/board")


async def test_a_report_names_all_deals_that_are_left_to_choose(
    rig: WebChatRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "MOST_SHOWN", 1)
    shop = rig.office
    admin, deals = await shop.admin(), await several(shop, 3)
    async with shop.database.unit() as uow:
        bulk_id = await start(uow, admin, AddTags((999,)), deals=deals, client_key="1")
    bulks = Bulks(shop.database, Wakeups(None), sweep_seconds=5)
    while await bulks.step():
        pass
    async with browser_of(rig, admin) as browser:
        for path in (f"/board/bulks/{bulk_id}", f"/board/bulks/{bulk_id}/short"):
            left = re.search('data-left="([0-9,]*)"', await shown(browser, path))
            assert left is not None
            assert sorted(map(int, left[1].split(","))) == deals


@pytest.mark.parametrize("path", ["/board/live", "/deals/1/live"])
async def test_a_page_that_was_told_of_another_journal_is_shown_anew(rig: WebChatRig, path: str) -> None:
    await several(rig.office, 1)
    async with browser_of(rig, await rig.office.admin()) as browser:
        assert await first_told(browser, f"{path}?since={10**17}") == {"everything": True}


async def test_a_page_that_missed_much_is_told_all_of_it_though_the_customer_was_there(rig: WebChatRig) -> None:
    shop = rig.office
    admin, deal_id = await shop.admin(), await deal_of(shop, "anna")
    async with shop.database.reading() as uow:
        before = await newest_position(uow)
    await shop.receive(*[shop.message("anna", f"Number {number}") for number in range(1, 71)])
    async with shop.database.unit() as uow:
        written = Written("", shop.clock.now(), "text", {"text": "Yes"})
        mine = await answer(uow, admin, deal_id, written=written, client_key="1")
        reached = update(message).where(message.c.id == mine.message_id).values(external_id="reached")
        conversation_id = await uow.value(reached.returning(message.c.conversation_id))
        assert await seen_by_customer(uow, conversation_id, mine.message_id)
    await shop.settle()
    async with browser_of(rig, admin) as browser:
        told = await first_told(browser, f"/deals/{deal_id}/live?since={before}")
    said = re.findall(r"Number (\d+)", told["messages"])
    assert {int(number) for number in said} >= set(range(1, 71))


async def test_whoever_is_let_go_while_his_form_is_on_its_way_does_nothing_any_more(rig: WebChatRig) -> None:
    shop = rig.office
    boris = await shop.hire("11", role=Role.SUPERVISOR)
    (deal_id,) = await several(shop, 1)
    began, may_end = asyncio.Event(), asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield b"amount="
        began.set()
        await may_end.wait()
        yield b"700"

    async with browser_of(rig, boris) as browser:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        asking = asyncio.create_task(browser.post(f"/deals/{deal_id}/amount", data=body(), headers=form).__aenter__())
        await began.wait()
        async with shop.database.unit() as uow:
            await disable(uow, await shop.admin(), boris.id)
        may_end.set()
        assert (await asking).status == 401
    assert (await shop.deals())[0].amount is None


@pytest.mark.parametrize("path", ["/board/1/heads", "/queue", "/deals/1/parts", "/attention", "/board/live?since=0"])
async def test_a_page_that_is_open_keeps_nobody_signed_in_by_itself(rig: WebChatRig, path: str) -> None:
    await several(rig.office, 1)
    async with browser_of(rig, await rig.office.admin()) as browser:
        for _ in range(11):
            rig.office.clock.move(hours=1)
            async with browser.get(path, headers={"X-By-Itself": "true"}) as answer:
                assert answer.status == 200
        rig.office.clock.move(hours=1)
        async with browser.get(path, headers={"X-By-Itself": "true"}) as answer:
            assert answer.status == 401


async def test_whoever_comes_by_stays_signed_in(rig: WebChatRig) -> None:
    await several(rig.office, 1)
    async with browser_of(rig, await rig.office.admin()) as browser:
        for _ in range(3):
            rig.office.clock.move(hours=11)
            async with browser.get("/deals/1") as answer:
                assert answer.status == 200


async def test_a_page_that_leaves_before_it_is_told_anything_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    with structlog.testing.capture_logs() as said:
        async with webchat_rig() as rig:
            database = rig.office.database
            await several(rig.office, 1)
            async with browser_of(rig, await rig.office.admin()) as browser, contextlib.AsyncExitStack() as readers:
                for _ in range(4):
                    await readers.enter_async_context(database.reading())
                with pytest.raises(TimeoutError):
                    await browser.get("/board/live?since=0", timeout=aiohttp.ClientTimeout(total=0.3))
    assert "web.failed" not in [one["event"] for one in said]
    assert [one.message for one in caplog.records if one.name.startswith("aiohttp")] == []
