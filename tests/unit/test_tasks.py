"""Tasks: their colours, who is told of them and when."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from core.errors import NotFound
from pipeline.models import staff
from pipeline.staff.handing_over import hand_over
from pipeline.staff.rights import Role, Staff
from pipeline.staff.taking import DealTaken
from pipeline.work.kinds import add_kind, remove_kind, task_kinds
from pipeline.work.tasks import (
    PATIENCE,
    Colour,
    TaskIsDone,
    TaskTextTooLong,
    add_task,
    colour_of,
    count_tasks,
    finish_task,
    give_task,
    list_tasks,
    move_task,
)
from tests.unit.office import Office
from tests.unit.test_work import deal_of

HOUR = timedelta(hours=1)


async def told(shop: Office, name: str) -> list[str]:
    """What somebody was told of tasks."""
    return [one.content["text"] for one in await shop.outgoing(name) if "Call · " in one.content.get("text", "")]


async def call(shop: Office, by: Staff, deal_id: int, after: timedelta) -> int:
    """A call that is due after a while."""
    async with shop.database.unit() as uow:
        kind = (await task_kinds(uow))[0]
        made = await add_task(
            uow, by, deal_id, due_at=shop.clock.now() + after, kind_id=kind.id, text="about the price"
        )
    assert made is not None
    await shop.settle()
    return made


def reminded(messages: list[str]) -> list[str]:
    return [text for text in messages if "about the price" in text]


def test_a_task_turns_from_green_to_yellow_to_red() -> None:
    due = datetime(2026, 3, 2, 12, tzinfo=UTC)
    moments = (due - timedelta(seconds=1), due, due + PATIENCE - timedelta(seconds=1), due + PATIENCE)
    assert [colour_of(due, at) for at in moments] == [Colour.GREEN, Colour.YELLOW, Colour.YELLOW, Colour.RED]


async def test_whoever_has_a_task_is_told_at_its_time_and_once_more_when_it_is_overdue(shop: Office) -> None:
    by = await shop.hire("11")
    await call(shop, by, await deal_of(shop), 2 * HOUR)
    await shop.later(hours=1, minutes=59)
    assert reminded(await told(shop, "11")) == []
    await shop.later(minutes=1)
    assert len(reminded(await told(shop, "11"))) == 1
    await shop.later(minutes=59)
    await shop.later(minutes=1)
    await shop.later(hours=5)
    assert len(reminded(await told(shop, "11"))) == 2
    assert "This is overdue." in reminded(await told(shop, "11"))[1]


async def test_what_came_while_nobody_looked_is_told_once(shop: Office) -> None:
    by = await shop.hire("11")
    await call(shop, by, await deal_of(shop), HOUR)
    await shop.later(hours=7)
    assert len(reminded(await told(shop, "11"))) == 1


async def test_a_task_that_was_done_or_moved_is_not_told_of(shop: Office) -> None:
    by = await shop.hire("11")
    deal_id = await deal_of(shop)
    done, moved = await call(shop, by, deal_id, HOUR), await call(shop, by, deal_id, HOUR)
    async with shop.database.unit() as uow:
        await finish_task(uow, by, done)
        await move_task(uow, by, moved, due_at=shop.clock.now() + 3 * HOUR)
        with pytest.raises(TaskIsDone):
            await finish_task(uow, by, done)
    await shop.later(hours=2)
    assert reminded(await told(shop, "11")) == []
    await shop.later(hours=1)
    assert len(reminded(await told(shop, "11"))) == 1


async def test_tasks_go_with_the_deal(shop: Office) -> None:
    by, other = await shop.hire("11"), await shop.hire("12", on_shift=False)
    deal_id = await deal_of(shop)
    await call(shop, by, deal_id, HOUR)
    async with shop.database.unit() as uow:
        await hand_over(uow, by, deal_id, to=other.id)
    await shop.settle()
    async with shop.database.reading() as uow:
        assert len(await list_tasks(uow, other)) == 1
        assert await list_tasks(uow, by) == []


async def test_a_task_can_be_given_to_a_colleague_who_is_told(shop: Office) -> None:
    by, other = await shop.hire("11"), await shop.hire("12", on_shift=False)
    made = await call(shop, by, await deal_of(shop), HOUR)
    async with shop.database.unit() as uow:
        await give_task(uow, by, made, to=other.id)
        with pytest.raises(NotFound):
            await give_task(uow, by, made, to=99)
    await shop.settle()
    assert any("Given to you." in text for text in await told(shop, "12"))


async def test_lists_show_ones_own_or_the_teams_by_colour(shop: Office) -> None:
    by, other = await shop.hire("11"), await shop.hire("12")
    boss = await shop.hire("13", role=Role.SUPERVISOR, on_shift=False)
    mine, theirs = await deal_of(shop), await deal_of(shop, "101")
    await call(shop, by, mine, HOUR)
    await call(shop, by, mine, 5 * HOUR)
    await call(shop, other, theirs, HOUR)
    shop.clock.move(hours=2)
    async with shop.database.reading() as uow:
        assert await count_tasks(uow, by) == {Colour.GREEN: 1, Colour.YELLOW: 0, Colour.RED: 1}
        assert len(await list_tasks(uow, by, colour=Colour.RED)) == 1
        assert len(await list_tasks(uow, by, everybody=True)) == 2
        assert len(await list_tasks(uow, boss, everybody=True)) == 3
        with pytest.raises(DealTaken):
            await list_tasks(uow, other, deal_id=mine)


async def test_the_morning_brings_the_list_once_where_somebody_lives(shop: Office) -> None:
    by = await shop.hire("11")
    async with shop.database.unit() as uow:
        await uow.execute(update(staff).where(staff.c.id == by.id).values(timezone="America/New_York"))
    await call(shop, by, await deal_of(shop), timedelta(days=1))
    # Nine in the morning in New York.
    await shop.later(hours=4, minutes=59)
    assert not any("Good morning" in one.content.get("text", "") for one in await shop.outgoing("11"))
    await shop.later(days=1, minutes=1)
    await shop.later(minutes=5)
    mornings = [one for one in await shop.outgoing("11") if "Good morning" in one.content.get("text", "")]
    assert len(mornings) == 1
    assert mornings[0].content["silent"]


async def test_kinds_are_the_companys_own(shop: Office) -> None:
    admin = await shop.admin()
    async with shop.database.unit() as uow:
        await add_kind(uow, admin, "Fitting")
        await remove_kind(uow, admin, (await task_kinds(uow))[0].id)
        assert [one.name for one in await task_kinds(uow)] == ["Meeting", "To do", "Fitting"]


async def test_a_task_is_no_novel(shop: Office) -> None:
    by = await shop.hire("11")
    deal_id = await deal_of(shop)
    async with shop.database.unit() as uow:
        with pytest.raises(TaskTextTooLong):
            await add_task(uow, by, deal_id, due_at=shop.clock.now() + HOUR, text="long " * 200)
