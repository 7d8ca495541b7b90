"""A Telegram that is none: what is written to the customers of the demonstration leaves this machine for nobody."""

import asyncio
import secrets
from pathlib import Path
from random import Random
from typing import ClassVar

from app.demo.shop import TELEGRAM
from inbox.channel import Batch, Delivered, Limits, Reason, Refused, Sending, Unanswered
from inbox.channels import label_of, limits_of

# How often an answer to a send is not seen, and how often it is refused.
LOST, REFUSED = 0.006, 0.004


def fate(chance: Random) -> Unanswered | Refused | None:
    """How a send fails, if it does."""
    dice = chance.random()
    if dice < LOST:
        return Unanswered("no answer in time")
    return Refused(Reason.REFUSED, "the chat does not take this message") if dice < LOST + REFUSED else None


class Messenger:
    """Takes everything after a moment, as messengers do, but for the little that gets lost."""

    kind: ClassVar[str] = TELEGRAM
    label: ClassVar[str] = label_of(TELEGRAM)
    limits: ClassVar[Limits] = limits_of(TELEGRAM)

    def __init__(self, chance: Random) -> None:
        self._chance = chance

    async def name(self) -> str:
        """The account that the shop has."""
        return "demo"

    async def read(self, offset: int | None) -> Batch:
        """Nothing: the customers come in by themselves."""
        return Batch((), offset)

    async def deliver(self, sending: Sending) -> Delivered:
        """Give what is new its names. Raises Refused or Unanswered now and then."""
        await asyncio.sleep(self._chance.uniform(0.1, 0.6))
        if sending.op != "send":
            return Delivered()
        if failure := fate(self._chance):
            raise failure
        return Delivered(tuple(secrets.token_hex(8) for _ in sending.content.get("parts", [sending.content])))

    async def show_typing(self, chat_key: str) -> None:
        """Nobody looks at a messenger there."""

    async def fetch(self, external_ref: str, to: Path, *, most: int) -> None:
        """Nothing lies elsewhere. Raises Refused."""
        raise Refused(Reason.FILE, "files of the demonstration lie here from the beginning")

    async def close(self) -> None:
        """There is nothing to give back."""
