"""The deal came from one of these sources."""

from typing import Annotated

from pydantic import Field

from core.texts import N_, Texts
from triggers.parts import Asks, DealCondition, Kind, Names, World, quoted


class FromSource(DealCondition):
    """The deal's source, such as the payload of the link that the customer opened, is one of these."""

    kind = "source"
    label = N_("the deal came from a source")

    sources: Annotated[tuple[str, ...], Field(min_length=1), Asks(Kind.WORDS, N_("Source"))]

    def true_of(self, world: World) -> bool:
        return (world.source or "").casefold() in {one.casefold() for one in self.sources}

    def told(self, t: Texts, names: Names) -> str:
        return t("the deal came from {sources}", sources=quoted(t, self.sources))
