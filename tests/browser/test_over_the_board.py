"""What opens over a board: menus, dialogs, notes. Nothing of another deal is left there, and all of it can close."""

import asyncio

import pytest
from playwright.async_api import Page, Route, expect

from tests.botapi.client import User
from tests.browser.conftest import PHONE, Windows
from tests.browser.test_board import card
from tests.browser.test_nothing_lost import refuse
from tests.running.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

END = "id => void end(document.getElementById(`deal-${id}`), document.querySelector('.bin.lost'))"


async def deafened(page: Page) -> None:
    """From now on the board hears of nothing that happens elsewhere."""
    await page.route("**/board/live*", lambda route: route.abort())
    await page.reload()


async def test_a_refused_menu_or_dialog_does_not_show_the_one_of_another_deal(shop: Shop, windows: Windows) -> None:
    boris = await shop.operator("Boris")
    first, second = await shop.writers("First", "Second")
    his, mine = await windows.board_of(shop, boris), await windows.board_of(shop, shop.admin)
    await deafened(his)
    gone = await card(his, second).get_attribute("data-deal")
    await card(his, first).locator(".name").press("m")
    await expect(his.get_by_role("menu", name=f"Actions for {first.first_name}")).to_be_visible()
    await his.keyboard.press("Escape")
    await his.evaluate(END, await card(his, first).get_attribute("data-deal"))
    await his.locator("#dialog").get_by_role("button", name="Cancel").click()

    await card(mine, second).get_by_role("button", name="Take").click()
    await expect(card(mine, second).get_by_role("button", name="Take")).to_have_count(0)
    await card(his, second).locator(".name").press("m")
    await expect(his.locator(".toast")).to_have_count(1)
    await expect(his.locator("#float")).to_be_hidden()
    await his.evaluate(END, gone)
    await expect(his.locator(".toast")).to_have_count(2)
    await expect(his.locator("#dialog")).to_be_hidden()


async def test_the_progress_of_an_act_can_be_closed_while_it_goes_on(shop: Shop, windows: Windows) -> None:
    (customer,) = await shop.writers("Anna")
    page = await windows.board_of(shop, shop.admin)
    await chosen(page, customer)
    asked, closed = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        asked.set()
        await closed.wait()
        await route.continue_()

    await page.route("**/board/bulks/*", late)
    await page.get_by_role("button", name="Stage").click()
    await page.locator("#dialog").get_by_label("Offer sent").check()
    await page.get_by_role("button", name="Move 1 deal").click()
    await asked.wait()
    async with page.expect_response("**/board/bulks/*"):
        await page.locator("#dialog").get_by_role("button", name="Close").click()
        closed.set()
    await expect(page.get_by_role("button", name="Done 1 of 1")).to_be_visible()
    await expect(page.locator("#dialog")).to_be_hidden()


async def test_the_progress_of_an_act_outlives_a_server_that_is_away_for_a_moment(shop: Shop, windows: Windows) -> None:
    page = await windows.board_of(shop, shop.admin)
    customer = await shop.person("Piotr")
    await customer.sends("Hello")
    await chosen(page, customer)
    asked: dict[str, int] = {}

    async def away(route: Route) -> None:
        path = route.request.url
        asked[path] = asked.get(path, 0) + 1
        match asked[path]:
            case 1:
                await route.abort()
            case 2:
                await refuse(route)
            case _:
                await route.continue_()

    await page.route("**/board/bulks/**", away)
    await page.get_by_role("button", name="Stage").click()
    await page.locator("#dialog").get_by_label("Offer sent").check()
    await page.get_by_role("button", name="Move 1 deal").click()
    await expect(page.locator("#dialog")).to_contain_text("1 of 1")
    await page.locator("#dialog").get_by_role("button", name="Close").click()
    await expect(page.get_by_role("button", name="Done 1 of 1")).to_be_visible()
    await expect(page.locator(".toast")).to_have_count(0)
    assert len(asked) == 2


async def test_a_refusal_is_seen_and_heard_above_an_open_dialog(shop: Shop, windows: Windows) -> None:
    (customer,) = await shop.writers("Olena")
    page = await windows.board_of(shop, shop.admin)
    await chosen(page, customer)
    await page.locator(".selbar").get_by_role("button", name="Task").click()
    dialog = page.locator("#dialog")
    await dialog.get_by_label("Or type a time").fill("some day")
    await dialog.get_by_role("button", name="Set 1 task").click()
    note = page.get_by_role("status").locator(".toast")
    # Whatever a dialog makes inert has no role.
    await expect(note).to_contain_text("could not be understood")
    await expect(dialog).to_be_visible()
    await note.click(trial=True)
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(note).to_be_visible()


