"""Menus of a talk in a real browser: they stay on the screen, and keys walk them."""

import asyncio

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import LAPTOP, PHONE, Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATIENCE = 5.0
LONG = "A table of oak, two metres long, with six chairs around it and a bench, by the end of the month please"


async def _is_in(menu: Locator, around: Locator) -> bool:
    box, within = await menu.bounding_box(), await around.bounding_box()
    assert box is not None
    assert within is not None
    across = within["x"] <= box["x"] and box["x"] + box["width"] <= within["x"] + within["width"]
    return across and within["y"] <= box["y"] and box["y"] + box["height"] <= within["y"] + within["height"]


async def _stays_in(menu: Locator, around: Locator) -> None:
    """It opens first, and turns then to where there is room."""
    async with asyncio.timeout(PATIENCE):
        while not await _is_in(menu, around):
            await menu.evaluate("() => new Promise((drawn) => requestAnimationFrame(drawn))")


async def _said_by_both(desk: Desk, name: str, **options: object) -> Page:
    customer = await desk.shop.person(name)
    await customer.sends(LONG)
    page = await desk.opens(customer, **options)
    for words in ("Yes", LONG.replace("A table", "One table")):
        await page.get_by_label("Answer to").fill(words)
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.locator(".feed .out .bubble", has_text=words).locator(".at")).to_contain_text("sent")
    return page


@pytest.mark.parametrize("size", [LAPTOP, {"width": 900, "height": 700}, PHONE], ids=["laptop", "tablet", "phone"])
async def test_the_menu_of_a_message_stays_where_it_can_be_read(desk: Desk, size: dict[str, int]) -> None:
    page = await _said_by_both(desk, f"Menu {size['width']}", viewport=size)
    around = page.locator("html" if size == PHONE else "#feed")
    for message in await page.locator(".feed .bubble:has(.acts)").all():
        await message.hover()
        await message.locator(".acts > summary").click()
        await expect(message.get_by_role("menuitem", name="Reply")).to_be_visible()
        await _stays_in(message.locator(".menu"), around)
        await page.keyboard.press("Escape")


async def test_menus_are_walked_by_arrows_and_left_by_escape(desk: Desk) -> None:
    customer = await desk.shop.person("Arrows")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    summary = page.get_by_label("Lost, or not a lead")
    await summary.focus()
    await page.keyboard.press("ArrowDown")
    items = page.locator(".steps").get_by_role("menuitem")
    await expect(items.first).to_be_focused()
    for key, place in (("ArrowDown", 1), ("End", -1), ("ArrowDown", 0), ("ArrowUp", -1), ("Home", 0)):
        await page.keyboard.press(key)
        await expect(items.nth(place)).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(items.first).to_be_hidden()
    await expect(summary).to_be_focused()


@pytest.mark.parametrize("size", [LAPTOP, {"width": 900, "height": 700}, PHONE], ids=["laptop", "tablet", "phone"])
async def test_a_deal_that_was_ended_by_mistake_goes_on_by_one_press_beside_what_is_written(
    desk: Desk, size: dict[str, int]
) -> None:
    customer = await desk.shop.person(f"Mistake {size['width']}")
    await customer.sends("Hello")
    page = await desk.opens(customer, viewport=size)
    await page.get_by_label("Everything that can be done with this deal").click()
    await page.locator(".talk-head").get_by_role("menuitem", name="Won").click()
    toast = page.locator(".toast", has_text="Won.")
    # All of the page is as it is after that.
    await expect(page.locator("#next-up")).to_contain_text("This deal is closed")
    note, field = await toast.bounding_box(), await page.locator("#answer").bounding_box()
    assert note is not None
    assert field is not None
    assert note["x"] >= field["x"] + field["width"] or note["y"] + note["height"] <= field["y"]
    await toast.get_by_role("button", name="Undo").click()
    await expect(page.locator(".toast", has_text="goes on")).to_be_visible()
    await expect(page.locator(".head [aria-current=step], .stage-pick")).to_contain_text(["New", "New"])


async def test_what_a_page_loads_by_itself_fails_in_silence_and_that_nobody_waits_is_no_alarm(desk: Desk) -> None:
    customer = await desk.shop.person("Silence")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    await page.route("**/queue?*", lambda route: route.abort())
    async with page.expect_request("**/queue?*"):
        await customer.sends("One more thing")
    await expect(page.locator(".feed .bubble", has_text="One more thing")).to_be_visible()
    await expect(page.locator(".toast")).to_have_count(0)
    async with page.expect_response("**/take"):
        await page.get_by_role("button", name="Take", exact=True).click()
    await page.goto(f"{desk.shop.program.url}/board")
    await page.get_by_role("button", name="Take next").click()
    await expect(page.locator(".toast.plain")).to_contain_text("Nobody is waiting")
