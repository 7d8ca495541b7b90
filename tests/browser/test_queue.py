"""The list of conversations in a real browser: beside a talk, alone on a phone, walked by keys."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import PHONE, Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_phone_shows_the_list_and_leads_back_to_it(desk: Desk) -> None:
    first, second = await desk.shop.customers("First", "Second")
    await first.sends("Hello")
    await second.sends("Hello")
    page = await desk.opens(second, viewport=PHONE, has_touch=True)
    await page.get_by_role("link", name="Back").click()
    await page.wait_for_url("**/deals?list=waiting")
    await page.get_by_role("link", name="All", exact=True).click()
    await page.wait_for_url("**/deals?list=all")
    await expect(page.locator(".q")).to_have_count(2)
    third = await desk.shop.person("Third")
    await third.sends("And me")
    await expect(page.locator(".q", has_text="Third")).to_be_visible()
    await page.locator(".q", has_text="First").click()
    await expect(page.get_by_role("heading", name="First")).to_be_visible()
    await page.get_by_role("link", name="Back").click()
    await expect(page).to_have_url(re.compile(r"/deals\?list=all$"))


async def test_the_way_back_keeps_the_filter_and_the_stage_of_the_board(desk: Desk) -> None:
    customer = await desk.shop.person("Waiter")
    await customer.sends("Hello")
    page = await desk.opens(customer, viewport=PHONE, has_touch=True)
    await page.goto(f"{desk.shop.program.url}/board?waits=1")
    await page.locator(".stages a").nth(1).click()
    await expect(page.locator(".stages a").nth(1)).to_have_attribute("aria-current", "true")
    stage = await page.locator(".stages a").nth(1).get_attribute("href")
    await page.goto(f"{desk.shop.program.url}{await _talk_of(desk, customer.first_name)}")
    await page.get_by_role("link", name="Back").click()
    await expect(page).to_have_url(re.compile(rf"/board\?waits=1{stage}$"))


async def _talk_of(desk: Desk, name: str) -> str:
    found = await desk.shop.rows.until(
        "SELECT deal.id FROM deal JOIN contact ON contact.id = deal.contact_id WHERE contact.name = :name",
        bool,
        name=name,
    )
    return f"/deals/{found[0][0]}"


async def test_the_rail_of_a_laptop_leads_to_the_board_as_it_was_narrowed(desk: Desk) -> None:
    customer = await desk.shop.person("Narrow")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    await page.goto(f"{desk.shop.program.url}/board?waits=1")
    await page.locator(".card", has_text="Narrow").get_by_role("link").first.click()
    await expect(page.get_by_label("Answer to")).to_be_focused()
    await page.get_by_role("link", name="Board", exact=True).click()
    await expect(page).to_have_url(re.compile(r"/board\?waits=1"))
    await page.get_by_role("link", name="Board", exact=True).click()
    await expect(page).to_have_url(re.compile("/board$"))


async def test_conversations_are_walked_by_keys_and_the_open_one_stays_in_the_list(desk: Desk) -> None:
    first, second = await desk.shop.customers("Alice", "Bruno")
    await first.sends("Hello")
    await desk.shop.settled()
    await second.sends("Hello")
    page = await desk.opens(first)
    await expect(page.locator(".queue .seg a").first).to_have_text("Waiting 2")
    field = page.get_by_label("Answer to")
    await expect(field).to_be_focused()
    await field.fill("Good day")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator(".queue .seg a").first).to_have_text("Waiting 1")
    await expect(page.locator(".q[aria-current]")).to_contain_text("Alice")
    await page.keyboard.press("Alt+ArrowDown")
    await expect(page.get_by_role("heading", name="Bruno")).to_be_visible()
    await expect(page.locator(".q", has_text="Alice")).to_have_count(0)
    await page.wait_for_load_state()
    await page.get_by_label("Answer to").press("Escape")
    await page.keyboard.press("/")
    await page.keyboard.type("Alice")
    await page.keyboard.press("Enter")
    await expect(page.locator(".card", has_text="Alice")).to_be_visible()
