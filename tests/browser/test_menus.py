"""Menus of a talk in a real browser: they stay on the screen, and keys walk them."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import LAPTOP, PHONE, Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")
LONG = "A table of oak, two metres long, with six chairs around it and a bench, by the end of the month please"


async def _stays_in(menu: Locator, around: Locator) -> None:
    box, within = await menu.bounding_box(), await around.bounding_box()
    assert box is not None
    assert within is not None
    assert within["x"] <= box["x"]
    assert box["x"] + box["width"] <= within["x"] + within["width"]
    assert within["y"] <= box["y"]
    assert box["y"] + box["height"] <= within["y"] + within["height"]


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
