"""The web chat where something never comes through: it says so, and nothing else is held up or lost by it."""

import pytest
from playwright.async_api import Page, Request, Route, expect

from tests.browser.conftest import Windows
from tests.browser.test_webchat_away import chat_of, says
from tests.running.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Fills what a site may keep to the last character.
FULL_STORAGE = """
  let name = 0;
  for (let size = 1 << 22; size >= 1;) try { localStorage.setItem(`${name++}`, "x".repeat(size)); } catch { size >>= 1; }
"""


async def test_a_talk_goes_on_though_the_storage_of_the_site_is_full(shop: Shop, windows: Windows) -> None:
    page = await windows.open(locale="en-GB")
    await page.add_init_script(FULL_STORAGE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.partition("?")[0].rpartition("/")[2]))
    await page.goto(shop.program.url + "/chat")
    await expect(page.get_by_text("We are away now")).to_be_visible()
    await says(page, "Is the shelf of oak?")
    card = await shop.posted(shop.admin, "Is the shelf of oak?")
    await shop.admin.sends("It is of ash", reply_to=card.id)
    await expect(page.get_by_role("log").get_by_text("It is of ash")).to_be_visible()
    assert asked.count("start") == 1
