"""Figures of operators: what is counted, since when where they live, and who sees whose."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.operator.stats import rounded
from core.errors import NotAllowed
from pipeline.amounts import set_amount
from pipeline.analytics.operators import (
    Closed,
    Figures,
    Load,
    Queue,
    Speed,
    first_day,
    my_closed,
    my_figures,
    queue_now,
    speed_of,
    team_figures,
)
from pipeline.models import deal
from pipeline.moving import close
from pipeline.staff.rights import Role, Staff
from pipeline.staff.taking import take
from pipeline.stages import reasons
from tests.unit.office import Office
from tests.unit.test_lists import answered, deals_of
from tests.unit.test_work import deal_of

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("now", "zone", "days", "began"),
    [
        ("2026-03-02T09:00", "UTC", 1, "2026-03-02T00:00"),
        ("2026-03-02T09:00", "UTC", 7, "2026-02-24T00:00"),
        ("2026-03-02T09:00", "Europe/Warsaw", 1, "2026-03-01T23:00"),
        ("2026-03-02T22:59", "Europe/Warsaw", 1, "2026-03-01T23:00"),
        ("2026-03-02T23:00", "Europe/Warsaw", 1, "2026-03-02T23:00"),
        ("2026-03-02T05:00", "America/New_York", 30, "2026-02-01T05:00"),
        # Clocks went forward in between.
        ("2026-03-30T09:00", "Europe/Kyiv", 7, "2026-03-23T22:00"),
        ("2026-03-02T09:00", "Nowhere/City", 1, "2026-03-02T00:00"),
    ],
)
def test_a_day_begins_where_somebody_lives(now: str, zone: str, days: int, began: str) -> None:
    at, first = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (now, began))
    assert first_day(at, zone, days=days) == first


def test_the_first_answer_is_told_by_its_median_and_average() -> None:
    assert speed_of([]) == Speed(0, None, None)
    assert speed_of([MINUTE, 3 * MINUTE, 11 * MINUTE]) == Speed(3, 3 * MINUTE, 5 * MINUTE)
    assert speed_of([MINUTE, 2 * MINUTE]) == Speed(2, 1.5 * MINUTE, 1.5 * MINUTE)
    # The messenger's clock is ahead of ours.
    assert speed_of([-MINUTE]) == Speed(1, timedelta(0), timedelta(0))


def test_lengths_are_rounded_as_people_say_them() -> None:
    exact = [timedelta(seconds=8.4), 90 * timedelta(seconds=1), HOUR + 29 * timedelta(seconds=1), DAY + 40 * MINUTE]
    assert [rounded(one) for one in exact] == [timedelta(seconds=8), 2 * MINUTE, HOUR, 25 * HOUR]


async def ended(shop: Office, by: Staff, deal_id: int, group: str, amount: str | None = None) -> None:
    async with shop.database.unit() as uow:
        if amount:
            await set_amount(uow, by, deal_id, amount)
        reason = (await reasons(uow))[0].id if group == "lost" else None
        await close(uow, by, deal_id, group=group, reason_id=reason)
    await shop.settle()


async def test_what_somebody_did_and_has_to_do_is_counted(shop: Office) -> None:
    by = await shop.hire("11")
    old, *made = await deals_of(shop, 8)
    await ended(shop, by, old, "won", "100 EUR")
    shop.clock.move(days=2)
    since = shop.clock.now()
    for deal_id, group, amount in (
        (made[0], "won", "10 EUR"),
        (made[1], "won", "20.50 EUR"),
        (made[2], "won", "300 PLN"),
        (made[3], "won", None),
        (made[4], "lost", "7 EUR"),
        (made[5], "not_a_lead", None),
    ):
        await ended(shop, by, deal_id, group, amount)
    first, second = await deal_of(shop, "300"), await deal_of(shop, "301")
    shop.clock.move(minutes=4)
    await answered(shop, by, first)
    async with shop.database.reading() as uow:
        figures = await my_figures(uow, by, since)
        assert await my_closed(uow, by, since) == figures.closed
        assert (await my_closed(uow, by, since - 3 * DAY)).sums == {"EUR": 13_050, "PLN": 30_000}
        waiting = min(row.requested_at for row in await shop.deals() if row.id in (made[6], second))
    assert figures == Figures(
        Load(open_deals=3, waiting=2, since=waiting),
        Closed(won=4, lost=1, not_a_lead=1, sums={"EUR": 3_050, "PLN": 30_000}),
        Speed(1, 4 * MINUTE, 4 * MINUTE),
    )


async def test_a_deal_that_was_closed_long_ago_and_changed_today_is_not_of_today(shop: Office) -> None:
    by = await shop.hire("11")
    deal_id = await deal_of(shop)
    await ended(shop, by, deal_id, "won", "100 EUR")
    shop.clock.move(days=2)
    async with shop.database.unit() as uow:
        await uow.execute(update(deal).values(changed_at=uow.now))
    async with shop.database.reading() as uow:
        assert await my_closed(uow, by, shop.clock.now() - DAY) == Closed()


async def test_whoever_has_done_nothing_has_figures_too(shop: Office) -> None:
    by = await shop.hire("11")
    async with shop.database.reading() as uow:
        assert await my_figures(uow, by, shop.clock.now()) == Figures(Load(), Closed(), Speed())


async def test_the_team_is_seen_by_those_who_see_everything(shop: Office) -> None:
    boris, clara = await shop.hire("11", on_shift=False), await shop.hire("12", on_shift=False)
    boss = await shop.hire("13", role=Role.SUPERVISOR, on_shift=False)
    his, hers, _ = await deals_of(shop, 3)
    async with shop.database.unit() as uow:
        await take(uow, boris, his)
        await take(uow, clara, hers)
    await shop.settle()
    async with shop.database.reading() as uow:
        team = {one.name: one for one in await team_figures(uow, boss, shop.clock.now() - DAY)}
        queue = await queue_now(uow, boss)
        for use_case in (team_figures(uow, boris, shop.clock.now()), queue_now(uow, boris)):
            with pytest.raises(NotAllowed):
                await use_case
    assert (team["Person 11"].figures.load.open_deals, team["Person 12"].figures.load.waiting) == (1, 1)
    assert team["Person 13"].figures == Figures(Load(), Closed(), Speed())
    assert not any(one.on_shift for one in team.values())
    assert queue == Queue(1, (await shop.deals())[-1].requested_at)
