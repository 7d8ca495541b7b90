"""Setting up an auto-reply step by step; what is half-finished is kept in the screen's row and survives a restart."""

from typing import Any

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot.admin import callbacks
from bot.admin.half_reply import KIND, HalfReply
from bot.admin.marks import saved
from bot.admin.media import medium_in, text_in
from bot.admin.replies import CASES, cases, reply_card
from bot.screens import Screen
from bot.waiting import WaitsFor
from core.database import UnitOfWork
from core.errors import Unreadable
from core.texts import Texts
from pipeline.staff.rights import Staff
from pipeline.staff.talking import Desk, screen, set_screen, talking
from triggers import editing
from triggers.editing import ChangedMeanwhile
from triggers.hours import hours
from triggers.presets import AUTOREPLIES, GREETING, change_text, set_autoreply


def make_router() -> Router:
    """The router of these screens."""
    router = Router(name="autoreply_form")
    router.callback_query.register(new, callbacks.NewReply.filter())
    router.callback_query.register(another_text, callbacks.ReplyText.filter())
    router.callback_query.register(picked, callbacks.ReplyPick.filter())
    router.callback_query.register(go, callbacks.ReplyGo.filter())
    router.message.register(typed, WaitsFor(KIND))
    return router


async def expect_greeting(uow: UnitOfWork, desk: Desk) -> bool:
    """Take what is typed next for the greeting, unless it is meant for a customer or for another screen."""
    kept = await screen(uow, desk) or {"kind": KIND}
    if kept.get("kind", KIND) != KIND or await talking(uow, desk) is not None:
        return False
    await set_screen(uow, desk, HalfReply(preset=GREETING, step="text").kept())
    return True


async def new(
    press: CallbackQuery,
    callback_data: callbacks.NewReply,
    uow: UnitOfWork,
    by: Staff,
    t: Texts,
    desk: Desk,
    update_row: int,
) -> Screen:
    """Begin an auto-reply for a case."""
    if callback_data.preset not in CASES:
        raise Unreadable(part=callback_data.preset, example="/autoreply")
    has_hours = (await hours(uow, by)).week is not None
    half = HalfReply.begun(callback_data.preset, has_hours=has_hours)
    return await _show(uow, by, t, desk, half.numbered(update_row), instead=True)


async def another_text(
    press: CallbackQuery,
    callback_data: callbacks.ReplyText,
    uow: UnitOfWork,
    by: Staff,
    t: Texts,
    desk: Desk,
    update_row: int,
) -> Screen:
    """Type another text for an auto-reply that there is."""
    one = await editing.see(uow, by, callback_data.id)
    half = HalfReply(preset=one.preset or GREETING, step="text", trigger_id=one.id, version=one.version)
    return await _show(uow, by, t, desk, half.numbered(update_row), instead=True)


async def typed(
    message: Message, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk, kept: dict[str, Any], update_row: int
) -> Screen:
    """What the current step asks for, typed."""
    half = HalfReply.of(kept).answered(text_in(message), medium_in(message, desk.channel_id))
    return await _show(uow, by, t, desk, half.numbered(update_row), instead=False)


async def picked(
    press: CallbackQuery,
    callback_data: callbacks.ReplyPick,
    uow: UnitOfWork,
    by: Staff,
    t: Texts,
    desk: Desk,
    update_row: int,
) -> Screen:
    """What the current step asks for, by a button."""
    half = await _half(uow, desk)
    if half is None:
        return await _gone(uow, by, t)
    if half.turn == callback_data.turn:
        half = half.picked(callback_data.value).numbered(update_row)
    return await _show(uow, by, t, desk, half, instead=True)


async def go(
    press: CallbackQuery,
    callback_data: callbacks.ReplyGo,
    uow: UnitOfWork,
    by: Staff,
    t: Texts,
    desk: Desk,
    update_row: int,
) -> Screen:
    """Save, change the text, choose the hours, go back, or cancel."""
    half = await _half(uow, desk)
    if half is None:
        return await _gone(uow, by, t)
    if half.turn != callback_data.turn:
        return await _show(uow, by, t, desk, half, instead=True)
    if callback_data.to == "save":
        return await _save(uow, by, t, desk, half)
    other = half.gone(callback_data.to)
    if other is not None:
        return await _show(uow, by, t, desk, other.numbered(update_row), instead=True)
    await set_screen(uow, desk, None)
    if half.trigger_id is not None:
        return Screen(await _card(uow, by, t, half.trigger_id), instead=True)
    return Screen(await _all(uow, by, t), instead=True)


async def _half(uow: UnitOfWork, desk: Desk) -> HalfReply | None:
    kept = await screen(uow, desk) or {}
    return HalfReply.of(kept) if kept.get("kind") == KIND else None


async def _save(uow: UnitOfWork, by: Staff, t: Texts, desk: Desk, half: HalfReply) -> Screen:
    if half.step != "preview":
        return await _show(uow, by, t, desk, half, instead=True)
    changed: ChangedMeanwhile | None = None
    if half.trigger_id is None:
        trigger_id = await set_autoreply(uow, by, half.reply())
    else:
        trigger_id = half.trigger_id
        try:
            await change_text(uow, by, trigger_id, half.text, medium=half.medium, seen_version=half.version)
        except ChangedMeanwhile as refusal:
            changed = refusal
    await set_screen(uow, desk, None)
    one = await editing.see(uow, by, trigger_id)
    toast = saved(t, one) if changed is None else changed.told(t, uow.now)
    return Screen(await _card(uow, by, t, trigger_id), instead=True, toast=toast, alert=changed is not None)


async def _card(uow: UnitOfWork, by: Staff, t: Texts, trigger_id: int) -> dict[str, Any]:
    return reply_card(t, await editing.see(uow, by, trigger_id), await hours(uow, by), by.name)


async def _all(uow: UnitOfWork, by: Staff, t: Texts) -> dict[str, Any]:
    found = [one for one in await editing.triggers(uow, by) if one.preset in AUTOREPLIES]
    return cases(t, found, await hours(uow, by), invites=False)


async def _gone(uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """A button of an auto-reply that was saved or cancelled, or of another screen's time."""
    return Screen(await _all(uow, by, t), instead=True, toast=t("This is not being set up any more."))


async def _show(uow: UnitOfWork, by: Staff, t: Texts, desk: Desk, half: HalfReply, *, instead: bool) -> Screen:
    """The current step, kept until it is answered."""
    await set_screen(uow, desk, half.kept())
    return Screen(half.drawn(t, await hours(uow, by), by.name), instead=instead)
