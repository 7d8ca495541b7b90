"""How a task looks in somebody's chat, wherever it stands: asked for, reminded of, or in a list's answer."""

from datetime import datetime
from typing import Any

from aiogram.utils.formatting import Bold, Text

from bot import callbacks, task_callbacks
from bot.cards import COLOURS
from bot.texts import Buttons, content
from core.texts import Texts, plain
from pipeline.staff.rights import Staff
from pipeline.work.tasks import TaskView


def task_card(
    t: Texts, view: TaskView, viewer: Staff, now: datetime, *, buttons: Buttons | None = None, more: str = ""
) -> dict[str, Any]:
    """A task with what can be done about it; `more` is a line of a screen."""
    sign = "✔️" if view.done_at else COLOURS[view.colour(now)]
    heading = f"{sign} {view.kind} · {t.clock(view.due_at, now)}"
    whose = "" if view.assignee_id == viewer.id else plain(view.assignee or t("nobody's"))
    about = " · ".join(part for part in (f"{plain(view.customer)} · #{view.deal_id}", whose) if part)
    lines = [line for line in (about, view.text, t("done") if view.done_at else "", more) if line]
    return content(Text(Bold(heading), *(f"\n{line}" for line in lines)), buttons or _buttons(t, view))


def _buttons(t: Texts, view: TaskView) -> Buttons:
    deal = (t("Show the deal"), callbacks.Show(deal=view.deal_id))
    if view.done_at is not None:
        return [[deal]]
    return [
        [(t("Done"), task_callbacks.TaskDone(id=view.id)), (t("Later"), task_callbacks.TaskLater(id=view.id))],
        [(t("Give"), task_callbacks.TaskGive(id=view.id)), deal],
    ]
