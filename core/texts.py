"""Every text a person sees, in their language, and times and sums as they write them; knows no person.

English is the source: `t("Hello, {name}", name=...)` looks the sentence up in `locales/LANGUAGE.po`. `make texts`
brings the catalogues up to date with the source tree.
"""

import gettext
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib import resources
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, format_time, format_timedelta, get_day_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, get_currency_precision
from babel.units import format_unit

if TYPE_CHECKING:
    from core.schedule import Night, Span, Week

LANGUAGES = ("en", "ru", "uk", "pl")

# British: a day before its month and 24 hours, like the other three.
LOCALES = {language: Locale.parse("en_GB" if language == "en" else language) for language in LANGUAGES}

NOW = timedelta(seconds=10)
PLACEHOLDER = re.compile(r"\{(\w+)\}")
LONGEST_NAME = 64
_SPACES = re.compile(r"\s+")
# The library leaves out the space that belongs there.
_CODE_AND_SUM = re.compile(r"(?<=[A-Z])(?=\d)")
_FRACTION = re.compile(r"\.0+")

# Largest first, in seconds.
UNITS = {"day": 86_400, "hour": 3_600, "minute": 60, "second": 1}
WEEK = 7 * UNITS["day"]

MINUTES_A_DAY = 24 * 60


def N_(text: str) -> str:  # noqa: N802 - the name that every gettext tool knows
    """Mark a text that is shown later, by `t(variable)`, so that the catalogues hold it."""
    return text


AT_ONCE = N_("at once")
ALWAYS_CLOSED = N_("always closed")


def pick_language(code: str | None, default: str) -> str:
    """The language of ours that a messenger's code such as `ru-RU` means, or the default."""
    language = re.split("[-_]", code or "")[0].lower()
    return language if language in LANGUAGES else default


