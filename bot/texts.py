"""Small texts that several screens share: names made safe, kinds of messages, reasons in words; no whole screen."""

import math
from collections.abc import Sequence
from typing import Any

from aiogram.filters.callback_data import CallbackData
from aiogram.utils.formatting import Text

from core.texts import N_, Texts
from core.words import bare, shortened
from inbox.channel import CUSTOM_EMOJI, PAID_REACTION
from inbox.channels import label_of
from inbox.channels.telegram import Telegram
from inbox.splitting import split, units

REACTIONS = {
    CUSTOM_EMOJI: N_("an emoji of the customer's own"),
    PAID_REACTION: N_("a paid star"),
}

LONGEST = Telegram.limits.text
MEGABYTE = 1024 * 1024

# How many words before the one that was found.
BEFORE = 2


def excerpt(text: str, word: str, most: int) -> str:
    """What stands around the first place where a text says a word, as `core.words.bare` has it, on one line."""
    tokens = text.split()
    place = next((index for index, one in enumerate(tokens) if word in bare(one)), 0)
    start = max(0, place - BEFORE)
    return shortened(f"{'… ' if start else ''}{' '.join(tokens[start:])}", most)


def headed(text: str) -> str:
    """A text with a capital letter, as a heading or a button has it."""
    return text[:1].upper() + text[1:]


def cut(text: str, most: int) -> str:
    """A text on all its lines, cut with an ellipsis behind `most` characters as messengers count them."""
    if units(text) <= most:
        return text
    shorter = text.encode("utf-16-le")[: 2 * (most - 1)].decode("utf-16-le", "ignore")
    return shorter.rstrip() + "…"


def too_big(t: Texts, size: int, most: int, channel_kind: str) -> tuple[str, str]:
    """Why a file was not sent, and what to do next: its size and the messenger's limit, in bytes."""
    why = t(
        "the file has {size} MB, and {channel} takes {most} MB at most",
        size=math.ceil(size / MEGABYTE),
        channel=t(label_of(channel_kind)),
        most=most // MEGABYTE,
    )
    return why, t("Send a smaller file, or a link to it.")


Buttons = list[Sequence[tuple[str, CallbackData]]]


def content(text: Text | str, buttons: Buttons | None = None) -> dict[str, Any]:
    """A text with buttons in our own form; what no message holds is left out, for without it nothing would be shown."""
    rendered, found = Text(text).render() if isinstance(text, str) else text.render()
    entities = [one.model_dump(exclude_none=True, mode="json") for one in found]
    if units(rendered) > LONGEST:
        rendered, entities = split(rendered, entities, most=LONGEST - 1)[0]
        rendered += "…"
    made: dict[str, Any] = {"kind": "text", "text": rendered}
    if entities:
        made["entities"] = entities
    if buttons:
        made["buttons"] = [[[label, data.pack()] for label, data in row] for row in buttons]
    return made
