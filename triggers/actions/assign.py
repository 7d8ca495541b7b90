"""Give the deal to a certain person."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from core.database import UnitOfWork
from core.texts import N_, Texts
from pipeline.staff.taking import assign_deals
from triggers.parts import Action, Asks, Failed, Firing, Kind, Names, listed


class Assign(Action):
    """Make somebody the assignee, whoever it was before."""

    kind = "assign"
    label = N_("give the deal to somebody")

    person: Annotated[int, Asks(Kind.PERSON, N_("To whom"))]

    async def perform(self, uow: UnitOfWork, firings: Sequence[Firing]) -> Mapping[int, Failed]:
        origins = {one.world.deal_id: one.origin for one in firings if one.world.closed_at is None}
        await assign_deals(uow, origins, to=self.person)
        return {one.run_id: Failed("closed") for one in firings if one.world.closed_at is not None}

    def told(self, t: Texts, names: Names) -> str:
        return t("give the deal to {person}", person=listed(t, names.people, [self.person]))
