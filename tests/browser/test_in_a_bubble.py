"""Whoever is at work in a bubble stays there while what it shows changes: by keys, or listening."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Desk
from tests.browser.test_talk import bubble

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Frames of silence, as MPEG has them: 50 seconds.
SILENCE = (b"\xff\xfb\x10\xc4" + bytes(100)) * 1900


async def test_the_focus_stays_in_a_menu_whose_message_changes(desk: Desk) -> None:
    customer = await desk.shop.person("Anna")
    number = await customer.sends("In red")
    page = await desk.opens(customer)
    await bubble(page, "In red").locator(".acts summary").focus()
    await page.keyboard.press("ArrowDown")
    reply = bubble(page, "In").get_by_role("menuitem", name="Reply")
    await expect(reply).to_be_focused()
    await customer.edits(number, "In green")
    await expect(bubble(page, "In green")).to_be_visible()
    await expect(reply).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(bubble(page, "In green").locator(".acts summary")).to_be_focused()


async def test_the_focus_stays_in_a_bubble_whose_message_is_sent_again(desk: Desk) -> None:
    customer = await desk.shop.person("Olena")
    await customer.sends("How much?")
    page = await desk.opens(customer)
    await desk.shop.api.fault("400", method="sendMessage", chat_id=customer.id)
    await page.get_by_label("Answer to").fill("Nine EUR")
    await page.keyboard.press("Control+Enter")
    said = page.locator(".feed .msg", has_text="Nine EUR")
    await said.get_by_role("button", name="Retry").press("Enter")
    await expect(said.locator(".at")).to_contain_text("sent")
    await expect(said.locator(".acts summary")).to_be_focused()


async def test_what_changed_while_it_was_played_is_shown_when_it_is_paused_and_goes_on_from_there(desk: Desk) -> None:
    customer = await desk.shop.person("Piotr")
    number = await customer.sends_audio("My song", content=SILENCE)
    page = await desk.opens(customer)
    player = bubble(page, "My song").locator("audio")
    await player.evaluate("one => { one.muted = true; one.currentTime = 20; return one.play(); }")
    await customer.edits(number, "Our song")
    await customer.sends("Do you hear it?")
    await expect(bubble(page, "Do you hear it?")).to_be_visible()
    await expect(bubble(page, "My song")).to_be_visible()
    await player.evaluate("one => one.pause()")
    await expect(bubble(page, "Our song")).to_be_visible()
    assert await bubble(page, "Our song").locator("audio").evaluate("one => one.currentTime") >= 20
