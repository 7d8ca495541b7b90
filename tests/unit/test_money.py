"""Sums as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refusal, Unreadable
from core.money import Money, SumTooLarge, read_currency, read_money
from core.texts import LANGUAGES, texts


@pytest.mark.parametrize(
    ("words", "money"),
    [
        ("1500", Money(150_000, "EUR")),
        ("1 500", Money(150_000, "EUR")),
        ("1\u00a0500", Money(150_000, "EUR")),
        ("1,500", Money(150_000, "EUR")),
        ("1.500", Money(150_000, "EUR")),
        ("1.500,50", Money(150_050, "EUR")),
        ("1,500.50", Money(150_050, "EUR")),
        ("1 500,5", Money(150_050, "EUR")),
        ("1.234.567", Money(123_456_700, "EUR")),
        ("0", Money(0, "EUR")),
        ("1.5k", Money(150_000, "EUR")),
        ("1,5 тыс. руб.", Money(150_000, "RUB")),
        ("2к", Money(200_000, "EUR")),
        ("2 тис. грн", Money(200_000, "UAH")),
        ("1.2 mln zł", Money(120_000_000, "PLN")),
        ("1 499,90 zł", Money(149_990, "PLN")),
        ("1500 EUR", Money(150_000, "EUR")),
        ("$20", Money(2_000, "USD")),
        ("€ 20", Money(2_000, "EUR")),
        ("20€", Money(2_000, "EUR")),
        ("20k€", Money(2_000_000, "EUR")),
        ("20 евро", Money(2_000, "EUR")),
        ("500р", Money(50_000, "RUB")),
        ("500 jpy", Money(500, "JPY")),
        ("1500 ₴", Money(150_000, "UAH")),
    ],
)
def test_a_sum_is_read(words: str, money: Money) -> None:
    assert read_money(words, currency="EUR") == money


@pytest.mark.parametrize(
    "words", ["", "much", "-5", "5 apples", "1,2,3", "1.50.000", "1,5,5 k", "5 EUR USD", "1.5 jpy", "0.001", "1 k k"]
)
def test_what_is_no_sum_is_refused(words: str) -> None:
    with pytest.raises(Unreadable):
        read_money(words, currency="EUR")


def test_nobody_means_more_than_there_is() -> None:
    with pytest.raises(SumTooLarge):
        read_money("9" * 30, currency="EUR")


def test_a_currency_is_known_by_its_sign_its_code_and_its_name() -> None:
    assert [read_currency(word) for word in ("eur", "zł", "грн", "₽", "US dollar")] == [
        "EUR",
        "PLN",
        "UAH",
        "RUB",
        "USD",
    ]
    with pytest.raises(Unreadable):
        read_currency("pebbles")
    for code in ("XXX", "XAU", "ROL"):
        with pytest.raises(Unreadable):
            read_currency(code)


@given(
    minor=st.integers(0, 10**12),
    currency=st.sampled_from(["EUR", "PLN", "RUB", "UAH"]),
    language=st.sampled_from(LANGUAGES),
)
def test_what_is_shown_is_read_back(minor: int, currency: str, language: str) -> None:
    assert read_money(texts(language).money(minor, currency), currency="USD") == Money(minor, currency)


@given(words=st.text(max_size=30))
def test_whatever_is_typed_is_a_sum_or_refused_in_words(words: str) -> None:
    try:
        assert read_money(words, currency="EUR").minor >= 0
    except Refusal:
        return
