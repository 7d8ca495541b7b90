"""What a deal is worth: asked on its card, typed as people write sums."""

from typing import Any

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot import callbacks
from bot.cards import title
from bot.operator.drawing import on_card
from bot.screens import Screen
from bot.texts import Buttons, content
from bot.waiting import WaitsFor
from core.database import UnitOfWork
from core.texts import Texts
from pipeline.amounts import set_amount
from pipeline.deals import see
from pipeline.staff.rights import Staff
from pipeline.staff.talking import Desk, set_screen

AMOUNT = "amount"


def make_router() -> Router:
    """The router of these screens."""
    router = Router(name="amounts")
    router.callback_query.register(amount_pressed, callbacks.Amount.filter())
    router.message.register(amount_waited_for, WaitsFor(AMOUNT), F.text)
    return router


async def amount_pressed(
    press: CallbackQuery, callback_data: callbacks.Amount, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """Ask for the amount on the card itself, or wipe it."""
    deal_id = callback_data.deal
    if callback_data.wipe:
        await set_amount(uow, by, deal_id, None)
        await set_screen(uow, desk, None)
        return await on_card(uow, by, t, deal_id)
    view = await see(uow, by, deal_id)
    await set_screen(uow, desk, {"kind": AMOUNT, "deal": deal_id})
    buttons: Buttons = [[(t("Back"), callbacks.Card(deal=deal_id))]]
    if view.amount is not None:
        buttons.insert(0, [(t("No amount"), callbacks.Amount(deal=deal_id, wipe=True))])
    asked = t("How much is it? Type it: 1 500, 1.5k, 200 EUR")
    return await on_card(uow, by, t, deal_id, buttons, more=["", asked])


async def amount_waited_for(
    message: Message, kept: dict[str, Any], uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """The sum that the screen asked for; one that can't be read is asked for again."""
    screen = await amount_typed(uow, by, t, kept["deal"], message.text or "")
    await set_screen(uow, desk, None)
    return screen


async def amount_typed(uow: UnitOfWork, by: Staff, t: Texts, deal_id: int, words: str) -> Screen:
    """`/deal 12 amount 1500 EUR`."""
    await set_amount(uow, by, deal_id, words)
    view = await see(uow, by, deal_id)
    return Screen(
        content(t("{deal}: {amount}", deal=title(view), amount=t.money(view.amount or 0, view.currency or "")))
    )
