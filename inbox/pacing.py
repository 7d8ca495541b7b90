"""How fast a messenger may be written to: a bucket for each chat and a window for the whole account; sends nothing."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

# The messenger counts arrivals, and a later request may travel faster than an earlier one: seconds kept in hand.
CHAT_MARGIN = 0.2
ACCOUNT_MARGIN = 0.03


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
    """Gives permits: sends take one of their chat and one of the account, edits and the like only the latter."""

    def __init__(self, pace: Pace, monotonic: Callable[[], float]) -> None:
        self._pace = pace
        self._monotonic = monotonic
        self._chats: dict[str, float] = {}
        self._recent: deque[float] = deque(maxlen=max(1, int(pace.account_per_second)))
        self._window = (self._recent.maxlen or 1) / pace.account_per_second + ACCOUNT_MARGIN
        self._screens = 0

    def seed(self, sent_ages: Mapping[str, list[float]]) -> None:
        """Charge what was sent before this process began: ages in seconds for each chat."""
        now = self._monotonic()
        for chat, ages in sent_ages.items():
            for age in sorted(ages, reverse=True):
                self._charge_chat(chat, now - age)
        self._recent.extend(sorted(now - age for ages in sent_ages.values() for age in ages))

    def permit(self, chat: str, *, counts: bool = True) -> float:
        """Take a permit and return 0.0, or return how many seconds to wait before asking again.

        `counts` is whether the chat's bucket is charged. What a person waits for at a screen goes first.
        """
        free = (self._recent.maxlen or 1) - self._used()
        if free <= self._screens:
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

    def _take(self, chat: str, *, counts: bool) -> float:
        now = self._monotonic()
        if pause := self._until_account_is_free():
            return pause
        if counts:
            pause = self._chats.get(chat, 0.0) - (self._pace.chat_burst - 1) / self._pace.chat_per_second - now
            if pause > -CHAT_MARGIN:
                return pause + CHAT_MARGIN
            self._charge_chat(chat, now)
        self._recent.append(now)
        return 0.0

    def _charge_chat(self, chat: str, now: float) -> None:
        self._chats[chat] = max(self._chats.get(chat, 0.0), now) + 1 / self._pace.chat_per_second
        if len(self._chats) > 10_000:
            self._chats = {key: full_at for key, full_at in self._chats.items() if full_at > now}

    def _used(self) -> int:
        edge = self._monotonic() - self._window
        return sum(1 for at in self._recent if at > edge)

    def _until_account_is_free(self) -> float:
        if len(self._recent) < (self._recent.maxlen or 1):
            return 0.0
        return max(0.0, self._recent[0] + self._window - self._monotonic())
