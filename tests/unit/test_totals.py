"""What stages are said to hold is what they hold, whatever happens to deals and whenever changes are folded."""

import asyncio
import contextlib
import random

import pytest
from sqlalchemy import func, select, update

from core.errors import Refusal
from inbox.channel import Incoming
from pipeline.amounts import set_amount
from pipeline.another import open_another
from pipeline.board import board
from pipeline.models import deal, stage, stage_total
from pipeline.moving import close, move, reopen
from pipeline.staff.rights import Role, Staff
from pipeline.stages import reasons
from pipeline.totals import Change, Total, added_up, count, fold, totals
from tests.unit.office import Office
from tests.unit.test_work import deal_of


async def said_and_counted(shop: Office) -> tuple[dict[int, Total], dict[int, Total]]:
    sums = select(deal.c.stage_id, deal.c.currency, func.count(), func.sum(deal.c.amount))
    async with shop.database.reading() as uow:
        stages = [row.id for row in await uow.rows(select(stage.c.id))]
        said = await totals(uow, stages)
        rows = await uow.rows(sums.group_by(deal.c.stage_id, deal.c.currency))
    counted = added_up([(row[0], row[1], row[2], row[3]) for row in rows])
    return {one: total for one, total in said.items() if total.deals or total.sums}, counted


async def folded(shop: Office, *, most: int = 5_000) -> int:
    async with shop.database.unit() as uow:
        return await fold(uow, most=most)


async def rows_left(shop: Office) -> int:
    async with shop.database.reading() as uow:
        return int(await uow.value(select(func.count()).select_from(stage_total)))


class Story:
    """Anything that changes what a stage holds, at random."""

    def __init__(self, shop: Office, by: Staff, seed: int) -> None:
        self.shop = shop
        self.by = by
        self.chance = random.Random(seed)

    async def step(self) -> None:
        """One act, which may be refused, and sometimes a fold."""
        acts = [self.write, self.write, self.move, self.move, self.end, self.reopen, self.value, self.add]
        with contextlib.suppress(Refusal):
            await self.chance.choice(acts)()
        if self.chance.random() < 0.2:
            await folded(self.shop, most=self.chance.choice([3, 7, 5_000]))

    async def deal(self) -> int:
        return int(self.chance.choice([row.id for row in await self.shop.deals()] or [0]))

    async def write(self) -> None:
        wave: list[Incoming] = [self.shop.message(str(self.chance.randrange(100, 106))) for _ in range(3)]
        await self.shop.receive(*wave)

    async def move(self) -> None:
        async with self.shop.database.unit() as uow:
            stages = [row.id for row in await uow.rows(select(stage.c.id))]
            await move(uow, self.by, await self.deal(), stage_id=self.chance.choice(stages))

    async def end(self) -> None:
        async with self.shop.database.unit() as uow:
            reason_id = (await reasons(uow))[0].id
            group = self.chance.choice(["won", "lost", "not_a_lead"])
            await close(uow, self.by, await self.deal(), group=group, reason_id=reason_id)

    async def reopen(self) -> None:
        async with self.shop.database.unit() as uow:
            await reopen(uow, self.by, await self.deal())

    async def value(self) -> None:
        words = self.chance.choice(["100", "7.50", "3 PLN", "20 USD", None])
        async with self.shop.database.unit() as uow:
            await set_amount(uow, self.by, await self.deal(), words)

    async def add(self) -> None:
        async with self.shop.database.unit() as uow:
            await open_another(uow, self.by, await self.deal())


@pytest.mark.parametrize("seed", range(3))
async def test_totals_are_what_is_counted_after_any_story(shop: Office, seed: int) -> None:
    by = await shop.hire("11", role=Role.SUPERVISOR)
    story = Story(shop, by, seed)
    for _ in range(40):
        await story.step()
    await shop.settle()
    said, counted = await said_and_counted(shop)
    assert said == counted
    assert len(counted) > 1
    await folded(shop)
    assert await rows_left(shop) == await said_rows(shop)
    assert (await said_and_counted(shop))[0] == counted


async def said_rows(shop: Office) -> int:
    async with shop.database.reading() as uow:
        query = select(deal.c.stage_id, deal.c.currency).distinct()
        return len(await uow.rows(query))


async def test_nothing_is_counted_of_what_was_rolled_back(shop: Office) -> None:
    by = await shop.hire("11", role=Role.SUPERVISOR)
    deal_id = await deal_of(shop)
    with contextlib.suppress(LookupError):
        async with shop.database.unit() as uow:
            await set_amount(uow, by, deal_id, "5")
            await fold(uow)
            raise LookupError
    said, counted = await said_and_counted(shop)
    assert said == counted


async def test_folding_beside_folding_and_changing_loses_and_doubles_nothing(shop: Office) -> None:
    await deal_of(shop)
    async with shop.database.reading() as uow:
        first = (await uow.rows(select(stage.c.id).order_by(stage.c.id)))[0].id

    async def add(number: int) -> None:
        async with shop.database.unit() as uow:
            await count(uow, [Change(first, "EUR", 1, number), Change(first, None, 1, 0)])

    await asyncio.gather(*(work for number in range(40) for work in (add(number), folded(shop, most=10))))
    while await folded(shop):
        pass
    async with shop.database.reading() as uow:
        assert await totals(uow, [first]) == {first: Total(81, {"EUR": sum(range(40))})}
    assert await rows_left(shop) == 2


async def test_a_board_reads_what_was_counted_and_does_not_count(shop: Office) -> None:
    await deal_of(shop)
    async with shop.database.unit() as uow:
        await uow.execute(update(stage_total).values(deals=70))
    async with shop.database.reading() as uow:
        columns = await board(uow, await shop.admin(), shop.pipeline_id)
        assert [one.total.deals for one in columns] == [70, 0, 0, 0, 0, 0, 0]
