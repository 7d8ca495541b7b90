"""Triggers in the staff's bot: made, changed, looked at, switched off; each price in taps is counted."""

import pytest

from tests.running.shop import Shop, number_in
from tests.running.thumb import Thumb

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOLLOW_UP = '/triggers add when stage "Offer sent" after 10 min unless answered, moved send: Any news?'
NEWEST = "SELECT max(id) FROM trigger WHERE deleted_at IS NULL"


async def clear(shop: Shop) -> None:
    """Leave no trigger of another test behind."""
    for (number,) in await shop.rows.all(
        "SELECT id FROM trigger WHERE deleted_at IS NULL AND (preset IS NULL OR preset <> 'hand_out') ORDER BY id"
    ):
        asked = await shop.admin.sends(f"/triggers {number} delete")
        await shop.admin.sees(f"Trigger {number} is deleted.", after=asked)


async def made(shop: Shop, line: str = FOLLOW_UP) -> int:
    """A trigger that was typed in one line."""
    await Thumb(shop.admin).types(line, sees="It is on.")
    return int(await shop.rows.value(NEWEST))


async def test_a_follow_up_costs_six_acts(shop: Shop) -> None:
    await clear(shop)
    thumb = Thumb(shop.admin)
    await thumb.types("/triggers", button="New trigger")
    await thumb.taps("New trigger", sees="When a deal enters…")
    await thumb.taps("Offer sent", sees="How long after that?")
    await thumb.taps("10 minutes", sees="Send the customer a message")
    preview = await thumb.types("Any news, {name}?", sees="Any news, Anna?", button="Save")
    assert "Unless first: the customer writes, an operator writes, the deal leaves the stage" in preview.text
    await thumb.taps("Save", sees="It is on.")
    assert thumb.acts == 6


async def test_switching_off_and_looking_cost_two_taps(shop: Shop) -> None:
    await clear(shop)
    number = await made(shop)
    await shop.on_shift(shop.admin)
    anna, card = await shop.handed("Anna", shop.admin)
    deal = number_in(card.text)
    await Thumb(shop.admin).types(f'/deal {deal} stage "Offer sent"', sees="Offer sent")
    thumb = Thumb(shop.admin)
    listed = await thumb.types("/triggers", button="New trigger")
    label = next(row[0].text for row in listed.buttons if "Offer sent" in row[0].text)
    await thumb.taps(label, sees=f"Trigger {number}")
    await shop.settled()
    looked = await thumb.taps("What it did", sees=f"Trigger {number}: what it did", button=f"#{deal}")
    assert f"{anna.first_name} · #{deal}" in looked.text.partition("Next:")[2]
    assert thumb.acts == 1 + 2
    thumb.acts = 1
    await thumb.types("/triggers", button="New trigger")
    await thumb.taps(label, sees=f"Trigger {number}")
    await thumb.taps("Switch off", sees="It is off.")
    assert thumb.acts == 2 + 2
    await thumb.taps("What it did", sees="stopped: the trigger was switched off")


async def test_a_form_is_drawn_from_what_a_part_declares(shop: Shop) -> None:
    await clear(shop)
    thumb = Thumb(shop.admin)
    await thumb.types("/triggers", button="New trigger")
    await thumb.taps("New trigger", sees="When a deal enters…")
    await thumb.taps("Other event", sees="When should it begin?")
    await thumb.taps("The customer writes", sees="How long after that?")
    await thumb.taps("At once", sees="Send the customer a message", button="Another action")
    await thumb.taps("Another action", sees="What it does")
    await thumb.taps("＋ Move the deal to a stage", sees="To which stage")
    await thumb.types("lost", sees="Reason", button="Skip")
    await thumb.taps("Too expensive", sees="Then: move the deal to “Lost”: “Too expensive”")
    await thumb.taps("Conditions", sees="Only if all of this is true")
    await thumb.taps("＋ The text contains words", sees="Words, separated by commas")
    await thumb.types("too dear, expensive", sees="If: the text contains “too dear”, “expensive”")
    await thumb.taps("Conditions", button="＋ The deal is in a stage")
    await thumb.taps("＋ The deal is in a stage", sees="Choose one or several")
    for button in ("Done", "New", "Offer sent"):
        # Faster than the screen can follow.
        await thumb.taps(button)
    await shop.admin.sees("Choose one or several", after=thumb.screen - 1, button="✅ Offer sent")
    await thumb.taps("✅ New", button="New")
    await thumb.taps("Done", sees="the deal is in “Offer sent”")
    await thumb.taps("Save", sees="It is on.")
    await thumb.taps("Edit", sees="Then: move", button="Save")
    await thumb.taps("Conditions", sees="Only if")
    dropped = await thumb.taps("✖ the deal is in “Offer sent”", sees="Only if")
    while "Offer sent" in str(dropped):
        dropped = await shop.admin.sees("Only if", after=thumb.screen - 1)
    await thumb.taps("Back", sees="If: the text contains")
    assert "Offer sent" not in (await thumb.taps("Save", sees="It is on.")).text


