"""The board: columns with what they hold, cards newest first, and nothing that is a colleague's."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, update

from core.errors import NotFound
from inbox.channel import Written
from inbox.models import conversation, outgoing
from inbox.talks import Delivery
from pipeline.amounts import set_amount
from pipeline.another import open_another
from pipeline.board import EVERYTHING, Column, board, cards, counters, more, pipelines_seen
from pipeline.cards import Card
from pipeline.deals import answer
from pipeline.filters import DealFilter
from pipeline.moving import close, move
from pipeline.staff.handing_over import hand_over
from pipeline.staff.rights import Role, Staff
from pipeline.staff.taking import take
from pipeline.work.tasks import Colour, add_task
from tests.unit.office import Office
from tests.unit.test_work import deal_of


async def drawn(shop: Office, by: Staff, wanted: DealFilter = EVERYTHING, **how: Any) -> dict[str, Column]:
    async with shop.database.reading() as uow:
        return {one.stage.name: one for one in await board(uow, by, shop.pipeline_id, wanted, **how)}


def ids(column: Column) -> list[int]:
    return [one.deal.id for one in column.cards]


async def card(shop: Office, by: Staff, deal_id: int) -> Card:
    async with shop.database.reading() as uow:
        return (await cards(uow, by, [deal_id]))[deal_id]


async def stage_id(shop: Office, name: str) -> int:
    async with shop.database.reading() as uow:
        columns = await counters(uow, await shop.admin(), shop.pipeline_id)
    return next(one.stage.id for one in columns if one.stage.name == name)


async def say(shop: Office, by: Staff, deal_id: int, text: str = "Yes") -> int:
    async with shop.database.unit() as uow:
        written = Written("x", uow.now, "text", {"text": text})
        said = await answer(uow, by, deal_id, written=written, client_key=f"{deal_id}:{uow.now}:{text}")
    await shop.settle()
    return said.message_id


async def several(shop: Office, count: int) -> list[int]:
    made = []
    for number in range(count):
        made.append(await deal_of(shop, str(100 + number)))
        shop.clock.move(minutes=1)
    return made


async def test_a_column_says_how_many_deals_it_holds_what_they_are_worth_and_how_urgent_they_are(shop: Office) -> None:
    boss = await shop.hire("11", role=Role.SUPERVISOR)
    late, set_, plain, won = await several(shop, 4)
    async with shop.database.unit() as uow:
        await set_amount(uow, boss, late, "100")
        await set_amount(uow, boss, set_, "5.50")
        await set_amount(uow, boss, plain, "7 PLN")
        await set_amount(uow, boss, won, "1")
        await add_task(uow, boss, late, due_at=uow.now - timedelta(hours=2))
        await add_task(uow, boss, late, due_at=uow.now + timedelta(hours=2))
        await add_task(uow, boss, set_, due_at=uow.now + timedelta(hours=2))
        await close(uow, boss, won, group="won")
    for wanted in (EVERYTHING, replace(EVERYTHING, assignee_id=boss.id)):
        columns = await drawn(shop, boss, wanted)
        new = columns["New"]
        assert (new.total.deals, new.total.sums) == (3, {"EUR": 10_550, "PLN": 700})
        assert new.colours == {Colour.RED: 1, Colour.YELLOW: 0, Colour.GREEN: 1}
        assert (columns["Won"].total.deals, columns["Won"].total.sums) == (1, {"EUR": 100})
        assert (columns["Lost"].total.deals, columns["Lost"].at_least) == (0, False)
        assert (columns["Won"].cards, columns["Won"].last) == ((), None)


async def test_cards_come_newest_first_and_go_on_from_the_last_one(shop: Office) -> None:
    boss = await shop.hire("11", role=Role.SUPERVISOR)
    made = await several(shop, 7)
    first = (await drawn(shop, boss, limit=3))["New"]
    assert ids(first) == made[:3:-1]
    async with shop.database.reading() as uow:
        two = await more(uow, boss, first.stage.id, after=first.last, limit=3)
        three = await more(uow, boss, first.stage.id, after=two.last, limit=3)
    assert [one.deal.id for one in (*two.cards, *three.cards)] == made[3::-1]
    assert three.last is None
    assert (await drawn(shop, boss, folded=[first.stage.id]))["New"].cards == ()


async def test_closed_stages_have_cards_when_they_are_asked_for(shop: Office) -> None:
    boss = await shop.hire("11", role=Role.SUPERVISOR)
    one, two = await several(shop, 2)
    for deal_id in (two, one):
        async with shop.database.unit() as uow:
            await close(uow, boss, deal_id, group="won")
        shop.clock.move(minutes=1)
    async with shop.database.reading() as uow:
        page = await more(uow, boss, await stage_id(shop, "Won"), limit=1)
        rest = await more(uow, boss, await stage_id(shop, "Won"), after=page.last, limit=1)
    assert [card.deal.id for card in (*page.cards, *rest.cards)] == [one, two]


async def test_a_customer_who_begins_to_wait_brings_his_deal_to_the_top(shop: Office) -> None:
    boss = await shop.hire("11", role=Role.SUPERVISOR)
    first, second = await several(shop, 2)
    await say(shop, boss, first)
    assert ids((await drawn(shop, boss))["New"]) == [second, first]
    shop.clock.move(minutes=1)
    await shop.receive(shop.message("100", "And?"))
    assert ids((await drawn(shop, boss))["New"]) == [first, second]
    shop.clock.move(minutes=1)
    await shop.receive(shop.message("101", "Hello?"))
    assert ids((await drawn(shop, boss))["New"]) == [first, second]


async def test_an_operator_sees_only_his_own_and_nobodys_in_cards_counts_and_sums(shop: Office) -> None:
    boss = await shop.hire("10", role=Role.SUPERVISOR, on_shift=False)
    boris, clara = await shop.hire("11", on_shift=False), await shop.hire("12", on_shift=False)
    his, nobodys, closed = await several(shop, 3)
    async with shop.database.unit() as uow:
        for one in (his, closed):
            await take(uow, boris, one)
            await set_amount(uow, boris, one, "100")
        await close(uow, boris, closed, group="won")
        await add_task(uow, boris, his, due_at=uow.now)
    seen = {by: await drawn(shop, by) for by in (boss, boris, clara)}
    assert {by.name: ids(columns["New"]) for by, columns in seen.items()} == {
        boss.name: [his, nobodys],
        boris.name: [his, nobodys],
        clara.name: [nobodys],
    }
    hers = seen[clara]
    assert (hers["New"].total.deals, hers["New"].total.sums, hers["Won"].total.deals) == (1, {}, 0)
    assert sum(hers["New"].colours.values()) == 0
    assert seen[boris]["Won"].total == seen[boss]["Won"].total
    async with shop.database.reading() as uow:
        assert set(await cards(uow, clara, [his, nobodys, closed])) == {nobodys}
        assert set(await cards(uow, boris, [his, nobodys], replace(EVERYTHING, nobodys=True))) == {nobodys}
        assert (await more(uow, clara, await stage_id(shop, "Won"))).cards == []


async def test_the_board_of_a_pipeline_that_is_not_his_is_not_there(shop: Office) -> None:
    by = await shop.hire("11")
    async with shop.database.reading() as uow:
        assert [one.id for one in await pipelines_seen(uow, by)] == [shop.pipeline_id]
        with pytest.raises(NotFound):
            await board(uow, by, shop.pipeline_id + 1)
        with pytest.raises(NotFound):
            await board(uow, await shop.admin(), shop.pipeline_id + 1)


async def test_a_card_tells_who_waits_how_long_and_what_nobody_has_looked_at(shop: Office) -> None:
    by = await shop.hire("11")
    deal_id = await deal_of(shop)
    await shop.receive(shop.message("100", "Are  you\nthere?"))
    found = await card(shop, by, deal_id)
    assert (found.waiting, found.unseen, found.deal.waiting_from_id) == (2, 2, found.deal.opened_by_message_id)
    assert found.last is not None
    assert (found.last.text, found.last.direction, found.last.sent) == ("Are you there?", "in", None)
    async with shop.database.unit() as uow:
        await uow.execute(update(conversation).values(seen_by_us_id=found.deal.opened_by_message_id))
    assert (await card(shop, by, deal_id)).unseen == 1
    await say(shop, by, deal_id)
    found = await card(shop, by, deal_id)
    assert (found.waiting, found.unseen) == (0, 0)
    assert found.last is not None
    assert (found.last.writer, found.last.seen) == ("Person 11", False)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("queued", Delivery.WAITING),
        ("sent", Delivery.DELIVERED),
        ("failed", Delivery.FAILED),
        ("unknown", Delivery.UNCONFIRMED),
    ],
)
async def test_a_card_tells_what_became_of_the_last_answer(shop: Office, state: str, told: Delivery) -> None:
    by = await shop.hire("11")
    deal_id = await deal_of(shop)
    message_id = await say(shop, by, deal_id)
    async with shop.database.unit() as uow:
        its = update(outgoing).where(outgoing.c.message_id == message_id)
        await uow.execute(its.values(state=state, reason="blocked" if state == "failed" else None))
        await uow.execute(update(conversation).values(seen_by_customer_id=message_id))
    last = (await card(shop, by, deal_id)).last
    assert last is not None
    assert last.sent is not None
    assert (last.sent.state, last.sent.reason, last.seen) == (told, "blocked" if state == "failed" else None, True)


async def test_the_card_of_a_deal_that_ended_has_its_own_last_word(shop: Office) -> None:
    by = await shop.hire("11")
    deal_id = await deal_of(shop)
    await say(shop, by, deal_id, "Goodbye")
    async with shop.database.unit() as uow:
        await close(uow, by, deal_id, group="won")
    shop.clock.move(minutes=1)
    await shop.receive(shop.message("100", "Hello again"))
    last = (await card(shop, by, deal_id)).last
    assert last is not None
    assert last.text == "Goodbye"
    assert (await card(shop, by, deal_id)).waiting == 0


async def test_a_deal_opened_by_hand_says_nothing_of_what_a_colleague_talks_about(shop: Office) -> None:
    boris, clara = await shop.hire("11"), await shop.hire("12", on_shift=False)
    deal_id = await deal_of(shop)
    async with shop.database.unit() as uow:
        new_id = await open_another(uow, boris, deal_id)
        await hand_over(uow, boris, new_id, to=clara.id)
    await shop.settle()
    hers = await card(shop, clara, new_id)
    assert (hers.last, hers.waiting, hers.unseen) == (None, 0, 0)
    assert (await card(shop, boris, deal_id)).waiting == 1


async def test_a_board_takes_as_many_queries_for_many_cards_as_for_few(shop: Office) -> None:
    by = await shop.hire("11")
    asked = 0

    def count(*_: Any) -> None:
        nonlocal asked
        asked += 1

    found = []
    for _ in range(2):
        await several(shop, 4)
        asked = 0
        async with shop.database.reading() as uow:
            event.listen(uow.connection.sync_connection, "before_cursor_execute", count)
            await board(uow, by, shop.pipeline_id)
            event.remove(uow.connection.sync_connection, "before_cursor_execute", count)
        found.append(asked)
    assert found[0] == found[1] <= 10


async def test_a_deal_that_moves_is_in_its_new_column_only(shop: Office) -> None:
    boss = await shop.hire("11", role=Role.SUPERVISOR)
    one, two = await several(shop, 2)
    async with shop.database.unit() as uow:
        await move(uow, boss, one, stage_id=await stage_id(shop, "Offer sent"))
    columns = await drawn(shop, boss)
    assert (ids(columns["New"]), ids(columns["Offer sent"])) == ([two], [one])
    assert (columns["New"].total.deals, columns["Offer sent"].total.deals) == (1, 1)
