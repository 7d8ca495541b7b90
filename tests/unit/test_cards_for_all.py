"""What is read once for all boards is told to each as if he had asked alone."""

import random

import pytest
from sqlalchemy import update

from core.bulk import insert_rows
from pipeline.another import open_another
from pipeline.board import cards
from pipeline.cards_for_all import cards_for_all
from pipeline.models import deal, membership, pipeline
from pipeline.staff.rights import Role
from tests.unit.office import Office
from tests.unit.test_work import deal_of

CUSTOMERS = 12
ROUNDS = 8


@pytest.mark.parametrize("seed", range(3))
async def test_everybody_is_told_the_cards_that_he_would_read_alone(shop: Office, seed: int) -> None:
    chance = random.Random(seed)
    people = [await shop.hire(str(number), role=role) for number, role in enumerate(Role, 11)]
    people += [await shop.hire(str(number)) for number in (21, 22)]
    supervisor = people[1]
    deals = [await deal_of(shop, str(100 + number)) for number in range(CUSTOMERS)]
    async with shop.database.unit() as uow:
        deals += [await open_another(uow, supervisor, one) for one in deals[::2]]
        made = await insert_rows(uow, pipeline, [{"name": "Other", "place": 9}], returning=("id",))
        pipelines = [shop.pipeline_id, made[0].id]
    told = hidden = 0
    for _ in range(ROUNDS):
        async with shop.database.unit() as uow:
            for one in deals:
                whose = chance.choice([None, *(person.id for person in people)])
                values = {"assignee_id": whose, "pipeline_id": chance.choice(pipelines)}
                await uow.execute(update(deal).where(deal.c.id == one).values(values))
            await uow.execute(membership.delete())
            rows = [{"staff_id": one.id, "pipeline_id": where} for one in people for where in pipelines]
            await insert_rows(uow, membership, chance.sample(rows, 5))
        asked = chance.sample(deals, len(deals) // 2)
        async with shop.database.reading() as uow:
            for_all = await cards_for_all(uow, asked)
            for person in people:
                alone = await cards(uow, person, asked)
                assert for_all.as_seen_by(person) == alone
                told += len(alone)
                hidden += sum(card.last is None for card in alone.values())
    assert told > hidden > 0


async def test_nothing_is_read_of_no_deals(shop: Office) -> None:
    async with shop.database.reading() as uow:
        assert (await cards_for_all(uow, [])).as_seen_by(await shop.admin()) == {}
