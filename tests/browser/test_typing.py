"""What is typed in a talk and beside it, in a real browser: which key sends, and what leaving a field does."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import PHONE, Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_enter_sends_or_makes_a_line_as_one_has_chosen(desk: Desk) -> None:
    customer = await desk.shop.person("Enter")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    talk = page.url
    field, said = page.get_by_label("Answer to"), page.locator(".feed .out .bubble")
    await expect(page.locator(".hint")).not_to_contain_text("Ctrl")
    await field.press_sequentially("First")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("and second")
    await page.keyboard.press("Enter")
    assert (await customer.sees("First")).text == "First\nand second"
    await page.goto(f"{desk.shop.program.url}/settings")
    await page.get_by_label("When you press Enter in a talk").select_option("0")
    await expect(page.locator(".toast")).to_contain_text("Saved")
    await page.goto(talk)
    await expect(page.locator(".hint")).to_contain_text("Ctrl")
    await field.press_sequentially("Third")
    await page.keyboard.press("Enter")
    await page.keyboard.type("and fourth")
    await expect(field).to_have_value("Third\nand fourth")
    await page.keyboard.press("Control+Enter")
    await expect(said.filter(has_text="Third")).to_be_visible()
    await page.goto(f"{desk.shop.program.url}/settings")
    async with page.expect_response("**/settings/enter"):
        await page.get_by_label("When you press Enter in a talk").select_option("1")


async def test_enter_makes_a_line_where_the_keys_are_on_the_screen(desk: Desk) -> None:
    customer = await desk.shop.person("Touch")
    await customer.sends("Hello")
    page = await desk.opens(customer, viewport=PHONE, has_touch=True, is_mobile=True)
    await expect(page.get_by_label("Answer to")).not_to_be_focused()
    await page.get_by_label("Answer to").press_sequentially("One")
    await page.keyboard.press("Enter")
    await page.keyboard.type("two")
    await expect(page.get_by_label("Answer to")).to_have_value("One\ntwo")


async def test_what_was_not_sent_is_not_on_its_way_and_has_its_time_by_the_clock_of_whoever_wrote_it(
    desk: Desk,
) -> None:
    customer = await desk.shop.person("Offline")
    await customer.sends("Hello")
    page = await desk.opens(customer, locale="en-US", timezone_id="America/Los_Angeles")
    await page.context.set_offline(True)
    await page.get_by_label("Answer to").fill("Into the void")
    await page.keyboard.press("Control+Enter")
    failed = page.locator(".bubble.failed")
    await expect(failed).to_be_visible()
    await expect(failed.locator(".at .i")).to_be_hidden()
    here = await page.locator("body").get_attribute("data-zone")
    hour = await page.evaluate(
        "zone => new Date().toLocaleTimeString('en-GB', {hour: '2-digit', hour12: false, timeZone: zone})", here
    )
    await expect(failed.locator("time")).to_have_text(re.compile(rf"^{hour}:\d\d$"))
    await page.get_by_role("button", name="Discard").click()
    await page.context.set_offline(False)


async def test_a_field_that_is_left_is_saved_or_stands_open_with_what_was_refused(desk: Desk) -> None:
    customer = await desk.shop.person("Leaving")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    amount = page.locator(".amount")
    await amount.get_by_role("button").click()
    await page.keyboard.type("1500 EUR")
    await page.locator("#feed").click()
    await expect(amount.get_by_role("button")).to_have_text("€1,500")
    await amount.get_by_role("button").click()
    await page.keyboard.type("plenty")
    await page.locator("#feed").click()
    await expect(page.locator(".toast")).to_contain_text("could not be understood")
    await expect(amount.get_by_role("textbox")).to_have_attribute("aria-invalid", "true")
    await expect(amount.get_by_role("textbox")).to_have_value("plenty")
    await amount.get_by_role("textbox").press("Escape")
    await expect(amount.get_by_role("button")).to_be_focused()
    await expect(amount.get_by_role("button")).to_have_text("€1,500")


async def test_tags_are_added_one_after_the_other_without_a_mouse(desk: Desk) -> None:
    customer = await desk.shop.person("Tagged")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    add = page.locator(".tags").get_by_role("button", name="add")
    await add.focus()
    for name in ("oak", "urgent"):
        await page.keyboard.press("Enter")
        await page.keyboard.type(name)
        await page.keyboard.press("Enter")
        await expect(page.locator(".tags .tag", has_text=name)).to_be_visible()
        await expect(add).to_be_focused()