async def test_a_half_finished_trigger_survives_a_restart_and_goes_back_step_by_step(shop: Shop) -> None:
    await clear(shop)
    thumb = Thumb(shop.admin)
    await thumb.types("/triggers", button="New trigger")
    await thumb.taps("New trigger", sees="When a deal enters…")
    await thumb.taps("Offer sent", sees="How long after that?")
    await shop.program.kill()
    await shop.program.start()
    await thumb.types("3 days", sees="Send the customer a message")
    await thumb.taps("Back", sees="How long after that?")
    await thumb.taps("Back", sees="When a deal enters…")
    await thumb.types("Waiting", sees="Send the customer a message")
    await thumb.types("Paid?", sees="When: a deal enters “Waiting for payment”\nAfter: 3 days", button="Save")
    await thumb.taps("✅ Stop if an operator writes", button="▫️ Stop if an operator writes")
    await thumb.taps("Cancel", button="New trigger")
    late = await shop.admin.presses_data(thumb.screen, "formgo:1:save")
    assert late.text == "This is not being set up any more."


async def test_the_later_of_two_admins_sees_what_has_changed(shop: Shop) -> None:
    await clear(shop)
    number = await made(shop)
    zoe = await shop.operator("Zoe", button="Invite an admin")
    first, second = Thumb(shop.admin), Thumb(zoe)
    for thumb in (first, second):
        await thumb.types(f"/triggers {number}", sees="It is on.")
        await thumb.taps("Edit", sees="Any news?", button="Save")
    await first.types("Hello again", sees="Hello again", button="Save")
    await first.taps("Save", sees="It is on.")
    await second.types("Good day", sees="Good day", button="Save")
    refused = await zoe.presses(second.screen, "Save")
    assert refused.show_alert
    assert (refused.text or "").startswith("Somebody has changed this trigger while you were at it")
    assert "Hello again" in (await zoe.sees("It is on.", after=second.screen - 1)).text


async def test_a_button_of_a_deleted_trigger_says_so(shop: Shop) -> None:
    await clear(shop)
    number = await made(shop)
    thumb = Thumb(shop.admin)
    card = await thumb.types(f"/triggers {number}", sees="It is on.")
    await Thumb(shop.admin).types(f"/triggers {number} delete", sees="is deleted.")
    for button in ("Switch off", "Edit", "What it did", "Delete"):
        late = await shop.admin.presses(card.id, button)
        assert (late.text or "").startswith("There is no such trigger any more.")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('/triggers add when stage "Paid" send: Hi', "There is no stage “Paid”. The stages are: New, In conversation"),
        ("/triggers add when stage New after 400 days send: Hi", "That is more than a year."),
        ("/triggers add when stage New send: {nobody}", "The text has {nobody}, which cannot be filled in."),
        ("/triggers add when stage New unless ignored send: Hi", "“ignored” could not be understood."),
        ("/triggers add when stage New send:", "The text is empty."),
        ("/triggers dance", "“dance” could not be understood."),
        ("/triggers 1 dance", "“dance” could not be understood."),
        ("/triggers 999999 off", "There is no such trigger any more."),
    ],
)
async def test_a_line_that_cannot_be_done_is_answered_with_what_is_wrong(shop: Shop, line: str, told: str) -> None:
    before = await shop.rows.value("SELECT count(*) FROM trigger")
    await Thumb(shop.admin).types(line, sees=told)
    assert await shop.rows.value("SELECT count(*) FROM trigger") == before


