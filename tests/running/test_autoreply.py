"""Auto-replies and hours, set up in the staff's bot and read by customers; each price in taps is counted."""

import pytest

from core.texts import texts
from tests.running.shop import Shop
from tests.running.thumb import Thumb

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def clear(shop: Shop) -> None:
    """Leave no auto-reply and no hours behind."""
    for (number,) in await shop.rows.all(
        "SELECT id FROM trigger WHERE deleted_at IS NULL AND preset <> 'hand_out' ORDER BY id"
    ):
        asked = await shop.admin.sends(f"/triggers {number} delete")
        await shop.admin.sees(f"Trigger {number} is deleted.", after=asked)
    asked = await shop.admin.sends("/hours always")
    await shop.admin.sees("Working hours: always open", after=asked)


async def test_a_greeting_costs_three_acts_and_greets(shop: Shop) -> None:
    await clear(shop)
    thumb = Thumb(shop.admin)
    await thumb.types("/autoreply", sees="Greeting: not set")
    preview = await thumb.types("Hello, {name}!", sees="A customer will read this", button="Save")
    assert "Hello, Anna!" in preview.text
    saved = await thumb.taps("Save", sees="It is on.", button="Switch off")
    assert (thumb.acts, saved.id) == (3, preview.id)
    (anna,) = await shop.customers("Anna")
    await anna.sends("Hi")
    await anna.sees(f"Hello, {anna.first_name}!")


async def test_a_greeting_may_be_a_photo_with_words_under_it(shop: Shop) -> None:
    await clear(shop)
    thumb = Thumb(shop.admin)
    asked = await shop.admin.sends("/autoreply")
    await shop.admin.sees("Greeting: not set", after=asked)
    photo = await shop.admin.sends_photo("Welcome, {name}!")
    preview = await shop.admin.sees("📷 Photo\nWelcome, Anna!", after=photo, button="Save")
    thumb.screen = preview.id
    await thumb.taps("Save", sees="📷 Photo\nWelcome, Anna!", button="Switch off")
    (anna,) = await shop.customers("Anna")
    await anna.sends("Hi")
    greeted = await anna.sees(f"Welcome, {anna.first_name}!", kind="photo")
    sent = next(one for one in await shop.admin.chat() if one.id == photo)
    assert greeted.file_id == sent.file_id


async def test_a_text_for_closed_doors_with_its_hours_costs_five(shop: Shop) -> None:
    await clear(shop)
    thumb = Thumb(shop.admin)
    await thumb.types("/autoreply", button="＋ Outside working hours")
    await thumb.taps("＋ Outside working hours", sees="When do you work?")
    await thumb.taps("Mon-Fri 09:00-18:00", sees="Type what the customer will read")
    assert "always open" in (await Thumb(shop.admin).types("/hours", sees="Working hours")).text
    await thumb.types("We are closed.", button="Save")
    await thumb.taps("Save", sees="Outside working hours (Mon-Fri 09:00-18:00)")
    # The look at /hours is no part of it: nothing is chosen before it is saved.
    assert thumb.acts == 5
    assert "Mon-Fri 09:00-18:00" in (await thumb.types("/hours", sees="Working hours")).text


async def test_a_keyword_reply_costs_four_acts_and_answers(shop: Shop) -> None:
    await clear(shop)
    thumb = Thumb(shop.admin)
    await thumb.types("/autoreply", button="＋ Answer to keywords")
    await thumb.taps("＋ Answer to keywords", sees="Which words?")
    await thumb.types("price, how much: From 10 €", sees="From 10 €", button="Save")
    await thumb.taps("Save", sees="Keywords price, how much")
    assert thumb.acts == 4
    (anna,) = await shop.customers("Anna")
    await anna.sends("How much is it?")
    await anna.sees("From 10 €")


async def test_words_and_answer_may_come_one_by_one_and_be_taken_back(shop: Shop) -> None:
    await clear(shop)
    thumb = Thumb(shop.admin)
    await thumb.types("/autoreply", button="＋ Answer to keywords")
    await thumb.taps("＋ Answer to keywords", sees="Which words?")
    await thumb.types("prise", sees="When a customer writes: prise")
    await thumb.taps("Back", sees="Which words?")
    await thumb.types("price", sees="When a customer writes: price")
    await thumb.types("From 9 €", button="Save")
    await thumb.taps("Change", sees="Type what the customer will read")
    await thumb.types("From 10 €", sees="From 10 €", button="Save")
    await thumb.taps("Cancel", sees="Answer to keywords: not set")


