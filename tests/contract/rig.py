"""What a channel's own test rig must be able to do, so that the suite can ask every channel the same things."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from inbox.channel import Channel


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as the customer sees it."""

    external_id: str
    kind: str
    text: str
    edited: bool
    replies_to: str | None
    reaction: str | None
    bold: tuple[str, ...]
    file: str | None
    location: tuple[float, float] | None
    details: tuple[str, ...]
    album: str | None
    forwarded: bool


class Customer(Protocol):
    """A person at the messenger."""

    chat_key: str

    async def writes(self, kind: str, text: str = "", *, reply_to: str | None = None) -> str:
        """Send a message of a kind; its name at the messenger."""
        ...

    async def writes_album(self, kinds: Sequence[str]) -> list[str]:
        """Send an album whose captions are "0", "1", ...; the names of its parts."""
        ...

    async def writes_unknown(self) -> str:
        """Send something that no channel of ours knows; its name at the messenger."""
        ...

    async def edits(self, name: str, text: str) -> None:
        """Change the text, or the caption, of what he wrote."""
        ...

    async def replaces(self, name: str) -> None:
        """Put another medium of its kind in the place of one that he sent."""
        ...

    async def reacts(self, name: str, *emoji: str) -> None:
        """Have these reactions on a message of ours and no others."""
        ...

    async def sees(self) -> list[Seen]:
        """What stands in his chat from us, oldest first."""
        ...

    async def sees_typing(self) -> bool:
        """Whether he was shown that somebody writes to him."""
        ...

    async def blocks(self) -> None:
        """Want no more messages."""
        ...


class Rig(Protocol):
    """One channel with its messenger's server."""

    # What the messenger does not have, by the names that the tests give it, and the kinds of what people write there.
    lacks: frozenset[str]
    writes: frozenset[str]

    @property
    def channel(self) -> Channel:
        """The channel under test."""
        ...

    async def customer(self, name: str) -> Customer:
        """Somebody new who has opened the chat; reading has seen that already."""
        ...

    async def breaks(self, how: str, *, after: float | None = None) -> None:
        """Let the next send be "limited" (for `after` seconds), "refused", "lost" (done, unanswered) or "down"."""
        ...

    async def breaks_downloads(self, how: str) -> None:
        """Let the next file be "gone", "endless" or "broken" (cut off for now) when it is fetched."""
        ...

    def away(self) -> Channel:
        """The same channel with a messenger that cannot be reached; closed by the test."""
        ...

    async def offers_again(self) -> None:
        """Bring everything that was acknowledged once more."""
        ...

    def sample(self, kind: str, reference: str | None) -> dict[str, Any]:
        """Content of a kind as it is sent; `reference` names a file that the messenger knows."""
        ...
