"""Names of things as a page says them."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from core.texts import LANGUAGES, Texts
from inbox.channels import label_of
from inbox.wording import KINDS, UNKNOWN_KIND
from pipeline.board import Column
from pipeline.staff.rights import ROLE_NAMES, Role

OWN_NAMES = tuple(zip(LANGUAGES, ("English", "Русский", "Українська", "Polski"), strict=True))

# The pictures of channels and of kinds of messages.
_CHANNELS = {"telegram": "telegram", "webchat": "web"}
_KINDS = {
    "photo": "image",
    "animation": "image",
    "sticker": "smile",
    "video": "play",
    "video_note": "play",
    "voice": "mic",
    "audio": "mic",
    "document": "file",
    "location": "pin",
    "venue": "pin",
    "contact": "person",
    "poll": "tasks",
    "dice": "ask",
}

# How long a customer may wait before it looks so.
WAITS_LONG, WAITS_TOO_LONG = timedelta(minutes=10), timedelta(hours=1)


def waiting_look(length: timedelta) -> str:
    """The state that a customer's waiting is shown as."""
    if length >= WAITS_TOO_LONG:
        return "late"
    return "wait" if length >= WAITS_LONG else "plain"


def kind_of(kind: str) -> tuple[str, str]:
    """What a message is called, to be translated, and its picture."""
    return KINDS.get(kind, UNKNOWN_KIND), _KINDS.get(kind, "ask")


def channel_of(kind: str) -> tuple[str, str]:
    """What a channel is called, to be translated, and its picture."""
    return label_of(kind), _CHANNELS.get(kind, "link")


def micros(instant: datetime) -> int:
    """An instant as a whole number, in which pages order cards."""
    return int((instant - _BEGINNING) / timedelta(microseconds=1))


def instant_of(micros: int) -> datetime | None:
    """The instant back from its number; None for what no clock shows."""
    try:
        return _BEGINNING + timedelta(microseconds=micros)
    except OverflowError:
        return None


_BEGINNING = datetime.fromtimestamp(0, UTC)

# What a browser calls itself holds the names of all that it is like; the first that fits is its own.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("YaBrowser", "Yandex"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def role_name(t: Texts, role: Role) -> str:
    """What somebody is."""
    return t(ROLE_NAMES[role])


def agent_name(t: Texts, agent: str | None) -> str:
    """A browser by what it says of itself."""
    said = agent or ""
    found = [
        next((name for mark, name in known if re.search(rf"\b{mark}", said)), "") for known in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(name for name in found if name) or t("Unknown browser")


def total_of(columns: Sequence[Column]) -> tuple[int, Mapping[str, int]]:
    """How many deals columns hold together, and their sums by currency."""
    sums: dict[str, int] = {}
    for column in columns:
        for currency, amount in column.total.sums.items():
            sums[currency] = sums.get(currency, 0) + amount
    return sum(column.total.deals for column in columns), sums
