"""Moves that come too late, however they were made, and the pages of what has ended."""

import re
from itertools import pairwise

import pytest
from playwright.async_api import Page, expect

from tests.botapi.client import User
from tests.browser.conftest import PHONE, Windows
from tests.browser.test_board import card, column
from tests.running.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

STAGE_OF = "SELECT stage.name FROM deal JOIN stage ON stage.id = deal.stage_id ORDER BY deal.id DESC LIMIT 1"
# Something is told again and again, until the counts have been asked for four times; when that was. How long they wait
# grows with how long an answer takes, so here it takes no time, on however busy a machine.
WITHOUT_END = """() => new Promise((told) => {
  const when = [];
  const changes = setInterval(() => apply({ cards: {}, gone: [] }), 50);
  window.asked = async () => {
    if (when.push(performance.now()) === 4) {
      clearInterval(changes);
      told(when);
    }
    return null;
  };
})"""
SEEN = "name => { seen = [...document.querySelectorAll('.card')].find(one => one.dataset.name === name); }"


async def moved_meanwhile(shop: Shop, page: Page, customer: User) -> None:
    """A colleague puts the deal elsewhere, while somebody still has it before his eyes where it was."""
    deal = await card(page, customer).get_attribute("data-deal")
    await page.evaluate(SEEN, customer.first_name)
    await shop.admin.sends(f'/deal {deal} stage "Offer sent"')
    await expect(column(page, "Offer sent").locator(".card", has_text=customer.first_name)).to_be_visible()


@pytest.mark.parametrize("bin_", [".bin.won", ".bin.not_a_lead"])
async def test_a_deal_that_a_colleague_moved_is_not_closed_by_a_late_drop(
    shop: Shop, windows: Windows, bin_: str
) -> None:
    (customer,) = await shop.writers("Anna")
    page = await windows.board_of(shop, shop.admin)
    await moved_meanwhile(shop, page, customer)
    await page.evaluate("bin => void end(seen, document.querySelector(bin))", bin_)
    await expect(page.locator(".toast.wait")).to_contain_text("Offer sent")
    await expect(page.locator(".card.snapped")).to_contain_text(customer.first_name)
    assert await shop.rows.value(STAGE_OF) == "Offer sent"


async def test_nor_by_the_question_why_it_is_lost(shop: Shop, windows: Windows) -> None:
    (customer,) = await shop.writers("Boris")
    page = await windows.board_of(shop, shop.admin)
    await card(page, customer).locator(".name").press("m")
    await page.get_by_role("menuitem", name="Lost").click()
    await page.get_by_label("Too expensive").check()
    await moved_meanwhile(shop, page, customer)
    await page.get_by_role("button", name="Close as lost").click()
    await expect(page.locator(".toast.wait")).to_contain_text("Offer sent")
    await expect(page.locator("#dialog")).to_be_hidden()
    assert await shop.rows.value(STAGE_OF) == "Offer sent"


@pytest.mark.parametrize("entry", ["In conversation", "Won"])
async def test_nor_is_it_moved_by_an_open_menu(shop: Shop, windows: Windows, entry: str) -> None:
    (customer,) = await shop.writers("Olena")
    page = await windows.board_of(shop, shop.admin)
    await card(page, customer).locator(".name").press("m")
    await expect(page.get_by_role("menuitem", name=entry)).to_be_visible()
    await moved_meanwhile(shop, page, customer)
    await page.get_by_role("menuitem", name=entry).click()
    await expect(page.locator(".toast.wait")).to_contain_text("Offer sent")
    assert await shop.rows.value(STAGE_OF) == "Offer sent"


