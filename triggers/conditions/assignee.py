"""Somebody of these people, or nobody, has the deal."""

from typing import Annotated

from core.texts import N_, Texts
from triggers.parts import Asks, DealCondition, Kind, Names, World, listed


class HasAssignee(DealCondition):
    """The assignee is one of these people; none named: nobody has the deal."""

    kind = "assignee"
    label = N_("the deal is somebody's or nobody's")

    people: Annotated[tuple[int, ...], Asks(Kind.PERSON, N_("Assignee"))] = ()

    def true_of(self, world: World) -> bool:
        return world.assignee_id in self.people if self.people else world.assignee_id is None

    def told(self, t: Texts, names: Names) -> str:
        if not self.people:
            return t("nobody has the deal")
        return t("the deal is with {people}", people=listed(t, names.people, self.people))
