"""Whoever moves on loses nothing of what he has sent: its order, its files, its place in the list of conversations."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from playwright.async_api import Dialog, FilePayload, Page, Route, expect

from tests.browser.conftest import Desk, Nobody
from tests.browser.test_talk import bubble

pytestmark = pytest.mark.asyncio(loop_scope="module")

STORED = ".feed .msg.out[data-id]"
PRICES = FilePayload(name="prices.txt", mimeType="text/plain", buffer=b"Prices, 2027")


async def says(page: Page, words: str) -> None:
    """Type an answer, and send it."""
    await page.get_by_label("Answer to").fill(words)
    await page.keyboard.press("Control+Enter")


async def asked_before_leaving(page: Page, leaving: str) -> None:
    """He wants to go to the board, is asked, and stays."""
    async with page.expect_event("dialog") as asking:
        await page.evaluate(leaving)
    dialog: Dialog = await asking.value
    assert dialog.type == "beforeunload"
    await dialog.dismiss()


BY_LINK = "setTimeout(() => document.querySelector('.rail a[href=\"/board\"]').click())"
BY_KEYS = "setTimeout(() => location.assign('/deals?list=all'))"


async def test_what_was_sent_first_is_stored_first_and_stands_above(desk: Desk) -> None:
    customer = await desk.shop.person("Anna")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    first, reached = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        if "One" in parse_qs(route.request.post_data or "")["text"]:
            reached.set()
            await first.wait()
        await route.continue_()

    await page.route("**/answer", late)
    for words in ("One", "Two", "Three"):
        await says(page, words)
    await reached.wait()
    # Whatever would overtake it has had its chance.
    await desk.shop.rows.settled()
    first.set()
    await expect(page.locator(STORED)).to_have_count(3)
    said = await page.locator(".feed .out .words").all_text_contents()
    assert said == ["One", "Two", "Three"]
    await desk.shop.rows.settled()
    # What waits for the same chat may leave as one message.
    assert re.findall("One|Two|Three", " ".join(one.text or "" for one in await customer.chat())) == said


async def test_what_failed_lets_what_was_sent_after_it_by_and_comes_behind_it(desk: Desk) -> None:
    customer = await desk.shop.person("Marek")
    await customer.sends("Hello")
    page = await desk.opens(customer)

    nobody = Nobody()

    async def lose_the_first(route: Route) -> None:
        is_first = "One" in parse_qs(route.request.post_data or "")["text"]
        await (nobody(route) if is_first else route.continue_())

    await page.route("**/answer", lose_the_first)
    await says(page, "One")
    await says(page, "Two")
    await expect(bubble(page, "Two").locator(".at")).to_contain_text("sent")
    await nobody.given_up()
    await page.unroute("**/answer")
    await page.get_by_role("button", name="Retry").click()
    await expect(page.locator(STORED)).to_have_count(2)
    assert await page.locator(".feed .out .words").all_text_contents() == ["Two", "One"]


async def test_whoever_leaves_while_a_file_is_on_its_way_is_asked(desk: Desk) -> None:
    customer = await desk.shop.person("Zofia")
    await customer.sends("The prices, please")
    page = await desk.opens(customer)
    held: list[Route] = []
    await page.route("**/uploads", lambda route: held.append(route))
    async with page.expect_request("**/uploads"):
        await page.locator("#pick").set_input_files([PRICES])
    await asked_before_leaving(page, BY_LINK)
    await page.get_by_label("Answer to").press("Control+Enter")
    await asked_before_leaving(page, BY_KEYS)
    await held[0].continue_()
    assert (await customer.sees("", kind="document")).kind == "document"
    await expect(bubble(page, "prices.txt").locator(".at")).to_contain_text("sent")
    await page.get_by_role("link", name="Board", exact=True).click()
    await page.wait_for_url("**/board")


async def test_a_text_that_was_sent_reaches_the_customer_though_the_page_was_left_at_once(desk: Desk) -> None:
    customer = await desk.shop.person("Olena")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    talk = page.url
    # What is sent takes a moment to leave the browser.
    slow = {"offline": False, "latency": 1000, "downloadThroughput": -1, "uploadThroughput": -1}
    network = await page.context.new_cdp_session(page)
    await network.send("Network.enable")
    await network.send("Network.emulateNetworkConditions", slow)
    async with page.expect_request("**/answer"):
        await says(page, "Two are here")
    await page.goto("about:blank")
    await customer.sees("Two are here")
    await network.send("Network.emulateNetworkConditions", slow | {"latency": 0})
    await page.goto(talk)
    await expect(bubble(page, "Two are here")).to_have_count(1)
    await expect(page.get_by_role("button", name="Retry")).to_have_count(0)


async def test_what_was_on_its_way_when_the_page_was_left_goes_on_in_its_order(desk: Desk) -> None:
    customer = await desk.shop.person("Taras")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    held: list[Route] = []
    await page.route("**/answer", lambda route: held.append(route), times=1)
    async with page.expect_request("**/answer"):
        await says(page, "One")
    await says(page, "Two")
    await says(page, "Three")
    await page.reload()
    await expect(page.locator(STORED)).to_have_count(3)
    assert await page.locator(".feed .out .words").all_text_contents() == ["One", "Two", "Three"]


async def test_what_was_written_long_ago_is_not_sent_by_itself(desk: Desk) -> None:
    customer = await desk.shop.person("Danylo")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    talk = page.url
    held: list[Route] = []
    await page.route("**/answer", lambda route: held.append(route), times=1)
    async with page.expect_request("**/answer"):
        await says(page, "In an hour")
    await page.goto("about:blank")
    await page.clock.install(time=datetime.now(UTC) + timedelta(hours=1))
    await page.goto(talk)
    old = page.locator(".feed .msg", has_text="In an hour")
    await expect(old).to_contain_text("Not sent")
    await old.get_by_role("button", name="Retry").click()
    await customer.sees("In an hour")


async def test_a_message_whose_files_were_lost_says_so_and_is_not_sent_without_them(desk: Desk) -> None:
    customer = await desk.shop.person("Ewa")
    await customer.sends("The prices, please")
    page = await desk.opens(customer)
    page.on("dialog", lambda dialog: dialog.accept())
    held: list[Route] = []
    await page.route("**/uploads", lambda route: held.append(route))
    await page.locator("#pick").set_input_files([PRICES])
    await says(page, "For you alone")
    await page.locator("#pick").set_input_files([PRICES])
    await page.get_by_label("Answer to").press("Control+Enter")
    await page.reload()
    await page.unroute("**/uploads")
    failed = page.locator(".msg", has=page.locator(".failed"))
    await expect(failed).to_have_count(2)
    await expect(failed.first).to_contain_text("Attach again: prices.txt")
    await failed.first.get_by_role("button", name="Retry").click()
    await expect(page.locator(".toast")).to_contain_text("Attach again: prices.txt")
    await expect(page.get_by_label("Answer to")).to_have_value("For you alone")
    await page.get_by_label("Answer to").press("Control+Enter")
    await expect(page.locator(".toast")).to_have_count(2)
    await expect(page.locator(".file.bad")).to_have_count(1)
    await page.locator("#pick").set_input_files([PRICES])
    await expect(page.locator(".file")).to_have_count(1)
    await page.get_by_label("Answer to").press("Control+Enter")
    assert (await customer.sees("For you alone")).kind == "document"
    await failed.get_by_role("button", name="Discard").click()
    await page.get_by_role("button", name="Remove prices.txt").click()
    await desk.shop.rows.settled()
    assert len([one for one in await customer.chat() if one.kind == "document"]) == 1


async def test_a_file_that_the_server_has_thrown_away_is_sent_once_more(desk: Desk) -> None:
    customer = await desk.shop.person("Piotr")
    await customer.sends("The prices, please")
    page = await desk.opens(customer)
    asked: list[str] = []

    async def thrown_away(route: Route) -> None:
        asked.append(route.request.post_data or "")
        # The server knows no such file any more.
        data = re.sub("upload=[0-9a-f]+", "upload=" + 32 * "0", asked[0]) if len(asked) == 1 else None
        await route.continue_(post_data=data)

    await page.route("**/answer", thrown_away)
    async with page.expect_response("**/uploads"):
        await page.locator("#pick").set_input_files([PRICES])
    await says(page, "At last")
    assert (await customer.sees("At last")).kind == "document"
    await expect(page.locator(".toast")).to_have_count(0)
    assert len(set(asked)) == 2


async def test_a_file_that_could_not_be_sent_goes_back_under_the_words_of_its_message(desk: Desk) -> None:
    customer = await desk.shop.person("Ivan")
    await customer.sends("The prices, please")
    page = await desk.opens(customer)
    await page.route("**/uploads", lambda route: route.abort())
    await page.locator("#pick").set_input_files([PRICES])
    await says(page, "Here they are")
    await expect(bubble(page, "Here they are")).to_have_class("bubble failed")
    await page.unroute("**/uploads")
    await page.get_by_role("button", name="Discard").click()
    await expect(page.locator(".file")).to_have_count(1)
    await page.get_by_label("Answer to").press("Control+Enter")
    assert (await customer.sees("Here they are")).kind == "document"


async def test_a_talk_in_which_something_was_not_sent_is_marked_in_the_list(desk: Desk) -> None:
    first, second, third = await desk.shop.customers("Alice", "Bruno", "Clara")
    for customer in (first, second, third):
        await customer.sends("Hello")
    await desk.shop.rows.settled()
    page = await desk.opens(first)
    await page.get_by_label("Answer to").fill("Half a thou")
    await page.locator(".q", has_text=second.first_name).click()
    await expect(page.get_by_role("heading", name=second.first_name)).to_be_visible()
    nobody = Nobody()
    await page.route("**/answer", nobody)
    await says(page, "Good day")
    await nobody.given_up()
    await expect(bubble(page, "Good day")).to_have_class("bubble failed")
    other = await page.context.new_page()
    await other.goto(f"{desk.shop.program.url}/deals?list=all")
    for customer in (first, second):
        await expect(other.locator(".q", has_text=customer.first_name)).to_contain_text("not sent")
    await expect(other.locator(".not-sent")).to_have_count(2)
    await page.unroute("**/answer")
    await page.get_by_role("button", name="Retry").click()
    await expect(other.locator(".not-sent")).to_have_count(1)
    await other.locator(".q", has_text=first.first_name).click()
    await expect(other.get_by_label("Answer to")).to_have_value("Half a thou")
