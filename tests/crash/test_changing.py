"""Killed between a change and its delivery, it loses none: both sides see at last what was said last, and once."""

import pytest

from tests.crash.scene import Scene

EVENTS = "SELECT count(*) FROM event WHERE kind = 'MessageEdited'"


@pytest.mark.parametrize("place", ["relay.before_commit", "relay.after_commit", "send.marked", "send.after_accept"])
async def test_a_customers_edit_reaches_his_operator(scene: Scene, place: str) -> None:
    (anna,) = await scene.crowd(1)
    await scene.says(anna)
    asked = await anna.sends("Is it red?")
    await scene.quiet()
    who = await scene.whose(anna)
    relayed = await who.sees("Is it red?")
    await scene.restart(dies_at=place)
    await anna.edits(asked, "Is it blue?")
    await scene.death()
    await scene.heal()
    assert (await who.sees("Is it blue?")).id == relayed.id
    await scene.quiet()
    assert await scene.rows.value(EVENTS) == 1
    assert not [one for one in await who.chat() if "Is it red?" in one.text]
    await scene.check(fair=True)


@pytest.mark.parametrize("place", ["desk.before_commit", "desk.after_commit", "send.marked", "send.after_accept"])
async def test_an_operators_edit_reaches_the_customer(scene: Scene, place: str) -> None:
    (anna,) = await scene.crowd(1)
    await scene.says(anna)
    await scene.quiet()
    who = await scene.whose(anna)
    typed = await who.sends("Yes, 100", reply_to=(await scene.card(anna, who)).id)
    first = await anna.sees("Yes, 100")
    await scene.quiet()
    await scene.restart(dies_at=place)
    # Marks wait, so that the edit is the first thing that is accepted.
    await scene.api.fault("hold", method="setMessageReaction", times=None)
    await who.edits(typed, "Yes, 120")
    await scene.death()
    await scene.heal()
    assert (await anna.sees("Yes, 120")).id == first.id
    await scene.quiet()
    assert await scene.rows.value(EVENTS) == 1
    assert len([one for one in await anna.chat() if one.from_bot]) == 1
    await who.sees_reaction(typed, "👌")
    await scene.check(fair=True)
