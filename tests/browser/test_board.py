"""The board in a real browser: cards come by themselves, are moved by mouse, keys and menus, and never disagree."""

import asyncio

import pytest
from playwright.async_api import FloatRect, Locator, Page, expect

from tests.botapi.client import User
from tests.browser.conftest import PHONE, Windows
from tests.running.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATIENCE = 10.0


def card(page: Page, customer: User) -> Locator:
    """A customer's card, wherever it is."""
    return page.locator(".card", has_text=customer.first_name)


def column(page: Page, name: str) -> Locator:
    """A column of the board."""
    return page.locator(f'.col[data-name="{name}"]')


async def place_of(what: Locator) -> FloatRect:
    """Where something is; a part that is just being drawn anew is waited for."""
    while (found := await what.bounding_box()) is None:
        await expect(what).to_be_visible()
    return found


async def drag(page: Page, what: Locator, to: Locator) -> None:
    """By the mouse, as a hand does it: in steps."""
    start, end = await place_of(what), await place_of(to)
    await page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    await page.mouse.down()
    await page.mouse.move(start["x"] + 60, start["y"] + 60, steps=4)
    await page.mouse.move(end["x"] + end["width"] / 2, end["y"] + min(end["height"] / 2, 220), steps=10)
    # A browser that is busy has not seen all of it yet, and would drop the card where it was.
    async with asyncio.timeout(PATIENCE):
        while "over" not in (await to.get_attribute("class") or "").split():
            await page.mouse.move(end["x"] + end["width"] / 2 + 3, end["y"] + min(end["height"] / 2, 220))
            await page.mouse.move(end["x"] + end["width"] / 2, end["y"] + min(end["height"] / 2, 220))
    await page.mouse.up()


async def test_a_first_message_becomes_a_card_by_itself_and_the_counts_follow(shop: Shop, windows: Windows) -> None:
    page = await windows.board_of(shop, shop.admin)
    customer = await shop.person("Anna")
    await customer.sends("Is it in stock in red?")
    await expect(card(page, customer)).to_contain_text("Is it in stock in red?")
    await expect(column(page, "New").locator("h2 .n")).to_have_text("1")


async def test_a_card_is_dragged_to_another_stage_and_another_browser_sees_it(shop: Shop, windows: Windows) -> None:
    (customer,) = await shop.writers("Olena")
    mine = await windows.board_of(shop, shop.admin)
    theirs = await windows.board_of(shop, shop.admin)
    await drag(mine, card(mine, customer), column(mine, "Offer sent"))
    await expect(column(theirs, "Offer sent").locator(".card", has_text=customer.first_name)).to_be_visible()
    await expect(column(mine, "Offer sent").locator(".card", has_text=customer.first_name)).to_be_visible()
    assert (
        await shop.rows.value(
            "SELECT stage.name FROM deal JOIN stage ON stage.id = deal.stage_id ORDER BY deal.id DESC"
        )
        == "Offer sent"
    )


async def test_a_card_is_moved_by_keys_alone(shop: Shop, windows: Windows) -> None:
    (customer,) = await shop.writers("Marek")
    page = await windows.board_of(shop, shop.admin)
    await card(page, customer).locator(".name").focus()
    # It is seen there before it is there, and from there it is moved on.
    async with page.expect_response("**/stage"):
        await page.keyboard.press("Alt+ArrowRight")
    await expect(column(page, "In conversation").locator(".card", has_text=customer.first_name)).to_be_visible()
    await expect(card(page, customer).locator(".name")).to_be_focused()
    await page.keyboard.press("m")
    await page.get_by_role("menuitem", name="Waiting for payment").press("Enter")
    await expect(column(page, "Waiting for payment").locator(".card", has_text=customer.first_name)).to_be_visible()


async def test_losing_asks_why(shop: Shop, windows: Windows) -> None:
    (customer,) = await shop.writers("Boris")
    page = await windows.board_of(shop, shop.admin)
    await drag(page, card(page, customer), page.locator(".bin.lost"))
    await page.get_by_label("Too expensive").check()
    await page.get_by_role("button", name="Close as lost").click()
    await expect(card(page, customer)).to_have_count(0)
    await shop.rows.until("SELECT lost_reason_id FROM deal ORDER BY id DESC LIMIT 1", lambda found: found[0][0] == 1)


async def test_a_lost_connection_says_so_and_catches_up(shop: Shop, windows: Windows) -> None:
    page = await windows.board_of(shop, shop.admin)
    await expect(page.locator("[data-live]")).to_have_text("Live")
    await shop.program.stop()
    await expect(page.locator("[data-live]")).to_contain_text("No connection since")
    port = shop.program.url.rpartition(":")[2]
    await shop.program.start(HTTP_PORT=port)
    customer = await shop.person("Nadia")
    await customer.sends("Are you there?")
    await expect(card(page, customer)).to_be_visible()
    await expect(page.locator("[data-live]")).to_have_text("Live")


