"""Real browsers for tests: one Chromium for a module, a window of its own for each person."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, Route, async_playwright, expect

from tests.botapi.client import User
from tests.running.conftest import opened
from tests.running.shop import Shop

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LAPTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# A browser waits three seconds before it asks for a lost stream anew, as does a list before it is shown anew.
PATIENCE_MS = 10_000
expect.set_options(timeout=PATIENCE_MS)
_LINK = re.compile(r"https?://\S+/enter/\S+")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """A browser without windows."""
    found = shutil.which("chromium")
    assert found is not None, "install it: make browser"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def company(
    bot_api_server: str, nursery_socket: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Shop]:
    """A company at work on the default database; the same rows in the other one are the other suites' affair."""
    folder = tmp_path_factory.mktemp("voronka")
    database = f"sqlite+aiosqlite:///{folder}/voronka.db"
    async with opened(bot_api_server, folder, database, nursery=nursery_socket) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="module")
async def shop(company: Shop) -> AsyncIterator[Shop]:
    """The company with nobody on shift and no open deal."""
    yield company
    await company.tidy()


async def drawn(page: Page) -> None:
    """Wait until what a page has loaded, and what its scripts made of it, is drawn."""
    await page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")


class Windows:
    """Opens windows of one browser; whatever a page complains about fails the test."""

    def __init__(self, browser: Browser, ending: AsyncExitStack) -> None:
        self._browser = browser
        self._ending = ending
        self.complaints: list[str] = []

    async def open(self, **options: Any) -> Page:
        """An empty window of somebody who was never here."""
        context = await self._browser.new_context(**({"viewport": LAPTOP} | options))
        self._ending.push_async_callback(context.close)
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)
        return page

    def _hear(self, said: ConsoleMessage) -> None:
        # A refused request is told as an error too, and refusals are what many tests are about.
        told = (
            "Failed to load resource",
            "ERR_",
            "Response Status Error Code",
            "htmx:sendAbort",
            "htmx:sendError",
            "htmx:afterRequest",
        )
        if said.type == "error" and not any(words in said.text for words in told):
            self.complaints.append(said.text)

    async def board_of(self, shop: Shop, person: User, **options: Any) -> Page:
        """The board of somebody of the staff, opened by the link that his bot gives him."""
        page = await self.open(**options)
        asked = await person.sends("/board")
        link = _LINK.search((await person.sees("/enter/", after=asked)).text)
        assert link is not None
        await page.goto(link[0])
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url("**/board")
        return page


@pytest_asyncio.fixture(loop_scope="module")
async def windows(chromium: Browser) -> AsyncIterator[Windows]:
    """Windows that close with the test; a page's own errors fail it."""
    async with AsyncExitStack() as ending:
        made = Windows(chromium, ending)
        yield made
        assert made.complaints == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def signed_in(company: Shop, chromium: Browser) -> Any:
    """What the admin's browser keeps once he has signed in; nobody may knock at the door for every test."""
    async with AsyncExitStack() as ending:
        page = await Windows(chromium, ending).board_of(company, company.admin)
        return await page.context.storage_state()


class Nobody:
    """Answers nothing at an address, and knows when a page has tried as often as it does by itself."""

    TRIES = 4

    def __init__(self) -> None:
        self._tries = 0
        self._given_up = asyncio.Event()

    async def __call__(self, route: Route) -> None:
        await route.abort()
        self._tries += 1
        if self._tries == self.TRIES:
            self._given_up.set()

    async def given_up(self) -> None:
        """Return once the page will not try again by itself."""
        async with asyncio.timeout(PATIENCE_MS / 1000):
            await self._given_up.wait()


class Desk:
    """The admin at his browser."""

    def __init__(self, shop: Shop, windows: Windows, signed_in: Any) -> None:
        self.shop = shop
        self._windows = windows
        self._signed_in = signed_in

    async def opens(self, customer: User, **options: Any) -> Page:
        """The page of a customer's deal."""
        deal_id = await self.shop.deal_of(customer)
        await self.shop.settled()
        return await self.opens_number(deal_id, **options)

    async def opens_number(self, deal_id: int, **options: Any) -> Page:
        """The page of a deal."""
        page = await self._windows.open(storage_state=self._signed_in, **options)
        # From this answer on the page is told of whatever comes.
        async with page.expect_response("**/live?*"):
            await page.goto(f"{self.shop.program.url}/deals/{deal_id}")
        return page


@pytest_asyncio.fixture(loop_scope="module")
async def desk(shop: Shop, windows: Windows, signed_in: Any) -> Desk:
    """The admin, signed in."""
    return Desk(shop, windows, signed_in)
