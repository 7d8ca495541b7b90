"""Faults 6 and 7: killed around a send, it never sends an answer twice unasked, and a notice once more at most."""

import pytest

from tests.botapi.client import ChatMessage, User
from tests.crash.scene import KILLED, Scene

ANSWER = "Here it is"
STATES = (
    "SELECT state FROM outgoing WHERE op = 'send' AND message_id IN (SELECT id FROM message WHERE direction = 'out')"
)
EPOCH = "SELECT epoch FROM lease JOIN channel ON lease.name = 'channel:' || channel.id WHERE channel.kind = 'telegram'"
CARDS = "SELECT state FROM outgoing WHERE op = 'send' AND ref IS NOT NULL"


async def card_of(scene: Scene, anna: User) -> tuple[User, ChatMessage]:
    """The card of a customer who has written, and whose it is."""
    await scene.says(anna)
    await scene.quiet()
    who = await scene.whose(anna)
    return who, await scene.card(anna, who)


async def answered(scene: Scene, *, dies_at: str) -> tuple[User, User, int]:
    """A customer, his operator and his operator's answer, whose way ended in a death."""
    (anna,) = await scene.crowd(1)
    who, card = await card_of(scene, anna)
    await scene.restart(dies_at=dies_at)
    # Marks and cards wait, so that the answer is the first thing that is accepted.
    for method in ("setMessageReaction", "editMessage*"):
        await scene.api.fault("hold", method=method, times=None)
    typed = await who.sends(ANSWER, reply_to=card.id)
    await scene.death()
    return anna, who, typed


async def taken(scene: Scene, chat: User, text: str) -> int:
    """How often the messenger took a text for somebody."""
    return len(await scene.api.ledger(kind="accepted", method="sendMessage", chat_id=chat.id, text_contains=text))


@pytest.mark.parametrize(("place", "times"), [("send.marked", 0), ("send.after_accept", 1)])
async def test_6_and_7_an_answer_whose_sender_died_is_not_confirmed_and_can_be_sent_again(
    scene: Scene, place: str, times: int
) -> None:
    anna, who, typed = await answered(scene, dies_at=place)
    await scene.heal()
    assert await taken(scene, anna, ANSWER) == times
    assert await scene.rows.all(STATES) == [("unknown",)]
    asked = await who.sees("Delivery is not confirmed", button="Send again")
    await scene.check(fair=True)
    await who.presses(asked.id, "Send again")
    await who.sees_reaction(typed, "👌")
    await scene.quiet()
    assert await taken(scene, anna, ANSWER) == times + 1
    assert await scene.rows.all(STATES) == [("sent",)]
    await scene.check(fair=True)


async def test_7_another_process_takes_a_dead_ones_sends_over_and_repeats_no_answer(processes: Scene) -> None:
    await processes.worker("relay")
    (anna,) = await processes.crowd(1)
    who, card = await card_of(processes, anna)
    epoch = await processes.rows.value(EPOCH)
    await processes.restart(dies_at="send.after_accept")
    await processes.rows.until(EPOCH, lambda found: found == [(epoch + 1,)])
    await processes.worker("channels")
    for method in ("setMessageReaction", "editMessage*"):
        await processes.api.fault("hold", method=method, times=None)
    await who.sends(ANSWER, reply_to=card.id)
    assert await processes.program.ended() == KILLED
    await processes.api.clear_faults()
    await who.sees("Delivery is not confirmed", button="Send again")
    await processes.quiet()
    assert await taken(processes, anna, ANSWER) == 1
    await processes.check(fair=True)


async def test_7_what_was_stored_as_sent_stays_sent(scene: Scene) -> None:
    anna, who, typed = await answered(scene, dies_at="send.stored")
    await scene.heal()
    await who.sees_reaction(typed, "👌")
    assert await taken(scene, anna, ANSWER) == 1
    await scene.check(fair=True)


@pytest.mark.parametrize(("place", "times"), [("send.marked", 1), ("send.after_accept", 2)])
async def test_6_and_7_a_card_whose_sender_died_is_sent_once_more(scene: Scene, place: str, times: int) -> None:
    (anna,) = await scene.crowd(1)
    await scene.restart(dies_at=place)
    await scene.says(anna)
    await scene.death()
    await scene.heal()
    assert await taken(scene, scene.admin, anna.first_name) == times
    assert await scene.rows.all(CARDS) == [("sent",)]
    await scene.check(fair=True)


async def test_7_a_card_whose_sender_died_twice_is_left_unknown(scene: Scene) -> None:
    (anna,) = await scene.crowd(1)
    await scene.restart(dies_at="send.after_accept")
    await scene.says(anna)
    await scene.death()
    await scene.restart(dies_at="send.after_accept")
    await scene.death()
    await scene.heal()
    assert await taken(scene, scene.admin, anna.first_name) == 2
    assert await scene.rows.all(CARDS) == [("unknown",)]
    await scene.check(fair=True)


@pytest.mark.parametrize("place", ["desk.before_commit", "desk.after_commit"])
async def test_an_answer_that_was_typed_before_a_death_is_sent_once(scene: Scene, place: str) -> None:
    anna, who, typed = await answered(scene, dies_at=place)
    await scene.heal()
    await who.sees_reaction(typed, "👌")
    assert await taken(scene, anna, ANSWER) == 1
    await scene.check(fair=True)
