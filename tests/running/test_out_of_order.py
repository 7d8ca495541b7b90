"""What comes in another order than it happened is understood all the same."""

import json

import pytest

from tests.running.shop import Shop
from tests.running.test_bad_input import message_from

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_edit_that_overtakes_its_message_is_shown_once_as_it_is_now(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    raw = json.loads(await message_from(shop, anna, text="Is it red?", message_id=900))
    edited = raw["message"] | {"text": "Is it blue?", "edit_date": raw["message"]["date"] + 5}
    number = raw["update_id"]
    await shop.api.push_raw(json.dumps({"update_id": number, "edited_message": edited}))
    await shop.posted(boris, "Is it blue?", after=card.id)
    await shop.api.push_raw(json.dumps({"update_id": number + 1, "message": raw["message"]}))
    await shop.settled()
    assert len([one for one in await boris.chat() if "Is it" in one.text]) == 1


async def test_dates_that_go_back_change_no_order(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    for place in range(3):
        raw = json.loads(await message_from(shop, anna, text=f"No. {place}"))
        raw["message"]["date"] -= 3600 * place
        await shop.api.push_raw(json.dumps(raw))
    await boris.sees("No. 2", after=card.id)
    await shop.settled()
    told = "\n".join(one.text for one in await boris.chat() if one.id > card.id and one.from_bot)
    assert [line for line in told.splitlines() if line.startswith("No. ")] == ["No. 0", "No. 1", "No. 2"]


async def test_a_press_on_a_card_whose_sending_is_not_answered_yet_works(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    held = await shop.api.fault("accepted_hold", method="sendMessage", chat_id=boris.id)
    (anna,) = await shop.customers("Anna")
    await anna.sends("Hello")
    card = await boris.sees(f"{anna.first_name} · #", button="Answer")
    await boris.presses(card.id, "Answer")
    await held.release()
    await boris.sees("You are talking to", after=card.id)
    await boris.sends("Hi")
    await anna.sees("Hi")
