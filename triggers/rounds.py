"""Splits work into rounds, so that sets are worked on at once and yet each deal in its own order."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def one_of_each(items: Sequence[T], key: Callable[[T], Hashable]) -> Iterator[list[T]]:
    """The items in rounds; in a round each key comes once at most, and over the rounds in the order given."""
    left = list(items)
    while left:
        seen: set[Hashable] = set()
        this_round: list[T] = []
        rest: list[T] = []
        for item in left:
            (rest if key(item) in seen else this_round).append(item)
            seen.add(key(item))
        yield this_round
        left = rest
