"""Notes on a deal, for colleagues only; `@name` tells one of them."""

from typing import Any

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot import callbacks
from bot.cards import title
from bot.marks import client_key
from bot.operator.drawing import on_card
from bot.screens import Screen
from bot.texts import content
from bot.waiting import WaitsFor
from core.database import UnitOfWork
from core.texts import Texts, plain
from pipeline.deals import see
from pipeline.notes import write_note
from pipeline.staff.rights import Staff
from pipeline.staff.talking import Desk, set_screen

NOTE = "note"


def make_router() -> Router:
    """The router of these screens."""
    router = Router(name="noting")
    router.callback_query.register(note_pressed, callbacks.Note.filter())
    router.message.register(note_waited_for, WaitsFor(NOTE), F.text)
    return router


async def note_pressed(
    press: CallbackQuery, callback_data: callbacks.Note, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """Ask for the note on the card itself."""
    await see(uow, by, callback_data.deal)
    await set_screen(uow, desk, {"kind": NOTE, "deal": callback_data.deal})
    asked = t("Type the note. The customer never sees it; @name tells a colleague.")
    back = [[(t("Back"), callbacks.Card(deal=callback_data.deal))]]
    return await on_card(uow, by, t, callback_data.deal, list(back), more=["", asked])


async def note_waited_for(
    message: Message, kept: dict[str, Any], uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """The note that the screen asked for."""
    screen = await note_typed(uow, by, t, desk, kept["deal"], message, message.text or "")
    await set_screen(uow, desk, None)
    return screen


async def note_typed(
    uow: UnitOfWork, by: Staff, t: Texts, desk: Desk, deal_id: int, message: Message, words: str
) -> Screen:
    """`/deal 12 note call after five @boris`."""
    key = f"note:{client_key(desk.channel_id, desk.external_id, str(message.message_id))}"
    told = await write_note(uow, by, deal_id, words, client_key=key)
    view = await see(uow, by, deal_id)
    if told:
        names = ", ".join(plain(name) for name in told)
        return Screen(content(t("{deal}: noted, and {names} will see it.", deal=title(view), names=names)))
    return Screen(content(t("{deal}: noted.", deal=title(view))))
