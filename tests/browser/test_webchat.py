"""The web chat in a real browser: on a page of its own and on somebody's site, by mouse, keyboard and thumb."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from playwright.async_api import FilePayload, expect

from tests.botapi.client import ChatMessage
from tests.browser.conftest import Windows
from tests.running.shop import Shop
from tests.running.test_webchat import PDF, PNG

pytestmark = pytest.mark.asyncio(loop_scope="module")

# A site that lets in nothing but the chat; pictures of a talk are blobs.
STRICT = "default-src 'none'; script-src {chat}; connect-src {chat}; img-src blob:; media-src blob:"


@asynccontextmanager
async def site_with(chat: str, attributes: str = "") -> AsyncIterator[str]:
    """Somebody's site on another port, with a style of its own for everything; its address."""

    async def page(request: web.Request) -> web.Response:
        tag = f'<script async src="{chat}/widget.js" {attributes}></script>'
        html = f"<!doctype html><html lang=pl><title>Shop</title><h1>Lamps</h1><button>Buy</button>{tag}</html>"
        headers = {"Content-Security-Policy": STRICT.format(chat=chat)}
        return web.Response(text=html, content_type="text/html", headers=headers)

    server = web.Application()
    server.router.add_get("/", page)
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def allows(shop: Shop, address: str) -> ChatMessage:
    """The admin lets the chat stand on a site; what he sees of it."""
    asked = await shop.admin.sends(f"/webchat site {address}")
    return await shop.admin.sees(address, after=asked)


async def test_a_talk_on_the_page_of_the_chat(shop: Shop, windows: Windows) -> None:
    maria = await shop.operator("Maria")
    await shop.on_shift(maria)
    page = await windows.open(locale="en-GB")
    await page.goto(shop.program.url + "/chat")
    await expect(page.get_by_text("We are here: write to us")).to_be_visible()
    await page.get_by_label("Your message").fill("Is it <img src=x onerror=alert(1)> in stock?")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log").get_by_text("Is it <img src=x onerror=alert(1)> in stock?")).to_be_visible()
    card = await shop.posted(maria, "in stock?", button="Stage")
    await expect(page.get_by_role("log").get_by_text("sent", exact=True)).to_be_attached()
    await maria.sends_photo(caption="This one?", reply_to=card.id, content=PNG)
    await expect(page.get_by_text("This one?")).to_be_visible()
    await expect(page.get_by_text(maria.first_name.split()[0], exact=True)).to_be_visible()
    await expect(page.get_by_role("log").get_by_text("read", exact=True)).to_be_attached()
    await expect(page.locator(".shot img")).to_be_attached()
    plan = FilePayload(name="plan.pdf", mimeType="application/pdf", buffer=PDF)
    await page.locator("input[type=file]").set_input_files([plan])
    await page.get_by_role("button", name="Send", exact=True).click()
    assert (await maria.sees("Visitor", kind="document")).file_id
    async with page.expect_download() as saving:
        await page.get_by_role("button", name="Save the file plan.pdf").click()
    assert (await saving.value).suggested_filename == "plan.pdf"
    await page.reload()
    await expect(page.get_by_text("This one?")).to_be_visible()
    await shop.rows.until(
        "SELECT count(*) FROM conversation WHERE seen_by_customer_id IS NOT NULL", lambda found: found[0][0] > 0
    )


async def test_the_chat_stands_on_another_site_once_an_admin_allows_it(shop: Shop, windows: Windows) -> None:
    async with site_with(shop.program.url, 'data-colour="#ffd24d"') as address:
        await sees_nothing_of_the_chat(windows, address)
        shown = await allows(shop, address)
        assert f'src="{shop.program.url}/widget.js"' in shown.text
        page = await windows.open(viewport={"width": 390, "height": 780}, has_touch=True)
        await page.goto(address)
        await expect(page.get_by_role("button", name="Otwórz czat")).to_be_visible()
        await page.get_by_role("button", name="Buy").focus()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        field = page.get_by_label("Twoja wiadomość")
        await expect(field).to_be_focused()
        box = await page.get_by_role("dialog").bounding_box()
        assert box is not None
        assert (round(box["width"]), round(box["height"])) == (390, 780)
        assert await page.locator(".go").evaluate("one => getComputedStyle(one).color") == "rgb(0, 0, 0)"
        await field.fill("Ile kosztuje ta lampa?")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("log").get_by_text("Ile kosztuje ta lampa?")).to_be_visible()
        plan = FilePayload(name="plan.pdf", mimeType="application/pdf", buffer=PDF)
        await page.locator("input[type=file]").set_input_files([plan])
        await page.get_by_role("button", name="Wyślij", exact=True).click()
        await expect(page.locator(".his .file")).to_contain_text("plan.pdf")
        for button in await page.get_by_role("dialog").get_by_role("button").all():
            size = await button.bounding_box()
            assert size is None or min(size["width"], size["height"]) >= 44
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="Otwórz czat")).to_be_focused()
        await shop.admin.presses(shown.id, f"Remove {address}")
        await shop.settled()
        await sees_nothing_of_the_chat(windows, address)


