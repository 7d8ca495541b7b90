"""Sums as people type them: `1 500`, `1.5k`, `€20`, `2 тыс. грн`, `1 499,90 zł`; how they are shown is in `texts`."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from babel.core import get_global
from babel.numbers import (
    get_currency_name,
    get_currency_precision,
    get_currency_symbol,
    get_territory_currencies,
    is_currency,
)

from core.errors import Refusal, Unreadable
from core.texts import LOCALES, N_
from core.words import bare

EXAMPLE: Final = "1 500 EUR"
# What an integer of the databases and of a browser holds.
MOST: Final = 2**53
OF_LANGUAGES: Final = {"en": "EUR", "ru": "RUB", "uk": "UAH", "pl": "PLN"}

_THOUSANDS: Final = {
    1_000: ("k", "к", "thousand", "тыс", "тысяч", "тысяча", "тысячи", "тис", "тисяч", "tys", "tysiecy", "tysiace"),
    1_000_000: ("m", "mln", "million", "млн", "миллион", "миллиона", "мільйон", "мільйони", "milion", "miliony"),
}
_SAID_SHORT: Final = {
    "EUR": ("€", "евро", "євро"),
    "USD": ("$", "usd", "dollar", "dollars", "долл", "доллар", "доллара", "долларов", "дол", "доларів", "dol"),
    "RUB": ("₽", "р", "руб", "рубль", "рубля", "рублей"),
    "UAH": ("₴", "грн", "гривна", "гривен", "гривны", "гривень", "гривні", "hrn"),
    "PLN": ("zł", "zl", "зл", "злотых", "złotych", "złote", "złoty"),
    "GBP": ("£", "pound", "pounds"),
    "KZT": ("₸", "тг", "тенге"),
    "BYN": ("br",),
}
_SUM: Final = re.compile(r"(?P<before>[^\d\s.,+-]*)\s*(?P<number>\d[\d\s.,'’]*)\s*(?P<after>.*)", re.DOTALL)
_SPACES: Final = re.compile(r"[\s'’]")


class SumTooLarge(Refusal):
    """More than anybody means."""

    code = "sum-too-large"
    text = N_("That sum is too large.")
    next_step = N_("Check the zeros and type it again.")


class Money(NamedTuple):
    """Minor units of a currency, by its ISO 4217 code."""

    minor: int
    currency: str


def read_money(words: str, *, currency: str) -> Money:
    """The sum that the words say, in `currency` where they name none. Raises Unreadable, SumTooLarge."""
    found = _SUM.fullmatch(unicodedata.normalize("NFC", words).strip())
    if found is None:
        raise _unreadable(words)
    times, named = _meaning([*_words(found["before"]), *_words(found["after"])], words)
    code = named or currency
    amount = _number(found["number"], words) * times
    minor = amount.scaleb(get_currency_precision(code))
    if minor != minor.to_integral_value():
        raise _unreadable(words)
    if minor > MOST:
        raise SumTooLarge
    return Money(int(minor), code)


def read_currency(word: str) -> str:
    """The ISO 4217 code that a word means: `eur`, `zł`, `грн`. Raises Unreadable."""
    code = _currencies().get(_folded(word))
    if code is None:
        raise Unreadable(part=word.strip(), example="EUR")
    return code


def _meaning(said: list[str], words: str) -> tuple[int, str | None]:
    times, currency = 1, None
    for word in said:
        if word in _multiples() and times == 1:
            times = _multiples()[word]
        elif word in _currencies() and currency is None:
            currency = _currencies()[word]
        else:
            raise _unreadable(words)
    return times, currency


def _words(said: str) -> Iterator[str]:
    return (word for one in said.split() for word in _apart(_folded(one)))


def _apart(word: str) -> Iterator[str]:
    """`k€` and `тыс.руб` are two words each."""
    known = _multiples().keys() | _currencies().keys()
    cut = next((n for n in range(1, len(word)) if word[:n] in _multiples() and word[n:] in known), None)
    return iter([word] if cut is None or word in known else [word[:cut], word[cut:]])


def _number(said: str, words: str) -> Decimal:
    """Three digits behind the only kind of mark are thousands; else the last mark begins the fraction."""
    digits = _SPACES.sub("", said.strip().rstrip(".,"))
    marks = [char for char in digits if char in ".,"]
    if not marks:
        return Decimal(digits)
    whole, mark, fraction = digits.rpartition(marks[-1])
    if len(set(marks)) == 1 and len(fraction) == 3 and (len(marks) > 1 or whole != "0"):
        groups = digits.split(mark)
        if any(len(group) != 3 for group in groups[1:]):
            raise _unreadable(words)
        return Decimal("".join(groups))
    if marks[-1] in whole:
        raise _unreadable(words)
    return Decimal(f"{re.sub('[.,]', '', whole)}.{fraction}")


def _unreadable(words: str) -> Unreadable:
    return Unreadable(part=words.strip()[:60], example=EXAMPLE)


def _folded(word: str) -> str:
    return bare(word) or word.strip(".").casefold()


@cache
def _multiples() -> Mapping[str, int]:
    return {bare(word): times for times, said in _THOUSANDS.items() for word in said}


@cache
def _currencies() -> Mapping[str, str]:
    names: dict[str, str] = {}
    for code in sorted(_known()):
        if is_currency(code):
            for locale in LOCALES.values():
                for said in (get_currency_symbol(code, locale), get_currency_name(code, locale=locale)):
                    names.setdefault(_folded(said), code)
    short = {_folded(word): code for code, said in _SAID_SHORT.items() for word in said}
    return names | short | {code.casefold(): code for code in _known()}


def _known() -> set[str]:
    """The currencies of today; metals, tests and what is none have codes as well."""
    return {code for territory in get_global("territory_currencies") for code in get_territory_currencies(territory)}
