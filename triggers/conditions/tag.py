"""The deal has certain tags, or none of them."""

from typing import Annotated, Literal

from pydantic import Field

from core.texts import N_, Texts
from triggers.parts import Asks, DealCondition, Kind, Names, World, listed

_CHOICES = {"any": N_("has one of them"), "all": N_("has all of them"), "none": N_("has none of them")}


class HasTag(DealCondition):
    """The deal has one, all or none of these tags."""

    kind = "tag"
    label = N_("the deal's tags")

    tags: Annotated[tuple[int, ...], Field(min_length=1), Asks(Kind.TAG, N_("Tags"))]
    has: Annotated[Literal["any", "all", "none"], Asks(Kind.CHOICE, N_("The deal"), _CHOICES)]

    def true_of(self, world: World) -> bool:
        match self.has:
            case "any":
                return bool(world.tags.intersection(self.tags))
            case "all":
                return world.tags.issuperset(self.tags)
            case _:
                return world.tags.isdisjoint(self.tags)

    def told(self, t: Texts, names: Names) -> str:
        tags = listed(t, names.tags, self.tags)
        match self.has:
            case "any":
                return t("the deal has one of the tags {tags}", tags=tags)
            case "all":
                return t("the deal has the tags {tags}", tags=tags)
            case _:
                return t("the deal has none of the tags {tags}", tags=tags)