async def test_what_has_ended_comes_and_goes_on_its_own_page(shop: Shop, windows: Windows) -> None:
    (customer,) = await shop.writers("Marek")
    board, lost = await windows.board_of(shop, shop.admin), await windows.board_of(shop, shop.admin)
    await lost.locator(".bin.lost").click()
    await lost.wait_for_url("**/board/stages/*")
    before = await lost.locator(".card").count()
    await expect(lost.locator("[data-live]")).to_have_text("Live")
    await card(board, customer).locator(".name").press("m")
    await board.get_by_role("menuitem", name="Lost").click()
    await board.get_by_label("Too expensive").check()
    await board.get_by_role("button", name="Close as lost").click()

    await expect(card(lost, customer)).to_contain_text("Too expensive")
    await expect(lost.locator("#stage-sum")).to_contain_text(f"{before + 1} deal")
    await expect(card(lost, customer).locator(".box")).to_be_hidden()
    await card(lost, customer).locator(".name").press("m")
    await expect(lost.get_by_role("menuitem", name="Reopen")).to_be_visible()
    await expect(lost.get_by_role("menuitem", name="Select")).to_have_count(0)
    await lost.get_by_role("menuitem", name="Reopen").click()
    await expect(lost.locator(".toast.ok")).to_contain_text("goes on")
    await expect(card(lost, customer)).to_have_count(0)
    await expect(lost.locator("#stage-sum")).to_contain_text(f"{before} deal")
    await expect(column(board, "New").locator(".card", has_text=customer.first_name)).to_be_visible()


async def test_a_move_by_keys_is_said_to_whoever_does_not_see_it(shop: Shop, windows: Windows) -> None:
    (customer,) = await shop.writers("Ivan")
    page = await windows.board_of(shop, shop.admin)
    await card(page, customer).locator(".name").press("Alt+ArrowRight")
    await expect(page.locator("#told")).to_have_text(f"{customer.first_name} is in In conversation now")


async def test_counts_follow_within_a_second_while_changes_do_not_end(shop: Shop, windows: Windows) -> None:
    page = await windows.board_of(shop, shop.admin)
    asked = await page.evaluate(WITHOUT_END)
    assert min(later - earlier for earlier, later in pairwise(asked)) < 1000


async def test_a_search_says_what_it_finds_among_closed_deals_and_leads_there(shop: Shop, windows: Windows) -> None:
    page = await windows.board_of(shop, shop.admin)
    lamp, desk = await shop.customers("Лампова", "Столова")
    await lamp.sends("Чи є лампа?")
    await desk.sends("Чи є парта?")
    for customer in (lamp, desk):
        deal = await card(page, customer).get_attribute("data-deal")
        await shop.admin.sends(f'/deal {deal} close "not a lead"')
        await expect(card(page, customer)).to_have_count(0)
    search = page.get_by_label("Search names, phones, messages")
    await search.fill("лампа")
    await search.press("Enter")
    void = page.locator(".void")
    await expect(void).to_contain_text("1 among closed deals")
    await void.get_by_role("link", name="Not a lead 1").click()
    await expect(card(page, lamp)).to_be_visible()
    await expect(page.locator(".card")).to_have_count(1)
    await expect(page.locator("#stage-sum")).to_have_text("1 deal")
    await search.fill("парта")
    await search.press("Enter")
    await expect(card(page, desk)).to_be_visible()
    await expect(card(page, lamp)).to_have_count(0)
    # What is searched is said, and taken out by a press on it.
    await page.get_by_role("link", name="“парта”. Remove").click()
    await expect(card(page, lamp)).to_be_visible()
    await page.get_by_role("link", name="Mine").click()
    await page.wait_for_url("**who=mine*")
    await page.get_by_role("link", name="Back to the board").click()
    await expect(page.locator(".bin.not_a_lead")).to_have_attribute("href", re.compile(r"\?who=mine$"))


async def test_a_phone_leads_to_what_has_ended_too(shop: Shop, windows: Windows) -> None:
    (customer,) = await shop.writers("Sofia")
    page = await windows.board_of(shop, shop.admin, viewport=PHONE, has_touch=True, is_mobile=True)
    tab = page.get_by_role("navigation", name="Stages").get_by_role("link", name="Not a lead")
    before = int(await tab.locator(".n").inner_text())
    await card(page, customer).locator("[data-menu]").tap()
    await page.get_by_role("menuitem", name="Not a lead").tap()
    await expect(tab.locator(".n")).to_have_text(str(before + 1))
    await tab.tap()
    await page.wait_for_url("**/board/stages/*")
    await expect(card(page, customer)).to_be_visible()
