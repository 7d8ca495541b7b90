"""The deal is in one of these stages."""

from typing import Annotated

from pydantic import Field

from core.texts import N_, Texts
from triggers.parts import Asks, DealCondition, Kind, Names, World, listed


class InStage(DealCondition):
    """The deal is in one of these stages."""

    kind = "stage"
    label = N_("the deal is in a stage")

    stages: Annotated[tuple[int, ...], Field(min_length=1), Asks(Kind.STAGE, N_("Stage"))]

    def true_of(self, world: World) -> bool:
        return world.stage_id in self.stages

    def told(self, t: Texts, names: Names) -> str:
        return t("the deal is in {stages}", stages=listed(t, names.stages, self.stages))
