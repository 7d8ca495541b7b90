"""A deal that is moved from where somebody sees it, which may not be where it is."""

import pytest

from core.journal import Origin
from core.texts import texts
from pipeline.moving import close, move, move_deals
from pipeline.staff.rights import Role
from pipeline.staying import MovedByItself, MovedMeanwhile
from tests.unit.office import Office
from tests.unit.test_board import stage_id
from tests.unit.test_work import deal_of, seen


async def test_who_moved_a_deal_first_is_named_to_whoever_comes_second(shop: Office) -> None:
    boss, other = await shop.hire("11", role=Role.SUPERVISOR), await shop.hire("12", role=Role.ADMIN, on_shift=False)
    deal_id = await deal_of(shop)
    new, talking, offered, won = [
        await stage_id(shop, name) for name in ("New", "In conversation", "Offer sent", "Won")
    ]
    async with shop.database.unit() as uow:
        await move(uow, boss, deal_id, stage_id=offered, seen_in=new)
    shop.clock.move(minutes=5)
    async with shop.database.unit() as uow:
        with pytest.raises(MovedMeanwhile) as refused:
            await move(uow, other, deal_id, stage_id=talking, seen_in=new)
        assert refused.value.told(texts("en"), uow.now).startswith(
            f"Person 11 moved deal #{deal_id} to “Offer sent” 5 minutes ago."
        )
        with pytest.raises(MovedMeanwhile):
            await close(uow, other, deal_id, group="won", seen_in=new)
        # Both meant the same.
        await move(uow, other, deal_id, stage_id=offered, seen_in=new)
        await close(uow, other, deal_id, group="won", seen_in=offered)
    async with shop.database.unit() as uow:
        with pytest.raises(MovedMeanwhile, match="moved-meanwhile") as refused:
            await move(uow, boss, deal_id, stage_id=talking, seen_in=offered)
    assert refused.value.values["stage"] == "Won"
    assert won == (await seen(shop, boss, deal_id)).stage_id


async def test_what_a_trigger_moved_is_said_to_have_moved_by_itself(shop: Office) -> None:
    boss = await shop.hire("11", role=Role.SUPERVISOR)
    deal_id = await deal_of(shop)
    new, talking, offered = [await stage_id(shop, name) for name in ("New", "In conversation", "Offer sent")]
    async with shop.database.unit() as uow:
        await move_deals(uow, {deal_id: Origin("trigger:1")}, stage_id=offered)
        with pytest.raises(MovedByItself):
            await move(uow, boss, deal_id, stage_id=talking, seen_in=new)
