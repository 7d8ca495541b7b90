"""Telegram's limits on how fast a bot may write; off until a test switches them on."""

import math
import time

from tests.botapi.errors import ApiError


class TooFastError(ApiError):
    """A refusal because a limit that is switched on was broken."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


class Bucket:
    """A token bucket that fills at `rate` a second up to `size`."""

    def __init__(self, rate: float, size: float) -> None:
        self.rate = rate
        self.size = size
        self._level = size
        self._seen = time.monotonic()

    def wait(self) -> float:
        """Seconds until the next message is allowed."""
        now = time.monotonic()
        self._level = min(self.size, self._level + (now - self._seen) * self.rate)
        self._seen = now
        return max(0.0, (1.0 - self._level) / self.rate)

    def spend(self, messages: int) -> None:
        """Count messages; an album may leave a debt, as its messages cannot be sent one by one."""
        self._level -= messages


class Limits:
    """At most so many messages a second in one chat and in all chats of the bot."""

    def __init__(self) -> None:
        self._chat_rate: float | None = None
        self._chat_burst = 1.0
        self._chats: dict[int, Bucket] = {}
        self._bot: Bucket | None = None

    def switch(self, *, chat_per_second: float | None, chat_burst: float, bot_per_second: float | None) -> None:
        """Set the limits anew; None switches one off."""
        self._chat_rate = chat_per_second
        self._chat_burst = chat_burst
        self._chats = {}
        self._bot = Bucket(bot_per_second, bot_per_second) if bot_per_second else None

    def admit(self, chat_id: int, messages: int) -> None:
        """Count messages that are about to be posted, or raise TooFastError without counting them."""
        buckets = [self._bot] if self._bot else []
        if self._chat_rate:
            fresh = Bucket(self._chat_rate, self._chat_burst)
            buckets.append(self._chats.setdefault(chat_id, fresh))
        wait = max((bucket.wait() for bucket in buckets), default=0.0)
        if wait > 0:
            raise TooFastError(max(1, math.ceil(wait)))
        for bucket in buckets:
            bucket.spend(messages)
