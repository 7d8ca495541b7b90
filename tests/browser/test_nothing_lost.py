"""What somebody writes outlives servers that are away, refusals and other changes, and goes where it was meant."""

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import Desk, Nobody
from tests.browser.test_talk import bubble

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def refuse(route: Route) -> None:
    """As a server answers whose database is away."""
    await route.fulfill(status=503, headers={"HX-Trigger": '{"refused": {"words": "Away", "code": "", "status": 503}}'})


async def test_a_page_waits_for_a_server_that_is_away_and_keeps_what_stands_on_it(desk: Desk) -> None:
    customer = await desk.shop.person("Anna")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    refusals = 0

    async def away(route: Route) -> None:
        nonlocal refusals
        refusals += 1
        await (refuse(route) if refusals < 4 else route.continue_())

    await page.route("**/live?*", away)
    await page.locator("#pick").set_input_files(
        [{"name": "price.txt", "mimeType": "text/plain", "buffer": b"12"}]  # type: ignore[arg-type]
    )
    # The server ends all streams, and a proxy says that nobody is behind it.
    await desk.shop.program.stop()
    await expect(page.locator("#live")).to_contain_text("No connection since")
    await desk.shop.program.start(HTTP_PORT=desk.shop.program.url.rpartition(":")[2])
    await customer.sends("Still there?")
    await expect(bubble(page, "Still there?")).to_be_visible(timeout=20_000)
    await expect(page.locator("#live")).to_have_text("Live")
    await expect(page.locator(".file")).to_have_count(1)
    assert refusals >= 4


async def test_an_answer_that_did_not_arrive_outlives_a_reload(desk: Desk) -> None:
    customer = await desk.shop.person("Marek")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    nobody = Nobody()
    await page.route("**/answer", nobody)
    await page.get_by_label("Answer to").fill("Two are here")
    await page.keyboard.press("Control+Enter")
    await nobody.given_up()
    await expect(bubble(page, "Two are here")).to_have_class("bubble failed")
    await page.reload()
    await expect(bubble(page, "Two are here")).to_have_class("bubble failed")
    await page.unroute("**/answer")
    await page.get_by_role("button", name="Retry").click()
    await expect(bubble(page, "Two are here").locator(".at")).to_contain_text("sent")
    await page.reload()
    await expect(bubble(page, "Two are here")).to_have_count(1)
    await customer.sees("Two are here")


async def test_an_answer_that_found_nobody_goes_by_itself_once_there_is_a_connection_again(desk: Desk) -> None:
    customer = await desk.shop.person("Olha")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    await page.context.set_offline(True)
    await page.get_by_label("Answer to").fill("Two are here")
    await page.keyboard.press("Control+Enter")
    await expect(bubble(page, "Two are here")).to_have_class("bubble failed")
    await page.context.set_offline(False)
    await customer.sees("Two are here")
    await expect(bubble(page, "Two are here")).to_have_count(1)
    await expect(page.get_by_role("button", name="Retry")).to_have_count(0)


async def test_an_answer_of_which_nobody_knows_whether_it_arrived_arrives_once(desk: Desk) -> None:
    customer = await desk.shop.person("Ewa")
    await customer.sends("Hello")
    page = await desk.opens(customer)

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.fulfill(status=504)

    await page.route("**/answer", lose_the_answer)
    await page.get_by_label("Answer to").fill("Two are here")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("button", name="Retry")).to_be_visible()
    await page.unroute("**/answer")
    await page.get_by_role("button", name="Retry").click()
    await expect(page.get_by_role("button", name="Retry")).to_have_count(0)
    await expect(bubble(page, "Two are here")).to_have_count(1)
    await desk.shop.settled()
    assert [one.text for one in await customer.chat()].count("Two are here") == 1


async def test_a_note_that_failed_never_becomes_an_answer(desk: Desk) -> None:
    customer = await desk.shop.person("Ivan")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    held: list[Route] = []
    await page.route("**/notes", lambda route: held.append(route))
    await page.get_by_role("button", name="Note").click()
    await page.get_by_label("Answer to").fill("He haggles")
    async with page.expect_request("**/notes"):
        await page.keyboard.press("Control+Enter")
    await page.get_by_role("button", name="Answer", exact=True).click()
    await refuse(held[0])
    await expect(bubble(page, "He haggles")).to_have_class("bubble failed")
    await expect(page.get_by_label("Answer to")).to_have_value("")
    await page.unroute("**/notes")
    await bubble(page, "He haggles").locator("..").get_by_role("button", name="Retry").click()
    await expect(page.locator(".note", has_text="He haggles")).to_be_visible()
    await desk.shop.settled()
    assert not [one for one in await customer.chat() if "haggles" in (one.text or "")]


