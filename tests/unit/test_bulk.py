"""One act on many deals: each as if it were done alone, exactly once, and a report of what failed and why."""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from core.errors import NotFound
from core.journal import event
from core.redis import Wakeups
from core.texts import texts
from pipeline import bulk as acts
from pipeline.bulk import (
    Act,
    AddTags,
    AddTask,
    Assign,
    NoDealChosen,
    Progress,
    PutInStage,
    RemoveTags,
    TooManyDeals,
    as_stored,
    from_stored,
    progress,
    start,
    under_way,
)
from pipeline.bulks import Bulks, perform
from pipeline.filters import DealFilter, Scope
from pipeline.models import bulk_deal, deal, task
from pipeline.staff.people import disable
from pipeline.staff.rights import Role, Staff
from pipeline.staff.taking import take
from pipeline.stages import reasons
from pipeline.tags import make_tag
from tests.unit.office import Office
from tests.unit.test_board import several, stage_id
from tests.unit.test_work import seen


class Desk:
    """Somebody who starts acts, and the loop that does them."""

    def __init__(self, shop: Office, by: Staff) -> None:
        self.shop = shop
        self.by = by
        self.loop = Bulks(shop.database, Wakeups(None), sweep_seconds=5)
        self.number = 0

    async def start(self, act: Act, deals: Collection[int] = (), **how: Any) -> int:
        self.number += 1
        async with self.shop.database.unit() as uow:
            how = {"client_key": str(self.number)} | how
            return await start(uow, self.by, act, deals=deals, **how)

    async def done(self, act: Act, deals: Collection[int] = (), **how: Any) -> Progress:
        bulk_id = await self.start(act, deals, **how)
        await self.finish()
        return await self.progress(bulk_id)

    async def finish(self) -> None:
        while await self.loop.step():
            pass
        await self.shop.settle()

    async def progress(self, bulk_id: int) -> Progress:
        async with self.shop.database.reading() as uow:
            return await progress(uow, self.by, bulk_id)


@pytest.fixture
async def desk(shop: Office) -> Desk:
    return Desk(shop, await shop.hire("11", role=Role.SUPERVISOR))


async def test_every_act_is_done_on_every_chosen_deal(desk: Desk) -> None:
    shop, by = desk.shop, desk.by
    other = await shop.hire("12", on_shift=False)
    deals = await several(shop, 3)
    async with shop.database.unit() as uow:
        vip, red = await make_tag(uow, "VIP"), await make_tag(uow, "red")
        reason = (await reasons(uow))[0]
    due = shop.clock.now() + timedelta(hours=1)
    for act in (AddTags((vip, red)), RemoveTags((red,)), AddTask(due, text="Call"), Assign(other.id, "Holiday")):
        assert (await desk.done(act, deals[:2])).done == 2
    views = [await seen(shop, by, one) for one in deals]
    assert [one.tags for one in views] == [["VIP"], ["VIP"], []]
    assert [one.next_task_at for one in views] == [due, due, None]
    assert [one.assignee_id for one in views] == [other.id, other.id, by.id]
    await desk.done(PutInStage(await stage_id(shop, "Offer sent")), deals[:1])
    await desk.done(PutInStage(await stage_id(shop, "Lost"), reason.id), deals[1:2])
    await desk.done(PutInStage(await stage_id(shop, "Won")), deals[2:])
    views = [await seen(shop, by, one) for one in deals]
    assert [(one.stage, one.lost_reason) for one in views] == [
        ("Offer sent", None),
        ("Lost", reason.name),
        ("Won", None),
    ]


async def test_what_is_refused_is_told_for_each_deal_and_keeps_nothing_else_from_being_done(desk: Desk) -> None:
    shop = desk.shop
    boris = await shop.hire("12", on_shift=False)
    clara = Desk(shop, await shop.hire("13", on_shift=False))
    his, hers = await several(shop, 2)
    async with shop.database.unit() as uow:
        await uow.execute(deal.update().values(assignee_id=None))
        await take(uow, boris, his)
        await take(uow, clara.by, hers)
        tag_id = await make_tag(uow, "VIP")
    found = await clara.done(AddTags((tag_id,)), [his, hers])
    assert (found.total, found.done, found.failed, found.stopped) == (2, 1, 1, False)
    (failed,) = found.failures
    told = failed.refusal.told(texts("en"), shop.clock.now())
    assert (failed.deal_id, failed.refusal.code) == (his, "deal-taken")
    assert told.startswith(f"#{his}: Person 12 took it just now.")


async def test_a_deal_on_which_half_an_act_is_refused_is_left_as_it_was(desk: Desk) -> None:
    (deal_id,) = await several(desk.shop, 1)
    async with desk.shop.database.unit() as uow:
        tag_id = await make_tag(uow, "VIP")
    found = await desk.done(AddTags((tag_id, 999)), [deal_id])
    assert (found.done, [one.refusal.code for one in found.failures]) == (0, ["not-found"])
    assert (await seen(desk.shop, desk.by, deal_id)).tags == []


