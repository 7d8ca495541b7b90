"""How fast a messenger may be written to: a bucket for each chat and a window for the whole account; sends nothing."""

import asyncio
import bisect
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

# The messenger's clock is not ours: seconds kept in hand.
MARGIN = 0.03


@dataclass(frozen=True, slots=True)
class Pace:
    """What a messenger lets through: tokens and seconds.

    Telegram: about one message a second in a chat with short bursts, about thirty a second in all
    (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this).
    """

    chat_per_second: float
    chat_burst: int
    account_per_second: float


class Pacer:
    """Gives permits: sends take one of their chat and one of the account, edits and the like only the latter.

    The messenger counts arrivals, which nobody here sees: somewhere between a permit and its answer. So a permit counts
    from the moment it is given, and once more from when it has landed.
    """

    def __init__(self, pace: Pace, monotonic: Callable[[], float]) -> None:
        self._pace = pace
        self._monotonic = monotonic
        self._chats: dict[str, float] = {}
        self._most = max(1, int(pace.account_per_second))
        self._recent: list[float] = []
        self._window = self._most / pace.account_per_second + MARGIN
        self._under_way: defaultdict[str, deque[float]] = defaultdict(deque)
        self._screens = 0

    def seed(self, sent_ages: Mapping[str, list[float]]) -> None:
        """Charge what was sent before this process began: ages in seconds for each chat."""
        now = self._monotonic()
        for chat, ages in sent_ages.items():
            for age in sorted(ages, reverse=True):
                self._charge_chat(chat, now - age)
            for age in ages:
                self._note(now - age)

    def permit(self, chat: str, *, counts: bool = True) -> float:
        """Take a permit and return 0.0, or return how many seconds to wait before asking again.

        `counts` is whether the chat's bucket is charged. What a person waits for at a screen goes first.
        """
        if self._most - self._used() <= self._screens:
            return self._until_account_is_free()
        return self._take(chat, counts=counts)

    async def wait_for_screen(self, chat: str) -> None:
        """Wait until a screen may be shown in a chat, and take its permit."""
        self._screens += 1
        try:
            # Permits come back with time alone: there is no event to wait for.
            while pause := self._take(chat, counts=True):  # noqa: ASYNC110
                await asyncio.sleep(pause)
        finally:
            self._screens -= 1

    def landed(self, chat: str, *, counts: bool = True, messages: int = 1) -> None:
        """Say that the oldest permit of a chat is used up: its call was answered. An album counts as its messages."""
        now = self._monotonic()
        self._forget(chat)
        for _ in range(messages):
            self._note(now)
        if counts:
            full_at = max(self._chats.get(chat, 0.0), now + 1 / self._pace.chat_per_second)
            self._chats[chat] = full_at + (messages - 1) / self._pace.chat_per_second

    def unused(self, chat: str, *, counts: bool = True) -> None:
        """Give the oldest permit of a chat back: its call will not be made."""
        self._forget(chat)
        if counts:
            self._chats[chat] = self._chats.get(chat, 0.0) - 1 / self._pace.chat_per_second

    def _forget(self, chat: str) -> None:
        given = self._under_way[chat].popleft()
        if not self._under_way[chat]:
            del self._under_way[chat]
        if given in self._recent:
            self._recent.remove(given)

    def _take(self, chat: str, *, counts: bool) -> float:
        now = self._monotonic()
        if pause := self._until_account_is_free():
            return pause
        if counts:
            pause = self._chats.get(chat, 0.0) - (self._pace.chat_burst - 1) / self._pace.chat_per_second - now
            if pause > -MARGIN:
                return pause + MARGIN
            self._charge_chat(chat, now)
        self._note(now)
        self._under_way[chat].append(now)
        return 0.0

    def _note(self, at: float) -> None:
        bisect.insort(self._recent, at)
        del self._recent[: -self._most]

    def _charge_chat(self, chat: str, now: float) -> None:
        self._chats[chat] = max(self._chats.get(chat, 0.0), now) + 1 / self._pace.chat_per_second
        if len(self._chats) > 10_000:
            self._chats = {key: full_at for key, full_at in self._chats.items() if full_at > now}

    def _used(self) -> int:
        edge = self._monotonic() - self._window
        return sum(1 for at in self._recent if at > edge)

    def _until_account_is_free(self) -> float:
        if len(self._recent) < self._most:
            return 0.0
        return max(0.0, self._recent[0] + self._window - self._monotonic())
