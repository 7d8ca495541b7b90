"""What a benchmark answers: goals, each a figure and its bound, and lines that are orientation only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Goal:
    """One goal; without a figure if what it is compared to could not be measured here, and NaN misses every bound."""

    name: str
    figure: float | None
    relation: Literal[">=", "<="]
    bound: float

    @property
    def missed(self) -> bool:
        """Whether it was measured and not reached."""
        if self.figure is None:
            return False
        return not (self.figure >= self.bound if self.relation == ">=" else self.figure <= self.bound)

    def __str__(self) -> str:
        if self.figure is None:
            return f"{self.name} {self.relation} {self.bound:g} not measured"
        return f"{self.name} {self.figure:.2f} {self.relation} {self.bound:g} {'MISSED' if self.missed else 'ok'}"


@dataclass(frozen=True)
class Report:
    """What one benchmark found: its goals, and absolute figures that are orientation only."""

    goals: Sequence[Goal]
    orientation: Sequence[str]
