"""On shift and off, and the next request."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot import callbacks
from bot.screens import Screen
from bot.texts import content
from core.database import UnitOfWork
from core.errors import Unreadable
from core.texts import Texts
from pipeline.staff.rights import Staff
from pipeline.staff.shifts import end_shift, on_shift, start_shift
from pipeline.staff.taking import take_next

WORDS = {
    "on": True,
    "off": False,
    "вкл": True,
    "выкл": False,
    "увімк": True,
    "вимк": False,
    "wł": True,
    "wył": False,
}


def make_router() -> Router:
    """The router of these screens."""
    router = Router(name="shift")
    router.message.register(shift, Command("shift"))
    router.callback_query.register(shift_pressed, callbacks.Shift.filter())
    router.message.register(next_, Command("next"))
    router.callback_query.register(next_pressed, callbacks.Next.filter())
    return router


async def shift(message: Message, command: CommandObject, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """Come on shift or go off: as said, or the other way than now."""
    word = (command.args or "").strip().casefold()
    if word and word not in WORDS:
        raise Unreadable(part=word, example="/shift on")
    turn_on = WORDS[word] if word else not await on_shift(uow, by.id)
    return Screen(await _turn(uow, by, t, on=turn_on))


async def shift_pressed(
    press: CallbackQuery, callback_data: callbacks.Shift, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """The same by the button."""
    return Screen(await _turn(uow, by, t, on=callback_data.on), instead=True)


async def _turn(uow: UnitOfWork, by: Staff, t: Texts, *, on: bool) -> dict[str, object]:
    await (start_shift(uow, by) if on else end_shift(uow, by))
    if on:
        words = t("You are on shift: new requests are handed to you in turn.")
        return content(words, [[(t("End shift"), callbacks.Shift(on=False))]])
    words = t("You are off shift: your deals stay yours, new ones go to others.")
    return content(words, [[(t("Start shift"), callbacks.Shift(on=True))]])


async def next_(message: Message, uow: UnitOfWork, by: Staff) -> Screen:
    """Take the oldest unassigned request; its card comes by itself."""
    await take_next(uow, by)
    return Screen()


async def next_pressed(press: CallbackQuery, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """The same by the button."""
    deal_id = await take_next(uow, by)
    return Screen(toast=t("#{deal} is yours.", deal=deal_id))
