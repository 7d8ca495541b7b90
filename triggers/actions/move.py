"""Put the deal into another stage."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from core.database import UnitOfWork
from core.errors import Refusal
from core.texts import N_, Texts
from pipeline.moving import move_deals
from pipeline.stages import LOST, reasons, stages_of
from triggers.parts import Action, Asks, Failed, Firing, Kind, Names, listed


class LosingNeedsReason(Refusal):
    """A trigger that loses deals must say why."""

    code = "losing-needs-reason"
    text = N_("To close deals as lost, a trigger needs a reason that asks for no words.")
    next_step = N_("Choose such a reason, or another stage.")


class Move(Action):
    """Move the deal to a stage of its pipeline, or close it there; a lost one gets its reason."""

    kind = "move"
    label = N_("move the deal to a stage")

    stage: Annotated[int, Asks(Kind.STAGE, N_("To which stage"))]
    reason: Annotated[int | None, Asks(Kind.REASON, N_("Reason"))] = None

    async def perform(self, uow: UnitOfWork, firings: Sequence[Firing]) -> Mapping[int, Failed]:
        origins = {one.world.deal_id: one.origin for one in firings if one.world.closed_at is None}
        await move_deals(uow, origins, stage_id=self.stage, reason_id=self.reason)
        return {one.run_id: Failed("closed") for one in firings if one.world.closed_at is not None}

    async def settled(self, uow: UnitOfWork, pipeline_id: int) -> Self:
        target = next((one for one in await stages_of(uow, pipeline_id) if one.id == self.stage), None)
        if target is None or target.group != LOST:
            return self.model_copy(update={"reason": None})
        known = {one.id: one for one in await reasons(uow)}
        if self.reason not in known or known[self.reason].asks_words:
            raise LosingNeedsReason
        return self

    def told(self, t: Texts, names: Names) -> str:
        stage = listed(t, names.stages, [self.stage])
        if self.reason is None:
            return t("move the deal to {stage}", stage=stage)
        return t("move the deal to {stage}: {reason}", stage=stage, reason=listed(t, names.reasons, [self.reason]))
