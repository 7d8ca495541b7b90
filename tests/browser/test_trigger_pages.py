"""Triggers made, changed and switched in a browser, from the same declarations as in the bot."""

import re
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Route, expect

from tests.browser.conftest import Windows
from tests.running.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_follow_up_is_made_in_the_form_changed_switched_off_and_deleted(shop: Shop, windows: Windows) -> None:
    page = await windows.board_of(shop, shop.admin)
    await page.goto(f"{shop.program.url}/triggers")
    form = page.locator("#trigger-form")
    await form.locator("select[name='occasion.0']").select_option("stage_entered")
    await form.get_by_label("Offer sent").check()
    await form.locator("select[name='action.0']").select_option("send")
    await form.get_by_label("Text").fill("Hello {name}, is anything unclear?")
    await form.get_by_label("Delay").fill("2 d")
    await form.get_by_label("the customer writes").check()
    await form.get_by_role("button", name="Make it").click()
    card = page.locator(".trig").first
    await expect(card).to_contain_text("Hello {name}, is anything unclear?")
    await expect(card).to_contain_text("Offer sent")
    number = await shop.rows.value("SELECT max(id) FROM trigger")
    assert await shop.rows.value("SELECT delay_seconds FROM trigger ORDER BY id DESC") == 2 * 86_400

    await card.get_by_role("link", name="Edit").click()
    await expect(form.get_by_label("Text")).to_have_value("Hello {name}, is anything unclear?")
    await form.get_by_role("button", name="action").click()
    await form.locator("select[name='action.1']").select_option("add_task")
    await form.locator("select[name='action.1.task_kind']").select_option(index=1)
    await form.get_by_label("Due after").fill("1 h")
    await form.get_by_role("button", name="Save").click()
    await expect(page.locator(".trig").first).to_contain_text("Hello {name}")
    await shop.rows.until(
        "SELECT actions FROM trigger WHERE id = :id", lambda found: "add_task" in str(found), id=number
    )
    await expect(form.get_by_role("button", name="Make it")).to_be_visible()

    await page.locator(".trig").first.get_by_role("switch").click()
    await expect(page.locator(".trig").first.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    page.on("dialog", lambda dialog: dialog.accept())
    await page.locator(".trig").first.get_by_role("button", name="Delete").click()
    await expect(page.locator(".trig").first).not_to_contain_text("Hello {name}")


async def test_what_cannot_be_saved_is_said_and_nothing_typed_is_lost(shop: Shop, windows: Windows) -> None:
    page = await windows.board_of(shop, shop.admin)
    await page.goto(f"{shop.program.url}/triggers")
    form = page.locator("#trigger-form")
    await form.get_by_role("button", name="Make it").click()
    await expect(form.get_by_role("alert")).to_contain_text("Choose the event")
    await expect(form.locator("select[name='occasion.0']")).to_be_focused()
    await form.locator("select[name='occasion.0']").select_option("deal_opened")
    await form.locator("select[name='action.0']").select_option("send")
    await form.get_by_label("Text").fill("Hello {nmae}")
    await form.get_by_role("button", name="Make it").click()
    await expect(form.get_by_role("alert")).to_contain_text("{nmae}")
    await expect(form.get_by_label("Text")).to_have_value("Hello {nmae}")
    await expect(form.get_by_label("Text")).to_have_attribute("aria-invalid", "true")
    # What was begun and not chosen is not left out in silence: the trigger would act on everybody.
    await form.get_by_role("button", name="condition").click()
    await expect(form.locator("select[name='condition.0']")).to_be_visible()
    await form.get_by_label("Text").fill("Hello {name}")
    await form.get_by_role("button", name="Make it").click()
    await expect(form.get_by_role("alert")).to_contain_text("Choose it, or take it out")
    await form.get_by_role("button", name="Take out").first.click()
    await expect(form.locator("select[name='condition.0']")).to_have_count(0)
    await form.get_by_label("Text").fill("Hello {name}")
    await form.get_by_label("Delay").fill("some day")
    await form.get_by_role("button", name="Make it").click()
    await expect(form.get_by_role("alert")).to_contain_text("“some” could not be understood")


async def test_an_operator_sees_no_triggers(shop: Shop, windows: Windows) -> None:
    operator = await shop.operator("Olga")
    page = await windows.board_of(shop, operator)
    await expect(page.get_by_role("link", name="Triggers")).to_have_count(0)
    answer = await page.goto(f"{shop.program.url}/triggers")
    assert answer is not None
    assert answer.status == 403


async def test_a_file_goes_with_what_is_sent_and_can_be_taken_out(shop: Shop, windows: Windows, tmp_path: Path) -> None:
    page = await windows.board_of(shop, shop.admin)
    await page.goto(f"{shop.program.url}/triggers")
    form = page.locator("#trigger-form")
    await form.locator("select[name='occasion.0']").select_option("deal_opened")
    await form.locator("select[name='action.0']").select_option("send")
    price = tmp_path / "price.pdf"
    price.write_bytes(b"%PDF-1.4 price")
    await form.locator("[data-goes-with]").set_input_files(price)
    # What is pressed while the file is on its way waits for it.
    await form.get_by_role("button", name="Make it").click()
    await expect(page.locator(".trig").first).to_contain_text("price.pdf")
    first, second = await shop.customers("First", "Second")
    for customer in (first, second):
        await customer.sends("Hello")
        sent = (await customer.sees(kind="document")).raw["document"]
        assert sent["file_name"] == "price.pdf"
    # It is given to the messenger once.
    calls = await shop.api.ledger(kind="accepted", method="sendDocument")
    assert [one.params["document"].startswith("attach:") for one in calls] == [True, False]

    await page.locator(".trig").first.get_by_role("link", name="Edit").click()
    await form.get_by_label("Text").fill("Our prices, {name}")
    await form.get_by_role("button", name="Save").click()
    await expect(page.locator(".trig").first).to_contain_text("Our prices")
    third = await shop.person("Third")
    await third.sends("Hello")
    assert (await third.sees("Our prices", kind="document")).raw["document"]["file_name"] == "price.pdf"

    await page.locator(".trig").first.get_by_role("link", name="Edit").click()
    await form.get_by_role("button", name="Take the file out").click()
    await expect(form.get_by_text("Attach a file")).to_be_visible()
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_role("button", name="Make it")).to_be_visible()
    fourth = await shop.person("Fourth")
    await fourth.sends("Hello")
    assert (await fourth.sees("Our prices")).kind == "text"
    page.on("dialog", lambda dialog: dialog.accept())
    await page.locator(".trig").first.get_by_role("button", name="Delete").click()
    await expect(page.locator(".trig").first).not_to_contain_text("Our prices")


