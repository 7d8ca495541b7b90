"""Lengths of time as people type them, in any of our languages; moments and dates are not read here."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from functools import cache
from itertools import product
from typing import Final, Literal, NamedTuple

from babel.dates import format_timedelta
from babel.units import format_unit

from core.errors import Refusal, Unreadable
from core.texts import AT_ONCE, LANGUAGES, LOCALES, N_, texts
from core.words import bare

LONGEST = timedelta(days=366)
EXAMPLE = "10 min"


class TooLong(Refusal):
    """More than anybody means."""

    code = "duration-too-long"
    text = N_("That is more than a year.")
    next_step = N_("Choose 366 days or less.")


class _Unit(NamedTuple):
    length: timedelta
    stands_alone: bool


_UNITS: Final[Mapping[Literal["week", "day", "hour", "minute", "second"], timedelta]] = {
    "week": timedelta(weeks=1),
    "day": timedelta(days=1),
    "hour": timedelta(hours=1),
    "minute": timedelta(minutes=1),
    "second": timedelta(seconds=1),
}

# One number for each plural form of our languages.
_WHOLE_NUMBERS = (1, 2, 5)
_NUMBERS = (*_WHOLE_NUMBERS, 1.5)

# What CLDR does not have: letters, and the round-the-clock day of the three Slavic languages.
_LETTERS = {"м": timedelta(minutes=1), "g": timedelta(hours=1), "сут": timedelta(days=1)}
_DAYS_AND_NIGHTS = ("сутки", "суток", "доба", "добу", "доби", "діб", "doba", "dobę", "doby", "dób")

_PHRASES = {
    timedelta(0): (
        *("0", "at once", "now", "right now", "immediately", "straight away"),
        *("сразу", "сразу же", "сейчас", "немедленно"),
        *("одразу", "відразу", "зараз", "негайно"),
        *("od razu", "teraz", "natychmiast"),
    ),
    timedelta(minutes=30): ("half an hour", "полчаса", "півгодини", "pół godziny"),
}

_RELATIVE = ("for", "after", "later", "на", "спустя", "позже", "за", "пізніше", "na", "później")
_BETWEEN = {",", "+", "and", "a", "an", "и", "і", "й", "та", "i", "oraz"}

_MINUS = "-\u2212\u2013"
_TOKEN = re.compile(rf"[{_MINUS}]?\d+(?:[.,]\d+)?|[^\W\d_]+\.?|[^\w\s]+|_+")
_WORD = re.compile(r"[^\W\d_]+")


def read_duration(words: str) -> timedelta:
    """The length that the words say: `10 min`, `1,5 ч`, `1 godz. 30 min`, `через 3 дня`, `day`, `at once`.

    Raises Unreadable with the first part that is not understood, and TooLong above 366 days.
    """
    tokens = _without_relatives(_TOKEN.findall(unicodedata.normalize("NFC", words)))
    phrase = _phrases().get(bare(" ".join(tokens)))
    if phrase is not None:
        return phrase
    try:
        parts = list(_parts(tokens))
        total = sum(parts, timedelta())
    except OverflowError:
        raise TooLong from None
    if not parts:
        raise _unreadable(words.strip())
    if total > LONGEST:
        raise TooLong
    return total


def read_seconds(number: str) -> timedelta:
    """So many whole seconds, as a button says them. Raises Unreadable, and TooLong above 366 days."""
    if not number.isdecimal():
        raise _unreadable(number)
    if int(number) > LONGEST.total_seconds():
        raise TooLong
    return timedelta(seconds=int(number))


def _parts(tokens: list[str]) -> Iterator[timedelta]:
    number = None
    for token in tokens:
        if token[-1].isdecimal():
            if number or token[0] in _MINUS:
                raise _unreadable(number or token)
            number = token
        elif number or not _BETWEEN & {token, bare(token)}:
            yield _part(number, token)
            number = None
    if number:
        raise _unreadable(number)


def _part(number: str | None, word: str) -> timedelta:
    unit = _units().get(bare(word))
    if unit is None or not (number or unit.stands_alone):
        raise _unreadable(word)
    return unit.length * float((number or "1").replace(",", "."))


def _without_relatives(tokens: list[str]) -> list[str]:
    if len(tokens) > 1 and bare(tokens[0]) in _relatives():
        return tokens[1:]
    if len(tokens) > 1 and bare(tokens[-1]) in _relatives():
        return tokens[:-1]
    return tokens


def _unreadable(part: str) -> Unreadable:
    return Unreadable(part=part, example=EXAMPLE)


@cache
def _phrases() -> Mapping[str, timedelta]:
    said = {bare(phrase): length for length, phrases in _PHRASES.items() for phrase in phrases}
    return said | {bare(texts(language)(AT_ONCE)): timedelta(0) for language in LANGUAGES}


@cache
def _relatives() -> frozenset[str]:
    from_cldr = (bare(word) for _, said in _in_some_time("long") for word in _WORD.findall(said)[:-1])
    return frozenset((*from_cldr, *map(bare, _RELATIVE)))


@cache
def _units() -> Mapping[str, _Unit]:
    # In Russian the Ukrainian abbreviation of an hour is a year: only whole words may go without a number.
    short = [*_so_much("short"), *_so_much("narrow"), *_in_some_time("short")]
    whole = [*_so_much("long"), *_in_some_time("long")]
    return {
        **{word: _Unit(length, stands_alone=False) for word, length in _last_words(short)},
        **{letter: _Unit(length, stands_alone=False) for letter, length in _LETTERS.items()},
        **{word: _Unit(length, stands_alone=True) for word, length in _last_words(whole)},
        **{bare(word): _Unit(_UNITS["day"], stands_alone=True) for word in _DAYS_AND_NIGHTS},
    }


def _last_words(said: Iterable[tuple[timedelta, str]]) -> Iterator[tuple[str, timedelta]]:
    return ((bare(_WORD.findall(words)[-1]), unit) for unit, words in said)


def _so_much(style: Literal["long", "short", "narrow"]) -> Iterator[tuple[timedelta, str]]:
    """Each unit, and how CLDR writes numbers of it: 2 hours."""
    for locale, (name, unit), number in product(LOCALES.values(), _UNITS.items(), _NUMBERS):
        yield unit, format_unit(number, f"duration-{name}", style, locale=locale)


def _in_some_time(style: Literal["long", "short"]) -> Iterator[tuple[timedelta, str]]:
    """Each unit, and how CLDR writes numbers of it in the future, which takes other cases: in 2 hours."""
    for locale, (name, unit), number in product(LOCALES.values(), _UNITS.items(), _WHOLE_NUMBERS):
        # So high a threshold that no larger unit is taken.
        yield (
            unit,
            format_timedelta(
                unit * number, granularity=name, threshold=99, add_direction=True, format=style, locale=locale
            ),
        )
