"""Lists of deals: what is in them, in which order, and pages that stay where they are while deals change."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from inbox.channel import Written
from pipeline.deals import answer
from pipeline.filters import DealFilter, Scope
from pipeline.lists import ListPlace, Page, count_deals, list_deals, stages_seen
from pipeline.moving import close, move
from pipeline.staff.rights import Role, Staff
from pipeline.staff.taking import take
from pipeline.tags import find_tag, tag_by_name
from pipeline.work.tasks import Colour, add_task, finish_task
from tests.unit.office import Office
from tests.unit.test_work import deal_of


async def page(shop: Office, by: Staff, wanted: DealFilter, **where: Any) -> Page:
    async with shop.database.reading() as uow:
        return await list_deals(uow, by, wanted, **where)


async def ids(shop: Office, by: Staff, wanted: DealFilter) -> list[int]:
    return [one.id for one in (await page(shop, by, wanted, limit=50)).deals]


async def deals_of(shop: Office, count: int) -> list[int]:
    """So many deals of as many customers, each a minute younger than the one before."""
    made = []
    for number in range(count):
        made.append(await deal_of(shop, str(100 + number)))
        shop.clock.move(minutes=1)
    return made


async def answered(shop: Office, by: Staff, deal_id: int) -> None:
    async with shop.database.unit() as uow:
        written = Written("x", uow.now, "text", {"text": "Yes"})
        await answer(uow, by, deal_id, written=written, client_key=f"answer:{deal_id}")
    await shop.settle()


async def test_the_longest_waiting_customer_comes_first_and_who_was_answered_last(shop: Office) -> None:
    by = await shop.hire("11")
    first, second, third = await deals_of(shop, 3)
    await answered(shop, by, first)
    assert await ids(shop, by, DealFilter()) == [second, third, first]


async def test_a_list_has_what_is_asked_for(shop: Office) -> None:
    by = await shop.hire("11")
    waits, tagged, offered, won = await deals_of(shop, 4)
    async with shop.database.unit() as uow:
        names = {one.name: one.id for one in await stages_seen(uow, by)}
        await tag_by_name(uow, by, tagged, "VIP")
        await move(uow, by, offered, stage_id=names["Offer sent"])
        await tag_by_name(uow, by, offered, "VIP")
        await close(uow, by, won, group="won")
        vip = await find_tag(uow, "vip")
    await shop.settle()
    assert await ids(shop, by, DealFilter()) == [waits, tagged, offered]
    assert await ids(shop, by, DealFilter(tag_ids=(vip,))) == [tagged, offered]
    assert await ids(shop, by, DealFilter(tag_ids=(vip,), stage_id=names["Offer sent"])) == [offered]
    assert await ids(shop, by, DealFilter(Scope.CLOSED)) == [won]
    assert await ids(shop, by, DealFilter(Scope.CLOSED, stage_id=names["Lost"])) == []
    assert await ids(shop, by, DealFilter(Scope.EVERY)) == [won, offered, tagged, waits]
    assert await ids(shop, by, DealFilter(pipeline_id=shop.pipeline_id + 1)) == []
    assert await ids(shop, by, DealFilter(Scope.ALL, assignee_id=by.id + 1)) == []
    async with shop.database.reading() as uow:
        assert await count_deals(uow, by, DealFilter(tag_ids=(vip,))) == 2


async def test_a_deal_has_the_colour_of_its_most_urgent_task(shop: Office) -> None:
    by = await shop.hire("11")
    red, yellow, green, _ = await deals_of(shop, 4)
    dues = [(red, -2), (red, 5), (yellow, -0.5), (yellow, 5), (green, 5)]
    async with shop.database.unit() as uow:
        for deal_id, hours in dues:
            made = await add_task(uow, by, deal_id, due_at=uow.now + timedelta(hours=hours))
        done = await add_task(uow, by, green, due_at=uow.now - timedelta(hours=9))
        await finish_task(uow, by, done or 0)
    assert made
    found = {colour: await ids(shop, by, DealFilter(colour=colour)) for colour in Colour}
    assert found == {Colour.RED: [red], Colour.YELLOW: [yellow], Colour.GREEN: [green]}


async def test_what_was_closed_last_comes_first(shop: Office) -> None:
    by = await shop.hire("11")
    first, second, third = await deals_of(shop, 3)
    for one in (second, first, third):
        async with shop.database.unit() as uow:
            await close(uow, by, one, group="won")
        await shop.settle()
        shop.clock.move(minutes=1)
    assert await ids(shop, by, DealFilter(Scope.CLOSED)) == [third, first, second]


async def test_pages_go_on_and_back_to_where_they_were(shop: Office) -> None:
    by = await shop.hire("11")
    made = await deals_of(shop, 7)
    for scope, order in ((Scope.MINE, made), (Scope.EVERY, made[::-1])):
        one = await page(shop, by, DealFilter(scope), limit=3)
        assert one.first is None
        two = await page(shop, by, DealFilter(scope), place=one.last, limit=3)
        three = await page(shop, by, DealFilter(scope), place=two.last, limit=3)
        assert [view.id for got in (one, two, three) for view in got.deals] == order
        assert three.last is None
        back = await page(shop, by, DealFilter(scope), place=three.first, back=True, limit=3)
        assert back == two
        again = await page(shop, by, DealFilter(scope), place=back.first, back=True, limit=3)
        assert (again.deals, again.first, again.last) == (one.deals, None, one.last)


async def test_pages_neither_jump_nor_repeat_when_deals_change_in_between(shop: Office) -> None:
    by = await shop.hire("11")
    made = await deals_of(shop, 7)
    one = await page(shop, by, DealFilter(), limit=3)
    async with shop.database.unit() as uow:
        await close(uow, by, made[0], group="won")
        await close(uow, by, made[2], group="won")
    await shop.settle()
    new = await deal_of(shop, "200")
    two = await page(shop, by, DealFilter(), place=one.last, limit=3)
    assert [view.id for view in two.deals] == made[3:6]
    back = await page(shop, by, DealFilter(), place=two.first, back=True, limit=3)
    assert [view.id for view in back.deals] == [made[1]]
    rest = await page(shop, by, DealFilter(), place=two.last, limit=3)
    assert [view.id for view in rest.deals] == [made[6], new]


async def test_where_nothing_is_left_the_list_begins_anew(shop: Office) -> None:
    by = await shop.hire("11")
    made = await deals_of(shop, 4)
    one = await page(shop, by, DealFilter(), limit=2)
    two = await page(shop, by, DealFilter(), place=one.last, limit=2)
    async with shop.database.unit() as uow:
        for closed in made[:2]:
            await close(uow, by, closed, group="won")
    await shop.settle()
    back = await page(shop, by, DealFilter(), place=two.first, back=True, limit=2)
    assert ([view.id for view in back.deals], back.first, back.last) == (made[2:], None, None)
    assert await page(shop, by, DealFilter(), place=ListPlace(True, shop.clock.now(), 0), limit=2) == back


async def test_nobody_finds_a_colleagues_deals_in_any_list(shop: Office) -> None:
    boris, clara = await shop.hire("11", on_shift=False), await shop.hire("12", on_shift=False)
    boss = await shop.hire("13", role=Role.SUPERVISOR, on_shift=False)
    his, nobodys, closed = await deals_of(shop, 3)
    async with shop.database.unit() as uow:
        await take(uow, boris, his)
        await take(uow, boris, closed)
        await close(uow, boris, closed, group="won")
    await shop.settle()
    assert [await ids(shop, clara, DealFilter(one)) for one in Scope] == [[], [nobodys], [nobodys], [], [nobodys]]
    assert await ids(shop, clara, DealFilter(Scope.ALL, assignee_id=boris.id)) == []
    assert await ids(shop, boss, DealFilter(Scope.ALL, assignee_id=boris.id)) == [his]
    assert await ids(shop, boss, DealFilter(Scope.CLOSED)) == [closed]
    async with shop.database.reading() as uow:
        assert await count_deals(uow, clara, DealFilter(Scope.EVERY)) == 1
        assert await count_deals(uow, boss, DealFilter(Scope.EVERY)) == 3


async def test_a_place_that_no_deal_has_is_a_place_all_the_same(shop: Office) -> None:
    by = await shop.hire("11")
    (only,) = await deals_of(shop, 1)
    before = ListPlace(answered=False, since=shop.clock.now() - timedelta(days=9), id=2**53)
    assert [view.id for view in (await page(shop, by, DealFilter(), place=before)).deals] == [only]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (DealFilter(Scope.MINE), "ix_deal_assignee"),
        (DealFilter(Scope.ALL), "ix_deal_assignee"),
        (DealFilter(Scope.MINE, colour=Colour.RED), "ix_task_deal"),
        (DealFilter(Scope.CLOSED, stage_id=1), "ix_deal_stage"),
        (DealFilter(Scope.EVERY, text="red shoes"), "ix_message_conversation"),
        (DealFilter(Scope.ALL, tag_ids=(1,)), "ix_deal_tag_tag"),
    ],
)
async def test_a_list_asks_its_index(shop: Office, wanted: DealFilter, index: str) -> None:
    boss = await shop.hire("11", role=Role.SUPERVISOR)
    asked: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    async with shop.database.unit() as uow:
        if not uow.is_sqlite:
            # A small table is read whole by any sensible planner, and these are empty.
            for path in ("enable_seqscan", "enable_bitmapscan"):
                await uow.execute(text(f"SET LOCAL {path} = off"))
        event.listen(uow.connection.sync_connection, "before_cursor_execute", keep)
        await list_deals(uow, boss, wanted)
        event.remove(uow.connection.sync_connection, "before_cursor_execute", keep)
        (statement, parameters) = asked[0]
        how = "EXPLAIN QUERY PLAN" if uow.is_sqlite else "EXPLAIN"
        plan = "\n".join(str(row) for row in await uow.connection.exec_driver_sql(f"{how} {statement}", parameters))
    assert index in plan, plan


async def test_deals_are_narrowed_by_how_they_came_whose_they_are_and_who_waits(shop: Office) -> None:
    boss = await shop.hire("11", role=Role.SUPERVISOR, on_shift=False)
    await shop.receive(shop.started("50", "ad-7"), shop.message("50"))
    await shop.receive(shop.message("51"))
    advertised, plain = (row.id for row in await shop.deals())
    midnight = shop.clock.now()
    shop.clock.move(hours=1)
    later = await deal_of(shop, "52")
    async with shop.database.unit() as uow:
        await take(uow, boss, plain)
        await tag_by_name(uow, boss, later, "VIP")
        await tag_by_name(uow, boss, later, "red")
        await tag_by_name(uow, boss, plain, "VIP")
        vip, red = await find_tag(uow, "VIP"), await find_tag(uow, "red")
    await answered(shop, boss, plain)
    every = {
        DealFilter(source="ad-7"): [advertised],
        DealFilter(nobodys=True): [later, advertised],
        DealFilter(assignee_id=boss.id): [plain],
        DealFilter(waits=True): [later, advertised],
        DealFilter(opened_from=midnight + timedelta(minutes=1)): [later],
        DealFilter(channel_kind="telegram"): [later, plain, advertised],
        DealFilter(channel_kind="webchat"): [],
        DealFilter(channel_id=shop.channel_id): [later, plain, advertised],
        DealFilter(channel_id=shop.channel_id + 1): [],
        DealFilter(group="active"): [later, plain, advertised],
        DealFilter(group="won"): [],
        DealFilter(tag_ids=(vip,)): [later, plain],
        DealFilter(tag_ids=(vip, red)): [later],
    }
    assert {one: await ids(shop, boss, replace(one, scope=Scope.EVERY)) for one in every} == every
