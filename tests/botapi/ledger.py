"""The record of what one bot was offered and what it did; nothing in it is ever changed or removed."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from tests.botapi.pulse import Pulse

EntryKind = Literal["queued", "offered", "acknowledged", "accepted", "refused", "limited", "fault"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened, at `monotonic` seconds of the server's clock and at `wall` seconds since 1970.

    queued        an update of the kind in `description` joined the queue; `message_ids` is the message that it brings
    offered       updates were put in an answer to getUpdates; `again` are those that had been offered before
    acknowledged  updates left the queue for good
    accepted      a call that changes something was carried out; `message_ids` are the messages it made or touched
    refused       a call was answered with an error
    limited       a call broke a limit that was switched on (it is also `refused`)
    fault         a fault struck a call; `fault` is its id
    """

    seq: int
    monotonic: float
    wall: float
    kind: EntryKind
    method: str = ""
    chat_id: int | None = None
    params: dict[str, Any] = field(default_factory=dict)
    message_ids: list[int] = field(default_factory=list)
    update_ids: list[int] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    error_code: int | None = None
    description: str = ""
    fault: int | None = None

    @property
    def text(self) -> str:
        """The words of the call: its text or its captions."""
        parts = [self.params, *(part for part in _media(self.params) if isinstance(part, dict))]
        return "\n".join(str(part[key]) for part in parts for key in ("text", "caption") if part.get(key))

    def as_json(self) -> dict[str, Any]:
        """The entry as the control interface sends it."""
        return asdict(self)


def _media(params: dict[str, Any]) -> list[Any]:
    media = params.get("media")
    return media if isinstance(media, list) else [media]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries are asked for; what is None does not matter."""

    kind: EntryKind | None = None
    method: str | None = None
    chat_id: int | None = None
    text_contains: str | None = None
    update_id: int | None = None
    fault: int | None = None

    def includes(self, entry: Entry) -> bool:
        """Whether the entry is one of those."""
        return (
            self.kind in (None, entry.kind)
            and self.method in (None, entry.method)
            and self.chat_id in (None, entry.chat_id)
            and self.fault in (None, entry.fault)
            and (self.text_contains is None or self.text_contains in entry.text)
            and (self.update_id is None or self.update_id in entry.update_ids)
        )


class Ledger:
    """An append-only list of entries, numbered from 1."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self._entries: list[Entry] = []

    def write(self, kind: EntryKind, **details: Any) -> None:
        """Append what has just happened."""
        seq = len(self._entries) + 1
        self._entries.append(Entry(seq=seq, monotonic=time.monotonic(), wall=time.time(), kind=kind, **details))
        self._pulse.beat()

    def entries(self, wanted: Wanted, *, after: int = 0) -> list[Entry]:
        """The entries asked for whose number is above `after`."""
        return [entry for entry in self._entries[after:] if wanted.includes(entry)]

    async def wait(self, wanted: Wanted, *, count: int, after: int, timeout: float) -> list[Entry] | None:
        """The entries asked for as soon as there are `count` of them, or None when the time is up."""
        return await self._pulse.until(self._collector(wanted, count, after), timeout)

    def _collector(self, wanted: Wanted, count: int, after: int) -> Callable[[], list[Entry] | None]:
        # It remembers how far it has read: a long ledger is not read from its start at every beat.
        found: list[Entry] = []
        position = after

        def look() -> list[Entry] | None:
            nonlocal position
            found.extend(self.entries(wanted, after=position))
            position = max(position, len(self._entries))
            return found if len(found) >= count else None

        return look


def dumps(value: Any) -> str:
    """JSON that survives every text a test can send: what is not ASCII, lone surrogates included, is escaped."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), default=str)