async def test_a_bad_text_is_refused_in_words_and_nothing_is_lost(shop: Shop) -> None:
    await clear(shop)
    thumb = Thumb(shop.admin)
    await thumb.types("/autoreply", button="＋ No operator answers")
    await thumb.taps("＋ No operator answers", sees="After how long?")
    for length, told in (
        ("400 days", "That is more than a year."),
        ("soon", "“soon” could not be"),
        ("0", "“0” could"),
    ):
        await shop.admin.sees(told, after=await shop.admin.sends(length))
    await thumb.types("7 min", sees="When nobody answers for 7 minutes")
    for text, told in (("Hi {nobody}", "The text has {nobody}"), ("x" * 4097, "The text is too long: 4097")):
        await shop.admin.sees(told, after=await shop.admin.sends(text))
    await shop.admin.sees("The text is empty.", after=await shop.admin.sends_sticker())
    await thumb.types("Just a moment!", button="Save")
    await thumb.taps("Save", sees="No operator answers for 7 minutes")


async def test_a_reply_is_changed_switched_off_and_deleted(shop: Shop) -> None:
    await clear(shop)
    thumb = Thumb(shop.admin)
    await thumb.types("/autoreply add greeting: Hello!", sees="It is on.")
    await thumb.taps("Change the text", sees="Type what the customer will read")
    await thumb.types("Good day!", button="Save")
    await thumb.taps("Save", sees="Good day!", button="Switch off")
    await thumb.taps("Switch off", sees="It is off.")
    await thumb.taps("Delete", sees="Delete “Good day!”?")
    await thumb.taps("Delete", sees="Greeting: not set")


async def test_a_half_finished_reply_survives_a_restart(shop: Shop) -> None:
    await clear(shop)
    thumb = Thumb(shop.admin)
    await thumb.types("/autoreply", button="＋ No operator answers")
    await thumb.taps("＋ No operator answers", sees="After how long?")
    await thumb.taps("5 minutes", sees="Type what the customer will read")
    await shop.program.kill()
    await shop.program.start()
    await thumb.types("Just a moment!", sees="When nobody answers for 5 minutes", button="Save")
    await thumb.taps("Save", sees="No operator answers for 5 minutes")


async def test_a_button_of_a_reply_that_was_saved_says_so(shop: Shop) -> None:
    await clear(shop)
    thumb = Thumb(shop.admin)
    await thumb.types("/autoreply", button="＋ Greeting")
    asked = await thumb.taps("＋ Greeting", sees="Type what the customer will read")
    await thumb.types("Hello!", button="Save")
    await thumb.taps("Save", sees="It is on.")
    late = await shop.admin.presses(asked.id, "Cancel")
    assert late.text == "This is not being set up any more."


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/hours mon-fri 09:00-18:00, sat 10:00-14:00", "Working hours: Mon-Fri 09:00-18:00, Sat 10:00-14:00"),
        ("/hours always", "Working hours: always open"),
        ("/hours quiet 23:00-07:00", "Quiet hours: 23:00-07:00"),
        ("/hours quiet off", "Quiet hours: none"),
        ("/hours quiet 22-8", "Quiet hours: 22:00-08:00"),
        ("/hours mon-fry 9-18", "“fry” could not be understood"),
        ("/hours quiet night", "“night” could not be understood"),
        ("/autoreply add keyword: Hello", "could not be understood"),
        ("/autoreply add welcome: Hello", "“welcome” could not be understood"),
        ("/autoreply add greeting:", "The text is empty."),
    ],
)
async def test_a_line_is_done_or_answered_with_what_is_wrong(shop: Shop, line: str, told: str) -> None:
    await Thumb(shop.admin).types(line, sees=told)


async def test_an_operator_sets_nothing_up(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    for line in ("/autoreply", "/hours", "/triggers", "/autoreply add greeting: Hello", "/hours always"):
        await boris.sees("Your role does not allow this.", after=await boris.sends(line))


async def test_what_is_typed_to_a_customer_is_no_greeting(shop: Shop) -> None:
    await clear(shop)
    await shop.on_shift(shop.admin)
    anna, card = await shop.handed("Anna", shop.admin)
    await shop.admin.presses(card.id, "Answer")
    await shop.admin.sees("You are talking to", after=card.id)
    asked = await shop.admin.sends("/autoreply")
    await shop.admin.sees("Greeting: not set", after=asked)
    await shop.admin.sends("Nine EUR")
    await anna.sees("Nine EUR")


@pytest.mark.parametrize(
    ("language", "line"), [("ru", "/autoreply добавить приветствие: Привет"), ("pl", "/hours zawsze")]
)
async def test_forms_are_typed_in_ones_own_language(shop: Shop, language: str, line: str) -> None:
    await clear(shop)
    olga = await shop.operator("Olga", language=language, button="Invite an admin")
    t = texts(language)
    told = t("It is on.") if "autoreply" in line else t("Working hours: {hours}", hours=t("always open"))
    await Thumb(olga).types(line, sees=told)