async def chosen(page: Page, *customers: User) -> None:
    """Their cards are selected."""
    for customer in customers:
        await card(page, customer).locator(".name").press("x")


async def test_an_act_asks_for_what_it_needs_and_leaves_nothing_selected_that_is_done(
    shop: Shop, windows: Windows
) -> None:
    first, second = await shop.writers("First", "Second")
    page = await windows.board_of(shop, shop.admin)
    dialog, bar = page.locator("#dialog"), page.locator(".selbar")
    await chosen(page, first)
    await expect(bar.get_by_role("button", name="Select all 2")).to_be_visible()
    await chosen(page, second)

    await bar.get_by_role("button", name="Tags").click()
    await dialog.get_by_label("New tags").fill("wholesale, oak")
    await dialog.get_by_role("button", name="Tag 2 deals").click()
    await expect(dialog).to_contain_text("2 of 2")
    await expect(card(page, first)).to_contain_text("wholesale")
    await expect(bar).to_be_hidden()
    await dialog.get_by_role("button", name="Close").click()

    await chosen(page, first)
    await bar.get_by_role("button", name="Task").click()
    await dialog.get_by_label("What is to be done").fill("Send the drawing")
    await dialog.get_by_label("in 3 days").check()
    await dialog.get_by_role("button", name="Set 1 task").click()
    await expect(card(page, first)).to_contain_text("Send the drawing")
    await expect(bar).to_be_hidden()
    await dialog.get_by_role("button", name="Close").click()

    await chosen(page, second)
    await bar.get_by_role("button", name="Stage").click()
    await expect(dialog.get_by_label("Reason")).to_be_hidden()
    await dialog.get_by_label("Lost").check()
    await dialog.get_by_label("Reason").select_option("Other")
    await dialog.get_by_role("button", name="Move 1 deal").click()
    await expect(dialog.locator("[name=words]:invalid")).to_have_count(1)
    await dialog.get_by_label("In your words").fill("No oak left")
    await dialog.get_by_role("button", name="Move 1 deal").click()
    await expect(card(page, second)).to_have_count(0)


async def test_a_network_that_is_gone_is_told_at_once_and_so_is_its_return(shop: Shop, windows: Windows) -> None:
    page = await windows.board_of(shop, shop.admin)
    mark = page.locator("[data-live]")
    await expect(mark).to_have_text("Live")
    # What comes by the stream says that it is open.
    customer = await shop.person("Vera")
    await customer.sends("Hello")
    await expect(card(page, customer)).to_be_visible()
    await page.context.set_offline(True)
    await expect(mark).to_contain_text("No connection since", timeout=2000)
    await page.context.set_offline(False)
    await expect(mark).to_have_text("Live")
    # Nobody tells of a server that is silent; a request that does not reach it does.
    await page.route("**/board/empty", lambda route: route.abort())
    await page.route("**/board/live*", lambda route: route.abort())
    await page.get_by_role("button", name="Hide empty").click()
    await expect(mark).to_contain_text("No connection since", timeout=2000)


async def test_a_press_on_a_face_opens_the_deal_on_a_phone_and_a_long_one_selects(shop: Shop, windows: Windows) -> None:
    (customer,) = await shop.writers("Zofia")
    page = await windows.board_of(shop, shop.admin, viewport=PHONE, has_touch=True, is_mobile=True)
    box = card(page, customer).locator(".box")
    await expect(box).to_be_hidden()
    place = await card(page, customer).locator(".face.pic").bounding_box()
    assert place is not None
    x, y = place["x"] + 12, place["y"] + 16
    thumb = await page.context.new_cdp_session(page)
    await thumb.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    # A press lasts as long as it lasts.
    await page.evaluate("new Promise((pressed) => setTimeout(pressed, LONG_MS + 100))")
    await thumb.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await expect(page.locator(".selbar")).to_contain_text("1 selected")
    await expect(box).to_be_checked()
    await box.tap()
    await expect(page.locator(".selbar")).to_be_hidden()
    place = await card(page, customer).locator(".face.pic").bounding_box()
    assert place is not None
    await page.touchscreen.tap(place["x"] + 12, place["y"] + 16)
    await page.wait_for_url("**/deals/*")
