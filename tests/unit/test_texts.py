"""Texts, times and sums in four languages."""

from datetime import UTC, datetime, timedelta

import pytest

from core.texts import LANGUAGES, Texts, pick_language, texts

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def t() -> Texts:
    return texts("en", "Europe/Warsaw")


def test_values_are_filled_in_literally(t: Texts) -> None:
    assert t("Hello, {name}, of {firm}", name="{firm} {0} %s", firm="Acme") == "Hello, {firm} {0} %s, of Acme"


def test_a_forgotten_value_is_an_error(t: Texts) -> None:
    with pytest.raises(KeyError):
        t("Hello, {name}")


def test_a_text_without_a_translation_stays_english() -> None:
    assert texts("pl")("Nobody has translated {this}", this="me") == "Nobody has translated me"


def test_an_empty_text_is_not_the_header_of_the_catalogue() -> None:
    assert texts("ru")("") == ""


def test_a_plural_shows_its_number(t: Texts) -> None:
    assert t.plural("{n} deal of {name}", "{n} deals of {name}", 1, name="Ann") == "1 deal of Ann"
    assert t.plural("{n} deal of {name}", "{n} deals of {name}", 1200, name="Ann") == "1,200 deals of Ann"


@pytest.mark.parametrize(
    ("code", "language"), [("ru-RU", "ru"), ("PL_pl", "pl"), ("uk", "uk"), ("be", "en"), ("", "en"), (None, "en")]
)
def test_a_messengers_code_picks_one_of_our_languages(code: str | None, language: str) -> None:
    assert pick_language(code, "en") == language


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        (timedelta(minutes=5), "12:55"),
        (timedelta(hours=14), "yesterday 23:00"),
        (timedelta(days=9), "21 Feb, 13:00"),
        (timedelta(days=100), "22 Nov 2025, 13:00"),
    ],
)
def test_a_moment_is_as_short_as_it_is_clear(t: Texts, before: timedelta, shown: str) -> None:
    assert t.clock(NOW - before, NOW) == shown


def test_the_day_changes_at_the_persons_midnight() -> None:
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert texts("en", "UTC").clock(late, NOW) == "yesterday 23:30"
    assert texts("en", "Europe/Kyiv").clock(late, NOW) == "01:30"


def test_distances_have_a_direction(t: Texts) -> None:
    assert t.ago(NOW - timedelta(minutes=5), NOW) == "5 minutes ago"
    assert t.ago(NOW + timedelta(hours=2), NOW) == "in 2 hours"


def test_sums_follow_their_currency_and_language(t: Texts) -> None:
    assert t.money(150_000, "EUR") == "€1,500"
    assert t.money(1500, "JPY") == "JP¥1,500"
    assert texts("ru").money(-99, "UAH") == "-0,99\xa0₴"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_knows_yesterday(language: str) -> None:
    assert texts(language).clock(NOW - timedelta(days=1), NOW).endswith(" 12:00")


def test_texts_of_one_language_are_shared() -> None:
    assert texts("uk", "Europe/Kyiv") is texts("uk", "Europe/Kyiv")


def test_a_language_has_a_name_in_the_language_of_whoever_reads_it() -> None:
    assert [texts(one).language_name("uk") for one in LANGUAGES] == [
        "Ukrainian",
        "украинский",
        "українська",
        "ukraiński",
    ]
    assert texts("en").language_name("pt-BR") == "Portuguese"
    assert texts("en").language_name("xx-unknown") == "xx-unknown"