async def test_a_deals_history_tells_what_triggers_did(shop: Shop) -> None:
    await clear(shop)
    number = await made(shop)
    await shop.on_shift(shop.admin)
    anna, card = await shop.handed("Anna", shop.admin)
    deal, ada = number_in(card.text), shop.admin.first_name
    await Thumb(shop.admin).types(f'/deal {deal} stage "Offer sent"', sees="Offer sent")
    await shop.settled()
    await anna.sends("Wait")
    await shop.settled()
    await Thumb(shop.admin).types(f"/deal {deal} timezone warsaw", sees="time zone Europe/Warsaw")
    # Noted once more it is no news, and without a zone it says how to write one.
    await Thumb(shop.admin).types(f"/deal {deal} timezone Europe/Warsaw", sees="time zone Europe/Warsaw")
    await Thumb(shop.admin).types(f"/deal {deal} timezone", sees="/deal 12 timezone Europe/Warsaw")
    told = await Thumb(shop.admin).types(f"/deal {deal} history", sees="the deal was opened", button="Show the deal")
    lines, _, legend = told.text.partition("\n\n")
    assert [line.partition(" · ")[2] for line in lines.splitlines()[1:]] == [
        "the customer: “Hello”",
        "the deal was opened",
        f"handed to {ada} in turn",
        "trigger 1 acted",
        f"New → Offer sent · {ada}",
        told.text.splitlines()[6].partition(" · ")[2],
        "the customer: “Wait”",
        f"trigger {number} was stopped: the customer wrote",
        f"time zone Europe/Warsaw · {ada}",
    ]
    assert f"trigger {number} will act: " in told.text.splitlines()[6]
    assert f"{number}: a deal enters “Offer sent” → 10 minutes → send the customer a message" in legend
    await shop.admin.presses(card.id, "More")
    await shop.admin.sees("handed to", after=card.id - 1, button="History")
    await shop.admin.presses(card.id, "History")
    shown = await shop.admin.sees("the deal was opened", after=card.id - 1, button="Back")
    assert shown.id == card.id
    await shop.admin.presses(card.id, "Back")
    await shop.admin.sees("Offer sent · yours", after=card.id - 1, button="More")


async def test_a_follow_up_may_be_a_file_alone(shop: Shop) -> None:
    await clear(shop)
    await shop.on_shift(shop.admin)
    anna, card = await shop.handed("Anna", shop.admin)
    thumb = Thumb(shop.admin)
    await thumb.types("/hours quiet off", sees="Quiet hours: none")
    await thumb.types("/triggers", button="New trigger")
    await thumb.taps("New trigger", button="Offer sent")
    await thumb.taps("Offer sent", sees="How long after that?")
    await thumb.taps("At once", sees="Text")
    price = await shop.admin.sends_document("price.pdf")
    thumb.screen = (await shop.admin.sees("📎 File price.pdf", after=price, button="Save")).id
    await thumb.taps("Save", sees="send a file: “price.pdf”")
    await thumb.types(f'/deal {number_in(card.text)} stage "Offer sent"', sees="Offer sent")
    await anna.sees(kind="document")


async def test_a_long_history_is_read_page_by_page(shop: Shop) -> None:
    await clear(shop)
    await shop.on_shift(shop.admin)
    _, card = await shop.handed("Anna", shop.admin)
    deal = number_in(card.text)
    for place in range(16):
        stage = ("Offer sent", "New")[place % 2]
        await Thumb(shop.admin).types(f'/deal {deal} stage "{stage}"', sees=stage)
    thumb = Thumb(shop.admin)
    newest = await thumb.types(f"/deal {deal} history", button="Older")
    assert "the deal was opened" not in newest.text
    older = await thumb.taps("Older", sees="the deal was opened")
    assert (
        len([line for line in (newest.text + "\n" + older.text).splitlines() if " → " in line and " · " in line]) == 16
    )


async def test_a_colleagues_history_and_an_unknown_zone_are_refused(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(shop.admin)
    _, card = await shop.handed("Anna", shop.admin)
    deal = number_in(card.text)
    for line in (f"/deal {deal} history", f"/deal {deal} timezone warsaw"):
        await boris.sees(f"#{deal}: {shop.admin.first_name} took it", after=await boris.sends(line))
    await Thumb(shop.admin).types(f"/deal {deal} timezone mars", sees="“mars” could not be understood.")