async def test_a_stale_drag_snaps_back_and_says_who_was_faster(shop: Shop, windows: Windows) -> None:
    (customer,) = await shop.writers("Piotr")
    page = await windows.board_of(shop, shop.admin)
    await page.evaluate("dragging = document.querySelector('.card')")
    deal = await card(page, customer).get_attribute("data-deal")
    await shop.admin.sends(f'/deal {deal} stage "Offer sent"')
    await shop.rows.until(
        "SELECT stage.name FROM deal JOIN stage ON stage.id = deal.stage_id ORDER BY deal.id DESC LIMIT 1",
        lambda found: found == [("Offer sent",)],
    )
    await page.evaluate("move(dragging, board.querySelectorAll('.cards')[1].dataset.stage, dragging.dataset.stage)")
    await expect(page.locator(".toast")).to_contain_text("Offer sent")
    await expect(column(page, "Offer sent").locator(".card", has_text=customer.first_name)).to_be_visible()


async def test_on_a_phone_one_stage_fills_the_screen_and_the_menu_moves(shop: Shop, windows: Windows) -> None:
    (customer,) = await shop.writers("Iryna")
    page = await windows.board_of(shop, shop.admin, viewport=PHONE, has_touch=True, is_mobile=True)
    await card(page, customer).locator("[data-menu]").tap()
    await page.get_by_role("menuitem", name="In conversation").tap()
    await expect(column(page, "In conversation").locator(".card", has_text=customer.first_name)).to_have_count(1)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_an_act_on_several_cards_tells_how_far_it_is_and_what_failed(shop: Shop, windows: Windows) -> None:
    customers = await shop.writers("One", "Two", "Three")
    page = await windows.board_of(shop, shop.admin)
    for customer in customers:
        await card(page, customer).hover()
        await card(page, customer).locator(".box").check()
    await expect(page.locator(".selbar")).to_contain_text("3 selected")
    # One of them ends while the others are still being looked at.
    gone = await card(page, customers[0]).get_attribute("data-deal")
    await page.get_by_role("button", name="Stage").click()
    await page.locator("#dialog").get_by_label("Offer sent").check()
    await shop.admin.sends(f'/deal {gone} close "not a lead"')
    await expect(card(page, customers[0])).to_have_count(0)
    await page.get_by_role("button", name="Move 3 deals").click()
    await expect(page.locator("#dialog")).to_contain_text("3 of 3")
    await expect(page.locator("#dialog")).to_contain_text("1 could not be done")
    await expect(page.locator("#dialog .failures")).to_contain_text(f"#{gone}")
    await page.locator("#dialog").get_by_role("button", name="Close").click()
    # Whoever has closed the report finds it again.
    await page.get_by_role("button", name="Done, with exceptions 3 of 3").click()
    await expect(page.locator("#dialog .failures")).to_contain_text(f"#{gone}")
    await page.locator("#dialog").get_by_role("button", name="Close").click()
    for customer in customers[1:]:
        await expect(column(page, "Offer sent").locator(".card", has_text=customer.first_name)).to_be_visible()


async def test_a_filter_stands_in_the_address_and_is_live(shop: Shop, windows: Windows) -> None:
    page = await windows.board_of(shop, shop.admin)
    olena, james = await shop.customers("Олена", "James")
    await olena.sends("Чи є стіл із дуба?")
    await james.sends("Do you ship to Edinburgh?")
    await expect(card(page, james)).to_be_visible()
    await page.get_by_label("Search names, phones, messages").fill("ДУБА")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/board?q=*")
    await expect(card(page, olena)).to_be_visible()
    await expect(card(page, james)).to_have_count(0)
    piotr = await shop.person("Piotr")
    await piotr.sends("Стіл з ДуБа, будь ласка")
    await expect(card(page, piotr)).to_be_visible()
    await james.sends("Anybody there?")
    await shop.settled()
    await expect(card(page, james)).to_have_count(0)
    await page.get_by_role("link", name="Clear").click()
    await expect(card(page, james)).to_be_visible()


async def test_how_somebody_likes_his_board_is_remembered_on_every_device(shop: Shop, windows: Windows) -> None:
    page = await windows.board_of(shop, shop.admin)
    async with page.expect_response("**/fold"):
        await page.get_by_role("button", name="Collapse Offer sent").click()
    await expect(page.get_by_role("button", name="Expand Offer sent")).to_be_focused()
    async with page.expect_response("**/board/empty"):
        await page.get_by_role("button", name="Hide empty").click()
    other = await windows.board_of(shop, shop.admin)
    await expect(other.get_by_role("button", name="Expand Offer sent")).to_be_visible()
    await expect(column(other, "Waiting for payment")).to_be_hidden()
    # What is not stored before the window closes would be found by the next test.
    async with other.expect_response("**/board/empty"):
        await other.get_by_role("button", name="Hide empty").click()
    async with other.expect_response("**/fold"):
        await other.get_by_role("button", name="Expand Offer sent").click()
    await expect(column(other, "Waiting for payment")).to_be_visible()


