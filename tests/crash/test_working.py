"""What operators do with deals is done once or not yet, whatever is killed; a reminder is neither lost nor doubled."""

import pytest

from tests.botapi.client import User
from tests.crash.scene import Scene

TOLD = "SELECT state FROM outgoing WHERE cause LIKE 'task:%'"
REMINDED = "SELECT count(*) FROM task WHERE reminded_at IS NOT NULL"


async def at_work(scene: Scene) -> tuple[User, int]:
    """Whoever has a customer's deal, and its number."""
    (anna,) = await scene.crowd(1)
    await scene.says(anna)
    await scene.quiet()
    number = await scene.rows.value("SELECT max(id) FROM deal")
    return await scene.whose(anna), int(number)


@pytest.mark.parametrize("place", ["remind.before_commit", "remind.after_commit", "relay.before_commit"])
async def test_a_reminder_comes_once_wherever_the_program_dies(scene: Scene, place: str) -> None:
    who, number = await at_work(scene)
    if place.startswith("remind"):
        # Nothing is due before: the place is passed at every look.
        await scene.program.kill()
        await scene.restart()
        await who.sends(f"/deal {number} task in 2 s call")
        await scene.quiet()
        await scene.restart(dies_at=place)
        await scene.death()
    else:
        await who.sends(f"/deal {number} task in 1 s call")
        await scene.quiet()
        await scene.restart(dies_at=place)
        await scene.dies()
    await scene.heal()
    await scene.rows.until(REMINDED, lambda found: found == [(1,)], within=20)
    await scene.quiet()
    assert await scene.rows.all(TOLD) == [("sent",)]
    await scene.check()


@pytest.mark.parametrize("place", ["desk.before_commit", "desk.after_commit"])
@pytest.mark.parametrize(
    "act",
    [
        "amount 1.5k",
        "tag vip, wholesale",
        "note wants it in red",
        "task tomorrow 10 call",
        "to turn",
        "more",
        "close won",
    ],
)
async def test_an_act_is_done_once_wherever_the_program_dies(scene: Scene, act: str, place: str) -> None:
    who, number = await at_work(scene)
    await scene.restart(dies_at=place)
    await who.sends(f"/deal {number} {act}")
    await scene.death()
    await scene.heal()
    await scene.check()
    done = {
        "amount": "SELECT amount FROM deal WHERE amount IS NOT NULL",
        "tag": "SELECT count(*) FROM deal_tag",
        "note": "SELECT count(*) FROM message WHERE direction = 'note'",
        "task": "SELECT count(*) FROM task",
        "to": "SELECT count(*) FROM event WHERE kind = 'DealReturned'",
        "more": "SELECT count(*) - 1 FROM deal",
        "close": "SELECT count(*) FROM deal WHERE closed_at IS NOT NULL",
    }
    assert await scene.rows.value(done[act.split()[0]]) == {"amount": 150_000, "tag": 2}.get(act.split()[0], 1)
