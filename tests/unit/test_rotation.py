"""Whose turn it is: strictly in order, over shifts, capacities and any mix of them."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from pipeline.models import staff
from pipeline.staff.people import set_capacity
from pipeline.staff.rotation import Place, deal_round
from pipeline.staff.shifts import end_shift, start_shift
from tests.unit.office import Office


def places(*numbers: int, room: int | None = None) -> list[Place]:
    return [Place(number * 10, number, room) for number in numbers]


def test_the_first_place_after_the_last_one_is_next() -> None:
    assert [one.place for one in deal_round(places(1, 2, 3), 1, 4)] == [2, 3, 1, 2]


def test_a_place_that_is_not_there_is_passed_over() -> None:
    assert [one.place for one in deal_round(places(1, 4), 2, 3)] == [4, 1, 4]


def test_whoever_has_no_room_left_is_out_of_the_round() -> None:
    turns = deal_round([Place(1, 1, 1), Place(2, 2, None), Place(3, 3, 2)], 0, 7)
    assert [one.place for one in turns] == [1, 2, 3, 2, 3, 2, 2]


def test_nobody_with_room_means_nobody() -> None:
    assert deal_round(places(1, 2, room=0), 0, 3) == []


@given(
    members=st.sets(st.integers(1, 40), min_size=1, max_size=12),
    last=st.integers(0, 45),
    batches=st.lists(st.integers(0, 30), max_size=12),
)
def test_among_equals_nobody_gets_more_than_one_more_than_another(
    members: set[int], last: int, batches: list[int]
) -> None:
    given_to: Counter[int] = Counter(dict.fromkeys(members, 0))
    for count in batches:
        turns = deal_round(places(*members), last, count)
        given_to.update(one.place for one in turns)
        last = turns[-1].place if turns else last
    assert max(given_to.values()) - min(given_to.values()) <= 1


@given(last=st.integers(0, 10), sizes=st.lists(st.integers(0, 9), max_size=10))
def test_batches_hand_out_as_one_by_one_would(last: int, sizes: list[int]) -> None:
    in_batches, pointer = [], last
    for size in sizes:
        turns = [one.place for one in deal_round(places(1, 3, 4, 8), pointer, size)]
        in_batches += turns
        pointer = turns[-1] if turns else pointer
    assert in_batches == [one.place for one in deal_round(places(1, 3, 4, 8), last, sum(sizes))]


async def test_deals_go_to_operators_exactly_in_turn(shop: Office) -> None:
    first, second = await shop.hire("11"), await shop.hire("12")
    for customer in ("a", "b", "c", "d"):
        await shop.receive(shop.message(customer))
    assert [row.assignee_id for row in await shop.deals()] == [first.id, second.id, first.id, second.id]


async def test_a_batch_of_customers_is_handed_out_in_turn_too(shop: Office) -> None:
    people = [await shop.hire(name) for name in ("11", "12", "13")]
    await shop.receive(*(shop.message(f"c{number}") for number in range(7)))
    expected = [people[number % 3].id for number in range(7)]
    assert [row.assignee_id for row in await shop.deals()] == expected


async def test_who_is_off_shift_keeps_his_deals_and_gets_no_new_ones(shop: Office) -> None:
    first, second = await shop.hire("11"), await shop.hire("12")
    await shop.receive(shop.message("a"))
    async with shop.database.unit() as uow:
        await end_shift(uow, first)
    await shop.receive(shop.message("b"), shop.message("c"))
    assert [row.assignee_id for row in await shop.deals()] == [first.id, second.id, second.id]


async def test_who_comes_on_shift_gets_the_oldest_waiting_up_to_his_capacity(shop: Office) -> None:
    operator = await shop.hire("11", on_shift=False)
    async with shop.database.unit() as uow:
        await set_capacity(uow, await shop.admin(), operator.id, capacity=2)
    for customer in ("a", "b", "c"):
        await shop.receive(shop.message(customer))
        shop.clock.move(minutes=1)
    async with shop.database.unit() as uow:
        await start_shift(uow, operator)
    await shop.settle()
    assert [row.assignee_id for row in await shop.deals()] == [operator.id, operator.id, None]


async def test_a_disabled_person_is_never_next(shop: Office) -> None:
    first, second = await shop.hire("11"), await shop.hire("12")
    async with shop.database.unit() as uow:
        await uow.execute(update(staff).where(staff.c.id == first.id).values(disabled_at=shop.clock.now()))
    await shop.receive(shop.message("a"), shop.message("b"))
    assert [row.assignee_id for row in await shop.deals()] == [second.id, second.id]
