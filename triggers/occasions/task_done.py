"""Something that was to be done about a deal was done."""

from core.texts import N_, Texts
from pipeline.events import TaskDone
from triggers.parts import Names, Occasion


class OnTaskDone(Occasion):
    """Something that was to be done about a deal was done."""

    kind = "task_done"
    label = N_("a task is done")
    event = TaskDone

    def told(self, t: Texts, names: Names) -> str:
        return t(self.label)
