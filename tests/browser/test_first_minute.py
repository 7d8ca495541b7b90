"""The first minute, with nothing but the program: a link, a board, a chat, an answer; and a second person."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Windows
from tests.running.forked import ForkedProgram
from tests.running.program import Program

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def program(tmp_path: Path, nursery_socket: Path) -> AsyncIterator[Program]:
    """Started on an empty folder, with no settings of anybody."""
    made = ForkedProgram(tmp_path, nursery_socket)
    await made.start()
    yield made
    await made.end()


async def link(program: Program) -> str:
    """The admin's link, as it is printed."""
    return await program.told("Admin link: ")


def card(page: Page, words: str) -> Locator:
    """The card that shows these words."""
    return page.locator(".card", has_text=words)


async def entered(program: Program, windows: Windows) -> Page:
    """The board of whoever has started it: one press after the link."""
    board = await windows.open()
    await board.goto(await link(program))
    await board.get_by_role("button", name="Open the board").click()
    await board.wait_for_url("**/board")
    return board


async def colleague_of(board: Page, program: Program, windows: Windows) -> Page:
    """The board of Oksana, an operator whom the admin invites."""
    await board.goto(f"{program.url}/settings/people")
    await board.get_by_role("button", name="operator").click()
    invitation = await board.locator("#invited code").text_content()
    colleague = await windows.open()
    await colleague.goto(invitation or "")
    await colleague.get_by_label("Your name").fill("Oksana")
    await colleague.get_by_role("button", name="Open the board").click()
    await colleague.wait_for_url("**/board")
    return colleague


async def test_a_customer_writes_and_is_answered_with_typing_and_read_marks_both_ways(
    program: Program, windows: Windows
) -> None:
    board = await entered(program, windows)
    chat = await windows.open(viewport=PHONE)
    await chat.goto(f"{program.url}/chat")
    await chat.get_by_label("Your message").fill("Is it in stock in red?")
    await chat.keyboard.press("Enter")
    await expect(card(board, "Is it in stock in red?")).to_be_visible()
    await chat.get_by_label("Your message").press_sequentially("And ")
    await expect(card(board, "is typing").locator(".typing-line")).to_be_visible()

    await card(board, "Is it in stock in red?").locator(".name").click()
    await expect(chat.get_by_role("log").get_by_text("read", exact=True)).to_be_attached()
    await board.locator("#text").press_sequentially("Two red ones are here.")
    await expect(chat.get_by_text("is typing")).to_be_visible()
    await board.keyboard.press("Control+Enter")
    await expect(chat.get_by_text("Two red ones are here.")).to_be_visible()
    await expect(board.locator(".msg.out .read")).to_be_attached()


async def test_a_colleague_is_invited_takes_the_deal_and_leaves(program: Program, windows: Windows) -> None:
    board = await entered(program, windows)
    colleague = await colleague_of(board, program, windows)
    chat = await windows.open()
    await chat.goto(f"{program.url}/chat")
    await chat.get_by_label("Your message").fill("Hello there")
    await chat.keyboard.press("Enter")
    await card(colleague, "Hello there").get_by_role("button", name="Take").click()
    await board.goto(f"{program.url}/board?who=mine")
    await expect(card(board, "Hello there")).to_have_count(0)
    await board.goto(f"{program.url}/board")
    await expect(card(board, "Hello there").locator("[title=Oksana]")).to_be_visible()

    await board.goto(f"{program.url}/settings/people")
    board.on("dialog", lambda dialog: dialog.accept())
    await board.get_by_role("button", name=re.compile("Remove Oksana")).click()
    await expect(board.locator(".rows-of", has_text="Oksana")).to_have_count(0)
    await colleague.wait_for_url("**/enter", timeout=10_000)


async def test_the_link_works_once_and_another_start_prints_none(program: Program, windows: Windows) -> None:
    first = await link(program)
    board = await windows.open()
    await board.goto(first)
    await board.get_by_role("button", name="Open the board").click()
    await board.wait_for_url("**/board")
    again = await windows.open()
    answer = await again.goto(first)
    assert answer is not None
    assert answer.status == 410
    await program.stop()
    await program.start()
    await program.stop()
    assert sum(line.startswith("Admin link") for line in program.said) == 1


async def test_an_operator_does_not_see_what_a_colleague_took(program: Program, windows: Windows) -> None:
    board = await entered(program, windows)
    colleague = await colleague_of(board, program, windows)
    chat = await windows.open()
    await chat.goto(f"{program.url}/chat")
    await chat.get_by_label("Your message").fill("Who gets me?")
    await chat.keyboard.press("Enter")
    await expect(card(colleague, "Who gets me?")).to_be_visible()
    await board.goto(f"{program.url}/board")
    await card(board, "Who gets me?").get_by_role("button", name="Take").click()
    await expect(card(colleague, "Who gets me?")).to_have_count(0)
