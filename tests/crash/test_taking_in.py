"""Faults 1, 2, 23, 25 and 26: whatever is killed while updates are taken in, each is stored once."""

import asyncio
import random

import pytest

from tests.botapi.client import Part, User
from tests.crash.scene import CANARY, Scene

RUNS = 20
WRITTEN = "SELECT count(*) FROM message WHERE direction = 'in'"
EFFECTS = (
    "SELECT (SELECT count(*) FROM message), (SELECT count(*) FROM deal), (SELECT count(*) FROM outgoing),"
    " (SELECT count(*) FROM event), (SELECT count(*) FROM contact)"
)


async def a_full_batch(scene: Scene, dice: random.Random) -> None:
    """A hundred messages of some customers, in any order, to be had in one answer."""
    crowd = await scene.crowd(dice.randint(10, 30))
    await scene.api.hold_updates()
    for number in range(100):
        await scene.says(dice.choice(crowd), number)


@pytest.mark.parametrize("place", ["ingest.after_read", "ingest.before_commit"])
async def test_1_a_batch_that_was_read_but_not_stored_comes_again(
    scene: Scene, dice: random.Random, place: str
) -> None:
    await scene.restart(dies_at=place)
    await a_full_batch(scene, dice)
    offered = len(await scene.api.ledger(kind="offered"))
    await scene.api.release_updates()
    await scene.death()
    assert await scene.rows.value(WRITTEN) == 0
    lost, *_ = (await scene.api.ledger(kind="offered"))[offered:]
    await scene.heal()
    assert await scene.rows.value(WRITTEN) == 100
    evidence = await scene.check(fair=True)
    assert any(entry.again == lost.update_ids for entry in evidence.ledger)


async def test_2_a_batch_that_was_stored_but_not_acknowledged_has_no_second_effect(
    scene: Scene, dice: random.Random
) -> None:
    await scene.restart(dies_at="ingest.after_commit")
    await a_full_batch(scene, dice)
    await scene.api.release_updates()
    await scene.death()
    assert await scene.rows.value(WRITTEN) == len(await scene.api.waiting_updates()) == 100
    await scene.heal()
    before = await scene.rows.all(EFFECTS)
    await scene.api.offer_again()
    await scene.quiet()
    assert await scene.rows.all(EFFECTS) == before
    await scene.check(fair=True)


async def test_23_what_is_offered_ten_times_and_replayed_whole_counts_once(scene: Scene, dice: random.Random) -> None:
    crowd = await scene.crowd(dice.randint(3, 6))
    await asyncio.gather(*(scene.says(customer) for customer in crowd))
    await scene.quiet()
    before = await scene.rows.all(EFFECTS)
    for _ in range(10):
        assert await scene.api.offer_again()
        await scene.api.wait_acknowledged()
    await scene.quiet()
    assert await scene.rows.all(EFFECTS) == before
    await scene.check(fair=True)


async def test_25_update_numbers_that_fall_are_new(scene: Scene) -> None:
    (anna,) = await scene.crowd(1)
    for number, update_id in enumerate([900_000_000, 1_000, 2_000]):
        await scene.api.next_update_id(update_id)
        await scene.says(anna, number)
        await scene.quiet()
    await scene.restart()
    await scene.says(anna, 3)
    await scene.quiet()
    assert await scene.rows.value(WRITTEN) == 4
    await scene.check(fair=True)


async def write_ten(customer: User, how: str) -> None:
    """Ten messages at once, as an album or as ten forwards."""
    if how == "an album":
        await customer.sends_album([Part(kind="photo", caption=f"{CANARY} {number}") for number in range(10)])
    else:
        await asyncio.gather(*(customer.sends(f"{CANARY} {number}") for number in range(10)))


async def one_deal_each(scene: Scene, how: str) -> None:
    crowd = await scene.crowd(RUNS)
    await asyncio.gather(*(write_ten(customer, how) for customer in crowd))
    await scene.quiet()
    counts = await scene.rows.all(
        "SELECT count(DISTINCT contact.id), count(DISTINCT deal.id), count(DISTINCT message.id) FROM contact"
        " JOIN deal ON deal.contact_id = contact.id JOIN message ON message.conversation_id = deal.conversation_id"
    )
    assert counts == [(RUNS, RUNS, RUNS * 10)]
    await scene.check(fair=True)


@pytest.mark.parametrize("how", ["an album", "ten forwards"])
async def test_26_ten_messages_of_a_new_customer_at_once_open_one_deal(scene: Scene, how: str) -> None:
    await one_deal_each(scene, how)


@pytest.mark.parametrize("how", ["an album", "ten forwards"])
async def test_26_four_processes_open_one_deal_as_well(processes: Scene, how: str) -> None:
    for _ in range(4):
        await processes.worker("relay")
    await one_deal_each(processes, how)
