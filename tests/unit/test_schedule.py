"""Working hours and quiet nights: read in any language, said in each, and right when the clocks change."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Unreadable
from core.schedule import NIGHT_EXAMPLE, WEEK_EXAMPLE, Night, Span, Week, read_night, read_week
from core.texts import LANGUAGES, texts

WARSAW, NEW_YORK = "Europe/Warsaw", "America/New_York"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE = timedelta(minutes=1)


def of(*days: list[Span]) -> Week:
    return Week(tuple(tuple(spans) for spans in (*days, *[[]] * (7 - len(days)))))


def utc(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


NINE_TO_SIX = [(540, 1080)]
OFFICE = of(*[NINE_TO_SIX] * 5, [(600, 840)])
WEEKDAYS = of(*[NINE_TO_SIX] * 5)
EACH_DAY = of(*[[(540, 1260)]] * 7)
FRIDAY_NIGHT = of([], [], [], [], [(1320, 1560)])


@pytest.mark.parametrize(
    ("words", "week"),
    [
        ("mon-fri 09:00-18:00, sat 10:00-14:00", OFFICE),
        ("Monday \u2013 Friday: 9 \u2013 18; Sat 10-14", OFFICE),
        ("пн-пт 9-18, сб 10-14", OFFICE),
        ("Понедельник-Пятница 9:00-18:00\nсуббота 10-14", OFFICE),
        ("Пн.-Пт. 9.00-18.00", WEEKDAYS),
        ("понеділок-п'ятниця 9-18", WEEKDAYS),
        ("понеділок-п’ятниця 9-18", WEEKDAYS),
        ("pon-pt 9.00-18.00", WEEKDAYS),
        ("poniedziałek-piątek 9-18, sobota 10-14", OFFICE),
        ("poniedzialek-piatek 9-18, sob. 10-14", OFFICE),
        ("mon, tue, wed-fri 9-18", WEEKDAYS),
        ("пн вт ср чт пт 9-18", WEEKDAYS),
        ("daily 9-21", EACH_DAY),
        ("щодня 9-21", EACH_DAY),
        ("ежедневно 9-21", EACH_DAY),
        ("Codziennie 9-21", EACH_DAY),
        ("mon-tue 9-13 14-18", of(*[[(540, 780), (840, 1080)]] * 2)),
        ("mon 14-18, 9-13", of([(540, 780), (840, 1080)])),
        ("mon 9-12, mon 11-15, mon 15-16", of([(540, 960)])),
        ("sun-mon 9-18", of(NINE_TO_SIX, [], [], [], [], [], NINE_TO_SIX)),
        ("fri 22:00-02:00", FRIDAY_NIGHT),
        ("mon 22-24", of([(1320, 1440)])),
        ("mon 22:00-00:00", of([(1320, 1440)])),
        ("mon 00:00-24:00", of([(0, 1440)])),
        ("always closed", of()),
        ("Zawsze zamknięte", of()),
    ],
)
def test_hours_are_read_whatever_language_they_are_in(words: str, week: Week) -> None:
    assert read_week(words) == week


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("funday 9-18", "funday"),
        ("mon-Foo 9-18", "Foo"),
        ("пн-пт 9-18, сбт 10-14", "сбт"),
        ("mon-fri 9-25", "9-25"),
        ("mon 9:60-10", "9:60-10"),
        ("mon 9-9", "9-9"),
        ("mon 0-0", "0-0"),
        ("mon 24:00-06:00", "24:00-06:00"),
        ("mon 9-18h", "9-18h"),
        ("mon 9", "9"),
        ("9-18", "9-18"),
        ("mon-fri 9-18, sat", "sat"),
        ("mon-fri 9-18 and more", "and"),
        ("s 9-18", "s"),
        ("daily-fri 9-18", "daily"),
        (" ;", ";"),
        ("", ""),
    ],
)
def test_the_part_of_the_hours_that_is_not_understood_is_named(words: str, part: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_week(words)
    assert refusal.value.values == {"part": part, "example": WEEK_EXAMPLE}


@given(words=st.text("mondailyпт 0129:.,;-–'x", max_size=20))
def test_whatever_is_typed_is_read_or_refused_by_a_part_of_it(words: str) -> None:
    part = ""
    try:
        read_week(words)
    except Unreadable as refusal:
        part = str(refusal.values["part"])
    assert part in words


@pytest.mark.parametrize(
    ("week", "said"),
    [
        (
            OFFICE,
            [
                "Mon-Fri 09:00-18:00, Sat 10:00-14:00",
                "пн-пт 09:00-18:00, сб 10:00-14:00",
                "пн-пт 09:00-18:00, сб 10:00-14:00",
                "pon.-pt. 09:00-18:00, sob. 10:00-14:00",
            ],
        ),
        (FRIDAY_NIGHT, ["Fri 22:00-02:00", "пт 22:00-02:00", "пт 22:00-02:00", "pt. 22:00-02:00"]),
        (of(), ["always closed", "всегда закрыто", "завжди зачинено", "zawsze zamknięte"]),
    ],
)
def test_hours_are_said_in_the_persons_language(week: Week, said: list[str]) -> None:
    assert [texts(language).week(week) for language in LANGUAGES] == said


def test_days_of_equal_hours_are_said_together() -> None:
    hours = read_week("mon 9-13 14-18, wed-fri 9-13 14-18, tue 0-24")
    assert texts("en").week(hours) == "Mon, Wed-Fri 09:00-13:00 14:00-18:00, Tue 00:00-24:00"


def test_spans_that_make_more_than_a_day_stay_two() -> None:
    assert texts("en").week(read_week("mon 12-11 9-13")) == "Mon 09:00-13:00 12:00-11:00"


clocks = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda time: f"{time[0]:02}:{time[1]:02}")
typed_spans = st.tuples(clocks, clocks | st.just("24:00")).filter(lambda both: both[0] != both[1]).map("-".join)
typed_days = st.tuples(st.sampled_from(DAYS), st.lists(typed_spans, min_size=1, max_size=4)).map(
    lambda day: " ".join([day[0], *day[1]])
)
weeks = st.lists(typed_days, max_size=9).map(lambda days: read_week(", ".join(days) or "always closed"))


@pytest.mark.parametrize("language", LANGUAGES)
@given(week=weeks)
def test_what_is_said_of_a_week_is_read_back(language: str, week: Week) -> None:
    assert read_week(texts(language).week(week)) == week


@given(week=weeks)
def test_a_week_comes_back_from_json(week: Week) -> None:
    assert Week.from_stored(json.loads(json.dumps(week.stored()))) == week


# Monday, 1 June 2026, in summer time: Warsaw is two hours ahead of UTC.
@pytest.mark.parametrize(
    ("at", "opening"),
    [
        ("2026-06-01 06:59", "2026-06-01 07:00"),
        ("2026-06-01 07:00", "2026-06-01 07:00"),
        ("2026-06-01 15:59:59.5", "2026-06-01 15:59:59.5"),
        ("2026-06-01 16:00", "2026-06-02 07:00"),
        ("2026-06-05 16:00", "2026-06-06 08:00"),
        ("2026-06-06 12:00", "2026-06-08 07:00"),
    ],
)
def test_the_next_opening_is_the_first_moment_within_the_hours(at: str, opening: str) -> None:
    assert OFFICE.next_opening(utc(at), WARSAW) == utc(opening)
    assert OFFICE.is_open(utc(at), WARSAW) == (at == opening)


def test_hours_past_midnight_belong_to_the_day_they_begin_on() -> None:
    assert FRIDAY_NIGHT.is_open(utc("2026-06-05 23:59"), WARSAW)
    assert not FRIDAY_NIGHT.is_open(utc("2026-06-06 00:00"), WARSAW)
    assert not FRIDAY_NIGHT.is_open(utc("2026-06-04 23:00"), WARSAW)
    assert FRIDAY_NIGHT.next_opening(utc("2026-06-06 00:00"), WARSAW) == utc("2026-06-12 20:00")


def test_a_week_without_hours_never_opens() -> None:
    assert of().next_opening(utc("2026-06-01 12:00"), WARSAW) is None
    assert not of().is_open(utc("2026-06-01 12:00"), WARSAW)


@pytest.mark.parametrize(
    ("hours", "zone", "at", "opening"),
    [
        # Nine o'clock stays nine o'clock over either change.
        ("daily 9-18", WARSAW, "2026-03-28 20:00", "2026-03-29 07:00"),
        ("daily 9-18", WARSAW, "2026-10-24 20:00", "2026-10-25 08:00"),
        ("daily 9-18", NEW_YORK, "2026-03-07 23:00", "2026-03-08 13:00"),
        ("daily 9-18", NEW_YORK, "2026-10-31 22:00", "2026-11-01 14:00"),
        # Half past two is left out: the clock passes it at three.
        ("sun 02:30-06:00", WARSAW, "2026-03-29 00:00", "2026-03-29 01:00"),
        ("sun 02:30-06:00", NEW_YORK, "2026-03-08 00:00", "2026-03-08 07:00"),
        # Hours that are left out wholly are a week later.
        ("sun 02:00-02:30", WARSAW, "2026-03-28 12:00", "2026-04-05 00:00"),
        ("sun 02:00-02:30", WARSAW, "2026-03-29 01:00", "2026-04-05 00:00"),
        # Half past two comes twice, and counts once.
        ("sun 02:30-06:00", WARSAW, "2026-10-25 00:00", "2026-10-25 00:30"),
        ("sun 02:30-06:00", WARSAW, "2026-10-25 01:10", "2026-10-25 01:10"),
        ("sun 00:00-02:30", WARSAW, "2026-10-25 00:30", "2026-10-31 23:00"),
        ("sun 00:00-02:30", WARSAW, "2026-10-25 01:10", "2026-10-31 23:00"),
        ("sun 01:30-02:00", NEW_YORK, "2026-11-01 04:00", "2026-11-01 05:30"),
    ],
)
def test_hours_go_by_the_clock_on_the_wall_when_it_changes(hours: str, zone: str, at: str, opening: str) -> None:
    assert read_week(hours).next_opening(utc(at), zone) == utc(opening)


def test_a_moment_of_the_repeated_hour_may_be_given_in_its_own_zone() -> None:
    at = utc("2026-10-25 01:10").astimezone(ZoneInfo(WARSAW))
    assert read_week("sun 02:30-06:00").is_open(at, WARSAW)


zones = st.sampled_from((WARSAW, NEW_YORK, "UTC", "Europe/Kyiv", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia"))
moments = st.datetimes(datetime(2009, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
# The clocks of Beirut change at midnight, Apia left out a day.
changes = st.tuples(
    st.sampled_from(
        ("2026-03-28 22:00", "2026-03-29 01:00", "2026-10-25 01:00", "2026-10-24 21:00", "2011-12-30 10:00")
    ),
    st.integers(-1500, 1500),
).map(lambda both: utc(both[0]) + both[1] * MINUTE)


@given(at=moments | changes, zone=zones)
def test_all_day_every_day_is_always_open(at: datetime, zone: str) -> None:
    assert read_week("daily 0-24").is_open(at, zone)


@given(week=weeks, at=moments | changes, zone=zones)
def test_an_opening_is_open_and_follows_a_closed_time(week: Week, at: datetime, zone: str) -> None:
    opening = week.next_opening(at, zone)
    if opening is None:
        assert week == of()
    else:
        assert week.is_open(opening, zone)
        assert opening == at or not (week.is_open(at, zone) or week.is_open(opening - timedelta(microseconds=1), zone))


@given(week=weeks, at=moments)
def test_without_changes_of_the_clock_hours_are_what_the_clock_shows(week: Week, at: datetime) -> None:
    today = at.hour * 60 + at.minute
    shown = ((at.weekday(), today), ((at.weekday() - 1) % 7, today + 1440))
    expected = any(start <= minute < end for day, minute in shown for start, end in week.days[day])
    assert week.is_open(at, "UTC") == expected


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("22:00-08:00", "22:00-08:00"),
        ("22-8", "22:00-08:00"),
        (" 22.30 \u2013 7 ", "22:30-07:00"),
        ("1-6", "01:00-06:00"),
    ],
)
def test_a_night_is_read_and_said(words: str, said: str) -> None:
    night = read_night(words)
    assert [texts(language).night(night) for language in LANGUAGES] == [said] * len(LANGUAGES)
    assert read_night(said) == night
    assert Night.from_stored(json.loads(json.dumps(night.stored()))) == night


@pytest.mark.parametrize("words", ["", "22", "22-25", "9-9", "0-24", "mon 22-8", "22-8 7-9"])
def test_what_is_no_night_is_refused(words: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_night(words)
    assert refusal.value.values == {"part": words, "example": NIGHT_EXAMPLE}


@pytest.mark.parametrize(
    ("words", "zone", "at", "over"),
    [
        ("22-8", WARSAW, "2026-06-01 19:59", None),
        ("22-8", WARSAW, "2026-06-01 20:00", "2026-06-02 06:00"),
        ("22-8", WARSAW, "2026-06-02 05:59:59", "2026-06-02 06:00"),
        ("22-8", WARSAW, "2026-06-02 06:00", None),
        ("1-6", WARSAW, "2026-06-01 22:59", None),
        ("1-6", WARSAW, "2026-06-01 23:00", "2026-06-02 04:00"),
        ("22-8", WARSAW, "2026-03-28 22:00", "2026-03-29 06:00"),
        ("22-8", WARSAW, "2026-10-24 21:00", "2026-10-25 07:00"),
        ("22-8", NEW_YORK, "2026-03-08 04:00", "2026-03-08 12:00"),
        ("22-8", NEW_YORK, "2026-11-01 04:00", "2026-11-01 13:00"),
        ("22:00-02:30", WARSAW, "2026-03-28 22:00", "2026-03-29 01:00"),
        ("22:00-02:30", WARSAW, "2026-03-29 01:00", None),
        ("22:00-02:30", NEW_YORK, "2026-03-08 05:00", "2026-03-08 07:00"),
        ("22:00-02:30", WARSAW, "2026-10-24 22:00", "2026-10-25 00:30"),
        ("22:00-02:30", WARSAW, "2026-10-25 01:10", None),
        ("02:30-08:00", WARSAW, "2026-10-25 01:10", "2026-10-25 07:00"),
    ],
)
def test_a_night_is_over_when_the_clock_on_the_wall_says_so(words: str, zone: str, at: str, over: str | None) -> None:
    assert read_night(words).over_at(utc(at), zone) == (over and utc(over))
