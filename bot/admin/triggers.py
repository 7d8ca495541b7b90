"""Triggers: the list, one of them, what it did, and the one-line forms; making one step by step is in the form."""

from typing import Any

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.admin import callbacks
from bot.admin.lines import ADD, DELETE, OFF, ON, TRIGGER_EXAMPLE, read_trigger
from bot.admin.trigger_cards import run_list, trigger_card, trigger_list
from bot.screens import Screen
from bot.texts import Buttons, content
from bot.typed import said
from core.database import UnitOfWork
from core.errors import Unreadable
from core.texts import Texts
from core.words import shortened
from pipeline.staff.rights import Staff
from triggers import editing
from triggers.actions.send import Send
from triggers.editing import Draft
from triggers.history import lately, next_due
from triggers.occasions.stage_entered import OnStageEntered
from triggers.reading import stage_by_name
from triggers.references import names, offered
from triggers.words import in_short

LONGEST_NUMBER = 12


def make_router() -> Router:
    """The router of these screens."""
    router = Router(name="triggers")
    router.message.register(typed, Command("triggers"))
    router.callback_query.register(page, callbacks.Triggers.filter())
    router.callback_query.register(show, callbacks.Trigger.filter())
    router.callback_query.register(switch, callbacks.TriggerSwitch.filter())
    router.callback_query.register(delete, callbacks.TriggerDelete.filter())
    router.callback_query.register(runs, callbacks.TriggerRuns.filter())
    return router


async def typed(message: Message, command: CommandObject, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """`/triggers`, `/triggers 7`, `/triggers 7 off`, `/triggers add when stage "Offer sent" send: TEXT`."""
    line = (command.args or "").strip()
    first, _, rest = line.partition(" ")
    number = first.removeprefix("#")
    if not line:
        return Screen(await _list(uow, by, t))
    if said(t, first, ADD):
        return Screen(await _card(uow, by, t, await _added(uow, by, t, rest)))
    if not number.isdecimal() or len(number) > LONGEST_NUMBER:
        raise Unreadable(part=first, example=t(TRIGGER_EXAMPLE))
    return await _one(uow, by, t, int(number), rest.strip())


async def _added(uow: UnitOfWork, by: Staff, t: Texts, line: str) -> int:
    read = read_trigger(t, line)
    stage_id = stage_by_name((await offered(uow)).stages, read.stage)
    draft = Draft(
        occasion=OnStageEntered(stages=(stage_id,)),
        actions=(Send(text=read.text),),
        delay=read.delay,
        stops_on=read.stops_on,
    )
    return await editing.add(uow, by, draft)


async def _one(uow: UnitOfWork, by: Staff, t: Texts, trigger_id: int, word: str) -> Screen:
    match said(t, word, ON, OFF, DELETE):
        case "on" | "off" as wanted:
            await editing.switch(uow, by, trigger_id, on=wanted == ON)
        case "delete":
            await editing.delete(uow, by, trigger_id)
            return Screen(content(t("Trigger {n} is deleted.", n=trigger_id)))
        case _ if word:
            raise Unreadable(part=word, example=f"/triggers {trigger_id} {t(OFF)}")
    return Screen(await _card(uow, by, t, trigger_id))


async def page(press: CallbackQuery, callback_data: callbacks.Triggers, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """The list or its next page, in the same message."""
    return Screen(await _list(uow, by, t, after=callback_data.after), instead=True)


async def _list(uow: UnitOfWork, by: Staff, t: Texts, *, after: int = 0) -> dict[str, Any]:
    return trigger_list(t, await editing.triggers(uow, by), await names(uow), after=after)


async def show(press: CallbackQuery, callback_data: callbacks.Trigger, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """One trigger."""
    return Screen(await _card(uow, by, t, callback_data.id), instead=True)


async def _card(uow: UnitOfWork, by: Staff, t: Texts, trigger_id: int) -> dict[str, Any]:
    return trigger_card(t, await editing.see(uow, by, trigger_id), await names(uow))


async def switch(
    press: CallbackQuery, callback_data: callbacks.TriggerSwitch, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Let a trigger work or not."""
    await editing.switch(uow, by, callback_data.id, on=callback_data.on)
    return Screen(await _card(uow, by, t, callback_data.id), instead=True)


async def delete(
    press: CallbackQuery, callback_data: callbacks.TriggerDelete, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """End a trigger, once the admin is sure."""
    if callback_data.sure:
        await editing.delete(uow, by, callback_data.id)
        return Screen(await _list(uow, by, t), instead=True, toast=t("Deleted."))
    one = await editing.see(uow, by, callback_data.id)
    buttons: Buttons = [
        [(t("Delete"), callbacks.TriggerDelete(id=one.id, sure=True))],
        [(t("Back"), callbacks.Trigger(id=one.id))],
    ]
    short = shortened(in_short(t, one, await names(uow)), 200)
    words = t("Delete “{trigger}”? What it has scheduled will not happen.", trigger=short)
    return Screen(content(words, buttons), instead=True)


async def runs(
    press: CallbackQuery, callback_data: callbacks.TriggerRuns, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """What a trigger did last and will do next."""
    one = await editing.see(uow, by, callback_data.id)
    did, due = await lately(uow, by, one.id), await next_due(uow, by, one.id)
    return Screen(run_list(t, one, did, due, uow.now), instead=True)
