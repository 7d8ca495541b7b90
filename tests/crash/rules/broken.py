"""How a broken rule is named."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tests.crash.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that does not hold, in words, and what it does not hold for."""

    rule: str
    words: str
    ids: tuple[object, ...]

    def __str__(self) -> str:
        return f"{self.rule} {self.words}: {', '.join(map(str, self.ids[:20]))}"


Rule = Callable[[Evidence], Iterator[Broken]]


def unless_none(rule: str, words: str, offenders: Iterable[object]) -> Iterator[Broken]:
    """One broken rule that names all its offenders, or nothing if there are none."""
    ids = tuple(offenders)
    if ids:
        yield Broken(rule, words, ids)
