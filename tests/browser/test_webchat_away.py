"""The web chat and a server that cannot be reached for a while: it goes on by itself, and forgets nothing meanwhile."""

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import Windows
from tests.browser.test_many_tabs import A_WHILE, UNSEEABLE, see
from tests.browser.test_webchat import allows, site_with
from tests.running.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

TALK, POLL = "**/chat/api/talk*", "**/chat/api/poll*"


class Away:
    """A server that answers as one does whose database is away, so many times."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.asked = 0

    async def __call__(self, route: Route) -> None:
        self.asked += 1
        if self.asked > self.times:
            return await route.continue_()
        return await (route.abort() if self.asked % 2 else route.fulfill(status=503, json={}))


async def chat_of(shop: Shop, windows: Windows, words: str) -> Page:
    """The page of the chat, after a first message."""
    page = await windows.open(locale="en-GB")
    await page.goto(shop.program.url + "/chat")
    await says(page, words)
    # What is sent has no time before it comes with the talk.
    await expect(page.locator(".his time")).to_be_attached()
    return page


async def says(page: Page, words: str) -> None:
    """Type a message, and send it."""
    await page.get_by_label("Your message").fill(words)
    await page.keyboard.press("Enter")


async def test_a_talk_that_could_not_be_loaded_is_loaded_by_itself(shop: Shop, windows: Windows) -> None:
    page = await chat_of(shop, windows, "Is it in stock?")
    away = Away(2)
    await page.route(TALK, away)
    await page.reload()
    await expect(page.get_by_text("No connection")).to_be_visible()
    await expect(page.get_by_role("log").get_by_text("Is it in stock?")).to_be_visible()
    await expect(page.get_by_text("No connection")).to_have_count(0)
    card = await shop.posted(shop.admin, "Is it in stock?")
    await shop.admin.sends("It is", reply_to=card.id)
    await expect(page.get_by_role("log").get_by_text("It is")).to_be_visible()


async def test_a_closed_chat_hears_of_an_answer_though_it_could_not_be_loaded_at_first(
    shop: Shop, windows: Windows
) -> None:
    async with site_with(shop.program.url, 'data-language="en"') as address:
        await allows(shop, address)
        page = await windows.open()
        await page.goto(address)
        await page.get_by_role("button", name="Open the chat").click()
        await says(page, "Do you ship to Kraków?")
        await expect(page.get_by_text("sent", exact=True)).to_be_attached()
        await page.route(TALK, Away(1))
        await page.reload()
        card = await shop.posted(shop.admin, "Do you ship to Kraków?")
        await shop.admin.sends("We do", reply_to=card.id)
        await expect(page.get_by_role("button", name="New message: 1")).to_be_visible()


async def test_a_first_message_is_sent_though_the_talk_cannot_be_had_at_once(shop: Shop, windows: Windows) -> None:
    page = await windows.open(locale="en-GB")
    await page.goto(shop.program.url + "/chat")
    await expect(page.get_by_text("We are away now")).to_be_visible()
    await page.route(TALK, Away(2))
    await page.route(POLL, lambda route: route.abort())
    await says(page, "Anybody?")
    await expect(page.get_by_text("sent", exact=True)).to_be_attached()
    await expect(page.get_by_text("being sent")).to_have_count(0)


async def test_nothing_is_forgotten_before_the_talk_is_there_anew(shop: Shop, windows: Windows) -> None:
    page = await chat_of(shop, windows, "The oak one")
    away = Away(2)
    await page.route(TALK, away)
    await page.route(POLL, lambda route: route.fulfill(json={"again": True}), times=1)
    said = page.get_by_role("log").get_by_text("The oak one")
    async with page.expect_response(POLL):
        await page.evaluate("dispatchEvent(new Event('online'))")
    await expect(page.get_by_text("No connection")).to_be_visible()
    await expect(said).to_be_visible()
    await expect(page.get_by_text("No connection")).to_have_count(0)
    await expect(said).to_have_count(1)
    assert away.asked == 3


async def test_a_chat_that_nobody_sees_lets_go_of_its_poll_and_catches_up(shop: Shop, windows: Windows) -> None:
    page = await windows.open(locale="en-GB")
    await page.context.clock.install()
    await page.add_init_script(UNSEEABLE)
    await page.goto(shop.program.url + "/chat")
    await says(page, "In green?")
    await expect(page.get_by_text("sent", exact=True)).to_be_attached()
    card = await shop.posted(shop.admin, "In green?")
    await see(page, False)
    async with page.expect_event("requestfailed", lambda request: "/poll?" in request.url):
        await page.context.clock.fast_forward(A_WHILE)
    await shop.admin.sends("We have that", reply_to=card.id)
    await shop.rows.settled()
    await expect(page.get_by_role("log").get_by_text("We have that")).to_have_count(0)
    await see(page, True)
    await expect(page.get_by_role("log").get_by_text("We have that")).to_be_visible()
