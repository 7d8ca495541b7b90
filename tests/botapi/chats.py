"""People and their private chats with one bot, as both sides see them; how they got that way is not known here."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.botapi.errors import bad_request

# Seconds: 48 hours.
OLD = 48 * 3600

# What belongs to the message itself and not to what it says.
_ENVELOPE = frozenset(
    {
        "message_id",
        "from",
        "chat",
        "date",
        "edit_date",
        "reply_to_message",
        "reply_markup",
        "quote",
        "media_group_id",
        "forward_origin",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a Telegram account."""

    id: int
    first_name: str
    language_code: str | None = "en"
    username: str | None = None
    last_name: str | None = None

    def as_user(self) -> dict[str, Any]:
        """The User object of this person."""
        return {"id": self.id, "is_bot": False} | self._names() | self._given(("language_code",))

    def as_chat(self) -> dict[str, Any]:
        """The Chat object of the private chat with this person."""
        return {"id": self.id, "type": "private"} | self._names()

    def _names(self) -> dict[str, Any]:
        return self._given(("first_name", "last_name", "username"))

    def _given(self, names: Iterable[str]) -> dict[str, Any]:
        return {name: value for name in names if (value := getattr(self, name)) is not None}


@dataclass(slots=True, kw_only=True)
class Posted:
    """A message of a chat: `raw` as the Bot API shows it, and what only the person's own client shows."""

    raw: dict[str, Any]
    from_bot: bool
    silent: bool = False
    keyboard: list[list[str]] = field(default_factory=list)
    reaction: str | None = None
    # Those of the person.
    reactions: list[dict[str, Any]] = field(default_factory=list)

    @property
    def id(self) -> int:
        """The number of the message in its chat."""
        return int(self.raw["message_id"])

    @property
    def is_old(self) -> bool:
        """Whether it was sent so long ago that Telegram lets nobody change it."""
        return now() - int(self.raw["date"]) > OLD

    def content(self) -> dict[str, Any]:
        """What the message says, without who said it when."""
        return {name: value for name, value in self.raw.items() if name not in _ENVELOPE}

    def buttons(self) -> list[list[dict[str, Any]]]:
        """The rows of buttons under the message."""
        rows: list[list[dict[str, Any]]] = self.raw.get("reply_markup", {}).get("inline_keyboard", [])
        return rows


class Chat:
    """The private chat of one person with the bot; both number their messages from one count."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.messages: dict[int, Posted] = {}
        self.started = False
        self.blocked = False
        self._last_id = 0

    def post(self, sender: dict[str, Any], fields: dict[str, Any], *, from_bot: bool, silent: bool = False) -> Posted:
        """Add a message to the end of the chat."""
        self._last_id += 1
        envelope = {"message_id": self._last_id, "from": sender, "chat": self.person.as_chat(), "date": now()}
        posted = Posted(raw=envelope | fields, from_bot=from_bot, silent=silent)
        self.messages[posted.id] = posted
        return posted

    def reply_fields(self, message_id: int) -> dict[str, Any]:
        """The fields that make a message a reply to another one of this chat."""
        target = self.messages.get(message_id)
        if target is None:
            raise bad_request("message to be replied not found")
        return {"reply_to_message": {name: value for name, value in target.raw.items() if name != "reply_to_message"}}


def now() -> int:
    """The time as Telegram writes it."""
    return int(time.time())
