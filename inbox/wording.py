"""Messages in words: their kinds, one in a line, and why one was not sent; the same for the bot and the pages."""

from typing import Any

from core.texts import N_, Texts
from core.words import shortened
from inbox.contents import words

# What a message is that is more than its words, and the sign that stands before that where there are no pictures.
KINDS = {
    "photo": N_("Photo"),
    "animation": N_("Animation"),
    "video": N_("Video"),
    "video_note": N_("Video message"),
    "voice": N_("Voice message"),
    "audio": N_("Audio"),
    "document": N_("File"),
    "sticker": N_("Sticker"),
    "location": N_("Location"),
    "venue": N_("Place"),
    "contact": N_("Contact"),
    "poll": N_("Poll"),
    "dice": N_("Dice"),
}
UNKNOWN_KIND = N_("Message of another kind")
_SIGNS = {
    "photo": "📷",
    "animation": "🎞",
    "video": "🎬",
    "video_note": "⭕",
    "voice": "🎤",
    "audio": "🎵",
    "document": "📎",
    "sticker": "🙂",
    "location": "📍",
    "venue": "📍",
    "contact": "👤",
    "poll": "📊",
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


def summary(t: Texts, kind: str, body: dict[str, Any], most: int) -> str:
    """A message in one line."""
    said = shortened(words(kind, body) if kind in SAYING else body.get("text", ""), most)
    if kind in ("text", "dice"):
        return said
    return f"{signed(t, kind)} {said}".strip()


def signed(t: Texts, kind: str) -> str:
    """What kind of message it is, with a sign before it."""
    return f"{_SIGNS[kind]} {t(KINDS[kind])}" if kind in _SIGNS else t("Sent something that this bot cannot show.")


def reason(t: Texts, code: str) -> tuple[str, str]:
    """Why something was not sent, and what to do next."""
    why, next_step = REASONS.get(code, REASONS["refused"])
    return t(why), t(next_step)
