"""What the buttons about tasks carry; the same rules as for all others."""

from aiogram.filters.callback_data import CallbackData

from bot.callbacks import Number


class NewTask(CallbackData, prefix="newtask"):
    """Ask what is to be done about a deal, and when; `task_kind` 0 is the first kind."""

    deal: Number
    task_kind: Number = 0


class TaskAt(CallbackData, prefix="taskat"):
    """Add a task that is due at one of the usual times."""

    deal: Number
    task_kind: Number
    at: str


class DealTasks(CallbackData, prefix="dealtasks"):
    """What is to be done about a deal."""

    deal: Number


class Tasks(CallbackData, prefix="tasks"):
    """A list of tasks; `due` (microseconds of the epoch) and `after` name the last one shown before."""

    colour: str = ""
    team: bool = False
    due: Number = 0
    after: Number = 0


class Task(CallbackData, prefix="task"):
    """One task."""

    id: Number


class TaskDone(CallbackData, prefix="taskdone"):
    """A task is done."""

    id: Number


class TaskLater(CallbackData, prefix="tasklater"):
    """A task is due at another of the usual times; without one, it is asked for."""

    id: Number
    at: str = ""


class TaskGive(CallbackData, prefix="taskgive"):
    """A task is somebody else's; 0 asks whose."""

    id: Number
    to: Number = 0
