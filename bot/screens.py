"""What a screen shows after its transaction is committed: said by handlers as data, done here over the network."""

from dataclasses import dataclass, field
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramAPIError
from aiogram.types import BotCommand, BotCommandScopeChat, CallbackQuery, Message, MessageEntity, ReplyParameters

from bot.menus import commands
from inbox.channels.telegram import keyboard
from inbox.pacing import Pacer
from pipeline.staff.rights import Staff

log = structlog.get_logger()

LONGEST_TOAST = 200
# What a call may end with: an error that the Bot API names, or an answer that is not the Bot API's, as a proxy's is.
NOT_SHOWN = (TelegramAPIError, ClientDecodeError)


@dataclass(frozen=True, slots=True)
class Screen:
    """What to show: `content` as a new message or instead of the one whose button was pressed, `toast` over the chat.

    `menu` renews the commands of somebody's private chat.
    """

    content: dict[str, Any] | None = None
    instead: bool = False
    toast: str | None = None
    alert: bool = False
    menu: Staff | None = None
    quotes: bool = field(default=False)


class Shower:
    """Shows screens. Whatever a Bot API server refuses is a warning: the act behind the screen is done already."""

    def __init__(self, bot: Bot, pacer: Pacer) -> None:
        self._bot = bot
        self._pacer = pacer

    async def show(self, screen: Screen, asked: Message | CallbackQuery) -> None:
        """Show a screen to whoever sent the message or pressed the button."""
        if isinstance(asked, CallbackQuery):
            await self._toast(screen, asked)
        if screen.menu is not None:
            await self._menu(screen.menu, asked.from_user.id if asked.from_user else 0)
        if screen.content is None:
            return
        chat_id = asked.from_user.id if asked.from_user else 0
        await self._pacer.wait_for_screen(str(chat_id))
        try:
            await self._content(screen, screen.content, asked, chat_id)
        except NOT_SHOWN as error:
            if "message is not modified" not in error.message:
                log.warning("screen.refused", error=error.message)
        finally:
            self._pacer.landed(str(chat_id))

    async def _content(
        self, screen: Screen, content: dict[str, Any], asked: Message | CallbackQuery, chat_id: int
    ) -> None:
        words: dict[str, Any] = {
            "text": content["text"],
            "entities": [MessageEntity(**one) for one in content.get("entities", [])] or None,
            "reply_markup": keyboard(content),
        }
        if screen.instead and isinstance(asked, CallbackQuery) and asked.message:
            await self._bot.edit_message_text(chat_id=chat_id, message_id=asked.message.message_id, **words)
            return
        reply = None
        if screen.quotes and isinstance(asked, Message):
            reply = ReplyParameters(message_id=asked.message_id, allow_sending_without_reply=True)
        await self._bot.send_message(chat_id=chat_id, reply_parameters=reply, **words)

    async def _toast(self, screen: Screen, asked: CallbackQuery) -> None:
        text = screen.toast[:LONGEST_TOAST] if screen.toast else None
        try:
            await self._bot.answer_callback_query(asked.id, text=text, show_alert=screen.alert or None)
        except NOT_SHOWN as error:
            log.warning("screen.toast_refused", error=error.message)

    async def _menu(self, person: Staff, chat_id: int) -> None:
        try:
            await self._bot.set_my_commands(
                [BotCommand(command=name, description=words) for name, words in commands(person)],
                scope=BotCommandScopeChat(chat_id=chat_id),
            )
        except NOT_SHOWN as error:
            log.warning("screen.menu_refused", error=error.message)