async def test_each_of_two_texts_has_its_own_file_however_long_they_take(shop: Shop, windows: Windows) -> None:
    page = await windows.board_of(shop, shop.admin)
    await page.goto(f"{shop.program.url}/triggers")
    form = page.locator("#trigger-form")
    await form.locator("select[name='occasion.0']").select_option("deal_opened")
    await form.locator("select[name='action.0']").select_option("send")
    await form.get_by_role("button", name="action").click()
    await form.locator("select[name='action.1']").select_option("send")
    held: list[Route] = []
    await page.route("**/uploads", lambda route: held.append(route), times=1)
    for place, name in enumerate(("slow.txt", "quick.txt")):
        file = FilePayload(name=name, mimeType="text/plain", buffer=name.encode())
        async with page.expect_request("**/uploads"):
            await form.locator("[data-goes-with]").nth(place).set_input_files([file])
    await expect(form.locator("input[name='action.1.upload']")).to_have_value(re.compile(r"\w{32}"))
    await form.get_by_role("button", name="Make it").click()
    await held[0].continue_()
    card = page.locator(".trig").first
    await expect(card).to_contain_text("slow.txt")
    await expect(card).to_contain_text("quick.txt")
    page.on("dialog", lambda dialog: dialog.accept())
    await card.get_by_role("button", name="Delete").click()
    await expect(page.locator(".trig").first).not_to_contain_text("slow.txt")
