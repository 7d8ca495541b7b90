"""Auto-replies: the four cases, one reply, and the one-line form; setting one up step by step is in the form."""

from typing import Any

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.admin import callbacks
from bot.admin.autoreply_form import expect_greeting
from bot.admin.lines import read_autoreply
from bot.admin.replies import IN_LIST, cases, reply_card
from bot.screens import Screen
from bot.texts import Buttons, content
from core.database import UnitOfWork
from core.texts import Texts
from core.words import shortened
from pipeline.staff.rights import Staff
from pipeline.staff.talking import Desk
from triggers import editing
from triggers.hours import hours
from triggers.presets import AUTOREPLIES, GREETING, set_autoreply, text_of


def make_router() -> Router:
    """The router of these screens."""
    router = Router(name="autoreply")
    router.message.register(typed, Command("autoreply"))
    router.callback_query.register(back, callbacks.Replies.filter())
    router.callback_query.register(show, callbacks.Reply.filter())
    router.callback_query.register(switch, callbacks.ReplySwitch.filter())
    router.callback_query.register(delete, callbacks.ReplyDelete.filter())
    return router


async def typed(message: Message, command: CommandObject, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk) -> Screen:
    """`/autoreply`, or one line: `/autoreply add greeting: TEXT`."""
    line = (command.args or "").strip()
    if not line:
        return Screen(await _all(uow, by, t, desk))
    return Screen(await _one(uow, by, t, await set_autoreply(uow, by, read_autoreply(t, line))))


async def back(press: CallbackQuery, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk) -> Screen:
    """All auto-replies, in the same message."""
    return Screen(await _all(uow, by, t, desk), instead=True)


async def _all(uow: UnitOfWork, by: Staff, t: Texts, desk: Desk) -> dict[str, Any]:
    found = [one for one in await editing.triggers(uow, by) if one.preset in AUTOREPLIES]
    is_greeted = any(one.preset == GREETING for one in found)
    invites = not is_greeted and await expect_greeting(uow, desk)
    return cases(t, found, await hours(uow, by), invites=invites)


async def _one(uow: UnitOfWork, by: Staff, t: Texts, trigger_id: int) -> dict[str, Any]:
    return reply_card(t, await editing.see(uow, by, trigger_id), await hours(uow, by), by.name)


async def show(press: CallbackQuery, callback_data: callbacks.Reply, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """One auto-reply."""
    return Screen(await _one(uow, by, t, callback_data.id), instead=True)


async def switch(
    press: CallbackQuery, callback_data: callbacks.ReplySwitch, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Let an auto-reply work or not."""
    await editing.switch(uow, by, callback_data.id, on=callback_data.on)
    return Screen(await _one(uow, by, t, callback_data.id), instead=True)


async def delete(
    press: CallbackQuery, callback_data: callbacks.ReplyDelete, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """End an auto-reply, once the admin is sure."""
    if callback_data.sure:
        await editing.delete(uow, by, callback_data.id)
        return Screen(await _all(uow, by, t, desk), instead=True, toast=t("Deleted."))
    one = await editing.see(uow, by, callback_data.id)
    buttons: Buttons = [
        [(t("Delete"), callbacks.ReplyDelete(id=one.id, sure=True))],
        [(t("Back"), callbacks.Reply(id=one.id))],
    ]
    words = t("Delete “{text}”? Customers will not be told this any more.", text=shortened(text_of(one), IN_LIST))
    return Screen(content(words, buttons), instead=True)