async def test_all_that_a_filter_finds_is_what_it_found_when_the_act_began(desk: Desk) -> None:
    await several(desk.shop, 3)
    won = await stage_id(desk.shop, "Won")
    bulk_id = await desk.start(PutInStage(won), wanted=DealFilter(Scope.EVERY, group="active"))
    await desk.shop.receive(desk.shop.message("900"))
    await desk.finish()
    assert (await desk.progress(bulk_id)).done == 3
    assert [row.stage_id == won for row in await desk.shop.deals()] == [True, True, True, False]


async def test_the_same_act_started_twice_is_one(desk: Desk) -> None:
    deals = await several(desk.shop, 2)
    act = AddTask(desk.shop.clock.now())
    first = await desk.start(act, deals, client_key="a")
    assert await desk.start(act, deals, client_key="a") == first
    await desk.finish()
    assert await desk.start(act, deals, client_key="a") == first
    await desk.finish()
    async with desk.shop.database.reading() as uow:
        assert await uow.value(select(func.count()).select_from(task)) == 2


async def test_nothing_and_too_much_are_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    deals = await several(desk.shop, 3)
    monkeypatch.setattr(acts, "MOST", 2)
    with pytest.raises(NoDealChosen):
        await desk.start(Assign(None), [999])
    with pytest.raises(TooManyDeals):
        await desk.start(Assign(None), deals)
    with pytest.raises(TooManyDeals) as refused:
        await desk.start(Assign(None), wanted=DealFilter(Scope.EVERY))
    assert refused.value.values == {"count": 3, "most": 2}


async def test_what_was_under_way_when_the_program_died_is_done_once(desk: Desk) -> None:
    shop = desk.shop
    deals = await several(shop, 3)
    bulk_id = await desk.start(AddTask(shop.clock.now()), deals)
    assert await desk.loop.step()
    with pytest.raises(RuntimeError, match="killed"):
        await _die_amid(desk, bulk_id, deals[1])
    await Desk(shop, desk.by).finish()
    assert (await desk.progress(bulk_id)).done == 3
    async with shop.database.reading() as uow:
        rows = await uow.rows(select(task.c.deal_id).order_by(task.c.deal_id))
        ended = await uow.rows(select(event.c.ref).where(event.c.kind == "BulkEnded"))
    assert [row.deal_id for row in rows] == deals
    assert [row.ref for row in ended] == [f"bulk:{bulk_id}"]


async def _die_amid(desk: Desk, bulk_id: int, deal_id: int) -> None:
    async with desk.shop.database.unit() as uow:
        await perform(uow, desk.by, deal_id, AddTask(uow.now), key=f"bulk:{bulk_id}:{deal_id}")
        await uow.execute(bulk_deal.update().where(bulk_deal.c.deal_id == deal_id).values(outcome="done"))
        raise RuntimeError("killed")


async def test_two_loops_do_each_deal_once(desk: Desk) -> None:
    deals = await several(desk.shop, 6)
    bulk_id = await desk.start(AddTask(desk.shop.clock.now()), deals)
    await asyncio.gather(desk.finish(), Desk(desk.shop, desk.by).finish())
    await desk.finish()
    found = await desk.progress(bulk_id)
    assert (found.done, found.ended_at is not None) == (6, True)
    async with desk.shop.database.reading() as uow:
        assert await uow.value(select(func.count()).select_from(task)) == 6


async def test_what_somebody_who_left_had_begun_stops(desk: Desk) -> None:
    deals = await several(desk.shop, 3)
    bulk_id = await desk.start(AddTask(desk.shop.clock.now()), deals)
    await desk.loop.step()
    async with desk.shop.database.unit() as uow:
        await disable(uow, await desk.shop.admin(), desk.by.id)
    await desk.finish()
    found = await desk.progress(bulk_id)
    assert (found.done, found.total, found.stopped) == (1, 3, True)
    assert len(found.left) == 2
    assert set(found.left) < set(deals)


async def test_all_that_failed_is_left_though_not_all_of_it_is_listed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "MOST_SHOWN", 1)
    deals = await several(desk.shop, 3)
    bulk_id = await desk.start(AddTags((999,)), deals)
    assert (await desk.progress(bulk_id)).left == []
    await desk.finish()
    found = await desk.progress(bulk_id)
    assert (len(found.failures), sorted(found.left)) == (1, deals)


async def test_an_act_is_known_to_whoever_started_it_alone(desk: Desk) -> None:
    bulk_id = await desk.start(Assign(None), await several(desk.shop, 1))
    async with desk.shop.database.reading() as uow:
        assert await under_way(uow, desk.by) == [bulk_id]
        admin = await desk.shop.admin()
        assert await under_way(uow, admin) == []
        with pytest.raises(NotFound):
            await progress(uow, admin, bulk_id)


def test_an_act_is_kept_as_it_is() -> None:
    at = AddTask(datetime(2026, 3, 2, tzinfo=UTC), text="Call")
    for act in (PutInStage(3, 4, "x"), AddTags((1, 2)), RemoveTags((1,)), Assign(None), Assign(3, "why"), at):
        assert from_stored(as_stored(act)) == act
