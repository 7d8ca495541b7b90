"""The web chat where something never comes through: it says so, and nothing else is held up or lost by it."""

from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Page, Request, Route, expect

from tests.browser.conftest import Windows
from tests.browser.test_webchat import allows, site_with
from tests.browser.test_webchat_away import TALK, chat_of, says
from tests.running.shop import Shop
from tests.running.test_webchat import PDF, PNG

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Fills what a site may keep to the last character.
FULL_STORAGE = """
  let name = 0, size = 1 << 22;
  while (size) try { localStorage.setItem(`${name++}`, "x".repeat(size)); } catch { size >>= 1; }
"""
# What a browser keeps of words that had not left, so many days ago.
KEEP = """([key, days, words]) => {
  localStorage["voronka-chat:" + key] = JSON.stringify([Date.now() - days * 24 * 60 * 60 * 1000, words]);
}"""

# How often something of a file has left, and how many were begun.
COUNT_MOVES = """
  globalThis.moves = globalThis.uploads = 0;
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (body) {
    uploads += 1;
    this.upload.addEventListener("progress", () => { moves += 1; });
    send.call(this, body);
  };
"""
OLD = "a" * 32

MESSAGES, UPLOADS = "**/chat/api/messages?*", "**/chat/api/uploads?*"
# Longer than an answer is waited for, and than the pause behind it.
TOO_LATE, PAUSE = "01:01", "00:02"


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


async def never_answered(route: Route) -> None:
    """A connection on which nothing comes any more."""


async def ticking_chat(shop: Shop, windows: Windows, words: str) -> Page:
    """The page of the chat after a first message, on a clock that can be moved."""
    page = await windows.open(locale="en-GB")
    await page.clock.install()
    await page.goto(shop.program.url + "/chat")
    await says(page, words)
    await expect(page.locator(".his time")).to_be_attached()
    return page


def is_message(request: Request) -> bool:
    return request.method == "POST" and "/chat/api/messages?" in request.url


def is_upload(request: Request) -> bool:
    return "/chat/api/uploads?" in request.url


async def test_a_message_that_is_never_answered_lets_the_next_ones_by(shop: Shop, windows: Windows) -> None:
    page = await ticking_chat(shop, windows, "Do you sell tables?")

    async def hang(route: Route) -> None:
        if "Round ones" not in (route.request.post_data or ""):
            await route.continue_()

    await page.route(MESSAGES, hang)
    async with page.expect_request(is_message):
        await says(page, "Round ones")
    await says(page, "And chairs")
    async with page.expect_event("requestfailed", is_message):
        await page.clock.fast_forward(TOO_LATE)
    await expect(page.get_by_text("No connection")).to_be_visible()
    async with page.expect_request(is_message):
        await page.clock.fast_forward(PAUSE)
    await page.clock.fast_forward(TOO_LATE)
    await expect(page.get_by_text("Not sent.")).to_be_visible()
    await expect(page.locator(".his time")).to_have_count(2)
    await expect(page.get_by_text("No connection")).to_have_count(0)
    assert await shop.rows.value("SELECT count(*) FROM message WHERE search = 'and chairs'") == 1
    await page.unroute(MESSAGES)
    await page.get_by_role("button", name="Send again").click()
    await expect(page.locator(".his time")).to_have_count(3)
    await expect(page.locator(".his").last).to_contain_text("Round ones")


async def test_a_message_that_the_server_alone_cannot_take_lets_the_next_ones_by(shop: Shop, windows: Windows) -> None:
    page = await ticking_chat(shop, windows, "Do you sell lamps?")

    async def broken(route: Route) -> None:
        if "Poison" in (route.request.post_data or ""):
            await route.fulfill(status=500, json={})
        else:
            await route.continue_()

    await page.route(MESSAGES, broken)
    await says(page, "Poison")
    await says(page, "Red ones?")
    for _ in range(3):
        async with page.expect_request(is_message):
            await page.clock.fast_forward("00:20")
    await expect(page.get_by_text("Not sent.")).to_be_visible()
    await expect(page.locator(".his time")).to_have_count(2)


