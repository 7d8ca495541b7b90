"""Many tabs of one browser: those that nobody sees take no connection from the others, and miss nothing."""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Request, expect

from tests.browser.conftest import Desk, Windows
from tests.browser.test_board import card
from tests.browser.test_talk import bubble
from tests.running.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

# A browser without a screen shows all of its tabs.
UNSEEABLE = 'Object.defineProperty(Document.prototype, "hidden", { get: () => globalThis.isUnseen === true });'
A_WHILE = "00:31"


async def see(page: Page, is_seen: bool) -> None:
    """Somebody looks at a tab, or at another one."""
    tell = "isUnseen => { globalThis.isUnseen = isUnseen; document.dispatchEvent(new Event('visibilitychange')); }"
    await page.evaluate(tell, not is_seen)


async def test_tabs_that_nobody_sees_leave_room_for_another_and_catch_up_when_they_are_shown(
    shop: Shop, windows: Windows
) -> None:
    context = (await windows.board_of(shop, shop.admin)).context
    await context.clock.install()
    await context.add_init_script(UNSEEABLE)
    tabs = [*context.pages, *[await context.new_page() for _ in range(5)]]
    for page in tabs:
        await page.goto(f"{shop.program.url}/board")
        await expect(page.locator("[data-live]")).to_have_text("Live")
        await see(page, False)
    await context.clock.fast_forward(A_WHILE)
    seventh = await context.new_page()
    await seventh.goto(f"{shop.program.url}/board")
    customer = await shop.person("Anna")
    await customer.sends("Hello")
    await card(seventh, customer).get_by_role("button", name="Take").click()
    # Their titles still say how many wait.
    await context.clock.fast_forward(A_WHILE)
    await expect(tabs[0]).to_have_title("(1) Sales · Voronka")
    await expect(card(tabs[0], customer)).to_have_count(0)
    await see(tabs[0], True)
    await expect(card(tabs[0], customer)).to_be_visible()
    await expect(tabs[0].locator("[data-live]")).to_have_text("Live")


async def test_a_talk_that_is_shown_again_has_what_came_meanwhile_and_goes_on(desk: Desk) -> None:
    customer = await desk.shop.person("Olena")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    await page.context.clock.install()
    await page.context.add_init_script(UNSEEABLE)
    async with page.expect_response("**/live?*"):
        await page.reload()
    await see(page, False)
    async with page.expect_event("requestfailed", lambda request: "/live?" in request.url):
        await page.context.clock.fast_forward(A_WHILE)
    await customer.sends("Are you there?")
    await desk.shop.rows.settled()
    await expect(bubble(page, "Are you there?")).to_have_count(0)
    await see(page, True)
    await expect(bubble(page, "Are you there?")).to_be_visible()
    await customer.sends("Hello?")
    await expect(bubble(page, "Hello?")).to_be_visible()
    await expect(page.locator("#live")).to_have_text("Live")


async def test_what_an_open_page_asks_for_by_itself_says_so_and_what_a_person_does_not(desk: Desk) -> None:
    customer = await desk.shop.person("Marek")
    await customer.sends("Hello")
    talk = await desk.opens(customer)
    board = await talk.context.new_page()
    await board.goto(f"{desk.shop.program.url}/board")
    await expect(card(board, customer)).to_be_visible()
    by_itself: list[Request] = []
    for page in (talk, board):
        page.on("request", lambda request: by_itself.append(request))
    async with talk.expect_response("**/seen"), talk.expect_response("**/queue?*"), board.expect_response("**/heads?*"):
        await customer.sends("Are you there?")
    told = {urlsplit(one.url).path: "x-by-itself" in one.headers for one in by_itself}
    assert {path.split("/")[-1] for path in told} >= {"seen", "queue", "heads"}
    assert all(said or path.endswith("/live") or path.startswith("/static/") for path, said in told.items())
    async with board.expect_request("**/take") as taking:
        await card(board, customer).get_by_role("button", name="Take").click()
    assert "x-by-itself" not in (await taking.value).headers
