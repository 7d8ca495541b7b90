"""A follow-up goes out once, whatever dies between the event and its time: the program, Redis, or both of them."""

import asyncio
import random
from collections.abc import Callable, Mapping
from datetime import timedelta

from core.redis import connect
from tests.botapi.client import User
from tests.crash.scene import KILLED, Scene
from triggers.actions.move import Move
from triggers.actions.send import Send
from triggers.editing import Draft
from triggers.occasions.message_received import OnMessageReceived
from triggers.occasions.message_sent import OnMessageSent
from triggers.occasions.stage_entered import OnStageEntered
from triggers.parts import Stop

TEXT = "Any news?"
RUNS = 'SELECT state FROM trigger_run JOIN "trigger" ON "trigger".id = trigger_id WHERE preset IS NULL'
WAITING = f"SELECT count(*) FROM ({RUNS}) AS runs WHERE state IN ('waiting', 'queued')"
SOON = 1


def follow_up(seconds: int = SOON, text: str = TEXT) -> Callable[[Mapping[str, int]], Draft]:
    """What is sent some time after a deal moved to "Offer sent", unless anything stops it."""
    return lambda stages: Draft(
        occasion=OnStageEntered(stages=(stages["Offer sent"],)),
        actions=(Send(text=text),),
        delay=timedelta(seconds=seconds),
        stops_on=frozenset(Stop),
    )


async def offered(scene: Scene) -> User:
    """A customer whose deal can be moved."""
    (anna,) = await scene.crowd(1)
    await scene.says(anna)
    await scene.quiet()
    return anna


async def taken(scene: Scene, of: User, text: str = TEXT) -> int:
    """How often the messenger took a text for somebody."""
    return len(await scene.api.ledger(kind="accepted", method="sendMessage", chat_id=of.id, text_contains=text))


async def all_done(scene: Scene, *, within: float = 20) -> None:
    """Wait until no run of ours waits, and nothing is left to do."""
    await scene.rows.until(WAITING, lambda found: found == [(0,)], within=within)
    await scene.quiet()


PLACES = [
    "alarms.before_set",
    "delays.claimed",
    "delays.locked",
    "delays.before_commit",
    "delays.after_commit",
]


async def test_a_follow_up_survives_a_death_between_what_is_stored_and_whom_it_wakes(scene: Scene) -> None:
    await scene.trigger(follow_up())
    for place in PLACES:
        anna = await offered(scene)
        await scene.restart(dies_at=place)
        await scene.moves(anna, "Offer sent")
        await scene.death()
        await scene.heal()
        await all_done(scene, within=10)
        assert (place, await taken(scene, anna)) == (place, 1)
    await scene.check(fair=True)


async def test_a_follow_up_survives_a_death_and_an_emptied_redis(scene: Scene) -> None:
    await scene.trigger(follow_up(2))
    anna = await offered(scene)
    await scene.moves(anna, "Offer sent")
    await scene.rows.until(WAITING, lambda found: found == [(1,)])
    await scene.program.kill()
    async with connect(await scene.redis_url()) as redis:
        await redis.flushall()
    await scene.restart()
    await all_done(scene)
    assert await taken(scene, anna) == 1
    await scene.check(fair=True)


async def test_whoever_blocks_the_bot_gets_nothing_more_until_he_is_back(scene: Scene) -> None:
    await scene.trigger(follow_up(2))
    anna = await offered(scene)
    await scene.moves(anna, "Offer sent")
    await scene.rows.until(WAITING, lambda found: found == [(1,)])
    await anna.blocks()
    await scene.rows.until(RUNS, lambda found: found == [("stopped",)])
    await anna.unblocks()
    await scene.moves(anna, "In conversation")
    await scene.moves(anna, "Offer sent")
    await scene.rows.until(RUNS, lambda found: len(found) == 2)
    await all_done(scene)
    assert await taken(scene, anna) == 1
    await scene.check(fair=True)


