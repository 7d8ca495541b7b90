"""What waits for somebody is seen on every page, in the title of its tab, and by a note of the system."""

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

# The system of the test tells it what it is asked to show, and a page has the focus until the test takes it.
LISTENING = """
window.looksAway = false;
window.Notification = class extends EventTarget {
  static permission = "granted";
  static requestPermission = async () => "granted";
  constructor(title, options) { super(); window.lastNote = this; window.shown([title, options.body]); }
};
const hadFocus = document.hasFocus.bind(document);
document.hasFocus = () => !window.looksAway && hadFocus();
"""


async def test_who_waits_and_what_is_late_stands_in_the_rail_of_every_page(desk: Desk) -> None:
    customer = await desk.shop.person("Waiter")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    rail = page.get_by_role("navigation", name="Main")
    await page.goto(f"{desk.shop.program.url}/settings")
    await expect(rail.locator("[data-counts=talk]")).to_be_hidden()
    await desk.shop.admin.sends("/shift on")
    await desk.shop.rows.until("SELECT id FROM deal WHERE closed_at IS NULL AND assignee_id IS NOT NULL", bool)
    await page.goto(f"{desk.shop.program.url}/triggers")
    await expect(rail.get_by_role("link", name="Chats")).to_have_text(re.compile("1"))
    await expect(page).to_have_title(re.compile(r"^\(1\) "))
    deal = (await desk.shop.rows.until("SELECT id FROM deal WHERE closed_at IS NULL", bool))[0][0]
    await page.goto(f"{desk.shop.program.url}/deals/{deal}")
    await page.get_by_label("Answer to").fill("Good day")
    await page.keyboard.press("Enter")
    await expect(page).not_to_have_title(re.compile(r"^\("))


async def test_whoever_looks_elsewhere_is_told_by_a_note_of_the_system_once_if_he_wants(desk: Desk) -> None:
    shop = desk.shop
    await shop.admin.sends("/shift on")
    await shop.rows.until("SELECT id FROM staff WHERE on_shift_since IS NOT NULL", bool)
    first = await shop.person("First")
    await first.sends("Hello")
    page = await desk.opens(first)
    notes: asyncio.Queue[list[str]] = asyncio.Queue()
    await page.context.expose_function("shown", notes.put_nowait)
    await page.context.add_init_script(LISTENING)
    await page.goto(f"{shop.program.url}/settings")
    choice = page.get_by_role("switch", name="This browser shows a note")
    await choice.click()
    await expect(choice).to_have_attribute("aria-checked", "true")
    await page.evaluate("window.looksAway = true")
    second = await shop.person("Second")
    await second.sends("Is anybody there?")
    async with asyncio.timeout(30):
        assert await notes.get() == [second.first_name, "Is anybody there?"]
    await page.evaluate("window.lastNote.dispatchEvent(new Event('click'))")
    await expect(page.get_by_role("heading", name="Second")).to_be_visible()


async def test_what_rings_is_chosen_in_the_browser_as_in_the_bot(desk: Desk) -> None:
    customer = await desk.shop.person("Anybody")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    await page.goto(f"{desk.shop.program.url}/settings")
    offers = page.get_by_label("a deal waits for anybody")
    await expect(offers).not_to_be_checked()
    async with page.expect_response("**/settings/notices"):
        await offers.check()
    asked = await desk.shop.admin.sends("/notices")
    await desk.shop.admin.sees("What rings for me", after=asked, button="🔔 A deal waits for anybody")
    async with page.expect_response("**/settings/notices"):
        await offers.uncheck()
