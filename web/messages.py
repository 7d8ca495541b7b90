"""A talk as a page lists it: bubbles, what happened between them, and days; how each looks is the template's affair."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from core.journal import Event, Recorded
from core.texts import N_, Texts
from core.words import shortened
from inbox.events import ContactBlocked, ContactReturned
from inbox.talks import NOTE, OUT, Delivery, TalkMessage
from inbox.wording import reason
from pipeline import correcting
from pipeline.events import DealAssigned, DealClosed, DealOpened, DealReopened, DealReturned, StageEntered
from pipeline.staff.rights import Staff
from triggers.telling import Teller, told_once
from triggers.words import why

# What happens to a deal between its messages, with its picture.
BETWEEN: Mapping[type[Event], str] = {
    DealOpened: "link",
    DealAssigned: "person",
    DealReturned: "people",
    StageEntered: "arrow",
    DealClosed: "won",
    DealReopened: "retry",
    ContactBlocked: "lock",
    ContactReturned: "person",
}
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Day:
    """A day begins."""

    shape: ClassVar[str] = "day"
    date: date


@dataclass(frozen=True, slots=True)
class Line:
    """Something happened to the deal."""

    shape: ClassVar[str] = "line"
    id: int
    at: datetime
    picture: str
    words: str


_TILES = frozenset({"photo", "video", "animation"})


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message, or all parts of an album."""

    shape: ClassVar[str] = "bubble"
    parts: Sequence[TalkMessage]

    @property
    def first(self) -> TalkMessage:
        """The part by whose number it is known."""
        return self.parts[0]

    @property
    def worded(self) -> TalkMessage:
        """The part that has the words, or else the first one."""
        return next((one for one in self.parts if one.body.get("text")), self.parts[0])

    @property
    def at(self) -> datetime:
        """When it was said."""
        return self.parts[0].at

    @property
    def is_ours(self) -> bool:
        """Whether it went to the customer."""
        return self.first.direction == OUT

    @property
    def is_note(self) -> bool:
        """Whether only the team sees it."""
        return self.first.direction == NOTE

    @property
    def trouble(self) -> TalkMessage | None:
        """The part of it that did not arrive for certain."""
        bad = (Delivery.FAILED, Delivery.UNCONFIRMED)
        return next((one for one in self.parts if one.sent and one.sent.state in bad), None)

    @property
    def tiles(self) -> Sequence[TalkMessage]:
        """Those of its parts that are shown as one picture."""
        found = [one for one in self.parts if one.kind in _TILES]
        return found if len(found) > 1 else []

    @property
    def apart(self) -> Sequence[TalkMessage]:
        """Its other parts, each as it is."""
        tiles = {one.id for one in self.tiles}
        return [one for one in self.parts if one.id not in tiles]

    @property
    def look(self) -> str:
        """The class of its bubble, by how far it has come."""
        states = {one.sent.state for one in self.parts if one.sent}
        if Delivery.FAILED in states:
            return "failed"
        if Delivery.UNCONFIRMED in states:
            return "unsure"
        if Delivery.CANCELLED in states:
            return "off"
        return "going" if states & {Delivery.WAITING, Delivery.SENDING} else ""

    @property
    def seen(self) -> bool:
        """Whether the customer has seen all of it."""
        return all(one.seen for one in self.parts)


Item = Day | Line | Bubble


def bubbles(messages: Sequence[TalkMessage]) -> Iterator[Bubble]:
    """Messages, the parts of each album together."""
    for _, parts in groupby(messages, key=lambda one: (one.album, one.direction) if one.album else one.id):
        yield Bubble(list(parts))


def lines(teller: Teller, events: Sequence[Recorded[Event]]) -> list[Line]:
    """Those of these events that are shown between messages."""
    known = [one for one in told_once(events) if type(one.event) in BETWEEN]
    return [Line(one.id, one.at, BETWEEN[type(one.event)], teller.line(one.event)) for one in known]


def woven(said: Sequence[TalkMessage], between: Sequence[Line], zone: str) -> list[Item]:
    """Messages in their own order, each behind what happened before it, under its day."""
    waiting = sorted(between, key=attrgetter("at", "id"))
    items: list[Bubble | Line] = []
    for bubble in bubbles(said):
        while waiting and waiting[0].at <= bubble.at:
            items.append(waiting.pop(0))
        items.append(bubble)
    return list(_under_days([*items, *waiting], ZoneInfo(zone)))


def _under_days(items: Sequence[Bubble | Line], zone: ZoneInfo) -> Iterator[Item]:
    today = None
    for item in items:
        day = item.at.astimezone(zone).date()
        # A message that came late is among those of the day on which it came.
        if today is None or day > today:
            today = day
            yield Day(day)
        yield item


def not_sent(t: Texts, one: TalkMessage) -> str:
    """Why a message did not arrive, and what to do."""
    if one.sent is None:
        return ""
    if one.sent.state is Delivery.UNCONFIRMED:
        return t("Not confirmed: the messenger did not answer, it may have arrived")
    because, next_step = reason(t, one.sent.reason or "")
    return t("Not sent: {reason}. {next_step}", reason=because, next_step=next_step)


def given_up(t: Texts, one: TalkMessage) -> str:
    """Why a message was never sent, though it did not fail."""
    if one.sent is None or not one.sent.reason:
        return t("Not sent: it was discarded")
    return t("Not sent: {reason}", reason=why(t, one.sent.reason))


_NOT_KEPT = {
    "too_large": N_("larger than 20 MB, so it was not fetched"),
    "disk": N_("there was no room on the disk for it"),
}
_NOT_FETCHED = N_("the messenger did not give it to us")


def not_kept(t: Texts, code: str | None) -> str:
    """Why a file is not here."""
    return t(_NOT_KEPT.get(code or "", _NOT_FETCHED))


def may_change(by: Staff, one: TalkMessage, now: datetime) -> bool:
    """Whether a page offers to change the words of a message; whether they can be is asked when it is done."""
    return one.kind == "text" and may_take_back(by, one, now)


def may_take_back(by: Staff, one: TalkMessage, now: datetime) -> bool:
    """Whether a page offers to take a message back."""
    if one.direction != OUT or one.deleted_at is not None:
        return False
    reached = one.sent is None or one.sent.state in (Delivery.WAITING, Delivery.SENDING, Delivery.DELIVERED)
    return reached and correcting.may_take_back(by, one.actor, one.at, now)


def language_tag(language: str | None) -> str:
    """A customer's language as HTML names it, or nothing."""
    return language if language and _LANGUAGE.fullmatch(language) else ""


def size_of(t: Texts, size: int | None) -> str:
    """How large a file is."""
    if size is None:
        return ""
    if size >= 1_000_000:
        return t("{n} MB", n=t.number(round(size / 1_000_000)))
    return t("{n} KB", n=t.number(max(1, round(size / 1000))))


def quoted(body: Mapping[str, Any]) -> str:
    """The beginning of the words of a message that another one answers."""
    return shortened(str(body.get("text") or ""), 140)
