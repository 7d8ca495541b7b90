"""A half-finished part of a trigger: which parameters are known and which is asked now; nothing is shown here."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict

from triggers.parts import Parameter, Part, actions, conditions, occasions

Family = Literal["occasion", "condition", "action"]


class Asking(BaseModel):
    """A part whose parameters are being asked for, one after the other."""

    model_config = ConfigDict(frozen=True)

    family: Family
    kind: str
    values: dict[str, Any] = {}
    at: int = 0

    @property
    def part(self) -> type[Part]:
        """What it will be."""
        return family_of(self.family)[self.kind]

    @property
    def parameter(self) -> Parameter | None:
        """What is asked now; None when all is known."""
        asked = self.part.parameters()
        return asked[self.at] if self.at < len(asked) else None

    def chosen(self) -> list[Any]:
        """What was chosen so far of a parameter that may have several values."""
        found = self.values.get(self.parameter.name, []) if self.parameter else []
        return list(found) if isinstance(found, list) else []

    def with_value(self, value: Any, *, ahead: int) -> Self:
        """Itself with a value for what is asked now, and so much further."""
        name = self.parameter.name if self.parameter else ""
        return self.model_copy(update={"values": {**self.values, name: value}, "at": self.at + ahead})

    def beside(self, name: str, value: Any) -> Self:
        """Itself with a value that is not asked for on its own."""
        return self.model_copy(update={"values": {**self.values, name: value}})

    def moved(self, by: int) -> Self:
        """Itself at another parameter."""
        return self.model_copy(update={"at": self.at + by})


def family_of(name: str) -> Mapping[str, type[Part]]:
    """All parts of a family, by their stored names."""
    families: dict[str, Mapping[str, type[Part]]] = {
        "occasion": occasions(),
        "condition": conditions(),
        "action": actions(),
    }
    return families[name]
