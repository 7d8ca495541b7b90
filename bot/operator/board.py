"""`/board`: a link that opens the board in a browser, once; `/try`: the customer's side, for somebody alone."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import Message
from aiogram.utils.formatting import Bold, Text

from bot.house import House
from bot.screens import Screen
from bot.texts import content
from core.database import UnitOfWork
from core.texts import Texts
from pipeline.staff.rights import Staff
from pipeline.staff.sessions import LINK_VALID, own_link


def make_router() -> Router:
    """The router of these screens."""
    router = Router(name="board")
    router.message.register(board, Command("board"))
    router.message.register(try_, Command("try"))
    return router


async def board(message: Message, uow: UnitOfWork, by: Staff, t: Texts, house: House) -> Screen:
    """A new link; the one before opens nothing any more."""
    link = f"{house.web}/enter/{await own_link(uow, by)}"
    once = t("It opens once, within {time}, and only for you: do not forward it.", time=t.duration(LINK_VALID))
    return Screen(content(Text(Bold(t("The board")), "\n\n", link, "\n\n", once)))


async def try_(message: Message, uow: UnitOfWork, by: Staff, t: Texts, house: House) -> Screen:
    """Both sides for one person: the chat of a customer, and the board."""
    link = f"{house.web}/enter/{await own_link(uow, by)}"
    lines = [
        t("Open the chat and write as a customer would:"),
        f"{house.web}/chat",
        t("The deal comes here as a card, and to the board:"),
        link,
    ]
    return Screen(content(Text(Bold(t("Try it alone")), "\n\n", "\n".join(lines))))
