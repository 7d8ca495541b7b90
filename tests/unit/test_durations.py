"""Lengths of time as people type them, and as they read them back."""

import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.durations import EXAMPLE, LONGEST, TooLong, read_duration
from core.errors import Unreadable
from core.texts import LANGUAGES, texts

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("words", "length"),
    [
        ("10min", 10 * MINUTE),
        ("90 s", 90 * SECOND),
        ("5 m", 5 * MINUTE),
        ("2 h", 2 * HOUR),
        ("1.5 h", 90 * MINUTE),
        ("3 d", 3 * DAY),
        ("2 weeks", 14 * DAY),
        ("1 h 30 min", 90 * MINUTE),
        ("1h30min", 90 * MINUTE),
        ("1 hour, 30 minutes", 90 * MINUTE),
        ("an hour and 10 mins", 70 * MINUTE),
        ("in 2 hours", 2 * HOUR),
        ("2 hours later", 2 * HOUR),
        ("day", DAY),
        ("half an hour", 30 * MINUTE),
        ("1,5 ч", 90 * MINUTE),
        ("30 мин.", 30 * MINUTE),
        ("5 м", 5 * MINUTE),
        ("10 с", 10 * SECOND),
        ("1 час 30 минут", 90 * MINUTE),
        ("2 недели", 14 * DAY),
        ("через 3 дня", 3 * DAY),
        ("через 1 минуту", MINUTE),
        ("через полчаса", 30 * MINUTE),
        ("2 часа спустя", 2 * HOUR),
        ("час", HOUR),
        ("неделя", 7 * DAY),
        ("сутки", DAY),
        ("2 год", 2 * HOUR),
        ("15 хв", 15 * MINUTE),
        ("2 г 5 хв", 125 * MINUTE),
        ("за 2 години", 2 * HOUR),
        ("за годину", HOUR),
        ("через 2 тижні", 14 * DAY),
        ("2 доби", 2 * DAY),
        ("2 godz. 5 min", 125 * MINUTE),
        ("3 g", 3 * HOUR),
        ("za 2 godziny", 2 * HOUR),
        ("za godzinę", HOUR),
        ("za godzine", HOUR),
        ("2 tyg.", 14 * DAY),
        ("dzień", DAY),
        ("  ЧЕРЕЗ   3\u00a0ДНЯ ", 3 * DAY),
        (unicodedata.normalize("NFD", "5 дней"), 5 * DAY),
        ("366 d", LONGEST),
    ],
)
def test_a_length_is_read_whatever_language_it_is_in(words: str, length: timedelta) -> None:
    assert read_duration(words) == length


@pytest.mark.parametrize(
    "words",
    [
        "0",
        "0 min",
        "at once",
        "Now",
        "immediately",
        "сразу",
        "сейчас",
        "одразу",
        "зараз",
        "od razu",
        "teraz",
        "OD  RAZU",
    ],
)
def test_at_once_is_no_time(words: str) -> None:
    assert read_duration(words) == timedelta(0)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("10 fortnights", "fortnights"),
        ("через 2 Месяца", "Месяца"),
        ("1 h 30", "30"),
        ("10 20 min", "10"),
        ("soon", "soon"),
        ("10 min please", "please"),
        ("2 hours ago", "ago"),
        ("-5 min", "-5"),
        ("1 h \u22125 min", "\u22125"),
        ("10 min ???", "???"),
        ("1_0 h", "_"),
        ("in", "in"),
        (" , ", ","),
        ("", ""),
    ],
)
def test_the_part_that_is_not_understood_is_named(words: str, part: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_duration(words)
    assert refusal.value.values == {"part": part, "example": EXAMPLE}


def test_an_abbreviation_needs_a_number_for_it_may_be_another_word_elsewhere() -> None:
    with pytest.raises(Unreadable):
        read_duration("через год")


@pytest.mark.parametrize("words", ["367 d", "53 недели", "366 d 1 s", "9" * 400 + " h", "999999999 d 999999999 d"])
def test_more_than_a_year_is_too_long(words: str) -> None:
    with pytest.raises(TooLong):
        read_duration(words)


@given(words=st.text("0159 .,-hmdчгхвzaчерезinнеделя?", max_size=20))
def test_whatever_is_typed_is_read_or_refused_by_a_part_of_it(words: str) -> None:
    part, length = "", timedelta(0)
    try:
        length = read_duration(words)
    except TooLong:
        length = LONGEST
    except Unreadable as refusal:
        part = str(refusal.values["part"])
    assert part in words
    assert timedelta(0) <= length <= LONGEST


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(0), ["at once", "сразу", "одразу", "od razu"]),
        (-MINUTE, ["at once", "сразу", "одразу", "od razu"]),
        (10 * MINUTE, ["10 minutes", "10 минут", "10 хвилин", "10 minut"]),
        (90 * MINUTE, ["1 hour 30 minutes", "1 час 30 минут", "1 година 30 хвилин", "1 godzina 30 minut"]),
        (3 * DAY, ["3 days", "3 дня", "3 дні", "3 dni"]),
        (10 * DAY, ["10 days", "10 дней", "10 днів", "10 dni"]),
        (14 * DAY, ["2 weeks", "2 недели", "2 тижні", "2 tygodnie"]),
        (DAY + MINUTE, ["1 day 1 minute", "1 день 1 минута", "1 день 1 хвилина", "1 dzień 1 minuta"]),
    ],
)
def test_a_length_is_said_in_the_persons_language(length: timedelta, said: list[str]) -> None:
    assert [texts(language).duration(length) for language in LANGUAGES] == said


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(0), ["at once", "сразу", "одразу", "od razu"]),
        (SECOND, ["1 second", "1 секунду", "1 секунду", "1 sekundę"]),
        (5 * MINUTE, ["5 minutes", "5 минут", "5 хвилин", "5 minut"]),
        (61 * MINUTE, ["1 hour 1 minute", "1 час 1 минуту", "1 годину 1 хвилину", "1 godzinę 1 minutę"]),
        (2 * DAY, ["2 days", "2 дня", "2 дні", "2 dni"]),
        (7 * DAY, ["1 week", "1 неделю", "1 тиждень", "1 tydzień"]),
    ],
)
def test_a_length_is_declined_within_a_sentence(length: timedelta, said: list[str]) -> None:
    assert [texts(language).during(length) for language in LANGUAGES] == said


@given(seconds=st.integers(0, LONGEST // SECOND))
def test_a_length_within_an_english_sentence_is_said_as_alone(seconds: int) -> None:
    assert texts("en").during(seconds * SECOND) == texts("en").duration(seconds * SECOND)


def test_two_units_are_enough_to_be_exact() -> None:
    assert texts("en").duration(DAY + 2 * HOUR + 3 * MINUTE) == "26 hours 3 minutes"
    assert texts("en").duration(LONGEST - SECOND) == "527039 minutes 59 seconds"


def test_a_part_of_a_second_is_not_said() -> None:
    assert texts("en").duration(timedelta(seconds=5, milliseconds=999)) == "5 seconds"


@pytest.mark.parametrize("language", LANGUAGES)
@given(minutes=st.integers(0, LONGEST // MINUTE))
def test_what_is_said_in_minutes_is_read_back(language: str, minutes: int) -> None:
    assert read_duration(texts(language).duration(minutes * MINUTE)) == minutes * MINUTE


@pytest.mark.parametrize("language", LANGUAGES)
@given(seconds=st.integers(0, LONGEST // SECOND))
def test_what_is_said_in_seconds_is_read_back(language: str, seconds: int) -> None:
    assert read_duration(texts(language).duration(seconds * SECOND)) == seconds * SECOND
