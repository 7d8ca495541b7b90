"""Small texts that several screens share: names made safe, kinds of messages, reasons in words; no whole screen."""

import math
import re
from collections.abc import Sequence
from typing import Any

from aiogram.filters.callback_data import CallbackData
from aiogram.utils.formatting import Text

from core.texts import N_, Texts
from core.words import bare
from inbox.channel import CUSTOM_EMOJI, PAID_REACTION
from inbox.channels.telegram import Telegram
from inbox.contents import words
from inbox.splitting import split, units

KINDS = {
    "photo": N_("📷 Photo"),
    "animation": N_("🎞 Animation"),
    "video": N_("🎬 Video"),
    "video_note": N_("⭕ Video message"),
    "voice": N_("🎤 Voice message"),
    "audio": N_("🎵 Audio"),
    "document": N_("📎 File"),
    "sticker": N_("🙂 Sticker"),
    "location": N_("📍 Location"),
    "venue": N_("📍 Place"),
    "contact": N_("👤 Contact"),
    "poll": N_("📊 Poll"),
    "unsupported": N_("Sent something that this bot cannot show."),
}

# What says more than its kind.
SAYING = frozenset({"venue", "contact", "poll", "dice"})

REASONS = {
    "blocked": (N_("the customer has blocked the bot"), N_("Reach them another way, or wait until they write again.")),
    "gone": (N_("the customer's account no longer exists"), N_("Reach them another way.")),
    "too_large": (N_("the message is too long or the file too large"), N_("Shorten it and send it again.")),
    "file": (N_("the messenger could not read the file"), N_("Send the file again.")),
    "refused": (N_("the messenger refused it"), N_("Change it and send it again.")),
    "reaction": (N_("the messenger refused the reaction"), N_("No action is needed.")),
    "unsupported": (N_("the messenger does not know this kind of message"), N_("Send it as text.")),
    "target": (N_("the message it belongs to is gone"), N_("Send it as a new message.")),
    "gave_up": (N_("the messenger could not be reached for a long time"), N_("Tap Retry.")),
}

REACTIONS = {
    CUSTOM_EMOJI: N_("an emoji of the customer's own"),
    PAID_REACTION: N_("a paid star"),
}

CHANNELS = {"telegram": "Telegram", "webchat": N_("Web chat")}
LONGEST = Telegram.limits.text
MEGABYTE = 1024 * 1024

# How many words before the one that was found.
BEFORE = 2
_SPACES = re.compile(r"\s+")


def shortened(text: str, most: int) -> str:
    """A text on one line, cut with an ellipsis behind `most` characters."""
    line = _SPACES.sub(" ", text).strip()
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


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


def summary(t: Texts, kind: str, body: dict[str, Any], most: int) -> str:
    """A message in one line."""
    said = shortened(words(kind, body) if kind in SAYING else body.get("text", ""), most)
    if kind in ("text", "dice"):
        return said
    return f"{t(KINDS[kind])} {said}".strip()


def reason(t: Texts, code: str) -> tuple[str, str]:
    """Why something was not sent, and what to do next."""
    why, next_step = REASONS.get(code, REASONS["refused"])
    return t(why), t(next_step)


def too_big(t: Texts, size: int, most: int, channel_kind: str) -> tuple[str, str]:
    """Why a file was not sent, and what to do next: its size and the messenger's limit, in bytes."""
    why = t(
        "the file has {size} MB, and {channel} takes {most} MB at most",
        size=math.ceil(size / MEGABYTE),
        channel=t(CHANNELS.get(channel_kind, channel_kind)),
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