async def sees_nothing_of_the_chat(windows: Windows, address: str) -> None:
    """A site that is not allowed is as if the tag was not there, but for a line for whoever put it there."""
    page = await windows.open(locale="uk-UA")
    async with page.expect_console_message(lambda told: told.text.endswith(f"/webchat site {address}")):
        await page.goto(address)
    await expect(page.get_by_role("button")).to_have_count(1)


async def test_whoever_answers_is_there_and_what_comes_by_itself_is_nobody(shop: Shop, windows: Windows) -> None:
    page = await windows.open(locale="en-GB")
    await page.goto(shop.program.url + "/chat")
    await page.get_by_label("Your message").fill("Is anybody in?")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Phone or e-mail")).to_be_visible()
    card = await shop.posted(shop.admin, "Is anybody in?")
    await expect(page.get_by_text("We are away now")).to_be_visible()
    await shop.admin.sends("I am", reply_to=card.id)
    await expect(page.get_by_role("log").get_by_text("I am")).to_be_visible()
    await expect(page.get_by_text("We are here: write to us")).to_be_visible()
    await expect(page.get_by_label("Phone or e-mail")).to_have_count(0)


async def test_what_one_tab_has_not_sent_yet_is_not_lost_by_another(shop: Shop, windows: Windows) -> None:
    one = await windows.open(locale="en-GB")
    await one.goto(shop.program.url + "/chat")
    await one.get_by_label("Your message").fill("First")
    await one.keyboard.press("Enter")
    await expect(one.get_by_text("sent", exact=True)).to_be_attached()
    other = await one.context.new_page()
    await other.goto(shop.program.url + "/chat")
    await expect(other.get_by_role("log").get_by_text("First")).to_be_visible()
    await one.route("**/chat/api/messages*", lambda route: route.abort())
    await one.get_by_label("Your message").fill("Not lost")
    await one.keyboard.press("Enter")
    await expect(one.get_by_text("Not lost")).to_be_visible()
    await other.get_by_label("Your message").fill("From the other tab")
    await other.keyboard.press("Enter")
    await expect(one.get_by_role("log").get_by_text("From the other tab")).to_be_visible()
    await one.close()
    await other.reload()
    await expect(other.get_by_role("log").get_by_text("Not lost")).to_be_visible()
    await expect(other.get_by_text("being sent")).to_have_count(0)
    assert await shop.rows.value("SELECT count(*) FROM message WHERE search = 'not lost'") == 1


async def test_what_was_typed_without_a_connection_leaves_by_itself_even_from_a_page_that_was_left(
    shop: Shop, windows: Windows
) -> None:
    page = await windows.open(locale="ru-RU")
    await page.goto(shop.program.url + "/chat")
    await page.get_by_label("Ваше сообщение").fill("Первое")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("отправлено", exact=True)).to_be_attached()
    await page.context.set_offline(True)
    await page.get_by_label("Ваше сообщение").fill("Второе")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Нет связи")).to_be_visible()
    await page.context.set_offline(False)
    await expect(page.get_by_text("отправлено", exact=True)).to_have_count(2)
    await page.context.set_offline(True)
    await page.get_by_label("Ваше сообщение").fill("Третье")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Третье")).to_be_visible()
    await page.goto("about:blank")
    await page.context.set_offline(False)
    await page.goto(shop.program.url + "/chat")
    await expect(page.get_by_text("отправлено", exact=True)).to_have_count(3)
    for said in ("второе", "третье"):
        assert await shop.rows.value("SELECT count(*) FROM message WHERE search = :said", said=said) == 1


async def test_a_contact_is_asked_for_when_nobody_is_there(shop: Shop, windows: Windows) -> None:
    page = await windows.open(locale="en-GB")
    await page.goto(shop.program.url + "/chat")
    await expect(page.get_by_text("We are away now")).to_be_visible()
    await page.get_by_label("Your message").fill("Anybody?")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("sent", exact=True)).to_be_attached()
    await page.get_by_label("Phone or e-mail").fill("nonsense")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("neither a phone number")
    await page.get_by_label("Phone or e-mail").fill("+48 600 700 800")
    await page.get_by_label("Your name, if you like").fill("Ewa")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("We will answer there: +48 600 700 800")).to_be_visible()
    await expect(page.get_by_label("Phone or e-mail")).to_have_count(0)
    assert await shop.rows.value("SELECT count(*) FROM contact WHERE name = 'Ewa'") == 1


async def test_a_picture_that_was_taken_back_is_given_up(shop: Shop, windows: Windows) -> None:
    maria = await shop.operator("Maria")
    await shop.on_shift(maria)
    page = await windows.open(locale="en-GB")
    await page.add_init_script(
        "window.given = []; const give = URL.revokeObjectURL;"
        "URL.revokeObjectURL = (url) => { window.given.push(url); give.call(URL, url); };"
    )
    await page.goto(shop.program.url + "/chat")
    await page.get_by_label("Your message").fill("Show me the lamp")
    await page.keyboard.press("Enter")
    card = await shop.posted(maria, "Show me the lamp", button="Stage")
    sent = await maria.sends_photo(caption="This one", reply_to=card.id, content=PNG)
    await expect(page.locator(".shot img")).to_be_attached()
    shown = await page.locator(".shot img").get_attribute("src")
    await maria.sends("/delete", reply_to=sent)
    await expect(page.locator(".shot")).to_have_count(0)
    assert await page.evaluate("window.given") == [shown]
