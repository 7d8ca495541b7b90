"""How a client reaches the control interface; what it asks for is not known here."""

from typing import Any

import aiohttp


class Wire:
    """One HTTP session, speaking for one bot."""

    def __init__(self, base: str, session: aiohttp.ClientSession, token: str) -> None:
        self.base = base
        self.token = token
        self._session = session

    @property
    def bot_id(self) -> int:
        """The number of the bot."""
        return int(self.token.partition(":")[0])

    async def act(self, name: str, **arguments: Any) -> Any:
        """Carry out one act for the bot and return its result."""
        return await self.post(f"/control/{self.bot_id}/{name}", arguments)

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        """Send a control request; what the world does not allow is an AssertionError with the reason."""
        async with self._session.post(self.base + path, json=body) as response:
            if response.status != 200:
                raise AssertionError(f"{path}: {response.status} {await response.text()}")
            return await response.json()
