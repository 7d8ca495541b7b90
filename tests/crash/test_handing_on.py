"""Faults 3, 4 and 8: whatever is killed between a stored message and its card, all of it happens once or not yet."""

import asyncio
import random

from tests.botapi.client import User
from tests.crash.scene import KILLED, Scene

HANDED_ON = "SELECT count(*) FROM event WHERE position IS NOT NULL"
ASSIGNED = "SELECT count(*) FROM deal WHERE assignee_id IS NOT NULL"
DEAL_OF = "SELECT max(deal.id) FROM deal JOIN contact ON contact.id = deal.contact_id WHERE contact.name = :name"
CARDS_OF = (
    "SELECT outgoing.state, outgoing.attempts FROM outgoing JOIN deal ON outgoing.ref = 'deal:' || deal.id"
    " JOIN contact ON contact.id = deal.contact_id WHERE outgoing.op = 'send' AND contact.name = :name"
)
# What is done in one story, and how many handlers at least look at what follows from it.
HANDLERS = {"writes": 5, "Here you are": 3, '/deal {deal} stage "Offer sent"': 1, "/deal {deal} close won": 4}
STORY = (*HANDLERS, "writes")

ASSIGNING = [
    "assign.after_pick",
    "assign.after_write",
    "relay.before_commit",
    "relay.after_commit",
    "send.after_accept",
]


async def test_3_what_was_stored_before_the_death_is_worked_on_after_it(scene: Scene, dice: random.Random) -> None:
    crowd = await scene.crowd(dice.randint(2, 5))
    await scene.api.hold_updates()
    await scene.restart(dies_at="ingest.after_commit")
    for customer in crowd:
        await scene.says(customer)
    await scene.api.release_updates()
    await scene.death()
    assert await scene.rows.value("SELECT count(*) FROM deal") == 0
    await scene.heal()
    assert await scene.rows.value(ASSIGNED) == len(crowd)
    await scene.check(fair=True)


async def test_3_another_process_takes_over_what_a_dead_one_had_begun(processes: Scene, dice: random.Random) -> None:
    dying = await processes.worker("relay", dies_at="relay.claimed")
    crowd = await processes.crowd(dice.randint(2, 5))
    for customer in crowd:
        await processes.says(customer)
    assert await dying.ended() == KILLED
    assert await processes.rows.value("SELECT count(*) FROM deal") == 0
    await processes.worker("relay")
    await processes.quiet()
    assert await processes.rows.value(ASSIGNED) == len(crowd)
    await processes.check(fair=True)


async def begins(scene: Scene, anna: User, act: str) -> None:
    """The customer writes, or whoever has her deal replies to a card that nobody died over; then deaths begin."""
    if act == "writes":
        await scene.restart(dies_at="relay.mid_tx")
        await scene.says(anna)
        return
    who = await scene.whose(anna)
    deal = await scene.rows.value(DEAL_OF, name=anna.first_name)
    await who.sends(f"/deal {deal}")
    await scene.quiet()
    card = await scene.known_card(anna)
    await scene.restart(dies_at="relay.mid_tx")
    await who.sends(act.format(deal=deal), reply_to=card)


async def test_4_a_death_at_any_place_of_a_story_undoes_all_of_its_step_or_nothing(scene: Scene) -> None:
    (anna,) = await scene.crowd(1)
    deaths = []
    for act in STORY:
        await scene.heal()
        place, done = 1, await scene.rows.value(HANDED_ON)
        await begins(scene, anna, act)
        while await scene.dies():
            deaths.append(act)
            # What was committed is past: then this was the first handler of the next wave.
            now = await scene.rows.value(HANDED_ON)
            place, done = (2, now) if now > done else (place + 1, done)
            await scene.restart(dies_at=f"relay.mid_tx:{place}")
    assert {act: deaths.count(act) >= HANDLERS[act] for act in STORY} == dict.fromkeys(STORY, True), deaths
    await scene.heal()
    await scene.check()


async def test_8_a_death_while_a_deal_is_handed_out_gives_it_one_owner_and_takes_one_turn(scene: Scene) -> None:
    for customer, place in zip(await scene.crowd(len(ASSIGNING)), ASSIGNING, strict=True):
        await scene.restart(dies_at=place)
        await scene.says(customer)
        await scene.death()
        await scene.heal()
        cards = await scene.rows.all(CARDS_OF, name=customer.first_name)
        assert cards == [("sent", 2 if place == "send.after_accept" else 1)]
    await scene.check(fair=True)


async def test_8_several_processes_hand_out_in_turn_although_two_of_them_die(
    processes: Scene, dice: random.Random
) -> None:
    dying = [await processes.worker("relay", dies_at=place) for place in ("assign.after_pick", "assign.after_write")]
    crowd = await processes.crowd(30)
    await asyncio.gather(*(processes.says(customer) for customer in crowd[:20]))
    assert [await one.ended() for one in dying] == [KILLED, KILLED]
    for _ in range(2):
        await processes.worker("relay")
    await asyncio.gather(*(processes.says(customer) for customer in crowd[20:]))
    await processes.quiet()
    assert await processes.rows.value(ASSIGNED) == len(crowd)
    await processes.check(fair=True)
