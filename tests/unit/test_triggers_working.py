"""Triggers with the words of operators' work: tags, tasks and amounts."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.money import Money
from inbox.models import attachment
from pipeline.amounts import set_amount
from pipeline.deals import see
from pipeline.staff.rights import Staff
from pipeline.tags import make_tag, remove_tag, tag_deal, untag_deal
from pipeline.work.kinds import task_kinds
from pipeline.work.tasks import LONGEST_TEXT, TaskTextTooLong, TaskView, finish_task, list_tasks
from tests.unit.office import Office
from tests.unit.test_triggers import Scene
from tests.unit.test_work import deal_of
from triggers.actions.add_tags import AddTags
from triggers.actions.add_task import AddTask
from triggers.actions.remove_tags import RemoveTags
from triggers.actions.send import Medium, Send
from triggers.conditions.amount import AmountIs, stored_sum
from triggers.conditions.tag import HasTag
from triggers.editing import Draft
from triggers.occasions.deal_opened import OnDealOpened
from triggers.occasions.tag_added import OnTagAdded
from triggers.occasions.tag_removed import OnTagRemoved
from triggers.occasions.task_done import OnTaskDone
from triggers.occasions.task_overdue import OnTaskOverdue

HOUR = 3600


@pytest.fixture
async def scene(shop: Office) -> Scene:
    return Scene(shop)


async def a_tag(shop: Office, name: str) -> int:
    async with shop.database.unit() as uow:
        return await make_tag(uow, name)


async def a_kind(shop: Office) -> int:
    async with shop.database.reading() as uow:
        return (await task_kinds(uow))[0].id


async def tagged(shop: Office, by: Staff, deal_id: int, tag_id: int, *, on: bool = True) -> None:
    async with shop.database.unit() as uow:
        await (tag_deal if on else untag_deal)(uow, by, deal_id, tag_id)
    await shop.settle()


async def tags_of(shop: Office, by: Staff, deal_id: int) -> list[str]:
    async with shop.database.reading() as uow:
        return (await see(uow, by, deal_id)).tags


async def tasks_of(shop: Office, by: Staff) -> list[TaskView]:
    async with shop.database.reading() as uow:
        return await list_tasks(uow, by)


async def test_a_new_deal_gets_a_tag_and_a_task_of_its_operator(shop: Office, scene: Scene) -> None:
    by = await shop.hire("11")
    vip, kind = await a_tag(shop, "vip"), await a_kind(shop)
    task = AddTask(task_kind=kind, seconds=HOUR, text="Call {name} about #{deal}")
    await scene.add(Draft(occasion=OnDealOpened(), actions=(AddTags(tags=(vip,)), task)))
    deal_id = await deal_of(shop)
    assert await tags_of(shop, by, deal_id) == ["vip"]
    (made,) = await tasks_of(shop, by)
    assert (made.text, made.due_at - shop.clock.now()) == (f"Call Customer 100 about #{deal_id}", timedelta(hours=1))


async def test_a_tag_that_is_added_or_removed_sets_triggers_off(shop: Office, scene: Scene) -> None:
    by = await shop.hire("11")
    vip, cold, late = await a_tag(shop, "vip"), await a_tag(shop, "cold"), await a_tag(shop, "late")
    await scene.add(Draft(occasion=OnTagAdded(tags=(vip,)), actions=(RemoveTags(tags=(cold,)),)))
    await scene.add(Draft(occasion=OnTagRemoved(), actions=(AddTags(tags=(late,)),)))
    deal_id = await deal_of(shop)
    await tagged(shop, by, deal_id, cold)
    assert await tags_of(shop, by, deal_id) == ["cold"]
    await tagged(shop, by, deal_id, vip)
    assert await tags_of(shop, by, deal_id) == ["late", "vip"]


async def test_tasks_that_are_done_or_overdue_set_triggers_off(shop: Office, scene: Scene) -> None:
    by = await shop.hire("11")
    kind = await a_kind(shop)
    done, overdue = await a_tag(shop, "done"), await a_tag(shop, "overdue")
    await scene.add(Draft(occasion=OnDealOpened(), actions=(AddTask(task_kind=kind, seconds=HOUR),)))
    await scene.add(Draft(occasion=OnTaskOverdue(), actions=(AddTags(tags=(overdue,)),)))
    await scene.add(Draft(occasion=OnTaskDone(), actions=(AddTags(tags=(done,)),)))
    deal_id = await deal_of(shop)
    await shop.later(hours=1)
    assert await tags_of(shop, by, deal_id) == []
    await shop.later(hours=1)
    assert await tags_of(shop, by, deal_id) == ["overdue"]
    async with shop.database.unit() as uow:
        await finish_task(uow, by, (await list_tasks(uow, by))[0].id)
    await shop.settle()
    assert await tags_of(shop, by, deal_id) == ["done", "overdue"]


@pytest.mark.parametrize(("has", "acts"), [("any", True), ("all", False), ("none", False)])
async def test_a_trigger_looks_at_the_tags_of_a_deal(shop: Office, scene: Scene, has: str, acts: bool) -> None:
    by = await shop.hire("11")
    vip, cold, hit = await a_tag(shop, "vip"), await a_tag(shop, "cold"), await a_tag(shop, "hit")
    condition = HasTag.model_validate({"tags": (vip, cold), "has": has})
    draft = Draft(occasion=OnTagAdded(tags=(vip,)), conditions=(condition,), actions=(AddTags(tags=(hit,)),))
    await scene.add(draft)
    deal_id = await deal_of(shop)
    await tagged(shop, by, deal_id, vip)
    assert ("hit" in await tags_of(shop, by, deal_id)) == acts


async def test_a_tag_is_looked_at_again_when_a_follow_up_is_due(shop: Office, scene: Scene) -> None:
    by = await shop.hire("11")
    vip = await a_tag(shop, "vip")
    await scene.follow_up(conditions=(HasTag(tags=(vip,), has="any"),), stops_on=frozenset())
    deal_id = await deal_of(shop)
    await tagged(shop, by, deal_id, vip)
    await scene.move(deal_id, 3)
    await tagged(shop, by, deal_id, vip, on=False)
    await shop.later(minutes=11)
    assert await scene.runs() == [("stopped", "condition")]


async def test_a_trigger_looks_at_what_a_deal_is_worth_and_says_it(shop: Office, scene: Scene) -> None:
    by = await shop.hire("11")
    big = AmountIs(sum=stored_sum(Money(100_000, "EUR")), way="at_least")
    text = "Your offer is {amount}"
    vip = await a_tag(shop, "vip")
    await scene.add(Draft(occasion=OnTagAdded(), conditions=(big,), actions=(Send(text=text),)))
    for name, amount in (("100", "999"), ("101", "1000"), ("102", "5000 PLN"), ("103", None)):
        deal_id = await deal_of(shop, name)
        async with shop.database.unit() as uow:
            await set_amount(uow, by, deal_id, amount)
        await tagged(shop, by, deal_id, vip)
    assert [await shop.texts_to(name) for name in ("100", "101", "102", "103")] == [
        [],
        ["Your offer is €1,000"],
        [],
        [],
    ]


async def test_a_trigger_whose_tag_is_gone_stands_still_and_says_why(shop: Office, scene: Scene) -> None:
    await shop.hire("11")
    vip = await a_tag(shop, "vip")
    await scene.add(Draft(occasion=OnDealOpened(), actions=(AddTags(tags=(vip,)),)))
    async with shop.database.unit() as uow:
        await remove_tag(uow, await shop.admin(), vip)
    await deal_of(shop)
    assert [reason for state, reason in await scene.runs()] == ["tag_gone"]


async def test_a_task_that_a_trigger_would_write_too_long_is_refused(shop: Office, scene: Scene) -> None:
    kind = await a_kind(shop)
    with pytest.raises(TaskTextTooLong):
        await scene.add(
            Draft(
                occasion=OnDealOpened(),
                actions=(AddTask(task_kind=kind, seconds=0, text="x" * (LONGEST_TEXT + 1)),),
            )
        )


async def test_a_file_goes_out_with_its_text_and_in_other_channels_as_it_was_kept(shop: Office, scene: Scene) -> None:
    await shop.hire("11")
    for channel_id in (shop.channel_id, shop.channel_id + 1):
        medium = Medium(channel_id=channel_id, kind="photo", ref="file-1", size=10)
        await scene.add(Draft(occasion=OnDealOpened(), actions=(Send(text="Look, {name}", medium=medium),)))
    await shop.receive(shop.message("100"))
    sent = [one.content for one in await shop.outgoing("100")]
    async with shop.database.reading() as uow:
        photos = await uow.rows(select(attachment.c.id).where(attachment.c.kind == "photo").order_by(attachment.c.id))
    assert sent == [
        {"kind": "photo", "file": "file-1", "text": "Look, Customer 100"},
        {"kind": "photo", "attachment": photos[1].id, "text": "Look, Customer 100"},
    ]
