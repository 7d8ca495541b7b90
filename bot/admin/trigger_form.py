"""Making and changing a trigger step by step; what is half-finished is a row, so a restart loses nothing of it."""

from typing import Any

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot.admin import callbacks
from bot.admin.asking import DONE, SKIP
from bot.admin.form_screens import drawn
from bot.admin.half_trigger import KIND, HalfTrigger
from bot.admin.marks import saved
from bot.admin.media import medium_in, text_in
from bot.admin.trigger_cards import trigger_card, trigger_list
from bot.screens import Screen
from bot.waiting import WaitsFor
from core.database import UnitOfWork
from core.durations import read_duration, read_seconds
from core.errors import Unreadable
from core.texts import Texts
from pipeline.staff.rights import Staff
from pipeline.staff.talking import Desk, screen, set_screen
from triggers import editing
from triggers.actions.send import Medium, Send
from triggers.editing import ChangedMeanwhile
from triggers.parts import Names, Stop, actions, conditions, occasions
from triggers.reading import by_name, picked_value, stage_by_name, typed_value
from triggers.references import names, offered
from triggers.templates import checked


def make_router() -> Router:
    """The router of these screens."""
    router = Router(name="trigger_form")
    router.callback_query.register(new, callbacks.NewTrigger.filter())
    router.callback_query.register(edit, callbacks.TriggerEdit.filter())
    for button in (callbacks.FormGo, callbacks.FormPart, callbacks.FormPick, callbacks.FormDrop):
        router.callback_query.register(pressed, button.filter())
    router.message.register(typed, WaitsFor(KIND))
    return router


async def new(press: CallbackQuery, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk, update_row: int) -> Screen:
    """Begin a trigger."""
    await editing.triggers(uow, by)
    return await _show(uow, by, t, desk, HalfTrigger(turn=update_row))


async def edit(
    press: CallbackQuery,
    callback_data: callbacks.TriggerEdit,
    uow: UnitOfWork,
    by: Staff,
    t: Texts,
    desk: Desk,
    update_row: int,
) -> Screen:
    """Change a trigger that there is."""
    one = await editing.see(uow, by, callback_data.id)
    return await _show(uow, by, t, desk, HalfTrigger.to_change(one).numbered(update_row, after=None))


Button = callbacks.FormGo | callbacks.FormPart | callbacks.FormPick | callbacks.FormDrop


async def pressed(
    press: CallbackQuery, callback_data: Button, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk, update_row: int
) -> Screen:
    """A button of the form; one of an earlier step shows the present one."""
    kept = await screen(uow, desk) or {}
    if kept.get("kind") != KIND:
        listed = trigger_list(t, await editing.triggers(uow, by), await names(uow))
        return Screen(listed, instead=True, toast=t("This is not being set up any more."))
    half = HalfTrigger.of(kept)
    if half.turn != callback_data.turn:
        return await _show(uow, by, t, desk, half)
    if callback_data == callbacks.FormGo(turn=half.turn, to="save") and half.is_whole:
        return await _save(uow, by, t, desk, half)
    other = _after(half, callback_data, await offered(uow))
    if other is None:
        return await _leave(uow, by, t, desk, half)
    return await _show(uow, by, t, desk, other.numbered(update_row, after=half))


def _after(half: HalfTrigger, button: Button, known: Names) -> HalfTrigger | None:
    """What a button of its current step makes of the form; None if it is left."""
    match button:
        case callbacks.FormGo(to=where):
            return half.gone(where)
        case callbacks.FormPart(family=family, kind=kind):
            return half.begun(family, kind)
        case callbacks.FormDrop(family=family, place=place):
            return half.without(family, place)
        case callbacks.FormPick(value=value):
            return _picked(half, value, known)


def _picked(half: HalfTrigger, value: str, known: Names) -> HalfTrigger:
    """The form with what a button says for its step."""
    if half.step == "preview" and value in list(Stop):
        return half.with_stop(Stop(value))
    if half.step == "start" and value.isdecimal() and int(value) in known.stages:
        return half.entering(int(value))
    if half.step == "delay":
        return half.delayed(read_seconds(value))
    asking, asked = half.asking, half.asking.parameter if half.asking else None
    if asking is None or asked is None:
        return half
    if value == DONE and asked.many:
        # What must be named cannot be left out: the question stands.
        return half.with_value(asking.chosen()) if asking.chosen() or asked.optional else half
    if value == SKIP and asked.optional:
        return half.skipped()
    read = picked_value(asking.part, asked, value, known)
    return half.toggled(read) if asked.many else half.with_value(read)


async def typed(
    message: Message, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk, kept: dict[str, Any], update_row: int
) -> Screen:
    """The same, typed."""
    medium = medium_in(message, desk.channel_id)
    half = _typed(t, HalfTrigger.of(kept), text_in(message), medium, await offered(uow))
    return await _show(uow, by, t, desk, half.numbered(update_row, after=None), instead=False)


def _typed(t: Texts, half: HalfTrigger, words: str, medium: Medium | None, known: Names) -> HalfTrigger:
    match half.step:
        case "start":
            return half.entering(stage_by_name(known.stages, words))
        case "delay":
            return half.delayed(read_duration(words))
        case "events":
            return half.begun("occasion", by_name({kind: t(one.label) for kind, one in occasions().items()}, words))
        case "conditions":
            return half.begun("condition", by_name({kind: t(one.label) for kind, one in conditions().items()}, words))
        case "actions":
            return half.begun("action", by_name({kind: t(one.label) for kind, one in actions().items()}, words))
        case "ask" if half.asking is not None and half.asking.parameter is not None:
            asking, asked = half.asking, half.asking.parameter
            if medium is not None and not words and asking.part is Send:
                return half.with_medium(medium).with_value("")
            return half.with_medium(medium).with_value(typed_value(t, asking.part, asked, words, known))
        case _:
            changed = half.with_text("" if medium and not words else checked(words), medium)
            if changed is None:
                raise Unreadable(part=words, example="/triggers")
            return changed


async def _save(uow: UnitOfWork, by: Staff, t: Texts, desk: Desk, half: HalfTrigger) -> Screen:
    changed: ChangedMeanwhile | None = None
    if half.trigger_id is None:
        trigger_id = await editing.add(uow, by, half.draft())
    else:
        trigger_id = half.trigger_id
        try:
            await editing.change(uow, by, trigger_id, half.draft(), seen_version=half.version)
        except ChangedMeanwhile as refusal:
            changed = refusal
    await set_screen(uow, desk, None)
    one = await editing.see(uow, by, trigger_id)
    toast = saved(t, one) if changed is None else changed.told(t, uow.now)
    return Screen(trigger_card(t, one, await names(uow)), instead=True, toast=toast, alert=changed is not None)


async def _leave(uow: UnitOfWork, by: Staff, t: Texts, desk: Desk, half: HalfTrigger) -> Screen:
    await set_screen(uow, desk, None)
    known = await names(uow)
    if half.trigger_id is not None:
        return Screen(trigger_card(t, await editing.see(uow, by, half.trigger_id), known), instead=True)
    return Screen(trigger_list(t, await editing.triggers(uow, by), known), instead=True)


async def _show(uow: UnitOfWork, by: Staff, t: Texts, desk: Desk, half: HalfTrigger, *, instead: bool = True) -> Screen:
    """The current step, kept until it is answered."""
    await set_screen(uow, desk, half.kept())
    return Screen(drawn(t, half, await names(uow), await offered(uow), by.name), instead=instead)
