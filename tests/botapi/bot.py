"""The world of one bot: everything that the two interfaces of the server read and change; no HTTP here."""

import itertools
import secrets
from dataclasses import dataclass, field
from typing import Any

from tests.botapi.chats import Chat, Person
from tests.botapi.errors import bad_request, blocked
from tests.botapi.faults import Faults
from tests.botapi.files import Files
from tests.botapi.ledger import Ledger
from tests.botapi.limits import Limits
from tests.botapi.pulse import Pulse
from tests.botapi.queue import UpdateQueue


@dataclass(slots=True)
class CallbackQuery:
    """A press of a button that the bot should answer."""

    id: str
    is_old: bool = False
    answer: dict[str, Any] | None = None


@dataclass(slots=True)
class Webhook:
    """What setWebhook was told; nothing is ever sent there."""

    url: str = ""
    details: dict[str, Any] = field(default_factory=dict)


class Bot:
    """One bot with its people, chats, updates, files and record."""

    def __init__(self, bot_id: int) -> None:
        self.id = bot_id
        self.username = "voronka_test_bot"
        self.pulse = Pulse()
        self.ledger = Ledger(self.pulse)
        self.queue = UpdateQueue(self.ledger, self.pulse)
        self.faults = Faults(self.ledger, self.pulse)
        self.limits = Limits()
        self.files = Files()
        self.chats: dict[int, Chat] = {}
        self.callbacks: dict[str, CallbackQuery] = {}
        self.commands: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.webhook = Webhook()
        self._albums = itertools.count(13_000_000_000_000_001)

    def as_user(self) -> dict[str, Any]:
        """The bot as the sender of its messages."""
        return {"id": self.id, "is_bot": True, "first_name": "Voronka", "username": self.username}

    def meet(self, person: Person) -> None:
        """Make a person known; known people keep their chat and change their name."""
        if chat := self.chats.get(person.id):
            chat.person = person
        else:
            self.chats[person.id] = Chat(person)

    def chat_to_read(self, chat_id: Any) -> Chat:
        """The chat that a bot may name: somebody has to have written to it first."""
        chat = self.chats.get(chat_id)
        if chat is None or not chat.started:
            raise bad_request("chat not found")
        return chat

    def chat_to_write(self, chat_id: Any) -> Chat:
        """The chat that a bot may write to."""
        chat = self.chat_to_read(chat_id)
        if chat.blocked:
            raise blocked()
        return chat

    def new_album(self) -> str:
        """A media_group_id for the parts of one album."""
        return str(next(self._albums))

    def new_callback(self) -> CallbackQuery:
        """A callback query that can be answered."""
        query = CallbackQuery(str(secrets.randbits(62)))
        self.callbacks[query.id] = query
        return query


class Bots:
    """All bots of the server: a token of the form `digits:anything` is one, unless it has been revoked."""

    def __init__(self) -> None:
        self._bots: dict[int, Bot] = {}
        self._revoked: set[str] = set()
        self._fresh = itertools.count(7_000_000_001)

    def by_token(self, token: str) -> Bot | None:
        """The bot whose number is in a token, revoked or not, or None if no bot has such a token."""
        digits, _, secret = token.partition(":")
        return self.by_id(int(digits)) if secret and digits.isascii() and digits.isdigit() else None

    def accepts(self, token: str) -> bool:
        """Whether the token has not been revoked."""
        return token not in self._revoked

    def by_id(self, bot_id: int) -> Bot:
        """The bot with that number, made on first use."""
        if bot_id not in self._bots:
            self._bots[bot_id] = Bot(bot_id)
        return self._bots[bot_id]

    def fresh_token(self) -> str:
        """A token of a bot that nobody has used yet."""
        unused = next(number for number in self._fresh if number not in self._bots)
        return f"{self.by_id(unused).id}:{secrets.token_urlsafe(26)}"

    def revoke(self, token: str) -> None:
        """Make a token worthless; another token with the same digits is still the same bot."""
        self._revoked.add(token)

    def restore(self, token: str) -> None:
        """Make a revoked token work again."""
        self._revoked.discard(token)
