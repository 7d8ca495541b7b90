"""Whatever comes in, people get a clear answer in their language and everything else goes on."""

import json

import pytest

from core.texts import texts
from tests.botapi.client import User
from tests.running.shop import Shop, number_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOT_READ = "Something from the messenger could not be read and was put aside"
PARKED = "SELECT count(*) FROM parked_update"


async def working(shop: Shop) -> User:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    return boris


async def everything_goes_on(shop: Shop) -> None:
    boris = await working(shop)
    anna, card = await shop.handed("Anna", boris)
    await boris.sends("Still here", reply_to=card.id)
    await anna.sees("Still here")


async def message_from(shop: Shop, person: User, **content: object) -> str:
    """A message as raw text, with whatever a test puts into it."""
    user = {"id": person.id, "is_bot": False, "first_name": person.first_name, "language_code": "en"}
    chat = {"id": person.id, "type": "private", "first_name": person.first_name}
    number = await shop.api.next_update_id()
    common = {"message_id": number, "from": user, "chat": chat, "date": 1_790_000_000}
    return json.dumps({"update_id": number, "message": common | content})


async def test_updates_of_kinds_that_nobody_knows_are_passed_over(shop: Shop) -> None:
    number = await shop.api.next_update_id()
    await shop.api.push_raw(json.dumps({"update_id": number, "novelty": {"nested": [1, 2]}}))
    await shop.api.push_raw('{"novelty": "without a number"}')
    await everything_goes_on(shop)
    await shop.api.wait_acknowledged(number)


@pytest.mark.parametrize("body", ['"no object"', "{}", '{"message_id": "x", "date": "never"}', "[[[[]]]]"])
async def test_a_malformed_update_is_put_aside_and_the_admin_is_told(shop: Shop, body: str) -> None:
    asked = await shop.admin.sends("/help")
    before = await shop.rows.value(PARKED)
    number = await shop.api.next_update_id()
    await shop.api.push_raw(f'{{"update_id": {number}, "message": {body}}}')
    await shop.admin.sees(NOT_READ, after=asked)
    assert await shop.rows.value(PARKED) == before + 1
    await everything_goes_on(shop)


async def test_nul_and_lone_surrogates_are_replaced_and_the_rest_is_kept(shop: Shop) -> None:
    boris = await working(shop)
    (anna,) = await shop.customers("Anna")
    await anna.start()
    await shop.api.push_raw(await message_from(shop, anna, text="red\x00 or \ud83d blue?"))
    card = await shop.card(anna, boris, button="Stage")
    assert card.text.splitlines()[-1] == "red\ufffd or \ufffd blue?"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("<b>Anna</b> _*[x](tg://user?id=1)", "<b>Anna</b> _*[x](tg://user?id=1)"),
        ("Anna\u202egnp.exe", "Annagnp.exe"),
        ("Anna\nAdmin · #1", "Anna Admin · #1"),
        ("אנה", "\u2068אנה\u2069"),
        ("\u200b\u200d", "…"),
    ],
)
async def test_a_name_cannot_pretend_to_be_something_else(shop: Shop, given: str, shown: str) -> None:
    boris = await working(shop)
    anna = await shop.api.user((await shop.person("Anna")).id, given)
    await anna.sends("Hello")
    card = await shop.posted(boris, "New · yours")
    assert card.text.splitlines()[0] == f"{shown} · #{number_in(card.text.replace('#1', '', given.count('#')))}"
    await boris.sends("Hi", reply_to=card.id)
    await anna.sees("Hi")


async def test_a_text_of_ten_thousand_marks_comes_through(shop: Shop) -> None:
    boris = await working(shop)
    (anna,) = await shop.customers("Anna")
    await anna.start()
    await shop.api.push_raw(await message_from(shop, anna, text="z" + "\u0301" * 10_000))
    await shop.card(anna, boris, button="Stage")
    await everything_goes_on(shop)


