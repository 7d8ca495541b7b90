"""A talk in a real browser: it grows by itself, answers are typed, dropped and keyed, and nothing typed is lost."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Desk
from tests.running.visitor import visiting

pytestmark = pytest.mark.asyncio(loop_scope="module")

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8ffff3f0005fe02fe"
    "a735813c0000000049454e44ae426082"
)


def bubble(page: Page, text: str) -> Locator:
    """The message that says something."""
    return page.locator(".feed .bubble", has_text=text)


async def test_what_a_customer_writes_changes_and_likes_shows_by_itself(desk: Desk) -> None:
    customer = await desk.shop.person("Anna")
    await customer.sends("Is it in stock?")
    page = await desk.opens(customer)
    number = await customer.sends("In red, I mean")
    await expect(bubble(page, "In red, I mean")).to_be_in_viewport()
    await customer.edits(number, "In green, I mean")
    await expect(bubble(page, "In green, I mean")).to_contain_text("edited")
    await bubble(page, "In green, I mean").get_by_role("button", name="edited").click()
    await expect(page.get_by_role("dialog")).to_contain_text("In red, I mean")


async def test_an_answer_is_typed_and_sent_by_keys_and_reaches_the_customer(desk: Desk) -> None:
    customer = await desk.shop.person("Olena")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    await page.get_by_label("Answer to").fill("Two are here")
    await page.keyboard.press("Control+Enter")
    await expect(bubble(page, "Two are here")).to_have_count(1)
    assert (await customer.sees("Two are here")).text == "Two are here"
    await expect(bubble(page, "Two are here").locator(".at")).to_contain_text("sent")
    await expect(page.locator("#d-facts")).to_contain_text("(you)")


async def test_a_reply_quotes_what_it_answers(desk: Desk) -> None:
    customer = await desk.shop.person("Marek")
    asked = await customer.sends("How much is the oak one?")
    page = await desk.opens(customer)
    await bubble(page, "oak one").hover()
    await bubble(page, "oak one").locator(".acts summary").click()
    await page.get_by_role("menuitem", name="Reply").click()
    await page.get_by_label("Answer to").fill("It is 300")
    await page.get_by_role("button", name="Send", exact=True).click()
    seen = await customer.sees("It is 300")
    assert seen.reply_to == asked
    await expect(bubble(page, "It is 300").locator("blockquote")).to_contain_text("oak one")


async def test_a_note_is_for_the_team_alone(desk: Desk) -> None:
    customer = await desk.shop.person("Ivan")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    await page.get_by_role("button", name="Note").click()
    await page.get_by_label("Answer to").fill("He haggles")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".note", has_text="He haggles")).to_be_visible()
    await desk.shop.settled()
    assert not [one for one in await customer.chat() if "haggles" in (one.text or "")]


async def test_files_are_shown_before_they_are_sent_and_can_be_left_out(desk: Desk) -> None:
    customer = await desk.shop.person("Zofia")
    await customer.sends("Show me")
    page = await desk.opens(customer)
    pictures = [{"name": f"{n}.png", "mimeType": "image/png", "buffer": PICTURE} for n in ("first", "second")]
    await page.locator("#pick").set_input_files(pictures)  # type: ignore[arg-type]
    await page.get_by_role("button", name="Remove second.png").click()
    await expect(page.locator(".file")).to_have_count(1)
    await page.get_by_label("Answer to").fill("Like this")
    await page.keyboard.press("Control+Enter")
    await expect(bubble(page, "Like this").locator("img")).to_be_visible()
    assert (await customer.sees("Like this")).kind == "photo"


# What a hand does with a file from elsewhere, as the browser tells it.
GIVE = """([place, kind, name]) => {
  const data = new DataTransfer();
  data.items.add(new File(["Prices, 2027"], name, { type: "text/plain" }));
  const told = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
    : new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
  document.querySelector(place).dispatchEvent(told);
}"""


async def test_files_are_dropped_and_pasted_and_go_with_an_answer(desk: Desk) -> None:
    customer = await desk.shop.person("Adam")
    await customer.sends("The prices, please")
    page = await desk.opens(customer)
    await page.evaluate(GIVE, [".feed", "dragover", "dropped.txt"])
    await expect(page.locator("#answer")).to_contain_class("over")
    await page.evaluate(GIVE, [".feed", "drop", "dropped.txt"])
    await page.evaluate(GIVE, ["#text", "paste", "pasted.txt"])
    await expect(page.locator(".file")).to_have_count(2)
    await page.get_by_label("Answer to").fill("Both lists")
    await page.keyboard.press("Control+Enter")
    await expect(bubble(page, "Both lists").locator(".doc")).to_have_count(2)
    assert (await customer.sees("Both lists")).kind == "document"


async def test_what_is_not_confirmed_says_so_and_is_sent_again_or_given_up(desk: Desk) -> None:
    customer = await desk.shop.person("Vira")
    await customer.sends("How much?")
    page = await desk.opens(customer)
    for words, act in (("Nine EUR", "Send again"), ("Or eight", "Discard")):
        await desk.shop.api.fault("accepted_reset", method="sendMessage", chat_id=customer.id)
        await page.get_by_label("Answer to").fill(words)
        await page.keyboard.press("Control+Enter")
        said = page.locator(".feed .msg", has_text=words)
        await expect(said.locator(".bubble")).to_contain_class("unsure")
        await said.get_by_role("button", name=act).click()
        await expect(said.locator(".unsure")).to_have_count(0)
        # What is sent again has left before the next one meets its misfortune.
        await desk.shop.settled()
    await expect(bubble(page, "Nine EUR").locator(".at")).to_contain_text("sent")
    chat = [one.text for one in await customer.chat()]
    assert (chat.count("Nine EUR"), chat.count("Or eight")) == (2, 1)


async def test_what_is_typed_outlives_a_reload_and_a_lost_connection(desk: Desk) -> None:
    customer = await desk.shop.person("Piotr")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    await page.get_by_label("Answer to").fill("Half a thou")
    await page.reload()
    await expect(page.get_by_label("Answer to")).to_have_value("Half a thou")
    await page.get_by_label("Answer to").fill("A whole thought")
    await page.context.set_offline(True)
    await page.keyboard.press("Control+Enter")
    await expect(bubble(page, "A whole thought")).to_have_class("bubble failed")
    await page.context.set_offline(False)
    await expect(bubble(page, "A whole thought").locator(".at")).to_contain_text("sent")
    await customer.sees("A whole thought")


async def test_older_messages_come_as_one_scrolls_up_and_the_place_is_kept(desk: Desk) -> None:
    customer = await desk.shop.person("Long")
    for number in range(120):
        await customer.sends(f"Line {number:03}")
    await desk.shop.rows.until("SELECT count(*) FROM message WHERE body LIKE '%Line 1%'", lambda rows: rows[0][0] >= 20)
    page = await desk.opens(customer)
    await expect(bubble(page, "Line 119")).to_be_in_viewport()
    assert await page.locator(".feed .bubble").count() <= 60
    await page.locator("#feed").evaluate("feed => { feed.scrollTop = 100; }")
    await expect(bubble(page, "Line 020")).to_be_attached()
    await page.locator("#feed").evaluate("feed => { feed.scrollTop = 100; }")
    await expect(bubble(page, "Line 000")).to_be_attached()


async def test_the_deal_is_changed_where_it_stands(desk: Desk) -> None:
    customer = await desk.shop.person("Nadia")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    await page.get_by_role("button", name="Amount. Change").press("Enter")
    await page.keyboard.type("1.5k")
    await page.keyboard.press("Enter")
    await expect(page.locator(".amount")).to_contain_text("1,500")
    await page.get_by_role("button", name="Amount. Change").click()
    await page.keyboard.type("plenty")
    await page.keyboard.press("Enter")
    await expect(page.locator(".toast")).to_contain_text("could not be understood")
    await page.keyboard.press("Escape")
    await expect(page.locator(".amount")).to_contain_text("1,500")
    await page.get_by_role("button", name="Offer sent").first.click()
    await expect(page.locator(".feed .event", has_text="Offer sent")).to_be_visible()
    await expect(page.locator('.step[aria-current="step"]')).to_have_text("Offer sent")


async def test_a_task_is_added_moved_and_done_beside_the_talk(desk: Desk) -> None:
    customer = await desk.shop.person("Tomasz")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    await page.get_by_text("New task").click()
    await page.get_by_label("What", exact=True).fill("Call him")
    await page.get_by_label("When").fill("tomorrow 15:00")
    await page.get_by_role("button", name="Add", exact=True).click()
    task = page.locator("#d-tasks .todo", has_text="Call him")
    await expect(task.locator("summary")).to_contain_text("15:00")
    await task.locator("summary").click()
    await task.get_by_role("button", name="in a week").click()
    await expect(task.locator("summary")).to_contain_text("10:00")
    # With its mark the task goes, and there is no box left to look at.
    await task.get_by_role("checkbox").click()
    await expect(task).to_have_count(0)


async def test_a_lost_deal_asks_why_and_goes_on_when_it_is_reopened(desk: Desk) -> None:
    customer = await desk.shop.person("Ewa")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    await page.get_by_label("Lost, or not a lead").click()
    await page.locator(".steps").get_by_role("menuitem", name="Lost").click()
    await page.get_by_label("Too expensive").check()
    await page.get_by_role("button", name="Close as lost").click()
    await expect(page.locator(".steps.over")).to_contain_text("Too expensive")
    await page.get_by_role("button", name="Reopen").first.click()
    await expect(page.locator('.step[aria-current="step"]')).to_have_text("New")


async def test_a_deal_goes_to_a_colleague_with_a_word_why(desk: Desk) -> None:
    boris = await desk.shop.operator("Boris")
    customer = await desk.shop.person("Nina")
    await customer.sends("In German, please")
    page = await desk.opens(customer)
    await page.get_by_role("button", name="Take").click()
    await page.get_by_role("button", name="Hand over").click()
    dialog = page.locator("#dialog")
    await expect(dialog.get_by_label(boris.first_name)).to_be_visible()
    await expect(dialog).to_contain_text("0 open deals")
    await dialog.get_by_label(boris.first_name).check()
    await dialog.get_by_label("A word why").fill("You speak German")
    await dialog.get_by_role("button", name="Hand over").click()
    await expect(page.get_by_role("button", name=f"Assignee: {boris.first_name}")).to_be_visible()
    await expect(page.locator("#d-history")).to_contain_text("You speak German")
    await boris.sees("You speak German")


async def test_on_a_phone_the_talk_comes_first_and_the_rest_is_behind_tabs(desk: Desk) -> None:
    customer = await desk.shop.person("Adam")
    await customer.sends("Hello from afar")
    page = await desk.opens(customer, viewport=PHONE)
    await expect(bubble(page, "Hello from afar")).to_be_visible()
    await expect(page.locator("#side")).to_be_hidden()
    await page.get_by_role("link", name="Deal", exact=True).click()
    await expect(page.locator("#d-facts")).to_be_visible()
    await expect(page.locator("#answer")).to_be_hidden()
    await page.get_by_role("link", name="Talk", exact=True).click()
    await expect(page.locator("#answer")).to_be_visible()


async def test_a_visitor_of_the_web_chat_is_seen_typing_and_reading(desk: Desk) -> None:
    async with visiting(desk.shop.program.url) as new:
        visitor = await new()
        await visitor.says("Hello from the site")
        await desk.shop.settled()
        page = await desk.opens_number(await desk.shop.rows.value("SELECT max(id) FROM deal"))
        await expect(page.locator("#live")).to_have_text("Live")
        await visitor.asks("POST", "typing", json={})
        await expect(page.locator(".talk-head .typing-line")).to_be_visible()
        await page.get_by_label("Answer to").fill("Good day")
        await page.keyboard.press("Control+Enter")
        told = await visitor.reads("Good day")
        await visitor.asks("POST", "seen", json={"up_to": told["id"]})
        await expect(bubble(page, "Good day").locator(".at")).to_contain_text("read")


async def test_a_press_is_not_lost_to_what_is_drawn_meanwhile(desk: Desk) -> None:
    customer = await desk.shop.person("Press")
    await customer.sends("Hello")
    page = await desk.opens(customer)
    take = page.get_by_role("button", name="Take", exact=True)
    await take.hover()
    await page.mouse.down()
    deal = await page.locator("#deal-page").get_attribute("data-deal")
    await desk.shop.admin.sends(f'/deal {deal} stage "Offer sent"')
    await expect(page.locator(".feed .event", has_text="Offer sent")).to_be_visible()
    await page.mouse.up()
    await expect(page.locator("#d-facts")).to_contain_text("(you)")
    await expect(page.locator('.step[aria-current="step"]')).to_have_text("Offer sent")


async def test_that_a_visitor_types_is_seen_until_he_has_written(desk: Desk) -> None:
    async with visiting(desk.shop.program.url) as new:
        visitor = await new()
        await visitor.says("Hello from the site")
        await desk.shop.settled()
        page = await desk.opens_number(await desk.shop.rows.value("SELECT max(id) FROM deal"))
        types = page.locator(".talk-head .typing-line")
        await visitor.asks("POST", "typing", json={})
        await expect(types).to_be_visible()
        await page.get_by_role("button", name="Take", exact=True).click()
        await expect(page.locator(".feed .event", has_text=desk.shop.admin.first_name)).to_be_visible()
        await expect(types).to_be_visible()
        await visitor.says("Is it red?")
        await expect(bubble(page, "Is it red?")).to_be_visible()
        await expect(types).to_be_hidden()


PLACES = """said => [said, ...["img", ".doc", ".words"].map((part) => said.querySelector(part))].map((one) => {
  const { top, bottom } = one.getBoundingClientRect();
  return [top, bottom];
})"""


async def test_a_picture_stands_in_its_bubble_with_its_words_and_a_document_below_it(desk: Desk) -> None:
    async with visiting(desk.shop.program.url) as new:
        visitor = await new()
        await visitor.says("One moment")
        await desk.shop.settled()
        page = await desk.opens_number(await desk.shop.rows.value("SELECT max(id) FROM deal"))
        large = await page.screenshot(type="png")
        files = [await visitor.uploads(large, "table.png"), await visitor.uploads(b"%PDF-1.4 prices", "prices.pdf")]
        await visitor.says("This one", uploads=files)
        said = bubble(page, "This one")
        await expect(said.locator("img")).to_be_visible()
        await expect(said.locator("img")).not_to_have_js_property("naturalWidth", 0)
        # All at one moment: the talk scrolls as a picture comes.
        (top, bottom), *parts = await said.evaluate(PLACES)
        assert all(top <= begins and ends <= bottom for begins, ends in parts)
        assert parts == sorted(parts)
