"""What a screen waits for, and what was typed to nobody yet, beside everything else that a person does meanwhile."""

import pytest
from aiogram.filters.callback_data import CallbackData

from bot import callbacks, task_callbacks
from bot.screens import Screen
from tests.unit.hands import Hands
from tests.unit.office import Office

BOSS = "500"


def words(shown: Screen) -> str:
    """What a screen says, over the chat or in it."""
    return f"{shown.toast or ''}{shown.content['text'] if shown.content else ''}"


def first_button(shown: Screen) -> str:
    """What the first button of a screen carries."""
    assert shown.content is not None
    data: str = shown.content["buttons"][0][0][1]
    return data


async def at_work(shop: Office) -> tuple[Hands, int]:
    """An operator with the deal of a customer."""
    await shop.hire(BOSS)
    await shop.receive(shop.message("anna", "Hi"))
    return Hands(shop, BOSS), (await shop.deals())[0].id


OPENED = {
    "amount": callbacks.Amount(deal=1),
    "note": callbacks.Note(deal=1),
    "tags": callbacks.Tags(deal=1),
    "task": task_callbacks.NewTask(deal=1),
    "task at once": task_callbacks.TaskAt(deal=1, task_kind=0, at="1d"),
    "search": callbacks.Find(),
    "answer": callbacks.Answer(deal=1),
    "more": callbacks.More(deal=1),
    "back": callbacks.Card(deal=1),
}


@pytest.mark.parametrize("opened", OPENED.values(), ids=OPENED)
async def test_what_waits_for_its_addressee_survives_other_screens(shop: Office, opened: CallbackData) -> None:
    boris, _ = await at_work(shop)
    asked = await boris.types("Yes, in red")
    assert "To whom?" in words(asked)
    await boris.presses(opened)
    await boris.presses(first_button(asked))
    assert await shop.texts_to("anna") == ["Yes, in red"]


async def test_an_answer_to_another_screen_leaves_it_where_it_waits(shop: Office) -> None:
    boris, _ = await at_work(shop)
    asked = await boris.types("Yes, in red")
    await boris.presses(callbacks.Amount(deal=1))
    assert "1,500" in words(await boris.types("1500"))
    await boris.presses(first_button(asked))
    assert await shop.texts_to("anna") == ["Yes, in red"]


async def test_what_is_typed_after_a_tap_on_a_tag_goes_to_the_customer(shop: Office) -> None:
    boris, deal = await at_work(shop)
    await boris.types(f"/deal {deal} tag vip")
    await boris.presses(callbacks.Answer(deal=deal))
    await boris.presses(callbacks.Tags(deal=deal))
    await boris.presses(callbacks.Tag(deal=deal, tag=1, on=False))
    await boris.types("Yes, in red")
    assert await shop.texts_to("anna") == ["Yes, in red"]


async def test_many_texts_that_wait_for_an_addressee_fit_into_one_question(shop: Office) -> None:
    boris, _ = await at_work(shop)
    for _ in range(60):
        asked = await boris.types("😀" * 100)
    assert len(words(asked).encode("utf-16-le")) // 2 <= 4096
