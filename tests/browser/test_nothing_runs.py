"""Whatever a customer writes anywhere is shown as he wrote it: nothing of it runs, and nothing is fetched for it."""

import pytest
from playwright.async_api import Page, Request, expect

from tests.browser.conftest import Windows
from tests.browser.payloads import PAYLOADS
from tests.running.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

# What a page of ours never holds, whoever wrote what.
INJECTED = """() => [...document.querySelectorAll('*')].filter(one =>
    [...one.attributes].some(({name, value}) => name.startsWith('on') || name.includes('hx-on')
        || name === 'srcdoc' || (/^(href|src|action|formaction|data|xlink:href)$/.test(name)
            && /^\\s*(javascript|vbscript|data:text)/i.test(value)))
    || (one.localName === 'script' && !one.src)
    || ['base', 'object', 'embed', 'iframe', 'marquee', 'math'].includes(one.localName)
    || (one.localName === 'style')).map(one => one.outerHTML.slice(0, 200))"""


A_PICTURE_FAILS = """() => new Promise((failed) => {
  const picture = new Image();
  picture.onerror = () => requestAnimationFrame(failed);
  picture.src = "/static/nothing.png";
})"""
# The oldest message that is shown says that there are older ones.
OLDER = "document.getElementById('older')?.dataset.before"


class Watch:
    """Listens to all that a page does while it shows what was written."""

    def __init__(self, page: Page, own: str) -> None:
        self.foreign: list[str] = []
        self.dialogs: list[str] = []
        self._own = own
        page.on("request", self._request)
        page.on("dialog", lambda dialog: self.dialogs.append(dialog.message))

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self._own, "data:", "blob:")):
            self.foreign.append(request.url)


async def unharmed(page: Page, watch: Watch) -> None:
    """Nothing ran, nothing was fetched, nothing was made of the words."""
    # What would run at all runs within the turn in which it is put into the page, or when its picture fails.
    await page.evaluate(A_PICTURE_FAILS)
    assert await page.evaluate("window.ran") is None
    assert (watch.foreign, watch.dialogs) == ([], [])
    assert await page.evaluate(INJECTED) == []


async def test_there_are_enough_of_them() -> None:
    assert len(set(PAYLOADS)) >= 60


async def test_names_on_the_board_are_only_shown(shop: Shop, windows: Windows) -> None:
    board = await windows.board_of(shop, shop.admin)
    watch = Watch(board, shop.program.url)
    for number, payload in enumerate(PAYLOADS):
        customer = await shop.api.user(900_000 + number, payload[:64], username=None, last_name=payload[64:128] or None)
        await customer.sends(payload)
    await shop.settled(within=60)
    await unharmed(board, watch)
    await board.reload()
    await unharmed(board, watch)
    assert await board.locator(".card").count() >= 25


async def test_everything_in_a_talk_is_only_shown(shop: Shop, windows: Windows) -> None:
    customer = await shop.person("Mallory")
    first = await customer.sends("Hello")
    for payload in PAYLOADS:
        await customer.sends(payload, reply_to=first)
    for payload in PAYLOADS[::3]:
        name = f"{payload[:40]}.html".replace("/", "_")
        await customer.sends_document(name, payload, content=b"<script>window.ran=1</script>", mime_type="text/html")
        await customer.sends_contact("+48601234567", payload[:64], last_name=payload[:64])
        await customer.sends_venue(50.0, 20.0, title=payload[:64], address=payload[:64])
        await customer.sends_poll(payload[:200], [payload[:90], "other"])
    await shop.settled(within=60)
    page = await windows.board_of(shop, shop.admin)
    watch = Watch(page, shop.program.url)
    deal = await shop.rows.value("SELECT max(id) FROM deal")
    await page.goto(f"{shop.program.url}/deals/{deal}")
    await unharmed(page, watch)
    while before := await page.evaluate(OLDER):
        await page.locator("#feed").evaluate("feed => { feed.scrollTop = 0; }")
        await expect(page.locator(f'#older[data-before="{before}"]')).to_have_count(0)
    await unharmed(page, watch)
    assert await page.locator(".msg").count() > len(PAYLOADS)
