"""What stands behind More on a card: why somebody has the deal, and the ways to everything else."""

from aiogram import Router
from aiogram.types import CallbackQuery

from bot import callbacks
from bot.cards import more_buttons
from bot.operator.drawing import on_card
from bot.operator.history import why_assigned
from bot.screens import Screen
from core.database import UnitOfWork
from core.texts import Texts
from pipeline.another import open_another
from pipeline.deals import see
from pipeline.moving import reopen
from pipeline.staff.rights import Staff
from pipeline.staff.talking import Desk, set_screen


def make_router() -> Router:
    """The router of these screens."""
    router = Router(name="more")
    router.callback_query.register(more, callbacks.More.filter())
    router.callback_query.register(reopen_pressed, callbacks.Reopen.filter())
    router.callback_query.register(one_more_pressed, callbacks.OneMore.filter())
    return router


async def more(
    press: CallbackQuery, callback_data: callbacks.More, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """The card with all else that can be done, and why its assignee has it."""
    view = await see(uow, by, callback_data.deal)
    await set_screen(uow, desk, None)
    why = await why_assigned(uow, t, view.id)
    return await on_card(uow, by, t, view.id, more_buttons(t, view), more=[why] if why else [])


async def reopen_pressed(
    press: CallbackQuery, callback_data: callbacks.Reopen, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Let a closed deal go on."""
    await reopen(uow, by, callback_data.deal)
    return await on_card(uow, by, t, callback_data.deal)


async def one_more_pressed(
    press: CallbackQuery, callback_data: callbacks.OneMore, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Open one more deal; its card comes by itself."""
    new = await open_another(uow, by, callback_data.deal)
    return await on_card(uow, by, t, callback_data.deal, toast=t("#{deal} is open.", deal=new))
