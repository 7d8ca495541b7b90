"""What an operator does all day long, each with no more taps and messages than a thumb should need."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.botapi.client import ChatMessage, User
from tests.running.shop import Shop, number_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

PRICES = {
    "see a new deal": 0,
    "take it": 1,
    "answer": 1,
    "send a photo": 1,
    "move to the next stage": 2,
    "set the amount": 2,
    "reminder for tomorrow": 2,
    "hand over": 2,
    "close with a reason": 3,
    "my overdue": 1,
    "next in the queue": 1,
    "why did I get it": 1,
}
paid: dict[str, int] = {}


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def table() -> AsyncIterator[None]:
    """Print what every act cost, beside what it may cost."""
    yield
    rows = [f"{act:<24} {paid.get(act, '-'):>4} <= {price}" for act, price in PRICES.items()]
    print("\n" + "\n".join(rows))  # noqa: T201


class Hand:
    """An operator's thumb: every tap and every message is counted for the act that is under way."""

    def __init__(self, person: User, act: str) -> None:
        self.person, self.act, self.cost = person, act, 0

    async def taps(self, message: ChatMessage, button: str) -> None:
        self.cost += 1
        await self.person.sees(button=button, after=message.id - 1)
        await self.person.presses(message.id, button)

    async def types(self, text: str, *, reply_to: ChatMessage | None = None) -> int:
        self.cost += 1
        return await self.person.sends(text, reply_to=reply_to.id if reply_to else None)

    def is_paid(self) -> None:
        paid[self.act] = self.cost
        assert self.cost <= PRICES[self.act]


async def at_work(shop: Shop) -> tuple[User, User, ChatMessage]:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    customer, card = await shop.handed("Anna", boris)
    return boris, customer, card


async def test_a_new_deal_is_seen(shop: Shop) -> None:
    boris, anna, card = await at_work(shop)
    assert anna.first_name in card.text
    assert not card.silent
    Hand(boris, "see a new deal").is_paid()


async def test_a_waiting_deal_is_taken(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    (anna,) = await shop.customers("Anna")
    await anna.sends("Hello")
    hand = Hand(boris, "take it")
    await hand.taps(await shop.card(anna, boris, button="Take"), "Take")
    await boris.sees("· yours")
    hand.is_paid()


async def test_an_answer_is_a_reply(shop: Shop) -> None:
    boris, anna, card = await at_work(shop)
    hand = Hand(boris, "answer")
    await hand.types("Yes, in red", reply_to=card)
    await anna.sees("Yes, in red")
    hand.is_paid()


async def test_a_photo_is_a_reply_too(shop: Shop) -> None:
    boris, anna, card = await at_work(shop)
    hand = Hand(boris, "send a photo")
    hand.cost += 1
    await boris.sends_photo("This one", reply_to=card.id)
    await anna.sees("This one", kind="photo")
    hand.is_paid()


async def test_the_next_stage_comes_first(shop: Shop) -> None:
    boris, _, card = await at_work(shop)
    hand = Hand(boris, "move to the next stage")
    await hand.taps(card, "Stage")
    await hand.taps(card, "In conversation")
    await boris.sees("In conversation · yours")
    hand.is_paid()


async def test_the_amount_is_typed_as_people_write_it(shop: Shop) -> None:
    boris, _, card = await at_work(shop)
    hand = Hand(boris, "set the amount")
    await hand.taps(card, "Amount")
    await boris.sees("How much is it?")
    await hand.types("1.5k")
    changed = await boris.sees("€1,500", button="Amount")
    assert changed.id == card.id
    hand.is_paid()


async def test_a_reminder_for_tomorrow(shop: Shop) -> None:
    boris, _, card = await at_work(shop)
    hand = Hand(boris, "reminder for tomorrow")
    await hand.taps(card, "Task")
    await hand.taps(card, "tomorrow 10:00")
    changed = await boris.sees("🟢 Call · ", button="Task")
    assert changed.id == card.id
    hand.is_paid()


async def test_a_deal_goes_to_a_colleague(shop: Shop) -> None:
    boris, anna, card = await at_work(shop)
    clara = await shop.operator("Clara")
    hand = Hand(boris, "hand over")
    await hand.taps(card, "Hand over")
    await hand.taps(card, clara.first_name)
    await shop.card(anna, clara, button="Answer")
    taken = await boris.sees(f"taken by {clara.first_name}")
    assert (taken.id, taken.buttons) == (card.id, [])
    hand.is_paid()


async def test_a_deal_is_lost_with_a_reason(shop: Shop) -> None:
    boris, _, card = await at_work(shop)
    hand = Hand(boris, "close with a reason")
    for button in ("Stage", "Lost", "Too expensive"):
        await hand.taps(card, button)
    await boris.sees("Lost · Too expensive", button="Reopen")
    hand.is_paid()


async def test_what_is_overdue_stands_on_top(shop: Shop) -> None:
    boris, anna, card = await at_work(shop)
    await boris.sends(f"/deal {number_in(card.text)} task in 2 hours call")
    await boris.sees("Call · ", button="Later")
    hand = Hand(boris, "my overdue")
    asked = await hand.types("/tasks")
    mine = await boris.sees("My tasks", after=asked)
    assert anna.first_name in mine.buttons[0][0].text
    assert re.match(r"🔴 overdue \d", mine.buttons[1][0].text)
    hand.is_paid()


async def test_the_next_in_the_queue(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    (anna,) = await shop.customers("Anna")
    await anna.sends("Hello")
    await shop.card(anna, boris, button="Take")
    hand = Hand(boris, "next in the queue")
    asked = await hand.types("/next")
    await shop.card(anna, boris, after=asked, button="Stage")
    hand.is_paid()


async def test_why_somebody_got_it(shop: Shop) -> None:
    boris, _, card = await at_work(shop)
    hand = Hand(boris, "why did I get it")
    await hand.taps(card, "More")
    await boris.sees(f"handed to {boris.first_name} in turn", button="Tags")
    hand.is_paid()