async def test_a_file_that_was_removed_before_it_left_is_asked_for_again(
    shop: Shop, windows: Windows, tmp_path: Path
) -> None:
    page = await chat_of(shop, windows, "I have a plan")
    plan, photo = tmp_path / "plan.pdf", tmp_path / "room.png"
    plan.write_bytes(PDF)
    photo.write_bytes(PNG)
    await page.locator("input[type=file]").set_input_files([plan, photo])
    plan.unlink()
    await says(page, "Here it is")
    await says(page, "Have you got it?")
    await expect(page.get_by_text("Not sent. plan.pdf: The file is not available")).to_be_visible()
    await expect(page.locator(".his time")).to_have_count(2)
    plan.write_bytes(PDF)
    async with page.expect_file_chooser() as choosing:
        await page.locator(".failed").get_by_role("button", name="Attach a file").click()
    await (await choosing.value).set_files([plan])
    await expect(page.get_by_label("Your message")).to_have_value("Here it is")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator(".shot")).to_be_attached()
    await expect(page.get_by_role("button", name="Save the file plan.pdf")).to_be_visible()
    await expect(page.locator(".failed")).to_have_count(0)


async def test_a_file_of_which_nothing_moves_any_more_is_given_up(shop: Shop, windows: Windows, tmp_path: Path) -> None:
    page = await ticking_chat(shop, windows, "A photo comes")
    await page.route(UPLOADS, never_answered)
    photo = tmp_path / "room.png"
    photo.write_bytes(PNG)
    async with page.expect_request(is_upload):
        await page.locator("input[type=file]").set_input_files(photo)
        await page.get_by_role("button", name="Send", exact=True).click()
    await says(page, "It is large")
    async with page.expect_event("requestfailed", is_upload):
        await page.clock.fast_forward(TOO_LATE)
    async with page.expect_request(is_upload):
        await page.clock.fast_forward(PAUSE)
    await page.clock.fast_forward(TOO_LATE)
    await expect(page.get_by_text("Not sent.")).to_be_visible()
    await expect(page.locator(".his time")).to_have_count(2)


async def test_a_file_that_takes_long_is_not_given_up_while_it_moves(shop: Shop, windows: Windows) -> None:
    page = await windows.open(locale="en-GB")
    await page.clock.install()
    await page.add_init_script(COUNT_MOVES)
    await page.goto(shop.program.url + "/chat")
    await says(page, "The film comes")
    await expect(page.locator(".his time")).to_be_attached()
    line = await page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 300_000}
    await line.send("Network.emulateNetworkConditions", slow)
    film = FilePayload(name="film.bin", mimeType="application/octet-stream", buffer=bytes(2_000_000))
    await page.locator("input[type=file]").set_input_files([film])
    async with page.expect_request(is_upload):
        await page.get_by_role("button", name="Send", exact=True).click()
    for _ in range(3):
        moves = await page.evaluate("moves")
        await page.wait_for_function("before => moves > before", arg=moves)
        await page.clock.fast_forward("00:45")
    await expect(page.locator(".his .file")).to_contain_text("film.bin")
    assert await page.evaluate("uploads") == 1


async def test_words_of_another_day_wait_for_a_press_and_are_forgotten_after_a_week(
    shop: Shop, windows: Windows
) -> None:
    page = await ticking_chat(shop, windows, "Are you open?")
    await page.route(MESSAGES, lambda route: route.abort())
    await says(page, "I am at the door")
    await expect(page.get_by_text("No connection")).to_be_visible()
    await page.unroute(MESSAGES)
    for key, days, words in ((OLD, 6, "Six days ago"), ("b" * 32, 8, "Eight days ago")):
        await page.evaluate(KEEP, [key, days, words])
    await page.reload()
    # What is minutes old goes on.
    await expect(page.locator(".his time")).to_have_count(2)
    await expect(page.locator(".failed")).to_have_count(1)
    await expect(page.locator(".failed")).to_contain_text("Six days ago")
    assert await page.evaluate("Object.keys(localStorage).filter((one) => one.startsWith('voronka-chat:'))") == [
        f"voronka-chat:{OLD}"
    ]
    await page.get_by_role("button", name="Send again").click()
    await expect(page.locator(".his time")).to_have_count(3)
    await page.reload()
    await expect(page.locator(".his time")).to_have_count(3)
    assert await shop.rows.value("SELECT count(*) FROM message WHERE search LIKE '%days ago'") == 1


