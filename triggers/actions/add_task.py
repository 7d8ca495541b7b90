"""Give the deal's assignee something to do."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field

from core.database import UnitOfWork
from core.texts import N_, Texts
from pipeline.work.tasks import LONGEST_TEXT, NewTask, TaskTextTooLong, add_tasks
from triggers.parts import Action, Asks, Failed, Firing, Kind, Names, listed
from triggers.templates import checked, written_for


class AddTask(Action):
    """Add a task for the deal, due after a while; in its text {name}, {operator}, {deal} and {amount} are filled in."""

    kind = "add_task"
    label = N_("add a task")

    task_kind: Annotated[int, Asks(Kind.TASK_KIND, N_("Kind"))]
    seconds: Annotated[int, Field(ge=0), Asks(Kind.LENGTH, N_("Due after"))]
    text: Annotated[str | None, Asks(Kind.TEMPLATE, N_("Text"))] = None

    async def perform(self, uow: UnitOfWork, firings: Sequence[Firing]) -> Mapping[int, Failed]:
        due_at = uow.now + timedelta(seconds=self.seconds)
        await add_tasks(
            uow,
            [
                NewTask(
                    deal_id=one.world.deal_id,
                    contact_id=one.world.contact_id,
                    assignee_id=one.world.assignee_id,
                    kind_id=self.task_kind,
                    text=written_for(one.world, self.text)[:LONGEST_TEXT] if self.text else None,
                    due_at=due_at,
                    origin=one.origin,
                    client_key=f"run:{one.run_id}:{self.task_kind}:{self.seconds}",
                )
                for one in firings
            ],
        )
        return {}

    async def settled(self, uow: UnitOfWork, pipeline_id: int) -> Self:
        if self.text is not None and len(checked(self.text)) > LONGEST_TEXT:
            raise TaskTextTooLong(most=LONGEST_TEXT)
        return self

    def told(self, t: Texts, names: Names) -> str:
        values = {
            "task": listed(t, names.task_kinds, [self.task_kind]),
            "time": t.during(timedelta(seconds=self.seconds)) if self.seconds else t("at once"),
        }
        if self.text is None:
            return t("add the task {task}, due after {time}", **values)
        return t("add the task {task}, due after {time}: “{text}”", text=self.text, **values)
