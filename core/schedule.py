"""Working hours of a week and quiet hours of a night, by the clock on a wall; nothing is sent or held back here."""

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import product
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel.dates import get_day_names

from core.errors import Unreadable
from core.texts import ALWAYS_CLOSED, LANGUAGES, LOCALES, MINUTES_A_DAY, texts
from core.words import bare

WEEK_EXAMPLE = "mon-fri 09:00-18:00, sat 10:00-14:00"
NIGHT_EXAMPLE = "22:00-08:00"

# From this minute of the local day until before that one, which may be a minute of the next day.
Span = tuple[int, int]

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Week:
    """The hours of each day, Monday first; the spans of a day in order.

    A moment that a change to summer time leaves out is when the clock jumps over it. In the hour that the end of
    summer time repeats, hours begin and end when the clock shows their time first.
    """

    days: tuple[tuple[Span, ...], ...]

    def is_open(self, at: datetime, zone: str) -> bool:
        """Whether an instant is within the hours, in the IANA zone that they are meant in."""
        now = at.astimezone(UTC)
        return self.next_opening(now, zone) == now

    def next_opening(self, at: datetime, zone: str) -> datetime | None:
        """The first instant from `at` on that is within the hours, in UTC; None without any hours."""
        # Two weeks ahead, for a change to summer time may leave out the only hours of one.
        for start, end in _instants(self.days, at, zone, days=15):
            if start < end and at < end:
                return max(start, at.astimezone(UTC))
        return None

    def stored(self) -> list[list[list[int]]]:
        """The hours as JSON has them."""
        return [[list(span) for span in spans] for spans in self.days]

    @classmethod
    def from_stored(cls, days: list[list[list[int]]]) -> "Week":
        """The hours that `stored` gave."""
        return cls(tuple(tuple((start, end) for start, end in spans) for spans in days))


@dataclass(frozen=True)
class Night:
    """Quiet hours, the same every night."""

    span: Span

    def over_at(self, at: datetime, zone: str) -> datetime | None:
        """When the night that `at` is in ends, in UTC; None by day. The clock's changes count as they do for a week."""
        for start, end in _instants([[self.span]] * 7, at, zone, days=1):
            if start <= at < end:
                return end
        return None

    def stored(self) -> list[int]:
        """The hours as JSON has them."""
        return list(self.span)

    @classmethod
    def from_stored(cls, span: list[int]) -> "Night":
        """The hours that `stored` gave."""
        start, end = span
        return cls((start, end))


_DASH = r"\s*[-\u2010-\u2015\u2212]\s*"
_TIME = r"\d{1,2}(?:[:.]\d{2})?"
_NAME = r"[^\W\d_](?:[^\W\d_]|['’`])*\.?"
_BETWEEN = r"\s,;"
_SPAN = re.compile(rf"({_TIME}){_DASH}({_TIME})(?=[{_BETWEEN}]|$)")
_DAYS = re.compile(rf"({_NAME})(?:{_DASH}({_NAME}))?(?=[{_BETWEEN}:]|$)")
_PART = re.compile(rf"{_SPAN.pattern}|{_DAYS.pattern}|[^{_BETWEEN}:][^{_BETWEEN}]*")

# What CLDR does not have: how the days are shortened by hand, and the accusative of what happens on one.
_SHORT_NAMES: Final[tuple[str, ...]] = (
    "пон пнд pn",
    "tues втр вів wto wt",
    "weds среду середу срд сер środę śr",
    "thur thurs чтв чет cz",
    "пятницу пʼятницю птн пят pt",
    "субботу суботу суб sobotę so sb",
    "воскресенье неділю вос вск нед niedzielę ndz nd",
)
_EVERY_DAY: Final = {"daily", "everyday", "ежедневно", "щодня", "щоденно", "codziennie"}


def read_week(words: str) -> Week:
    """The hours that the words say: `mon-fri 09:00-18:00, sat 10-14`, `пн, ср 9-13 14-18`, `codziennie 22:00-02:00`.

    Days are named before their hours, in any of our languages. Raises Unreadable with the first part that is not
    understood.
    """
    if bare(words) in _words_for_closed():
        return Week(((),) * 7)
    hours: dict[int, list[Span]] = defaultdict(list)
    named: set[int] = set()
    # The days that still lack their hours, as they were typed.
    pending = ""
    for part in (found[0] for found in _PART.finditer(unicodedata.normalize("NFC", words))):
        if (span := _SPAN.fullmatch(part)) and named:
            for day in named:
                hours[day].append(_span(span, WEEK_EXAMPLE))
            pending = ""
        elif days := _DAYS.fullmatch(part):
            named = _days(days) | (named if pending else set())
            pending = part
        else:
            raise Unreadable(part=part, example=WEEK_EXAMPLE)
    if pending or not hours:
        raise Unreadable(part=pending or words.strip(), example=WEEK_EXAMPLE)
    return Week(tuple(_merged(hours[day]) for day in range(7)))


