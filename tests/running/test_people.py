"""Who works here: the admin of the settings, people let in by links, and what each of them is offered."""

import pytest

from core.texts import LANGUAGES, texts
from tests.botapi.client import User
from tests.running.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPERATORS_MENU = ["next", "deals", "find", "tasks", "board", "shift", "done", "delete", "stats", "notices", "help"]
ADMINS_MENU = [*OPERATORS_MENU[:-1], "autoreply", "triggers", "hours", "webchat", "staff", "settings", "try", "help"]
LINES = {
    "customer": "Hello! Write your question here, and we will answer in this chat.",
    "staff": "Take the next request",
}


async def test_the_admin_of_the_settings_is_greeted_with_what_he_may_do(shop: Shop) -> None:
    asked = await shop.admin.start()
    hello = await shop.admin.sees(shop.admin.first_name, after=asked)
    assert "admin" in hello.text.splitlines()[0]
    assert [line.split(" ")[0].strip("/") for line in hello.text.splitlines() if line.startswith("/")] == ADMINS_MENU
    assert await shop.api.commands(shop.admin.id) == ADMINS_MENU


@pytest.mark.parametrize("language", LANGUAGES)
async def test_people_are_greeted_in_the_language_of_their_telegram(shop: Shop, language: str) -> None:
    t = texts(language)
    invited = await shop.person("Boris", language=f"{language}-XX")
    await invited.start(await shop.invitation())
    assert t(LINES["staff"]) in (await invited.sees(invited.first_name)).text
    customer = await shop.person("Anna", language=language)
    await customer.start()
    assert (await customer.sees()).text == t(LINES["customer"])


async def test_whoever_changes_the_language_of_his_telegram_is_answered_in_it(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    changed = await shop.api.user(boris.id, boris.first_name, language_code="pl")
    asked = await changed.start()
    assert texts("pl")(LINES["staff"]) in (await changed.sees(boris.first_name, after=asked)).text


async def test_a_language_that_we_do_not_speak_is_answered_in_that_of_the_installation(shop: Shop) -> None:
    anna = await shop.person("Anna", language="ja")
    await anna.start()
    assert (await anna.sees()).text == LINES["customer"]


async def test_an_operator_is_offered_his_commands_and_a_customer_none(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    (anna,) = await shop.customers("Anna")
    await anna.start()
    await anna.sees()
    assert await shop.api.commands(boris.id) == OPERATORS_MENU
    assert await shop.api.commands(anna.id) == []
    assert await shop.api.commands() == []
    assert await shop.api.commands(scope="all_private_chats") == []


async def test_a_link_lets_in_one_person_once(shop: Shop) -> None:
    invitation = await shop.invitation()
    boris, mallory = await shop.person("Boris"), await shop.person("Mallory")
    await boris.start(invitation)
    await boris.sees(f"Hello, {boris.first_name}!")
    await mallory.start(invitation)
    refused = await mallory.sees()
    assert refused.text == "This invitation has been used or has expired. Ask your admin for a new link."
    assert await shop.api.commands(mallory.id) == []


async def test_a_made_up_link_is_refused_and_is_no_source(shop: Shop) -> None:
    (mallory,) = await shop.customers("Mallory")
    await mallory.start("inv_let-me-in")
    await mallory.sees("This invitation has been used or has expired.")
    await mallory.sends("Hello?")
    card = await shop.card(mallory, shop.admin)
    assert card.text.splitlines()[1] == "Telegram"


async def test_somebody_of_the_staff_does_not_use_up_a_link(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    invitation = await shop.invitation()
    await boris.start(invitation)
    await boris.sees("You work here already; the invitation is still unused.")
    clara = await shop.person("Clara")
    await clara.start(invitation)
    await clara.sees(f"Hello, {clara.first_name}!")


async def test_the_admin_is_told_who_came(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.admin.sees(f"{boris.first_name} works here now.")


async def test_an_invited_operator_has_the_last_place_of_the_turn(shop: Shop) -> None:
    boris, clara = await shop.operator("Boris"), await shop.operator("Clara")
    names = await shop.rows.all(
        "SELECT staff.name FROM rotation_member JOIN staff ON staff.id = rotation_member.staff_id ORDER BY place DESC"
    )
    assert names[:2] == [(clara.first_name,), (boris.first_name,)]


async def test_the_shift_is_turned_by_a_command_and_by_its_button(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await boris.sends("/shift")
    on = await boris.sees("You are on shift", button="End shift")
    await boris.presses(on.id, "End shift")
    off = await boris.sees("You are off shift", button="Start shift")
    assert off.id == on.id
    await boris.presses(on.id, "Start shift")
    await boris.sees("You are on shift", button="End shift")


async def test_an_operator_may_not_invite(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await boris.sends("/staff")
    await boris.sees("Your role does not allow this.")


async def person_of_staff(shop: Shop, name: str) -> int:
    asked = await shop.admin.sends("/staff")
    people = await shop.admin.sees("people work here", after=asked)
    await shop.admin.presses(people.id, name)
    return people.id


async def removed(shop: Shop, person: User) -> None:
    screen = await person_of_staff(shop, person.first_name)
    await shop.admin.sees(person.first_name, button="Remove from staff")
    await shop.admin.presses(screen, "Remove from staff")
    await shop.admin.sees(f"Remove {person.first_name}?")
    await shop.admin.presses(screen, "Remove")
    await shop.admin.sees("people work here", after=screen - 1)
    shop.staff.remove(person)


async def test_who_is_removed_loses_his_rights_and_his_deals_go_to_the_next(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    clara = await shop.operator("Clara")
    await shop.on_shift(clara)
    await removed(shop, boris)
    await shop.card(anna, clara, button="Stage")
    asked = await boris.presses(card.id, "Answer")
    assert asked.show_alert
    assert asked.text == "Your role does not allow this. Ask an admin if you need it."


async def test_the_last_admin_cannot_leave(shop: Shop) -> None:
    screen = await person_of_staff(shop, shop.admin.first_name)
    await shop.admin.sees(shop.admin.first_name, button="Remove from staff", after=screen - 1)
    await shop.admin.presses(screen, "Remove from staff")
    await shop.admin.sees(f"Remove {shop.admin.first_name}?", after=screen - 1)
    refused = await shop.admin.presses(screen, "Remove")
    assert refused.text == "There must be at least one admin. Make somebody else an admin first."


async def test_a_link_ends_with_the_rights_of_whoever_made_it(shop: Shop) -> None:
    zoe = await shop.operator("Zoe", button="Invite an admin")
    asked = await zoe.sends("/staff")
    people = await zoe.sees("work", after=asked, button="Invite an admin")
    await zoe.presses(people.id, "Invite an admin")
    link = (await zoe.sees("t.me/", after=asked)).text.partition("start=")[2].strip()
    await removed(shop, zoe)
    again = await zoe.start(link)
    await zoe.sees("This invitation has been used or has expired.", after=again)
