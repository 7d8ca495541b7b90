"""A deal got an assignee, by turn, by hand or by a trigger."""

from core.texts import N_, Texts
from pipeline.events import DealAssigned
from triggers.parts import Names, Occasion


class OnAssigneeChanged(Occasion):
    """A deal gets an assignee."""

    kind = "assignee_changed"
    label = N_("the assignee changes")
    event = DealAssigned

    def told(self, t: Texts, names: Names) -> str:
        return t(self.label)
