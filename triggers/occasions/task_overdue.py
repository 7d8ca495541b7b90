"""Something that was to be done about a deal is overdue."""

from core.texts import N_, Texts
from pipeline.events import TaskOverdue
from triggers.parts import Names, Occasion


class OnTaskOverdue(Occasion):
    """Something that was to be done about a deal is overdue."""

    kind = "task_overdue"
    label = N_("a task is overdue")
    event = TaskOverdue

    def told(self, t: Texts, names: Names) -> str:
        return t(self.label)
