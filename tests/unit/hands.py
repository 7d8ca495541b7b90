"""People of an office who press buttons and type, without a messenger: what they do goes through the real screens."""

import itertools
from datetime import timedelta
from typing import Any

from aiogram import Bot
from aiogram.filters.callback_data import CallbackData
from aiogram.types import Update

from bot.dispatcher import refused, routers
from bot.house import House
from bot.screens import Screen
from core.errors import Refusal
from core.texts import texts
from inbox.models import update
from pipeline.staff.people import actor_of
from pipeline.staff.talking import Desk
from tests.unit.office import Office

HOUSE = House("test_bot", "en", "UTC", timedelta(days=1), timedelta(minutes=30), "http://127.0.0.1:8080")
_NUMBERS = itertools.count(2_000_000)


class Hands:
    """What somebody does at the desk of an office; every act is a transaction of its own, as in the program."""

    def __init__(self, shop: Office, name: str) -> None:
        self.shop, self.name = shop, name
        self._dispatcher = routers()
        self._bot = Bot("42:TEST")

    async def presses(self, button: CallbackData | str, *, under: str = "A card") -> Screen:
        """What a button shows, or why not."""
        data = button if isinstance(button, str) else button.pack()
        shown = self._message(next(_NUMBERS), under) | {"from": {"id": 42, "is_bot": True, "first_name": "Bot"}}
        press = {"id": str(next(_NUMBERS)), "from": self._user(), "chat_instance": "1", "data": data, "message": shown}
        return await self._acts({"callback_query": press})

    async def types(self, text: str, *, reply_to: int | None = None) -> Screen:
        """What follows from a text."""
        typed = self._message(next(_NUMBERS), text)
        if reply_to is not None:
            typed["reply_to_message"] = self._message(reply_to, "A card")
        return await self._acts({"message": typed})

    def _user(self) -> dict[str, Any]:
        return {"id": int(self.name), "is_bot": False, "first_name": f"Person {self.name}"}

    def _message(self, number: int, text: str) -> dict[str, Any]:
        chat = {"id": int(self.name), "type": "private", "first_name": f"Person {self.name}"}
        entities = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}] if text[:1] == "/" else []
        return {
            "message_id": number,
            "date": int(self.shop.clock.now().timestamp()),
            "chat": chat,
            "from": self._user(),
            "text": text,
            "entities": entities,
        }

    async def _acts(self, said: dict[str, Any]) -> Screen:
        payload = {"update_id": next(_NUMBERS), **said}
        given = Update.model_validate(payload, context={"bot": self._bot})
        async with self.shop.database.unit() as uow:
            row = {"channel_id": self.shop.channel_id, "external_id": str(payload["update_id"]), "payload": payload}
            made = await uow.execute(update.insert().returning(update.c.id), row | {"at": uow.now, "state": "done"})
            number = made.scalar_one()
        async with self.shop.database.unit() as uow:
            by = await actor_of(uow, self.shop.channel_id, self.name)
            t = texts(by.language, by.timezone) if by else texts("en")
            desk = Desk(self.shop.channel_id, self.name)
            try:
                async with uow.savepoint():
                    shown = await self._dispatcher.feed_update(
                        self._bot, given, uow=uow, by=by, t=t, desk=desk, house=HOUSE, update_row=number
                    )
            except Refusal as refusal:
                shown = refused(refusal, t, uow, given)
        return shown if isinstance(shown, Screen) else Screen()
