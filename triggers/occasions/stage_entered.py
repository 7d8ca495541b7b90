"""A deal was moved into a stage, by whomever."""

from typing import Annotated

from pydantic import Field

from core.texts import N_, Texts
from pipeline.events import StageEntered
from triggers.parts import Asks, Kind, Names, Occasion, listed


class OnStageEntered(Occasion):
    """A deal enters one of these stages."""

    kind = "stage_entered"
    label = N_("a deal enters a stage")
    event = StageEntered

    stages: Annotated[tuple[int, ...], Field(min_length=1), Asks(Kind.STAGE, N_("Stage"))]

    def set_off_by(self, event: StageEntered) -> bool:
        return event.stage_id in self.stages

    def told(self, t: Texts, names: Names) -> str:
        return t("a deal enters {stages}", stages=listed(t, names.stages, self.stages))
