"""The talks that the shop's people have, as `talks.toml` tells them; who has which, and when, is not said here."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

CUSTOMER, US, NOTE = "customer", "us", "note"
OFFER, PAYMENT, PHOTO, PDF = "offer", "payment", "photo", "pdf"
MARKS = frozenset({OFFER, PAYMENT, PHOTO, PDF})
WON, LOST, NOT_A_LEAD = "won", "lost", "not_a_lead"


@dataclass(frozen=True, slots=True)
class Line:
    """What one side says; `marks` are what comes with it: a file, or the stage that the deal enters by it."""

    who: str
    marks: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk from its first word to its end: "won", "lost", "not_a_lead"; a `reason` says why it was lost."""

    name: str
    language: str
    lines: Sequence[Line]
    things: str
    pieces: int
    tags: Sequence[str]
    ends: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """All talks, and the names, goods and words to fill them with. Prices are in euros."""

    talks: Sequence[Talk]
    names: Mapping[str, Sequence[str]]
    things: Mapping[str, Mapping[str, int]]
    sources: Sequence[str]
    # By language: what an operator says to somebody of whom no talk tells.
    answers: Mapping[str, Sequence[str]]


@cache
def book() -> Book:
    """The book, read once."""
    told = tomllib.loads((files(__package__) / "talks.toml").read_text(encoding="utf-8"))
    return Book([_talk(one) for one in told["talk"]], told["names"], told["things"], told["sources"], told["answers"])


def _talk(told: Mapping[str, Any]) -> Talk:
    return Talk(
        name=told["name"],
        language=told["language"],
        lines=[_line(one) for one in told["lines"]],
        things=told.get("things", "lamps"),
        pieces=told.get("pieces", 1),
        tags=told.get("tags", ()),
        ends=told["ends"],
        reason=told.get("reason"),
    )


def _line(told: str) -> Line:
    head, _, text = told.partition(": ")
    who, *marks = head.split(", ")
    if who not in (CUSTOMER, US, NOTE) or not MARKS.issuperset(marks) or not text:
        raise ValueError(f"nobody can say {told!r}")
    return Line(who, frozenset(marks), text)


@dataclass(slots=True)
class Customer:
    """Somebody who writes: by which channel, and how he is called there."""

    name: str
    language: str
    kind: str
    key: str


@dataclass(slots=True)
class Story:
    """A talk that somebody has, and how far it has come."""

    talk: Talk
    customer: Customer
    source: str | None
    words: Mapping[str, str]
    amount: str
    place: int = 0
    # He writes no more, whatever the talk says.
    silent: bool = False

    @property
    def is_over(self) -> bool:
        """Whether all is said."""
        return self.place >= len(self.talk.lines)

    @property
    def is_customers_turn(self) -> bool:
        """Whether he says the next thing."""
        return not self.is_over and self.talk.lines[self.place].who == CUSTOMER

    def turn(self) -> list[Line]:
        """What whoever's turn it is says now; then it is the other's."""
        customers = self.is_customers_turn
        begun = self.place
        while not self.is_over and self.is_customers_turn == customers:
            self.place += 1
        return [Line(one.who, one.marks, one.text.format(**self.words)) for one in self.talk.lines[begun : self.place]]


# Zlotys are what Poles count in; a round rate does for a shop that is none.
RATES = {"EUR": 1, "PLN": 4}


def new_story(told: Book, talk: Talk, customer: Customer, source: str | None, chance: Random) -> Story:
    """A talk of somebody about something that he likes."""
    thing, price = chance.choice(sorted(told.things[talk.things].items()))
    currency = "PLN" if talk.language == "pl" else "EUR"
    price *= RATES[currency]
    total = price * talk.pieces
    words = {"thing": thing, "price": _sum(price, currency), "total": _sum(total, currency)}
    return Story(talk, customer, source, words, f"{total} {currency}")


def _sum(amount: int, currency: str) -> str:
    digits = f"{amount:,}".replace(",", " ")
    return f"{digits} zł" if currency == "PLN" else f"€{digits}"
