"""What somebody types while his screen waits for it; what the screen makes of it is its own affair."""

from typing import Any

from aiogram.filters.base import Filter
from aiogram.types import Message

from core.database import UnitOfWork
from pipeline.staff.talking import Desk, screen, still_waits


class WaitsFor(Filter):
    """Passes what is typed for a screen of one kind, with what the screen remembers as `kept`.

    A command is for nobody but the bot, and a reply for whomever it replies to.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind

    async def __call__(self, message: Message, uow: UnitOfWork, desk: Desk) -> bool | dict[str, Any]:
        """Whether the screen waits for this, and with what."""
        if message.reply_to_message is not None or (message.text or "").startswith("/"):
            return False
        kept = await screen(uow, desk) or {}
        return {"kept": kept} if kept.get("kind") == self.kind and still_waits(uow, kept) else False