async def test_older_cards_come_as_one_scrolls(shop: Shop, windows: Windows) -> None:
    customers = await shop.customers(*(f"Many{number}" for number in range(35)))
    for customer in customers:
        await customer.sends("Hello")
    await shop.rows.until("SELECT count(*) FROM deal WHERE closed_at IS NULL", lambda found: found == [(35,)])
    await shop.settled()
    page = await windows.board_of(shop, shop.admin)
    cards = column(page, "New").locator(".card")
    await expect(cards).to_have_count(30)
    await cards.last.scroll_into_view_if_needed()
    await expect(cards).to_have_count(35)
    names = await cards.locator(".name").all_text_contents()
    assert sorted(names) == sorted(customer.first_name for customer in customers)


async def test_a_thumb_carries_a_card_to_the_name_of_another_stage(shop: Shop, windows: Windows) -> None:
    (customer,) = await shop.writers("Zofia")
    page = await windows.board_of(shop, shop.admin, viewport=PHONE, has_touch=True, is_mobile=True)
    start = await place_of(card(page, customer))
    end = await place_of(page.locator(".stages a", has_text="In conversation"))
    x, y = start["x"] + 150, start["y"] + 60
    to_x, to_y = end["x"] + end["width"] / 2, end["y"] + end["height"] / 2
    thumb = await page.context.new_cdp_session(page)

    async def touch(kind: str, *points: tuple[float, float]) -> None:
        told = {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
        await thumb.send("Input.dispatchTouchEvent", told)

    await touch("touchStart", (x, y))
    # What the customer writes meanwhile does not take the card from under the thumb.
    await customer.sends("Still there?")
    # A card is held for a moment before it comes along, so that one can scroll.
    await expect(page.locator(".card.sortable-chosen")).to_be_visible()
    for step in range(1, 13):
        await touch("touchMove", (x + (to_x - x) * step / 12, y + (to_y - y) * step / 12))
    tab = page.locator(".stages a", has_text="In conversation")
    async with asyncio.timeout(PATIENCE):
        while "over" not in (await tab.get_attribute("class") or "").split():
            await touch("touchMove", (to_x + 2, to_y))
            await touch("touchMove", (to_x, to_y))
    await touch("touchEnd")
    await expect(column(page, "In conversation").locator(".card", has_text=customer.first_name)).to_have_count(1)
    await expect(card(page, customer)).to_contain_text("Still there?")


async def test_one_tab_leads_to_the_cards_where_arrows_walk_and_a_box_does_not_deafen(
    shop: Shop, windows: Windows
) -> None:
    first, second = await shop.writers("First", "Second")
    page = await windows.board_of(shop, shop.admin)
    await page.locator(".skip").press("Enter")
    await expect(page.locator(".card .name:focus")).to_have_count(1)
    stops = page.locator(".card :is(.name, .box)[tabindex='0']")
    await expect(stops).to_have_count(1)
    await card(page, second).locator(".name").focus()
    await page.keyboard.press("ArrowDown")
    await expect(card(page, first).locator(".name")).to_be_focused()
    await expect(stops).to_have_count(1)
    # The stop stays where it is while its card is drawn anew.
    await first.sends("Still there?")
    await expect(card(page, first)).to_contain_text("Still there?")
    await expect(stops).to_have_count(1)
    await card(page, first).locator(".box").focus()
    await page.keyboard.press("x")
    await expect(page.locator(".selbar")).to_contain_text("1 selected")
    await page.keyboard.press("x")
    await page.keyboard.press("Alt+ArrowRight")
    await expect(column(page, "In conversation").locator(".card", has_text=first.first_name)).to_be_visible()


async def test_letters_are_known_by_their_place_on_a_keyboard_of_other_letters(shop: Shop, windows: Windows) -> None:
    (customer,) = await shop.writers("Ivan")
    page = await windows.board_of(shop, shop.admin)
    await card(page, customer).locator(".name").focus()
    keys = await page.context.new_cdp_session(page)

    async def press(key: str, code: str) -> None:
        for kind in ("keyDown", "keyUp"):
            await keys.send("Input.dispatchKeyEvent", {"type": kind, "key": key, "code": code})

    await press("ч", "KeyX")
    await expect(page.locator(".selbar")).to_contain_text("1 selected")
    await press("ь", "KeyM")
    await expect(page.get_by_role("menu")).to_be_visible()
    await page.keyboard.press("Escape")
    await press(".", "Slash")
    await expect(page.get_by_label("Search names, phones, messages")).to_be_focused()


async def test_how_many_wait_for_him_stands_in_the_title_of_the_tab(shop: Shop, windows: Windows) -> None:
    page = await windows.board_of(shop, shop.admin)
    await expect(page).to_have_title("Sales · Voronka")
    (customer,) = await shop.writers("Anna")
    await card(page, customer).get_by_role("button", name="Take").click()
    await expect(page).to_have_title("(1) Sales · Voronka")
    await expect(page.get_by_role("link", name="Chats 1")).to_be_visible()
    await card(page, customer).locator(".name").press("m")
    await page.get_by_role("menuitem", name="Not a lead").click()
    await expect(page).to_have_title("Sales · Voronka")