def read_night(words: str) -> Night:
    """The quiet hours that the words say: `22:00-08:00`, `22-8`.

    Raises Unreadable, also for a night without a day.
    """
    found = _SPAN.fullmatch(words.strip())
    if not found:
        raise Unreadable(part=words.strip(), example=NIGHT_EXAMPLE)
    night = _span(found, NIGHT_EXAMPLE)
    if night == (0, MINUTES_A_DAY):
        raise Unreadable(part=words.strip(), example=NIGHT_EXAMPLE)
    return Night(night)


def _days(found: re.Match[str]) -> set[int]:
    first, last = found.groups()
    if last is None and bare(first) in _every_day():
        return set(range(7))
    begin, end = (_day(name) for name in (first, last or first))
    return {day % 7 for day in range(begin, begin + (end - begin) % 7 + 1)}


def _day(name: str) -> int:
    day = _day_names().get(bare(name))
    if day is None:
        raise Unreadable(part=name, example=WEEK_EXAMPLE)
    return day


def _span(found: re.Match[str], example: str) -> Span:
    start, end = (_minutes(time) for time in found.groups())
    if start is None or end is None or start in (end, MINUTES_A_DAY):
        raise Unreadable(part=found[0], example=example)
    return start, end if end > start else end + MINUTES_A_DAY


def _minutes(words: str) -> int | None:
    hour, _, minute = words.replace(".", ":").partition(":")
    minutes = int(hour) * 60 + int(minute or 0)
    return minutes if int(minute or 0) < 60 and minutes <= MINUTES_A_DAY else None


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1] and _can_be_said(both := (merged[-1][0], max(end, merged[-1][1]))):
            merged[-1] = both
        else:
            merged.append((start, end))
    return tuple(merged)


def _can_be_said(span: Span) -> bool:
    # A whole day from any other minute would be as empty as 9-9, and a longer one cannot be told from a short one.
    return span == (0, MINUTES_A_DAY) or span[1] - span[0] < MINUTES_A_DAY


def _instants(
    week: Iterable[Iterable[Span]], at: datetime, zone: str, *, days: int
) -> Iterator[tuple[datetime, datetime]]:
    """When the spans of the days around and after `at` begin and end, in UTC and in order of their beginnings.

    A span that the clock jumps over ends when it begins.
    """
    local = ZoneInfo(zone)
    today = at.astimezone(local).date()
    spans = [list(of_day) for of_day in week]
    # From yesterday, whose spans may run past midnight, to at least tomorrow, which a clock may be set back from.
    for day in (today + timedelta(days=n) for n in range(-1, days + 1)):
        for start, end in spans[day.weekday()]:
            yield _instant(day, start, local), _instant(day, end, local)


def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The first instant at which the clock shows that many minutes of the day, or jumps over them; in UTC."""
    wanted = datetime.combine(day, time()) + minutes * MINUTE
    # What the offsets before and after a change make of it; the same where nothing changes.
    before, after = (wanted.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if before <= after:
        return before

    def shown(minutes_later: int) -> datetime:
        return (after + minutes_later * MINUTE).astimezone(zone).replace(tzinfo=None)

    # The clock never shows it, and jumps somewhere between the two.
    return after + bisect_left(range((before - after) // MINUTE), wanted, key=shown) * MINUTE


@cache
def _words_for_closed() -> frozenset[str]:
    return frozenset(bare(texts(language)(ALWAYS_CLOSED)) for language in LANGUAGES)


@cache
def _every_day() -> frozenset[str]:
    return frozenset(map(bare, _EVERY_DAY))


@cache
def _day_names() -> Mapping[str, int]:
    widths: tuple[Literal["abbreviated", "narrow", "short", "wide"], ...] = ("abbreviated", "narrow", "short", "wide")
    contexts: tuple[Literal["format", "stand-alone"], ...] = ("format", "stand-alone")
    meanings: dict[str, set[int]] = defaultdict(set)
    for locale, width, context in product(LOCALES.values(), widths, contexts):
        for day, name in get_day_names(width, context, locale).items():
            meanings[bare(name)].add(day)
    for day, names in enumerate(_SHORT_NAMES):
        for name in names.split():
            meanings[bare(name)].add(day)
    # Most single letters are more than one day's.
    return {name: min(days) for name, days in meanings.items() if len(days) == 1}