async def test_a_note_that_is_being_written_is_one_again_after_another_message_was_changed(desk: Desk) -> None:
    customer = await desk.shop.person("Nina")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    field, note = page.get_by_label("Answer to"), page.get_by_role("button", name="Note")
    await field.fill("It is 300")
    await page.keyboard.press("Enter")
    await expect(bubble(page, "It is 300").locator(".at")).to_contain_text("sent")
    for words, ending in (("He haggles", "Escape"), ("He haggles a lot", "Enter")):
        await note.click()
        await field.fill(words)
        await chosen(page, "It is 300", "Change")
        await expect(field).to_have_value("It is 300")
        await page.keyboard.press(ending)
        await expect(field).to_have_value(words)
        await expect(note).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("Enter")
    await expect(page.locator(".note", has_text="He haggles a lot")).to_be_visible()
    await desk.shop.rows.settled()
    assert not [one for one in await customer.chat() if "haggles" in (one.text or "")]


async def test_words_of_a_note_are_never_in_the_field_of_an_answer(desk: Desk) -> None:
    customer = await desk.shop.person("Taras")
    await customer.sends("How much?")
    page = await desk.opens(customer)
    field, note = page.get_by_label("Answer to"), page.get_by_role("button", name="Note")
    await note.click()
    await field.fill("He haggles")
    await chosen(page, "How much?", "Reply")
    await expect(field).to_have_value("")
    await page.keyboard.press("Escape")
    await expect(field).to_have_value("He haggles")
    await expect(note).to_have_attribute("aria-pressed", "true")
    await chosen(page, "How much?", "Reply")
    await page.keyboard.type("It is 300")
    await page.keyboard.press("Enter")
    await customer.sees("It is 300")
    await expect(page.get_by_role("button", name="Note (not sent)")).to_be_visible()
    await page.reload()
    await expect(field).to_have_value("")
    await note.click()
    await expect(field).to_have_value("He haggles")
    await page.get_by_role("button", name="Answer", exact=True).click()
    await expect(field).to_have_value("")
    # What was begun as an answer may become a note, and an answer again.
    await field.fill("Or 290")
    await note.click()
    await expect(field).to_have_value("He haggles")
    await field.fill("")
    await page.get_by_role("button", name="Answer", exact=True).click()
    await expect(field).to_have_value("Or 290")
    await note.click()
    await expect(field).to_have_value("Or 290")
    await page.get_by_role("button", name="Answer", exact=True).click()
    await expect(field).to_have_value("Or 290")


async def chosen(page: Page, words: str, act: str) -> None:
    """What can be done with the message that says something."""
    await bubble(page, words).hover()
    await bubble(page, words).locator(".acts summary").click()
    await page.get_by_role("menuitem", name=act).click()


async def test_what_failed_does_not_mix_with_a_message_that_is_being_changed(desk: Desk) -> None:
    customer = await desk.shop.person("Olena")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    await page.get_by_label("Answer to").fill("It is 300")
    await page.keyboard.press("Control+Enter")
    await expect(bubble(page, "It is 300").locator(".at")).to_contain_text("sent")
    held: list[Route] = []
    await page.route("**/answer", lambda route: held.append(route))
    await page.get_by_label("Answer to").fill("And it is oak")
    async with page.expect_request("**/answer"):
        await page.keyboard.press("Control+Enter")
    await chosen(page, "It is 300", "Change")
    await refuse(held[0])
    await expect(bubble(page, "And it is oak")).to_have_class("bubble failed")
    await expect(page.get_by_label("Answer to")).to_have_value("It is 300")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Discard").click()
    await expect(page.get_by_label("Answer to")).to_have_value("And it is oak")


async def test_a_task_that_is_being_typed_stays_while_something_else_is_done(desk: Desk) -> None:
    customer = await desk.shop.person("Piotr")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    await page.get_by_text("New task").click()
    await page.get_by_label("What", exact=True).fill("Call back about the invoice")
    await page.get_by_role("button", name="Offer sent").first.click()
    await expect(page.locator('.step[aria-current="step"]')).to_have_text("Offer sent")
    await expect(page.get_by_label("What", exact=True)).to_have_value("Call back about the invoice")
    await page.get_by_label("When").fill("tomorrow 15:00")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.locator("#d-tasks .todo", has_text="Call back about the invoice")).to_be_visible()


async def test_two_tasks_are_two_where_the_page_could_not_be_shown_anew_between_them(desk: Desk) -> None:
    customer = await desk.shop.person("Nadia")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    await page.route("**/parts", lambda route: route.abort())
    await page.get_by_text("New task").click()
    for words in ("Send the price", "Ask for the address"):
        await page.get_by_label("What", exact=True).fill(words)
        await page.get_by_label("When").fill("tomorrow 15:00")
        async with page.expect_response("**/tasks"):
            await page.get_by_role("button", name="Add", exact=True).click()
        await desk.shop.rows.until(
            "SELECT count(*) FROM task WHERE text = :words", lambda rows: rows[0][0] == 1, words=words
        )
        await expect(page.get_by_label("What", exact=True)).to_have_value("")


async def test_files_above_the_most_that_a_message_takes_are_told(desk: Desk) -> None:
    customer = await desk.shop.person("Zofia")
    await customer.sends("Show me")
    page = await desk.opens(customer)
    files = [{"name": f"{number}.txt", "mimeType": "text/plain", "buffer": b"12"} for number in range(11)]
    await page.locator("#pick").set_input_files(files)  # type: ignore[arg-type]
    await expect(page.locator(".file")).to_have_count(10)
    await expect(page.locator(".toast")).to_contain_text("10 files at most")
