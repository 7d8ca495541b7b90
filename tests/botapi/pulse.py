"""Waiting until something has changed; what changed is not known here."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Seen = TypeVar("Seen")


class Pulse:
    """The condition variable of one event loop: whoever changes the state beats, whoever waits looks again."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def beat(self) -> None:
        """Make everybody who waits look again."""
        self._next.set()
        self._next = asyncio.Event()

    async def until(self, look: Callable[[], Seen | None], timeout: float | None) -> Seen | None:
        """Return the first answer of `look` that is not None, or None when the time, if there is one, is up."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while (seen := look()) is None:
                    await self._next.wait()
                return seen
        return None
