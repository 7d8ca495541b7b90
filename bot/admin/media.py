"""A file that an admin sends where a text is asked for: customers get it with the text under it."""

from aiogram.types import Message

from core.texts import Texts
from inbox.channels.telegram import written
from inbox.wording import signed
from triggers.actions.send import Medium

TAKEN = frozenset({"photo", "video", "animation", "document", "audio", "voice"})


def medium_in(message: Message, channel_id: int) -> Medium | None:
    """The file of a message, if it has one that a text can stand under."""
    said = written(message)
    if said.kind not in TAKEN or not said.files:
        return None
    file = said.files[0]
    return Medium(
        channel_id=channel_id,
        kind=file.kind,
        ref=file.external_ref,
        mime=file.mime,
        name=file.name,
        size=file.size,
    )


def text_in(message: Message) -> str:
    """What was typed, alone or under a file."""
    return (message.text or message.caption or "").strip()


def line_of(t: Texts, medium: Medium | None) -> str:
    """The line that stands for a file in a preview; nothing where there is none."""
    return f"{signed(t, medium.kind)} {medium.name or ''}".strip() + "\n" if medium else ""