async def test_a_page_that_slept_for_long_does_not_send_by_itself_what_it_still_held(
    shop: Shop, windows: Windows
) -> None:
    page = await ticking_chat(shop, windows, "Is it far?")
    await page.context.set_offline(True)
    await says(page, "I am coming now")
    await expect(page.get_by_text("No connection")).to_be_visible()
    await page.clock.fast_forward("30:00")
    await page.context.set_offline(False)
    await expect(page.locator(".failed")).to_contain_text("I am coming now")
    await expect(page.get_by_text("No connection")).to_have_count(0)
    assert await shop.rows.value("SELECT count(*) FROM message WHERE search = 'i am coming now'") == 0


async def test_what_had_arrived_long_ago_is_neither_sent_for_ever_nor_shown_as_on_its_way(
    shop: Shop, windows: Windows
) -> None:
    page = await windows.open(locale="en-GB")
    await page.goto(shop.program.url + "/chat")
    async with page.expect_request(is_message) as asking:
        await says(page, "The very first")
    await expect(page.locator(".his time")).to_be_attached()
    await says(page, "The second")
    await expect(page.locator(".his time")).to_have_count(2)
    sent = (await asking.value).post_data_json
    assert sent is not None
    await page.evaluate(KEEP, [sent["key"], 0, "The very first"])
    await page.route(TALK, without_the_first)
    async with page.expect_response(lambda response: is_message(response.request)):
        await page.reload()
    await expect(page.locator(".his time")).to_have_count(1)
    await expect(page.get_by_text("being sent")).to_have_count(0)
    await expect(page.locator(".his").last).to_contain_text("The very first")
    await expect(page.locator(".his").last).to_contain_text("sent")
    assert await page.evaluate("Object.keys(localStorage)") == ["voronka-chat"]
    await page.unroute_all(behavior="wait")


async def without_the_first(route: Route) -> None:
    """The newest page of a talk that has so many messages that the first is on an older one."""
    answer = await route.fetch()
    told = await answer.json()
    await route.fulfill(response=answer, json=told | {"messages": told["messages"][1:]})


async def test_a_page_with_numbers_of_a_lost_talk_hears_what_is_said_in_the_one_that_is_there(
    shop: Shop, windows: Windows
) -> None:
    page = await chat_of(shop, windows, "Is the bench wide?")
    card = await shop.posted(shop.admin, "Is the bench wide?")
    await page.route(TALK, ahead, times=1)
    await page.reload()
    await expect(page.get_by_role("log").get_by_text("Is the bench wide?")).to_be_visible()
    await shop.admin.sends("Two metres", reply_to=card.id)
    await expect(page.get_by_role("log").get_by_text("Two metres")).to_be_visible()


async def ahead(route: Route) -> None:
    """The talk as it was before a backup was restored: much more had happened in it."""
    answer = await route.fetch()
    await route.fulfill(response=answer, json=await answer.json() | {"number": 1_000})


async def test_an_answer_is_new_though_more_was_read_of_a_talk_that_was_lost(shop: Shop, windows: Windows) -> None:
    async with site_with(shop.program.url, 'data-language="en"') as address:
        await allows(shop, address)
        page = await windows.open()
        await page.goto(address)
        await page.get_by_role("button", name="Open the chat").click()
        await says(page, "Is the desk heavy?")
        card = await shop.posted(shop.admin, "Is the desk heavy?")
        await page.get_by_role("button", name="Close the chat").click()
        await page.evaluate(
            "localStorage['voronka-chat'] ="
            " JSON.stringify({ ...JSON.parse(localStorage['voronka-chat']), read: 20000 })"
        )
        await shop.admin.sends("It is light", reply_to=card.id)
        await page.reload()
        await expect(page.get_by_role("button", name="New message: 1")).to_be_visible()
        await shop.admin.sends("Very light", reply_to=card.id)
        await expect(page.get_by_role("button", name="New message: 2")).to_be_visible()


async def test_a_message_gets_itself_a_token_where_the_one_that_is_kept_is_none(shop: Shop, windows: Windows) -> None:
    page = await chat_of(shop, windows, "Who am I?")
    # The poll that waits now does not know it yet.
    await page.evaluate("localStorage['voronka-chat'] = JSON.stringify({ token: 'none' })")
    await says(page, "Somebody else now")
    said = page.locator(".his").filter(has_text="Somebody else now")
    await expect(said.locator("time")).to_be_attached()
    await expect(page.get_by_text("Who am I?")).to_have_count(0)
    card = await shop.posted(shop.admin, "Somebody else now")
    await shop.admin.sends("Welcome", reply_to=card.id)
    await expect(page.get_by_role("log").get_by_text("Welcome")).to_be_visible()
