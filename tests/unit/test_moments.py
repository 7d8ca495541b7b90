"""Moments as people type them."""

from datetime import UTC, datetime, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.durations import TooLong
from core.errors import Refusal, Unreadable
from core.moments import Local, MomentPassed, read_beginning, read_moment
from core.texts import LANGUAGES, Texts

# A Sunday afternoon in Warsaw.
NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
WARSAW = "Europe/Warsaw"


def local(language: str) -> Local:
    return Local(NOW, WARSAW, language)


def said(moment: datetime) -> str:
    return moment.astimezone(ZoneInfo(WARSAW)).strftime("%m-%d %H:%M")


@pytest.mark.parametrize(
    ("language", "words", "moment"),
    [
        ("en", "tomorrow 10", "11-23 10:00"),
        ("en", "Tomorrow at 10:30", "11-23 10:30"),
        ("en", "tomorrow", "11-23 10:00"),
        ("en", "tomorrow morning", "11-23 09:00"),
        ("en", "evening", "11-22 18:00"),
        ("en", "in 2 hours", "11-22 17:30"),
        ("en", "on friday at 3pm", "11-27 15:00"),
        ("en", "friday 15.30", "11-27 15:30"),
        ("en", "10", "11-23 10:00"),
        ("en", "18:00", "11-22 18:00"),
        ("en", "today 18", "11-22 18:00"),
        ("en", "25.11 9", "11-25 09:00"),
        ("en", "5.12", "12-05 10:00"),
        ("en", "dec 5", "12-05 10:00"),
        ("en", "5 dec, 14:00", "12-05 14:00"),
        ("en", "2026-12-01 08:15", "12-01 08:15"),
        ("ru", "завтра в 10", "11-23 10:00"),
        ("ru", "через 2 часа", "11-22 17:30"),
        ("ru", "в пятницу в 15", "11-27 15:00"),
        ("ru", "послезавтра", "11-24 10:00"),
        ("ru", "завтра утром", "11-23 09:00"),
        ("ru", "25 ноября в 9", "11-25 09:00"),
        ("ru", "в 18:00", "11-22 18:00"),
        ("uk", "завтра о 10", "11-23 10:00"),
        ("uk", "у п’ятницю о 15:00", "11-27 15:00"),
        ("uk", "за 2 години", "11-22 17:30"),
        ("uk", "о 18", "11-22 18:00"),
        ("pl", "jutro o 10", "11-23 10:00"),
        ("pl", "w piątek o 15", "11-27 15:00"),
        ("pl", "za godzinę", "11-22 16:30"),
        ("pl", "o 18:00", "11-22 18:00"),
        ("pl", "завтра в 10", "11-23 10:00"),
    ],
)
def test_a_moment_is_read_in_every_language(language: str, words: str, moment: str) -> None:
    assert said(read_moment(words, local(language))) == moment


@pytest.mark.parametrize("words", ["", "soon", "tomorrow call", "25:00", "10:75", "32.13", "13pm", "🙂", "0" * 50])
def test_what_names_no_moment_is_refused(words: str) -> None:
    with pytest.raises(Unreadable):
        read_moment(words, local("en"))


def test_what_lies_behind_is_refused() -> None:
    with pytest.raises(MomentPassed):
        read_moment("yesterday 10:00", local("en"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", ["soon", "2020-01-01"])
def test_a_refusal_shows_a_moment_in_the_language_of_who_typed(language: str, words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read_moment(words, local(language))
    told = refusal.value.told(Texts(language, WARSAW), NOW)
    example = told.rpartition(": ")[2]
    assert read_moment(example, local(language)) == NOW.replace(hour=9, minute=0) + timedelta(days=1)


def test_nobody_means_a_moment_ten_years_from_now() -> None:
    with pytest.raises(TooLong):
        read_moment("5.12.2036", local("en"))


def test_the_beginning_says_when_and_the_rest_what() -> None:
    moment, rest = read_beginning("tomorrow 10 call about the 2 chairs", local("en"))
    assert (said(moment), rest) == ("11-23 10:00", "call about the 2 chairs")
    moment, rest = read_beginning("через 2 часа отправить счёт", local("ru"))
    assert (said(moment), rest) == ("11-22 17:30", "отправить счёт")


def test_ten_in_the_morning_is_ten_on_both_sides_of_a_change_of_clocks() -> None:
    eve = Local(datetime(2026, 10, 24, 12, tzinfo=UTC), WARSAW, "en")
    assert read_moment("today 23:00", eve) - eve.now == timedelta(hours=9)
    assert read_moment("tomorrow 23:00", eve) - eve.now == timedelta(hours=34)


@given(words=st.text(max_size=40), language=st.sampled_from(LANGUAGES))
def test_whatever_is_typed_is_a_moment_to_come_or_refused_in_words(words: str, language: str) -> None:
    try:
        moment = read_moment(words, local(language))
    except Refusal:
        return
    assert moment >= NOW


def test_a_long_text_is_soon_known_to_be_no_moment() -> None:
    began = process_time()
    with pytest.raises(Unreadable):
        read_moment("1 " * 2000, local("en"))
    assert process_time() - began < 0.5
