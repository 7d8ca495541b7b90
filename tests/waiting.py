"""Waiting for what another process or task will do; not for testing how long anything takes."""

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], bool], within: float = 5.0) -> None:
    """Return as soon as the condition holds; TimeoutError if it does not in time."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - what happens elsewhere sets no event of ours
            await asyncio.sleep(0.01)
