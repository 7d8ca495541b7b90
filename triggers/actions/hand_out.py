"""Give the deal to whoever's turn it is."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from core.database import UnitOfWork
from core.texts import N_, Texts
from pipeline.staff.rotation import make_rotation, put_in_turn
from triggers.parts import Action, Asks, Failed, Firing, Kind, Names, listed


class HandOut(Action):
    """Hand the deal out in turn among these people, or among all of its pipeline; without one on shift it waits."""

    kind = "hand_out"
    label = N_("hand the deal out in turn")

    people: Annotated[tuple[int, ...], Asks(Kind.PERSON, N_("Among"))] = ()
    rotation_id: int | None = None

    async def perform(self, uow: UnitOfWork, firings: Sequence[Firing]) -> Mapping[int, Failed]:
        await put_in_turn(
            uow,
            [one.world.deal_id for one in firings],
            rotation_id=self.rotation_id,
            origins={one.world.deal_id: one.origin for one in firings},
        )
        return {}

    async def settled(self, uow: UnitOfWork, pipeline_id: int) -> Self:
        if not self.people:
            return self.model_copy(update={"rotation_id": None})
        return self.model_copy(update={"rotation_id": await make_rotation(uow, pipeline_id, self.people)})

    def told(self, t: Texts, names: Names) -> str:
        if not self.people:
            return t("hand the deal out in turn among everybody on shift")
        return t("hand the deal out in turn among {people}", people=listed(t, names.people, self.people))
