"""What a messenger must be able to do for us, in our own words; nothing here knows a messenger or a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Protocol

# How many times longer a send may take that carries the bytes of files.
UPLOADS_TAKE = 3


class Reason(StrEnum):
    """Why something for a chat will not be sent."""

    BLOCKED = "blocked"
    GONE = "gone"
    TOO_LARGE = "too_large"
    FILE = "file"
    REFUSED = "refused"
    REACTION = "reaction"
    UNSUPPORTED = "unsupported"
    TARGET = "target"
    GAVE_UP = "gave_up"


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote, as the messenger knows him; a name that is `made_up` stands until somebody says a better one."""

    external_id: str
    name: str
    username: str | None = None
    language: str | None = None
    made_up: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """A file that lies with a messenger, by the name it has there.

    `channel_id` says with whom, None being the channel of the talk that it is in.
    """

    kind: str
    external_ref: str
    mime: str | None = None
    name: str | None = None
    size: int | None = None
    channel_id: int | None = None


@dataclass(frozen=True, slots=True)
class Kept(File):
    """A file that lies with us already; its name is its place below the media folder."""


@dataclass(frozen=True, slots=True)
class Written:
    """A message of a person: `body` is our own form (text, entities, location, ...)."""

    external_id: str
    at: datetime
    kind: str
    body: dict[str, Any]
    files: Sequence[File] = ()
    reply_to: str | None = None
    album: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a messenger takes: lengths in UTF-16 units, sizes in bytes.

    Of the kinds that are not in `sends` it gets their words instead. `captioned` are those that carry a text, and of an
    album's parts all are of one set in `albums`.
    """

    text: int
    caption: int
    sends: frozenset[str]
    captioned: frozenset[str]
    albums: Sequence[frozenset[str]]
    album_parts: int
    upload: int
    download: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited(Written):
    """What a message says since its person changed it; all of it, as if it were written so."""

    edited_at: datetime


@dataclass(frozen=True, slots=True)
class Reacted:
    """The person's reaction on a message of the chat is now this emoji, CUSTOM_EMOJI, PAID_REACTION or none."""

    message: str
    emoji: str | None


# Reactions that are no emoji which can be shown.
CUSTOM_EMOJI, PAID_REACTION = "custom", "paid"


@dataclass(frozen=True, slots=True)
class Started:
    """The person opened the chat, perhaps by a link with a payload."""

    payload: str | None


@dataclass(frozen=True, slots=True)
class Reachability:
    """The person blocked us or let us in again."""

    reachable: bool


@dataclass(frozen=True, slots=True)
class Pressed:
    """For the staff's screens only: a button, an invitation."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update: by whom, in which chat, and what happened; without `content` there is nothing in it for us."""

    external_id: str
    payload: dict[str, Any]
    chat_key: str | None = None
    person: Person | None = None
    content: Written | Reacted | Started | Reachability | Pressed | None = None
    unreadable: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What one reading brought; `offset` acknowledges it at the next one."""

    updates: Sequence[Incoming]
    offset: int | None


@dataclass(frozen=True, slots=True)
class Sending:
    """One thing to do in a chat: `content` in our own form, other messages by their names in that chat.

    An edit gives the whole content anew; a medium keeps its file unless it says that the file is "replaced". A medium
    says either "file", by which the messenger knows it, or "path" and "name" of the bytes here.
    """

    chat_key: str
    op: str
    content: dict[str, Any]
    target: str | None = None
    reply_to: str | None = None

    @property
    def uploads(self) -> list[Path]:
        """The files that go with it."""
        return [Path(one["path"]) for one in self.content.get("parts", [self.content]) if "path" in one]


@dataclass(frozen=True, slots=True)
class Delivered:
    """The new messages' names in their chat, in order; `files` are what their media are called there from now on."""

    names: tuple[str, ...] = ()
    files: tuple[str | None, ...] = ()


class Retry(Exception):
    """It was certainly not done and may be tried again, after `after` seconds where the messenger named a time."""

    def __init__(self, error: str, *, after: float | None = None, everywhere: bool = False) -> None:
        """`everywhere` says that nothing can be sent now, to whomever."""
        super().__init__(error)
        self.error = error
        self.after = after
        self.everywhere = everywhere


class Refused(Exception):
    """It was certainly not done and never will be."""

    def __init__(self, reason: Reason, error: str) -> None:
        super().__init__(error)
        self.reason = reason
        self.error = error


class Unanswered(Exception):
    """It was handed over and no answer was seen: nobody can say whether it was done."""


class Paused(Exception):
    """The channel as a whole cannot be used until an admin mends it; `reason` is "token" or "webhook"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Crowded(Exception):
    """Somebody else reads this channel at the same time."""


class Channel(Protocol):
    """One account at one messenger."""

    kind: ClassVar[str]
    label: ClassVar[str]
    limits: ClassVar[Limits]

    async def name(self) -> str:
        """The account's own name at the messenger, which never changes. Raises Paused or Retry."""
        ...

    async def read(self, offset: int | None) -> Batch:
        """Wait for updates. Those below `offset` are acknowledged by the call. Raises Paused, Crowded or Retry."""
        ...

    async def deliver(self, sending: Sending) -> Delivered:
        """Do one thing in a chat; what is new there. An album has several messages.

        Raises Retry, Refused, Unanswered or Paused.
        """
        ...

    async def show_typing(self, chat_key: str) -> None:
        """Let the person see for a few seconds that somebody writes to him, where nothing else tells him so.

        Raises Retry, Refused, Unanswered or Paused; nothing is lost by it.
        """
        ...

    async def fetch(self, external_ref: str, to: Path, *, most: int) -> None:
        """Bring a file of the messenger's to a place here, at most so many bytes, whatever size it is said to have.

        Raises Refused for what can never be had, Retry for now, Paused, or OSError when it cannot be written. What has
        been written until then stays.
        """
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...
