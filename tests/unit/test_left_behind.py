"""What somebody who left had to do, and what is too long for the messages that tell of it."""

from datetime import timedelta

from bot import callbacks
from inbox.splitting import units
from pipeline.moving import close
from pipeline.staff.people import disable
from pipeline.work.tasks import add_task, give_task, list_tasks
from tests.unit.hands import Hands
from tests.unit.office import ADMIN, Office

BOSS, OTHER = "500", "600"


async def test_a_task_of_whoever_left_is_told_to_the_deals_assignee(shop: Office) -> None:
    boris = await shop.hire(BOSS)
    await shop.receive(shop.message("anna", "Hi"))
    deal = (await shop.deals())[0].id
    clara = await shop.hire(OTHER, on_shift=False)
    async with shop.database.unit() as uow:
        task = await add_task(uow, boris, deal, due_at=uow.now + timedelta(hours=1), text="Call anna")
        await give_task(uow, boris, task or 0, to=clara.id)
    await shop.settle()
    async with shop.database.unit() as uow:
        await disable(uow, await shop.admin(), clara.id)
    await shop.later(hours=3)
    assert any("Call anna" in text for text in await shop.texts_to(BOSS))
    async with shop.database.reading() as uow:
        assert [one.id for one in await list_tasks(uow, boris)] == [task]


async def test_a_task_on_a_closed_deal_of_whoever_left_is_told_to_those_who_look_after_everything(shop: Office) -> None:
    boris = await shop.hire(BOSS)
    await shop.receive(shop.message("anna", "Hi"))
    deal = (await shop.deals())[0].id
    async with shop.database.unit() as uow:
        await add_task(uow, boris, deal, due_at=uow.now + timedelta(hours=1), text="Ask for a review")
        await close(uow, boris, deal, group="won")
        await disable(uow, await shop.admin(), boris.id)
    await shop.settle()
    await shop.later(hours=3)
    assert any("Ask for a review" in text for text in await shop.texts_to(ADMIN))


async def test_a_note_fits_into_the_message_that_shows_it(shop: Office) -> None:
    await shop.hire(BOSS)
    await shop.receive(shop.message("anna", "Hi"))
    admin = Hands(shop, ADMIN)
    for text in ("x" + "😀" * 2047, "x" * 4000, "x" * 3800, "xx" + "😀" * 1899):
        await admin.presses(callbacks.Note(deal=1))
        await admin.types(text)
        await shop.settle()
    told = [text for text in await shop.texts_to(BOSS) if "📝" in text]
    assert len(told) == 2
    assert all(units(text) <= 4096 for text in told)


async def test_a_deal_of_very_many_tags_has_a_card_that_can_be_shown(shop: Office) -> None:
    await shop.hire(BOSS)
    await shop.receive(shop.message("anna", "Hi"))
    boris = Hands(shop, BOSS)
    for start in range(0, 120, 40):
        names = ", ".join(f"{n} {'😀' * 35}" for n in range(start, start + 40))
        shown = await boris.types(f"/deal 1 tag {names}")
    await shop.settle()
    card = await boris.presses(callbacks.Stages(deal=1))
    for one in (shown, card):
        assert one.content is not None
        assert units(one.content["text"]) <= 4096
    assert all(units(text) <= 4096 for text in await shop.texts_to(BOSS))
