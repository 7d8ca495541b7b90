"""What tests hold in their hands: the server as one bot's world, its people and its ledger.

A connection without a token gets a bot that nobody else uses; give its `token` and `base` to the program under test. To
look at the same world from a second place, connect with that token. Nothing here sleeps: every wait is a long poll in
the server.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.botapi.faults import FaultKind
from tests.botapi.ledger import Entry, EntryKind
from tests.botapi.user import Part, User
from tests.botapi.views import Button, CallbackAnswer, ChatMessage
from tests.botapi.wire import Wire

__all__ = ["BotApi", "Button", "CallbackAnswer", "ChatMessage", "Entry", "Fault", "Part", "User"]


class Fault:
    """A misfortune that was ordered and can be called off."""

    def __init__(self, api: "BotApi", fault_id: int) -> None:
        self.id = fault_id
        self._api = api

    async def struck(self, *, times: int = 1, timeout: float = 15) -> list[Entry]:
        """Wait until it has struck so often; a held request is held when this returns."""
        return await self._api.wait_ledger(kind="fault", fault=self.id, count=times, timeout=timeout)

    async def clear(self) -> None:
        """Call it off and let go the requests that it holds."""
        await self._api.wire.act("clear_faults", fault_id=self.id)

    async def release(self) -> None:
        """The same, in the words of a hold."""
        await self.clear()


class BotApi:
    """One bot's world in a running server."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.base = wire.base
        self.token = wire.token
        self.bot_id = wire.bot_id

    @classmethod
    @asynccontextmanager
    async def connect(cls, base: str, token: str | None = None) -> AsyncIterator["BotApi"]:
        """Steer the bot of that token, or a fresh one, for as long as the context lasts."""
        timeout = aiohttp.ClientTimeout(total=None)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            wire = Wire(base.rstrip("/"), session, token or "")
            if token is None:
                wire.token = await wire.post("/control/fresh_token", {})
            yield cls(wire)

    async def user(
        self,
        user_id: int,
        first_name: str,
        language_code: str | None = "en",
        username: str | None = None,
        last_name: str | None = None,
    ) -> User:
        """A person; the bot can write to him once he has written. Asked for again, he keeps his chat and is renamed."""
        await self.wire.act(
            "meet",
            id=user_id,
            first_name=first_name,
            language_code=language_code,
            username=username,
            last_name=last_name,
        )
        return User(self.wire, user_id, first_name)

    async def fault(
        self,
        kind: FaultKind,
        *,
        method: str = "*",
        chat_id: int | None = None,
        times: int | None = 1,
        retry_after: int | None = None,
        description: str | None = None,
        code: int | None = None,
        seconds: float | None = None,
    ) -> Fault:
        """Order a fault for the next `times` calls of a method, or for all of them (None) until it is cleared.

        A method may be a pattern such as `send*`; `*` spares getUpdates, which has to be named; "download" stands for
        file downloads. A kind that begins with "accepted" lets the call be carried out and spoils its answer only.
        """
        wishes = {"retry_after": retry_after, "description": description, "code": code, "seconds": seconds}
        fault_id = await self.wire.act("fault", kind=kind, method=method, chat_id=chat_id, times=times, **wishes)
        return Fault(self, fault_id)

    async def clear_faults(self) -> None:
        """Call off every fault and let go what they hold."""
        await self.wire.act("clear_faults", fault_id=None)

    async def limits(
        self,
        *,
        chat_per_second: float | None = None,
        chat_burst: float = 1,
        bot_per_second: float | None = None,
    ) -> None:
        """Switch Telegram's limits on; without arguments, off."""
        await self.wire.act(
            "limits", chat_per_second=chat_per_second, chat_burst=chat_burst, bot_per_second=bot_per_second
        )

    async def ledger(self, after: int = 0, kind: EntryKind | None = None, **wanted: Any) -> list[Entry]:
        """What has happened since entry number `after`; the filters are those of `wait_ledger`."""
        found = await self.wire.act("ledger", after=after, wanted={"kind": kind, **wanted})
        return [Entry(**entry) for entry in found]

    async def wait_ledger(
        self,
        *,
        kind: EntryKind | None = None,
        method: str | None = None,
        chat_id: int | None = None,
        text_contains: str | None = None,
        update_id: int | None = None,
        fault: int | None = None,
        count: int = 1,
        after: int = 0,
        timeout: float = 15,
    ) -> list[Entry]:
        """Wait until `count` such entries are in the ledger and return all there are."""
        wanted = {
            "kind": kind,
            "method": method,
            "chat_id": chat_id,
            "text_contains": text_contains,
            "update_id": update_id,
            "fault": fault,
        }
        found = await self.wire.act("wait_ledger", after=after, wanted=wanted, count=count, timeout=timeout)
        if found is None:
            lines = "\n".join(str(entry) for entry in await self.ledger(after))
            raise AssertionError(f"the ledger has no {count} entries like {wanted}; it is:\n{lines or '(empty)'}")
        return [Entry(**entry) for entry in found]

    async def wait_acknowledged(self, update_id: int | None = None, *, after: int = 0, timeout: float = 15) -> None:
        """Wait until an update has been acknowledged; without an id, until nothing waits for the bot any more."""
        if update_id is not None:
            await self.wait_ledger(kind="acknowledged", update_id=update_id, after=after, timeout=timeout)
        elif not await self.wire.act("wait_empty", timeout=timeout):
            raise AssertionError(f"not acknowledged: {await self.waiting_updates()}")

    async def waiting_updates(self) -> list[int]:
        """The ids of the updates that are not acknowledged, in the order in which they are offered."""
        return [int(update_id) for update_id in await self.wire.act("waiting_updates")]

    async def push_raw(self, json_text: str) -> int:
        """Queue a text to be served byte for byte as one update; return the id by which it is acknowledged."""
        return int(await self.wire.act("push_raw", text=json_text))

    async def next_update_id(self, number: int | None = None) -> int:
        """Set the id of the next update, upwards or downwards; without a number, only tell it."""
        return int(await self.wire.act("next_update_id", number=number))

    async def offer_again(self, update_ids: list[int] | None = None) -> list[int]:
        """Deliver acknowledged updates once more (all, if none is named) and return their ids."""
        return [int(update_id) for update_id in await self.wire.act("offer_again", update_ids=update_ids)]

    async def hold_updates(self) -> None:
        """Keep updates back: getUpdates finds nothing, though offsets still acknowledge."""
        await self.wire.act("hold_updates", held=True)

    async def release_updates(self) -> None:
        """Offer at once what was kept back."""
        await self.wire.act("hold_updates", held=False)

    async def expire_callbacks(self) -> None:
        """Make every press so far too old to be answered."""
        await self.wire.act("expire_callbacks")

    async def revoke(self, token: str | None = None) -> None:
        """Make a token (the own one, if none is named) worthless."""
        await self.wire.post(f"/control/{token or self.token}/revoke", {})

    async def restore(self, token: str | None = None) -> None:
        """Make a revoked token work again."""
        await self.wire.post(f"/control/{token or self.token}/restore", {})

    async def commands(
        self, scope_chat_id: int | None = None, language: str = "", *, scope: str = "default"
    ) -> list[str]:
        """The commands set for exactly one scope and language: those of a chat, or of a scope without a chat."""
        chosen = {"type": "chat", "chat_id": scope_chat_id} if scope_chat_id is not None else {"type": scope}
        menu = await self.wire.act("commands", scope=chosen, language=language)
        return [command["command"] for command in menu]

    async def rename(self, username: str) -> None:
        """Give the bot another username."""
        await self.wire.act("rename", username=username)
