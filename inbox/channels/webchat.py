"""The chat of our own for visitors of web sites as a channel; its pages are `web.chat`.

What is written to a visitor is read from the database by his browser, so that sending is no more than giving it a name.
What he writes comes with his own request: there is nothing to read here.
"""

import secrets
from pathlib import Path
from typing import ClassVar

from core.texts import N_
from inbox.channel import Batch, Delivered, Limits, Reason, Refused, Sending

LIMITS = Limits(
    text=16_000,
    caption=16_000,
    sends=frozenset({"text", "photo", "animation", "video", "video_note", "voice", "audio", "document", "sticker"}),
    captioned=frozenset({"photo", "animation", "video", "voice", "audio", "document"}),
    albums=(frozenset({"photo", "video"}), frozenset({"document"}), frozenset({"audio"})),
    album_parts=10,
    upload=20 * 1024 * 1024,
    download=20 * 1024 * 1024,
)


class WebChat:
    """The one web chat of an installation."""

    kind: ClassVar[str] = "webchat"
    label: ClassVar[str] = N_("Web chat")
    limits: ClassVar[Limits] = LIMITS

    async def name(self) -> str:
        """There is one in each installation."""
        return self.kind

    async def read(self, offset: int | None) -> Batch:
        """Nothing: what visitors write is taken in when they send it."""
        return Batch((), offset)

    async def deliver(self, sending: Sending) -> Delivered:
        """Give what is new its names. It is certain and never repeated, as nothing leaves this machine."""
        if sending.op != "send":
            return Delivered()
        parts = sending.content.get("parts", [sending.content])
        return Delivered(tuple(secrets.token_hex(8) for _ in parts))

    async def show_typing(self, chat_key: str) -> None:
        """Nothing: a visitor's browser listens to who is typing by itself."""

    async def fetch(self, external_ref: str, to: Path, *, most: int) -> None:
        """Nothing lies elsewhere. Raises Refused."""
        raise Refused(Reason.FILE, "files of visitors lie here from the beginning")

    async def close(self) -> None:
        """There is nothing to give back."""


CHANNEL = WebChat
