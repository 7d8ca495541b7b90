"""Taking back what was said to a customer: by /delete, or from a list of what was said last."""

from typing import Any

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot import callbacks
from bot.cards import title
from bot.screens import Screen
from bot.texts import Buttons, content
from core.database import UnitOfWork
from core.errors import Unreadable
from core.texts import Texts
from inbox.outbound import what_is
from inbox.wording import summary
from pipeline.correcting import last_messages, take_back
from pipeline.deals import see
from pipeline.staff.rights import Staff
from pipeline.staff.talking import Desk, talking

IN_BUTTON = 40


def make_router() -> Router:
    """The router of these screens."""
    router = Router(name="taking_back")
    router.message.register(delete, Command("delete"))
    router.callback_query.register(list_pressed, callbacks.TakeBackList.filter())
    router.callback_query.register(message_pressed, callbacks.TakeBack.filter())
    return router


async def delete(message: Message, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk, update_row: int) -> Screen:
    """Take back what this replies to; without a reply, choose among what was said to whom he talks to."""
    if message.reply_to_message is None:
        current = await talking(uow, desk)
        if current is None:
            return Screen(content(t("Reply /delete to your message that the customer should no longer see.")))
        return Screen(await _list(uow, by, t, current.deal_id))
    name = str(message.reply_to_message.message_id)
    about = await what_is(uow, desk.channel_id, desk.external_id, name)
    if about is None or about.message_id is None or about.ref is not None:
        raise Unreadable(part="/delete", example=t("a reply to a message of your own"))
    await take_back(uow, by, about.message_id, act=f"{update_row}")
    return Screen()


async def list_pressed(
    press: CallbackQuery, callback_data: callbacks.TakeBackList, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """His last messages to a customer, on the card."""
    return Screen(await _list(uow, by, t, callback_data.deal), instead=True)


async def message_pressed(
    press: CallbackQuery, callback_data: callbacks.TakeBack, uow: UnitOfWork, by: Staff, t: Texts, update_row: int
) -> Screen:
    """Take one of them back; the list goes on without it."""
    await take_back(uow, by, callback_data.message, act=f"{update_row}")
    return Screen(await _list(uow, by, t, callback_data.deal), instead=True, toast=t("Taken back."))


async def _list(uow: UnitOfWork, by: Staff, t: Texts, deal_id: int) -> dict[str, Any]:
    view = await see(uow, by, deal_id)
    found = await last_messages(uow, by, deal_id)
    rows: Buttons = [
        [
            (
                f"{t.clock(one.at, uow.now)} · {summary(t, one.kind, one.body, IN_BUTTON)}",
                callbacks.TakeBack(deal=deal_id, message=one.id),
            )
        ]
        for one in found
    ]
    rows.append([(t("Show the deal"), callbacks.Card(deal=deal_id))])
    if not found:
        return content(t("{deal}: nothing of the last 48 hours can be taken back.", deal=title(view)), rows)
    return content(t("{deal}: which message should the customer no longer see?", deal=title(view)), rows)
