"""Triggers that another version of the program has stored, or that were stored badly: they stand still, nobody else."""

from typing import Any

import pytest
from sqlalchemy import update

from inbox.models import contact
from tests.unit.office import Office
from tests.unit.test_triggers import Scene
from triggers import editing, presets
from triggers.editing import OfAnotherVersion
from triggers.models import trigger

BROKEN: list[dict[str, Any]] = [
    {"occasion": "moon_is_full"},
    {"occasion_with": {"colour": 1}},
    {"occasion": "no_reply", "occasion_with": {"seconds": 10**30}},
    {"conditions": [{"kind": "moon_is_full"}]},
    {"conditions": [{"when": "open"}]},
    {"actions": [{"kind": "send", "text": 7}]},
    {"actions": ["send"]},
    {"stops_on": ["moon_is_full"]},
]


@pytest.fixture
async def scene(shop: Office) -> Scene:
    return Scene(shop)


@pytest.mark.parametrize("values", BROKEN, ids=str)
async def test_a_trigger_that_is_not_understood_stands_still_and_harms_no_other(
    shop: Office, scene: Scene, values: dict[str, Any]
) -> None:
    broken = await scene.autoreply(preset="keyword", words=("price",), text="From 10.")
    await scene.autoreply(preset="greeting", text="Hello!")
    async with shop.database.unit() as uow:
        await uow.execute(update(trigger).where(trigger.c.id == broken).values(**values))
    await shop.receive(shop.message("anna", "price"))
    assert await shop.texts_to("anna") == ["Hello!"]
    async with shop.database.reading() as uow:
        one = await editing.see(uow, await shop.admin(), broken)
    assert (one.works, one.is_understood, one.paused_reason) == (False, False, "not_understood")


async def test_what_is_not_understood_can_be_deleted_but_not_changed(shop: Office, scene: Scene) -> None:
    broken = await scene.autoreply(preset="keyword", words=("price",), text="From 10.")
    admin = await shop.admin()
    async with shop.database.unit() as uow:
        await uow.execute(update(trigger).where(trigger.c.id == broken).values(occasion="moon_is_full"))
    async with shop.database.unit() as uow:
        with pytest.raises(OfAnotherVersion):
            await editing.switch(uow, admin, broken, on=True)
        with pytest.raises(OfAnotherVersion):
            await presets.change_text(uow, admin, broken, "From 20.")
        await editing.switch(uow, admin, broken, on=False)
        await editing.delete(uow, admin, broken)
    async with shop.database.reading() as uow:
        assert broken not in {one.id for one in await editing.triggers(uow, admin)}


async def test_a_customer_in_a_zone_that_nobody_knows_gets_his_follow_up_by_the_companys_clock(
    shop: Office, scene: Scene
) -> None:
    await scene.follow_up()
    await shop.receive(shop.message("anna"), shop.message("bela"))
    async with shop.database.unit() as uow:
        await uow.execute(update(contact).where(contact.c.id == 1).values(timezone="Europe/Atlantis"))
    for deal_id in (1, 2):
        await scene.move(deal_id, 3)
    await shop.later(minutes=10)
    assert await shop.texts_to("anna") == await shop.texts_to("bela") == ["Any news?"]
