"""Moments as people type them, in any of our languages: days are read by a library, lengths by `durations`."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import get_month_names

from core.durations import TooLong, read_duration
from core.errors import Refusal, Unreadable
from core.texts import LANGUAGES, LOCALES, N_
from core.words import bare

# The hour of a day that was named without one.
MORNING: Final = time(10)
LONGEST: Final = timedelta(days=5 * 366)
MOST_WORDS: Final = 6
LONGEST_DAY: Final = 60

_PARTS_OF_DAY: Final = {
    time(9): ("morning", "утром", "вранці", "зранку", "rano"),
    time(12): ("noon", "midday", "в полдень", "опівдні", "w południe"),
    time(15): ("afternoon", "днем", "днём", "вдень", "po południu"),
    time(18): ("evening", "tonight", "вечером", "ввечері", "увечері", "wieczorem"),
}
_AT: Final = r"at|@|в|во|к|о|об|на|o|na"
_CLOCK: Final = re.compile(
    rf"(?:^|\s)(?P<at>(?:{_AT})\s+)?(?P<hour>\d{{1,2}})(?:(?P<mark>[:.])(?P<minute>\d{{2}}))?\s*(?P<half>[ap]\.?m\.?)?$"
)
_BEFORE_DAYS: Final = ("on", "at", "в", "во", "на", "у", "w", "we", "na")
_DAY_AND_MONTH: Final = re.compile(r"(\d{1,2})[./](\d{1,2})\.?")
_COMMA: Final = re.compile(r"\s*,\s*|\s+")


class UnreadableMoment(Unreadable):
    """The words name no moment."""

    code = "unreadable-moment"
    next_step = N_("Try it like this: tomorrow 10:00")


class MomentPassed(Refusal):
    """The moment lies behind."""

    code = "moment-passed"
    text = N_("That moment has passed: {time}.")
    next_step = N_("Choose a later one, like: tomorrow 10:00")


class Local(NamedTuple):
    """Now, where somebody lives, and the language that he types."""

    now: datetime
    zone: str
    language: str


def read_moment(words: str, local: Local) -> datetime:
    """The instant, aware UTC, that the words mean: `tomorrow 10`, `в пятницу в 15`, `за 2 години`, `18:00`.

    A day without an hour means ten o'clock, an hour without a day the next time it comes. Raises Unreadable,
    MomentPassed, and TooLong far in the future.
    """
    said = " ".join(_COMMA.split(unicodedata.normalize("NFC", words).replace("’", "'").lower().strip()))
    moment = _after_a_while(said, local) or _on_a_day(said, local)
    if moment is None:
        raise UnreadableMoment(part=words.strip())
    if moment < local.now:
        raise MomentPassed(time=words.strip())
    if moment - local.now > LONGEST:
        raise TooLong
    return moment


def read_beginning(words: str, local: Local) -> tuple[datetime, str]:
    """The moment that the longest beginning of the words means, and the words left. Raises as `read_moment`."""
    split = words.split()
    for length in range(min(len(split), MOST_WORDS), 0, -1):
        try:
            return read_moment(" ".join(split[:length]), local), " ".join(split[length:])
        except Unreadable:
            continue
    raise UnreadableMoment(part=words.strip()[:40])


def _after_a_while(said: str, local: Local) -> datetime | None:
    try:
        return local.now + read_duration(said)
    except Unreadable:
        return None


def _on_a_day(said: str, local: Local) -> datetime | None:
    here = local.now.astimezone(ZoneInfo(local.zone))
    for day_words, clock in _readings(said):
        day = _day(day_words, here, local.language)
        if day is not None:
            return _instant(day, clock or MORNING, here)
        if not day_words and clock is not None:
            today = _instant(here.date(), clock, here)
            return today if today > local.now else _instant(here.date() + timedelta(days=1), clock, here)
    return None


def _instant(day: date, clock: time, here: datetime) -> datetime:
    return datetime.combine(day, clock, here.tzinfo).astimezone(UTC)


def _readings(said: str) -> Iterator[tuple[str, time | None]]:
    """The words apart: which day, and which hour of it."""
    for clock, names in _parts_of_day():
        if said == names or said.endswith(f" {names}"):
            yield said.removesuffix(names).strip() or "today", clock
    found = _CLOCK.search(said)
    rest = said[: found.start()].strip() if found else ""
    if found and (clock_said := _clock(found, rest)):
        yield rest, clock_said
    yield said, None


def _clock(found: re.Match[str], rest: str) -> time | None:
    """The hour that ends the words; a number behind a month is its day, and `5.11` alone is a day too."""
    if not found["at"] and (
        (found["mark"] == "." and not rest) or (not found["mark"] and bare(rest.rpartition(" ")[2]) in _months())
    ):
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if half := found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _day(said: str, here: datetime, language: str) -> date | None:
    words = said.split()
    if len(words) > 1 and words[0] in _BEFORE_DAYS:
        words = words[1:]
    # A number alone is no day: the library takes it for one of this month.
    if not words or (len(words) == 1 and words[0].isdecimal()):
        return None
    if numbers := _DAY_AND_MONTH.fullmatch(" ".join(words)):
        return _next(int(numbers[1]), int(numbers[2]), here.date())
    others = [one for one in LANGUAGES if one != language]
    for languages in ([language], others):
        found = _parsed(" ".join(words), languages, here.replace(tzinfo=None))
        if found is not None:
            day: date = found.date()
            return day
    return None


def _next(day: int, month: int, today: date) -> date | None:
    """The next such day; the library takes `5.12` for an hour."""
    for year in range(today.year, today.year + 5):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    return None


def _parsed(words: str, languages: list[str], now: datetime) -> datetime | None:
    # The library would think about a long text for seconds.
    if len(words) > LONGEST_DAY:
        return None
    # Loaded when somebody types a day, as it slows the start.
    import dateparser

    settings = {"RELATIVE_BASE": now, "PREFER_DATES_FROM": "future", "DATE_ORDER": "DMY"}
    found: datetime | None = dateparser.parse(words, languages=languages, settings=settings)
    return found


@cache
def _parts_of_day() -> list[tuple[time, str]]:
    return [(clock, name) for clock, names in _PARTS_OF_DAY.items() for name in names]


@cache
def _months() -> frozenset[str]:
    widths: tuple[Literal["wide"], Literal["abbreviated"]] = ("wide", "abbreviated")
    forms: tuple[Literal["format"], Literal["stand-alone"]] = ("format", "stand-alone")
    return frozenset(
        bare(name)
        for locale in LOCALES.values()
        for width in widths
        for form in forms
        for name in get_month_names(width, form, locale).values()
    )
