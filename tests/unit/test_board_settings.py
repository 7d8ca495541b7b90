"""What somebody's board remembers, and what its pickers offer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from core.database import UnitOfWork
from core.errors import NotFound
from pipeline.another import open_another
from pipeline.models import membership
from pipeline.profiles import profile_of
from pipeline.staff.boards import BoardSettings, Theme, board_settings, choose_theme, fold_stage, show_empty
from pipeline.staff.handing_over import assignable, hand_over
from pipeline.staff.notices import USUAL, Notice, let_ring, ringing
from tests.unit.office import Office
from tests.unit.test_board import stage_id
from tests.unit.test_deadlocks import waits_for_a_lock
from tests.unit.test_work import deal_of

T = TypeVar("T")


async def test_a_board_is_as_its_person_left_it_and_nobody_elses(shop: Office) -> None:
    by, other = await shop.hire("11"), await shop.hire("12")
    won = await stage_id(shop, "Won")
    async with shop.database.unit() as uow:
        assert await board_settings(uow, by) == BoardSettings()
        await fold_stage(uow, by, won, folded=True)
        await fold_stage(uow, by, 999, folded=True)
        await show_empty(uow, by, on=False)
        await choose_theme(uow, by, Theme.DARK)
    async with shop.database.unit() as uow:
        assert await board_settings(uow, by) == BoardSettings(frozenset({won}), False, Theme.DARK)
        assert await board_settings(uow, other) == BoardSettings()
        assert (await fold_stage(uow, by, won, folded=False)).folded == frozenset()


async def at_once(shop: Office, change: Callable[[UnitOfWork, T], Awaitable[None]], first: T, second: T) -> None:
    """Make a change with each of two values; the second begins before the first is committed."""

    async def change_again() -> None:
        async with shop.database.unit() as uow:
            await change(uow, second)

    async with shop.database.unit() as uow:
        await change(uow, first)
        changing = asyncio.create_task(change_again())
        if not uow.is_sqlite:
            await waits_for_a_lock(shop, changing)
    await changing


async def test_two_changes_of_a_board_at_once_are_both_kept(shop: Office) -> None:
    by = await shop.hire("11")
    won, lost = await stage_id(shop, "Won"), await stage_id(shop, "Lost")

    async def fold(uow: UnitOfWork, stage: int) -> None:
        await fold_stage(uow, by, stage, folded=True)

    await at_once(shop, fold, won, lost)
    async with shop.database.reading() as uow:
        assert (await board_settings(uow, by)).folded == {won, lost}


async def test_two_notices_that_are_chosen_at_once_are_both_kept(shop: Office) -> None:
    by = await shop.hire("11")
    first, second = list(USUAL)[:2]

    async def silence(uow: UnitOfWork, notice: Notice) -> None:
        await let_ring(uow, by, notice, on=False)

    await at_once(shop, silence, first, second)
    async with shop.database.reading() as uow:
        assert (await ringing(uow, by)).rings == USUAL - {first, second}


async def test_who_can_get_a_deal_is_told_with_what_he_has(shop: Office) -> None:
    boris, clara = await shop.hire("11"), await shop.hire("12", on_shift=False)
    await deal_of(shop)
    async with shop.database.unit() as uow:
        found = await assignable(uow, clara, shop.pipeline_id)
        assert [(one.name, one.on_shift, one.open_deals) for one in found] == [
            ("Person 11", True, 1),
            ("Admin 1", False, 0),
            ("Person 12", False, 0),
        ]
        await uow.execute(membership.delete().where(membership.c.staff_id == boris.id))
        with pytest.raises(NotFound):
            await assignable(uow, boris, shop.pipeline_id)


async def test_the_deals_of_a_customer_are_those_that_one_may_see(shop: Office) -> None:
    boris, clara = await shop.hire("11"), await shop.hire("12", on_shift=False)
    first = await deal_of(shop)
    async with shop.database.unit() as uow:
        second, third = [await open_another(uow, boris, first) for _ in range(2)]
        await hand_over(uow, boris, third, to=clara.id)
        assert [one.id for one in (await profile_of(uow, boris, first)).deals] == [second, first]
        assert [one.id for one in (await profile_of(uow, clara, third)).deals] == [third]
        assert [one.id for one in (await profile_of(uow, await shop.admin(), second)).deals] == [third, second, first]
