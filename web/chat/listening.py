"""Open requests of visitors, woken when something happens in their talks; one reading of the journal serves all."""

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from core.journal import Event
from inbox.presence import read_typing

# Browsers open no more tabs of one site at once, and whoever does is no visitor.
MOST_EARS = 8
# A large office may come from one address; a token costs nothing, so that an address is counted too.
MOST_EARS_OF_ADDRESS = 200


class TooManyAtOnce(Exception):
    """Somebody has too many requests open."""


class Stopping(Exception):
    """The program stops; whoever asks again in a moment finds it started again."""


class Open:
    """Counts requests that are open at this moment, by whoever sent them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._counts: Counter[str] = Counter()

    @contextlib.contextmanager
    def one(self, who: str) -> Iterator[None]:
        """One of his more, until the block ends. Raises TooManyAtOnce."""
        if self._counts[who] >= self._most:
            raise TooManyAtOnce
        self._counts[who] += 1
        try:
            yield
        finally:
            self._counts[who] -= 1
            if not self._counts[who]:
                del self._counts[who]


class Ear:
    """One request that waits for something to happen in a talk."""

    def __init__(self) -> None:
        self._bell = asyncio.Event()
        self._ended: type[Exception] | None = None
        self.typing: str | None = None

    async def wait(self, seconds: float) -> bool:
        """Return when something happened, or after so many seconds; whether it did."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._bell.wait()
        rung = self._bell.is_set()
        self._bell.clear()
        return rung

    def ring(self) -> None:
        """Something happened."""
        self._bell.set()

    def end(self, why: type[Exception]) -> None:
        """It is to wait no longer."""
        self._ended = why
        self.ring()

    def check(self) -> None:
        """Raise TooManyAtOnce or Stopping when it is to wait no longer."""
        if self._ended is not None:
            raise self._ended


class Listeners:
    """All of this process, by their talks."""

    def __init__(self) -> None:
        # Those of a talk in the order in which they came.
        self._ears: defaultdict[str, dict[Ear, None]] = defaultdict(dict)
        self._of_address = Open(MOST_EARS_OF_ADDRESS)
        self._closed = False

    @property
    def count(self) -> int:
        """How many requests wait."""
        return sum(len(ears) for ears in self._ears.values())

    @contextlib.contextmanager
    def listening(self, ref: str, address: str) -> Iterator[Ear]:
        """An ear at a talk, "conversation:7", until the block ends. Raises TooManyAtOnce for the address.

        One too many of a talk ends the oldest: it is most likely of a page that has gone, of which we are not told.
        """
        with self._of_address.one(address):
            yield from self._listening(ref)

    def _listening(self, ref: str) -> Iterator[Ear]:
        ears = self._ears[ref]
        if len(ears) >= MOST_EARS:
            oldest = next(iter(ears))
            del ears[oldest]
            oldest.end(TooManyAtOnce)
        ear = Ear()
        if self._closed:
            ear.end(Stopping)
        ears[ear] = None
        try:
            yield ear
        finally:
            self._ears[ref].pop(ear, None)
            if not self._ears[ref]:
                del self._ears[ref]

    def heard(self, events: Sequence[Event]) -> None:
        """Wake whose talks these are about."""
        for ref in {item.ref for item in events}:
            for ear in self._ears.get(ref, ()):
                ear.ring()

    def heard_typing(self, rest: str) -> None:
        """Tell a visitor that somebody of ours is typing."""
        told = read_typing(rest)
        if told.actor.startswith("staff:"):
            for ear in self._ears.get(f"conversation:{told.conversation_id}", ()):
                ear.typing = told.actor
                ear.ring()

    def close(self) -> None:
        """End all waiting, as the program stops."""
        self._closed = True
        for ears in self._ears.values():
            for ear in ears:
                ear.end(Stopping)