async def test_random_deaths_while_follow_ups_fall_due_lose_and_double_nothing(
    scene: Scene, dice: random.Random
) -> None:
    await scene.trigger(follow_up(text="First?"))
    await scene.trigger(follow_up(2, text="Second?"))
    crowd = await scene.crowd(6)
    for one in crowd:
        await scene.says(one)
    await scene.quiet()
    for number in range(4):
        for one in dice.sample(crowd, 4):
            await scene.moves(one, dice.choice(["Offer sent", "Offer sent", "In conversation"]))
        await scene.says(dice.choice(crowd), number)
        await asyncio.sleep(dice.uniform(0.2, 0.8))
        await scene.restart()
    await scene.quiet()
    await all_done(scene)
    await scene.check(fair=True)


async def test_what_stops_a_follow_up_in_the_moment_it_is_due_stops_it_or_has_crossed(
    scene: Scene, dice: random.Random
) -> None:
    await scene.trigger(follow_up())
    crowd = await scene.crowd(12)
    for one in crowd:
        await scene.says(one)
    await scene.quiet()

    async def meets(one: User) -> None:
        await scene.moves(one, "Offer sent")
        due = "SELECT due_at FROM trigger_run WHERE deal_id = :deal AND state != 'done' ORDER BY id DESC LIMIT 1"
        await scene.rows.until(due, bool, deal=await scene.deal_of(one))
        await asyncio.sleep(SOON + dice.uniform(-0.25, 0.1))
        if dice.random() < 0.5:
            await scene.says(one, 1)
        else:
            await scene.moves(one, "In conversation")

    await asyncio.gather(*(meets(one) for one in crowd))
    await all_done(scene)
    await scene.check(fair=True)


def echo(stages: Mapping[str, int]) -> Draft:
    """What follows each message of a customer, and nothing stops it."""
    del stages
    return Draft(occasion=OnMessageReceived(), actions=(Send(text=TEXT),), delay=timedelta(seconds=2))


async def test_two_processes_for_what_is_due_do_each_of_many_once_although_one_dies(processes: Scene) -> None:
    await processes.trigger(echo)
    await processes.worker("relay")
    dying = await processes.worker("delays", dies_at="delays.before_commit:3")
    await processes.worker("delays")
    crowd = await processes.crowd(12)
    await asyncio.gather(*(processes.says(one, number) for one in crowd for number in range(10)))
    assert await dying.ended() == KILLED
    await processes.worker("delays")
    await processes.rows.until(RUNS, lambda found: len(found) == 120)
    await all_done(processes, within=30)
    assert {await taken(processes, one) for one in crowd} == {10}
    await processes.check(fair=True)


def steps(between: str, to: str) -> Callable[[Mapping[str, int]], Draft]:
    """What moves a deal on as soon as it enters a stage."""
    return lambda stages: Draft(occasion=OnStageEntered(stages=(stages[between],)), actions=(Move(stage=stages[to]),))


async def test_what_runs_in_a_circle_is_cut_and_told_and_costs_little(scene: Scene) -> None:
    await scene.trigger(steps("In conversation", "Offer sent"))
    await scene.trigger(steps("Offer sent", "In conversation"))
    await scene.trigger(lambda stages: Draft(occasion=OnMessageSent(), actions=(Send(text=TEXT),)))
    for number in range(50):
        await scene.trigger(follow_up(0, f"{TEXT} {number}"))
    anna = await offered(scene)
    began = scene.program.cpu_seconds()
    await scene.moves(anna, "Offer sent")
    told = await scene.admin.sees("stands still")
    await scene.quiet(within=60)
    assert "The chain" in told.text
    assert scene.program.cpu_seconds() - began < 5
    assert await scene.rows.all("SELECT count(*) FROM \"trigger\" WHERE paused_reason = 'loop'") == [(1,)]
    evidence = await scene.check(fair=True)
    assert max(row.depth for row in evidence.rows["trigger_run"]) == 10
    # Every second step of the chain enters the stage, the first of them by hand.
    assert await taken(scene, anna) <= 50 * 5
