"""Texts with places to fill: what may stand in them, and what they say for a deal."""

import re

from core.errors import Refusal
from core.money import OF_LANGUAGES
from core.texts import N_, PLACEHOLDER, Texts, filled, pick_language, plain, texts
from inbox.contacts import NOBODY
from triggers.parts import World

LONGEST = 4096
NAMES = ("name", "operator", "deal", "amount")
PLACES = ", ".join(f"{{{name}}}" for name in NAMES)


class UnknownPlaceholder(Refusal):
    """A text asks for something that nobody can fill in."""

    code = "unknown-placeholder"
    text = N_("The text has {placeholder}, which cannot be filled in.")
    next_step = N_("These can: {known}. Change it and send it again.")


class TextTooLong(Refusal):
    """A text is longer than a messenger takes in one message."""

    code = "text-too-long"
    text = N_("The text is too long: {length} characters, and {most} fit.")
    next_step = N_("Shorten it and send it again.")


class TextEmpty(Refusal):
    """There is nothing to send."""

    code = "text-empty"
    text = N_("The text is empty.")
    next_step = N_("Type what is to be sent.")


def checked(text: str) -> str:
    """A text as it will be kept. Raises UnknownPlaceholder, TextTooLong, TextEmpty."""
    if not plain_enough(text):
        raise TextEmpty
    for place in PLACEHOLDER.finditer(text):
        if place[1] not in NAMES:
            raise UnknownPlaceholder(placeholder="{" + place[1] + "}", known=PLACES)
    if length(text) > LONGEST:
        raise TextTooLong(length=length(text), most=LONGEST)
    return text


def plain_enough(text: str) -> bool:
    """Whether a text has anything to see."""
    return any(char.isprintable() and not char.isspace() for char in text)


def length(text: str) -> int:
    """As messengers count: in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def written_for(world: World, text: str) -> str:
    """A text for a deal's customer; what is filled in is never read as a place to fill."""
    t = texts(pick_language(world.language, "en"))
    if world.named_by == NOBODY:
        text = _without_name(text)
    return filled(
        text,
        {
            "name": plain(world.customer),
            "operator": plain(world.operator) if world.operator else t("our team"),
            "deal": str(world.deal_id),
            "amount": t.money(world.amount, world.currency) if world.amount is not None and world.currency else "…",
        },
    )


# The comma that sets a name off goes with it.
_NAME_SET_OFF = re.compile(r"\s*,\s*\{name\}|\{name\}\s*,\s*|\s*\{name\}")


def _without_name(text: str) -> str:
    """The same to somebody whose name is not known; what says nothing else is left as it is."""
    rest = _NAME_SET_OFF.sub("", text).lstrip()
    if not plain_enough(rest):
        return text
    return rest[:1].upper() + rest[1:] if text.lstrip().startswith("{name}") else rest


def example(t: Texts, text: str, operator: str) -> str:
    """A text as somebody's customer might read it, for whoever writes it. It must be a checked one."""
    return filled(
        text,
        {
            "name": t("Anna"),
            "operator": plain(operator),
            "deal": "128",
            "amount": t.money(150_000, OF_LANGUAGES[t.language]),
        },
    )
