"""Deals as cards: looking, taking, moving between stages; ending them is in `endings`, lists of them in `lists`."""

from aiogram import Router
from aiogram.types import CallbackQuery

from bot import callbacks
from bot.cards import stage_buttons
from bot.notify import put_away_in
from bot.operator.drawing import draw, on_card
from bot.screens import Screen
from core.database import UnitOfWork
from core.texts import Texts
from inbox.outbound import Lane, Outgoing, queue
from pipeline.deals import see
from pipeline.moving import move
from pipeline.opening import ref_of
from pipeline.staff.rights import Staff
from pipeline.staff.taking import take
from pipeline.staff.talking import Desk, set_screen
from pipeline.stages import stages_of


def make_router() -> Router:
    """The router of these screens."""
    router = Router(name="deals")
    router.callback_query.register(show, callbacks.Show.filter())
    router.callback_query.register(back, callbacks.Card.filter())
    router.callback_query.register(take_pressed, callbacks.Take.filter())
    router.callback_query.register(stages, callbacks.Stages.filter())
    router.callback_query.register(move_pressed, callbacks.Move.filter())
    return router


async def show(
    press: CallbackQuery, callback_data: callbacks.Show, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """A deal's card, new at the bottom, where it can be replied to."""
    await show_anew(uow, by, t, desk, callback_data.deal, cause=f"show:{press.id}")
    return Screen()


async def show_anew(uow: UnitOfWork, by: Staff, t: Texts, desk: Desk, deal_id: int, *, cause: str) -> None:
    """Queue a deal's card at the bottom of somebody's chat. Raises NotFound, DealTaken."""
    view = await see(uow, by, deal_id)
    await put_away_in(uow, view, t, (desk.channel_id, desk.external_id), cause=f"away:{cause}:{desk.channel_id}")
    await queue(
        uow,
        [
            Outgoing(
                cause=f"{cause}:{desk.channel_id}:{desk.external_id}",
                channel_id=desk.channel_id,
                chat_key=desk.external_id,
                lane=Lane.PEOPLE,
                content=await draw(uow, by, t, view),
                message_id=view.waiting_from_id or view.opened_by_message_id,
                ref=ref_of(view.id),
                thread=ref_of(view.id),
            )
        ],
    )


async def back(
    press: CallbackQuery, callback_data: callbacks.Card, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """The card with its own buttons again; what a screen on it waited for is waited for no more."""
    await set_screen(uow, desk, None)
    return await on_card(uow, by, t, callback_data.deal)


async def take_pressed(
    press: CallbackQuery, callback_data: callbacks.Take, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Take a waiting deal; its card is redrawn by itself."""
    await take(uow, by, callback_data.deal)
    return Screen(toast=t("#{deal} is yours.", deal=callback_data.deal))


async def stages(press: CallbackQuery, callback_data: callbacks.Stages, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """Choose a stage, on the card itself."""
    view = await see(uow, by, callback_data.deal)
    buttons = stage_buttons(t, view, await stages_of(uow, view.pipeline_id))
    return Screen(await draw(uow, by, t, view, buttons), instead=True)


async def move_pressed(
    press: CallbackQuery, callback_data: callbacks.Move, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Move a deal; its card is redrawn by itself."""
    await move(uow, by, callback_data.deal, stage_id=callback_data.stage)
    view = await see(uow, by, callback_data.deal)
    return Screen(await draw(uow, by, t, view), instead=True, toast=view.stage)
