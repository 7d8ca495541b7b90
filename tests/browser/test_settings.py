"""Settings in a real browser: what is taken elsewhere is copied by one press."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_line_for_a_site_and_an_invitation_are_copied_by_one_press(desk: Desk) -> None:
    customer = await desk.shop.person("Paste")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto(f"{desk.shop.program.url}/settings/webchat")
    told = await page.get_by_label("Greeting").get_attribute("placeholder")
    assert told is not None
    assert told.startswith("Hello! Write to us")
    await page.get_by_role("button", name="Copy", exact=True).click()
    await expect(page.locator(".toast")).to_contain_text("Copied")
    line = await page.locator("code.copy").text_content()
    assert line is not None
    assert "widget.js" in line
    assert await page.evaluate("navigator.clipboard.readText()") == line
    await page.goto(f"{desk.shop.program.url}/settings/people")
    await page.get_by_role("button", name="operator", exact=False).click()
    await page.get_by_role("button", name="Copy", exact=True).click()
    await expect(page.locator(".toast")).to_contain_text("Copied")
    assert "/join/" in await page.evaluate("navigator.clipboard.readText()")


async def test_a_line_is_selected_where_a_browser_gives_no_clipboard(desk: Desk) -> None:
    customer = await desk.shop.person("Select")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    await page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    await page.goto(f"{desk.shop.program.url}/settings/webchat")
    await page.get_by_role("button", name="Copy", exact=True).click()
    await expect(page.locator(".toast")).to_contain_text("selected")
    assert "widget.js" in await page.evaluate("getSelection().toString()")