@dataclass(frozen=True)
class Texts:
    """One person's language and time zone."""

    language: str
    timezone: str

    def __call__(self, text: str, /, **values: object) -> str:
        """The translation with every `{name}` filled in; a value is never read as a template again.

        Raises KeyError for a placeholder without a value.
        """
        return filled(_catalogue(self.language).gettext(text), values) if text else ""

    def plural(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The form that the language wants for `n`, which fills `{n}`."""
        return filled(_catalogue(self.language).ngettext(one, many, n), {"n": self.number(n), **values})

    def clock(self, instant: datetime, now: datetime) -> str:
        """A moment as short as it is clear: 14:32, yesterday 14:32, 21 Nov, 14:32."""
        local, today = (moment.astimezone(ZoneInfo(self.timezone)) for moment in (instant, now))
        time = format_time(local, "short", locale=self._locale)
        if local.date() == today.date():
            return time
        if local.date() == today.date() - timedelta(days=1):
            return self(N_("yesterday {time}"), time=time)
        day = format_skeleton("MMMd" if local.year == today.year else "yMMMd", local, locale=self._locale)
        return str(self._locale.datetime_formats["medium"]).format(time, day)

    def time(self, instant: datetime) -> str:
        """The time of a day that is named elsewhere: 14:32."""
        return str(format_time(instant.astimezone(ZoneInfo(self.timezone)), "short", locale=self._locale))

    def day(self, day: date, now: datetime) -> str:
        """A day by its name: today, yesterday, Friday 20 November."""
        today = now.astimezone(ZoneInfo(self.timezone)).date()
        if day == today:
            return self(N_("today"))
        if day == today - timedelta(days=1):
            return self(N_("yesterday"))
        return format_skeleton("MMMMEEEEd" if day.year == today.year else "yMMMMEEEEd", day, locale=self._locale)

    def ago(self, instant: datetime, now: datetime) -> str:
        """The distance in one unit, either way: 5 minutes ago, in 2 hours."""
        if abs(instant - now) < NOW:
            return self(N_("just now"))
        return format_timedelta(instant - now, add_direction=True, locale=self._locale)

    def duration(self, length: timedelta) -> str:
        """A length exactly, in two units at most: at once, 10 minutes, 1 hour 30 minutes, 3 days, 2 weeks.

        Parts of a second are left out, and less than nothing is at once.
        """
        parts = _exact_parts(length)
        said = (format_unit(n, f"duration-{unit}", format="0", locale=self._locale) for unit, n in parts)
        return " ".join(said) or self(AT_ONCE)

    def brief(self, length: timedelta) -> str:
        """A length in its largest unit alone, shortened: 2 min, 3 hrs; less than a minute is nothing yet."""
        for unit, size in UNITS.items():
            if unit != "second" and (n := length // timedelta(seconds=size)) > 0:
                return format_unit(n, f"duration-{unit}", "short", format="0", locale=self._locale)
        return self(N_("now"))

    def during(self, length: timedelta) -> str:
        """The same within a sentence, "silent for {time}" or "once in {time}", where our other languages decline it."""
        return " ".join(self._spent(n, unit) for unit, n in _exact_parts(length)) or self(AT_ONCE)

    def week(self, week: "Week") -> str:
        """Weekly hours, days of equal hours together: Mon-Fri 09:00-18:00, Sat 10:00-14:00."""
        names = get_day_names("abbreviated", "stand-alone", self._locale)
        groups: dict[tuple[Span, ...], list[int]] = {}
        for day, spans in enumerate(week.days):
            if spans:
                groups.setdefault(spans, []).append(day)
        said = (
            " ".join([", ".join(_runs(days, names)), *(_hours(span) for span in spans)])
            for spans, days in groups.items()
        )
        return ", ".join(said) or self(ALWAYS_CLOSED)

    def night(self, night: "Night") -> str:
        """Quiet hours: 22:00-08:00."""
        return _hours(night.span)

    def money(self, minor: int, currency: str) -> str:
        """A sum of minor units: 150000 of EUR is €1,500, 150050 is €1,500.50, and 150000 of PLN is PLN 1,500."""
        amount = Decimal(minor).scaleb(-get_currency_precision(currency))
        if amount != amount.to_integral_value():
            told = format_currency(amount, currency, locale=self._locale)
        else:
            whole = _FRACTION.sub("", self._locale.currency_formats["standard"].pattern)
            told = format_currency(amount, currency, whole, locale=self._locale, currency_digits=False)
        return _CODE_AND_SUM.sub("\u00a0", told)

    def number(self, n: int) -> str:
        """A number with its thousands apart."""
        return format_decimal(n, locale=self._locale)

    def _spent(self, n: int, unit: str) -> str:
        match unit:
            case "week":
                return self.plural("{n} week", "{n} weeks", n, n=n)
            case "day":
                return self.plural("{n} day", "{n} days", n, n=n)
            case "hour":
                return self.plural("{n} hour", "{n} hours", n, n=n)
            case "minute":
                return self.plural("{n} minute", "{n} minutes", n, n=n)
            case _:
                return self.plural("{n} second", "{n} seconds", n, n=n)

    def language_name(self, code: str) -> str:
        """What a language is called; the code of one that nobody knows."""
        name: str = self._locale.languages.get(code.replace("_", "-").split("-")[0].lower(), code)
        return name

    @property
    def _locale(self) -> Locale:
        return LOCALES[self.language]


@cache
def texts(language: str, timezone: str = "UTC") -> Texts:
    """The texts for a language and a zone; the same object every time."""
    return Texts(language, timezone)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == LANGUAGES[0]:
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with resources.files("locales").joinpath(f"{language}.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _exact_parts(length: timedelta) -> list[tuple[str, int]]:
    """The largest units, two at most, that make up a length; none for less than a second."""
    seconds = length // timedelta(seconds=1)
    if seconds <= 0:
        return []
    if seconds % WEEK == 0:
        return [("week", seconds // WEEK)]
    units = dict(UNITS)
    while True:
        parts, rest = [], seconds
        for unit, size in units.items():
            n, rest = divmod(rest, size)
            if n:
                parts.append((unit, n))
        if len(parts) <= 2:
            return parts
        # Three units are too many to read: 1 day 2 hours 3 minutes are 26 hours 3 minutes.
        del units[parts[0][0]]


def _runs(days: list[int], names: Mapping[int, str]) -> Iterator[str]:
    """Days in order as people list them: Mon, Wed-Fri."""
    for _, run in groupby(days, key=lambda day: day - days.index(day)):
        first, *others = run
        yield f"{names[first]}-{names[others[-1]]}" if others else names[first]


def _hours(span: "Span") -> str:
    # Midnight is the end of a day, and the beginning of one.
    start, end = span[0], (span[1] - 1) % MINUTES_A_DAY + 1
    return f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"


def filled(text: str, values: Mapping[str, object]) -> str:
    """A text with every `{name}` filled in, once: what a value says is never a place to fill."""
    return PLACEHOLDER.sub(lambda place: str(values[place[1]]), text)


def plain(name: str) -> str:
    """A customer's name on one line, without characters that move or hide what stands around it."""
    if name.isascii() and name.isprintable() and len(name) <= LONGEST_NAME and "  " not in name:
        return name.strip() or "…"
    visible = "".join(" " if char.isspace() else char for char in name if char.isspace() or not _steers(char))
    short = _SPACES.sub(" ", visible).strip()[:LONGEST_NAME] or "…"
    right_to_left = any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for char in short)
    return f"\u2068{short}\u2069" if right_to_left else short


def _steers(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
