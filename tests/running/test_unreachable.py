"""A customer whom no message reaches: it is final, his operator learns it once, and his own word ends it."""

import pytest

from tests.botapi.client import ChatMessage, User
from tests.botapi.faults import FaultKind
from tests.running.shop import Shop, number_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

MARKED = """
    SELECT identity.unreachable_since IS NOT NULL FROM identity JOIN contact ON contact.id = identity.contact_id
    WHERE contact.name = :name
"""
FOLLOW_UP = """
    SELECT trigger_run.state, trigger_run.reason FROM trigger_run JOIN trigger ON trigger.id = trigger_run.trigger_id
    WHERE trigger_run.deal_id = :deal AND trigger.preset IS NULL
"""
NEVER: dict[str, tuple[FaultKind, str, str]] = {
    "blocked": ("403", "Forbidden: bot was blocked by the user", "the customer has blocked the bot"),
    "deactivated": ("403", "Forbidden: user is deactivated", "the customer's account no longer exists"),
    "not found": ("400", "Bad Request: chat not found", "the customer's account no longer exists"),
}


async def followed_up(shop: Shop) -> tuple[User, User, ChatMessage]:
    """An operator, a customer of his and her card; something is to be sent to her in ten minutes."""
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    if not await shop.rows.value("SELECT count(*) FROM trigger WHERE preset IS NULL"):
        asked = await shop.admin.sends('/triggers add when stage "Offer sent" after 10 min send: Still there?')
        await shop.admin.sees("It is on", after=asked)
    await boris.sends(f'/deal {number_in(card.text)} stage "Offer sent"')
    await shop.rows.until(FOLLOW_UP, lambda found: found == [("waiting", None)], deal=number_in(card.text))
    return boris, anna, card


async def told(operator: User, words: str) -> int:
    return len([one for one in await operator.chat() if one.from_bot and words in one.text])


async def is_marked(shop: Shop, anna: User, *, as_gone: bool = True) -> None:
    await shop.rows.until(MARKED, lambda found: [bool(one) for (one,) in found] == [as_gone], name=anna.first_name)


@pytest.mark.parametrize("how", NEVER)
async def test_an_answer_that_can_never_arrive_is_final_and_told_once(shop: Shop, how: str) -> None:
    code, description, why = NEVER[how]
    boris, anna, card = await followed_up(shop)
    await shop.api.fault(code, method="sendMessage", chat_id=anna.id, description=description, times=None)
    answer = await boris.sends("Nine EUR", reply_to=card.id)
    assert (await boris.sees(f"Not sent: {why}.")).reply_to == answer
    await is_marked(shop, anna)
    await shop.settled()
    assert await told(boris, "Not sent") == 1
    assert await told(boris, "nothing reaches them") + await told(boris, "no longer be reached") == 0
    assert len(await shop.api.ledger(kind="refused", method="sendMessage", chat_id=anna.id)) == 1
    ((state, reason),) = await shop.rows.all(FOLLOW_UP, deal=number_in(card.text))
    assert (state, reason) == ("stopped", "blocked")
    await shop.api.clear_faults()
    await anna.sends("Here I am again")
    await shop.posted(boris, "Here I am again")
    await is_marked(shop, anna, as_gone=False)


async def test_a_block_is_told_once_to_whoever_has_the_deal(shop: Shop) -> None:
    boris, anna, card = await followed_up(shop)
    await anna.blocks()
    notice = await boris.sees(f"{anna.first_name} · #{number_in(card.text)} has blocked the bot", after=card.id)
    assert notice.reply_to == card.id
    await is_marked(shop, anna)
    ((state, reason),) = await shop.rows.all(FOLLOW_UP, deal=number_in(card.text))
    assert (state, reason) == ("stopped", "blocked")
    await boris.sends("Nine EUR", reply_to=card.id)
    await boris.sees("Not sent: the customer has blocked the bot.")
    await shop.settled()
    assert await told(boris, "nothing reaches them") == 1
    await anna.unblocks()
    await is_marked(shop, anna, as_gone=False)


async def test_somebody_elses_answer_that_came_back_is_told_to_whoever_has_the_deal(shop: Shop) -> None:
    boris, anna, card = await followed_up(shop)
    await shop.api.fault("403", chat_id=anna.id, method="sendMessage", description="Forbidden: user is deactivated")
    asked = await shop.admin.sends(f"/deal {number_in(card.text)}")
    seen = await shop.card(anna, shop.admin, after=asked)
    await shop.admin.sends("Nine EUR", reply_to=seen.id)
    await shop.admin.sees("Not sent: the customer's account no longer exists.")
    await boris.sees(f"{anna.first_name} · #{number_in(card.text)} can no longer be reached", after=card.id)
    await shop.settled()
    assert await told(boris, "can no longer be reached") == 1
