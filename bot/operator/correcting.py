"""Edits: what an operator changes in an answer changes at the customer; what he typed to the bot stays as it was."""

from aiogram import Router
from aiogram.types import Message

from bot.screens import Screen
from core.database import UnitOfWork
from inbox.channels.telegram import written
from inbox.outbound import what_is
from pipeline.correcting import correct
from pipeline.staff.rights import Staff
from pipeline.staff.talking import Desk, keep_instead


def make_router() -> Router:
    """The router of edits."""
    router = Router(name="correcting")
    router.edited_message.register(edited)
    return router


async def edited(message: Message, uow: UnitOfWork, desk: Desk, update_row: int, by: Staff | None = None) -> Screen:
    """What was an answer is corrected; what still waits for its addressee is kept as it is now."""
    # A live location is edited every few seconds as it moves.
    if by is None or message.location is not None:
        return Screen()
    about = await what_is(uow, desk.channel_id, desk.external_id, str(message.message_id))
    if about is None or about.message_id is None:
        await keep_instead(uow, desk, message.message_id, update_row)
    else:
        await correct(uow, by, about.message_id, written=written(message, desk.channel_id), edit=f"{update_row}")
    return Screen()