async def test_a_press_that_is_too_old_to_be_answered_still_works(shop: Shop) -> None:
    boris = await working(shop)
    _, card = await shop.handed("Anna", boris)
    await shop.api.fault(
        "400", method="answerCallbackQuery", description="Bad Request: query is too old and response timeout expired"
    )
    await boris.presses(card.id, "Stage", timeout=1)
    await boris.sees(button="Offer sent")


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_a_command_of_the_staff_by_a_stranger_is_passed_on_and_he_is_told(shop: Shop, language: str) -> None:
    stranger = await shop.person("Mallory", language=language)
    await stranger.sends("/staff")
    told = await stranger.sees()
    assert told.text == texts(language)(
        "These commands are for staff: ask your admin for an invitation. Your message was passed on."
    )
    card = await shop.card(stranger, shop.admin)
    assert card.text.splitlines()[-1] == "/staff"


async def test_a_button_pressed_by_a_stranger_is_refused(shop: Shop) -> None:
    boris = await working(shop)
    _, card = await shop.handed("Anna", boris)
    (mallory,) = await shop.customers("Mallory")
    own = await mallory.start()
    refused = await mallory.presses_data(own, f"close:{number_in(card.text)}:won")
    assert (refused.text, refused.show_alert) == (
        "Your role does not allow this. Ask an admin if you need it.",
        True,
    )
    await shop.settled()
    assert number_in(card.text) in [
        deal for (deal,) in await shop.rows.all("SELECT id FROM deal WHERE closed_at IS NULL")
    ]


@pytest.mark.parametrize(
    "data",
    [
        "nonsense",
        "take",
        "take:x",
        "take:1:2",
        "move:1:x",
        "shift:maybe",
        ":",
        "move:",
        "invite:emperor",
        "deals:every:0:0",
    ],
)
async def test_hand_made_button_data_are_answered_and_do_nothing(shop: Shop, data: str) -> None:
    boris = await shop.operator("Boris")
    own = await boris.sends("/help")
    answer = await boris.presses_data(own, data)
    assert answer.text
    assert answer.show_alert


@pytest.mark.parametrize("data", ["take:{n}", "answer:{n}", "move:{n}:1", "retry:{n}", "show:{n}", "member:{n}"])
async def test_numbers_of_what_does_not_exist_are_answered_in_words(shop: Shop, data: str) -> None:
    boris = await shop.operator("Boris")
    own = await boris.sends("/help")
    answer = await boris.presses_data(own, data.format(n=999_999_999))
    assert answer.text
    assert answer.show_alert


@pytest.mark.parametrize("data", ["take:{n}", "retry:{n}", "deals:mine:{n}:1"])
async def test_numbers_that_no_database_holds_are_answered_in_words(shop: Shop, data: str) -> None:
    boris = await shop.operator("Boris")
    own = await boris.sends("/help")
    answer = await boris.presses_data(own, data.format(n=10**20))
    assert answer.text
    assert "Something went wrong" not in answer.text


async def test_a_number_that_no_database_holds_is_answered_in_words(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await boris.sends(f"/deal {10**20}")
    await boris.sees(f"“{10**20}” could not be understood.")


async def test_a_strange_payload_is_a_source_and_no_more(shop: Shop) -> None:
    (anna,) = await shop.customers("Anna")
    await anna.start("<b>x</b>" * 40)
    await anna.sends("Hello")
    card = await shop.card(anna, shop.admin)
    assert card.text.splitlines()[1].startswith("Telegram · from “<b>x</b>")
    assert len(card.text.splitlines()[1]) < 100


async def test_an_unknown_command_of_the_staff_goes_to_nobody(shop: Shop) -> None:
    boris = await working(shop)
    anna, card = await shop.handed("Anna", boris)
    await boris.presses(card.id, "Answer")
    await boris.sends("/dance")
    await boris.sees("“/dance” could not be understood.")
    await shop.settled()
    assert not [message for message in await anna.chat() if message.from_bot]


async def test_a_reply_that_shows_nothing_is_refused_in_words(shop: Shop) -> None:
    boris = await working(shop)
    _, card = await shop.handed("Anna", boris)
    await boris.sends("\u200b\u200d", reply_to=card.id)
    await boris.sees("This kind of message cannot be sent to a customer.")
