"""What a company and its people choose for themselves: lists, currency, what rings and when."""

import pytest

from tests.running.shop import Shop, number_in
from tests.running.thumb import Thumb

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_admin_keeps_the_reasons_for_losing(shop: Shop) -> None:
    hand = Thumb(shop.admin)
    await hand.types("/settings", sees="Settings")
    await hand.taps("Reasons for losing", sees="Type a name to add one.")
    listed = await hand.types("Wrong city", button="Wrong city")
    assert "Reasons for losing" in listed.text
    await hand.taps("No answer", sees="No answer", button="Remove")
    await hand.taps("Remove", sees="Remove “No answer”?")
    await hand.taps("Yes, remove it", button="Wrong city")
    await shop.admin.sends("/settings add reason No answer")
    await shop.admin.sees("Reasons for losing", button="No answer")
    await shop.admin.sends("/settings remove reason Wrong city")


async def test_what_is_not_in_a_list_cannot_be_removed_from_it(shop: Shop) -> None:
    await shop.admin.sends("/settings remove reason Nope")
    assert "/settings" in (await shop.admin.sees("The list has no “Nope”.")).text


async def test_tags_are_renamed_and_merged_on_all_deals(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    _, card = await shop.handed("Anna", boris)
    number = number_in(card.text)
    await boris.sends(f"/deal {number} tag vip, gold")
    await boris.sees("gold · vip")
    hand = Thumb(shop.admin)
    await hand.types("/settings rename tag vip: silver", button="silver · 1")
    await hand.taps("silver · 1", button="Merge")
    await hand.taps("Merge", sees="Which tag")
    await hand.taps("gold · 1", button="gold · 1")
    asked = await boris.sends(f"/deal {number}")
    assert "\ngold\n" in (await boris.sees(f"#{number}", after=asked, button="More")).text


async def test_an_operator_is_not_let_into_the_settings(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    asked = await boris.sends("/settings")
    assert "Your role does not allow this." in (await boris.sees("", after=asked)).text


async def test_a_sum_is_of_the_companys_currency(shop: Shop) -> None:
    await shop.admin.sends("/settings currency zł")
    await shop.admin.sees("are in PLN")
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    _, card = await shop.handed("Anna", boris)
    await boris.sends(f"/deal {number_in(card.text)} amount 1 500")
    await boris.sees("PLN\u00a01,500", button="Amount")
    await shop.admin.sends("/settings currency EUR")
    await shop.admin.sees("are in EUR")


async def test_what_rings_is_everybodys_own_choice(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    hand = Thumb(boris)
    await hand.types("/notices", button="🔔 My customer writes")
    await hand.taps("🔔 My customer writes", button="🔕 My customer writes")
    anna, card = await shop.handed("Anna", boris)
    assert not card.silent
    await anna.sends("Are you there?")
    assert (await boris.sees("Are you there?")).silent
    await hand.types("/notices timezone Europe/Kyiv", sees="Europe/Kyiv")
    await hand.types("/notices night 22-8", sees="22:00-08:00")
    asked = await boris.sends("/notices loud")
    assert "“loud” could not be understood." in (await boris.sees("", after=asked)).text
