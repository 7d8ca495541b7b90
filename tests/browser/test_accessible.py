"""No page has what a machine can find against those who see, hear or move differently, in any theme, on any screen."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.conftest import LAPTOP, PHONE, Windows, drawn
from tests.running.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

NARROW = {"width": 1024, "height": 768}
PAGES = (
    "/board",
    "/board/stages/6",
    "/deals/{deal}",
    "/deals?list=all",
    "/tasks",
    "/triggers",
    "/settings",
    "/settings/people",
    "/settings/webchat",
)
SCREENS: dict[str, dict[str, Any]] = {
    "laptop-light": {"viewport": LAPTOP, "color_scheme": "light"},
    "laptop-dark": {"viewport": LAPTOP, "color_scheme": "dark"},
    "narrow": {"viewport": NARROW, "color_scheme": "light"},
    "phone-light": {"viewport": PHONE, "has_touch": True, "color_scheme": "light"},
    "phone-dark": {"viewport": PHONE, "has_touch": True, "color_scheme": "dark"},
}


async def against(page: Page) -> list[str]:
    """What is found, each with the first element that shows it."""
    found = await Axe().run(page)
    return [
        f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0].get('failureSummary', '')[:300]}"
        for one in found.response["violations"]
    ]


async def lived_in(shop: Shop) -> int:
    """A company with something of everything on its pages; the number of a deal that has it all."""
    await shop.on_shift(shop.admin)
    customer = await shop.person("Anna", language="pl")
    await customer.sends("Is it in stock in red? And can I pick it up on Saturday?")
    card = await shop.card(customer, shop.admin, button="Stage")
    await shop.admin.sends("Two red ones are here.", reply_to=card.id)
    await customer.sees("Two red ones")
    deal: int = await shop.rows.value("SELECT max(id) FROM deal")
    for line in ("amount 1500 EUR", "tag vip", "note only two are left", 'stage "Offer sent"'):
        await shop.admin.sends(f"/deal {deal} {line}")
    await shop.admin.sends(f"/deal {deal} task call tomorrow 10:00")
    other = await shop.person("Boris", language="ru")
    await other.sends_photo(caption="Это он?")
    await shop.settled()
    return deal


@pytest.mark.parametrize("screen", SCREENS)
async def test_nothing_is_found_against_any_page(shop: Shop, windows: Windows, screen: str) -> None:
    deal = await lived_in(shop)
    page = await windows.board_of(shop, shop.admin, reduced_motion="reduce", **SCREENS[screen])
    found = {}
    for path in PAGES:
        await page.goto(shop.program.url + path.format(deal=deal))
        await drawn(page)
        if against_it := await against(page):
            found[path] = against_it
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert found == {}


async def test_nothing_is_found_against_the_doors_and_the_chat(shop: Shop, windows: Windows) -> None:
    for scheme in ("light", "dark"):
        page = await windows.open(color_scheme=scheme, reduced_motion="reduce")
        for path in ("/enter", "/enter/unknown", "/chat"):
            await page.goto(shop.program.url + path)
            if path == "/chat":
                await expect(page.get_by_text("We are away now")).to_be_visible()
            await drawn(page)
            assert await against(page) == [], (scheme, path)
