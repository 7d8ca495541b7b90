"""Tell somebody of the staff."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self

from core.database import UnitOfWork
from core.errors import Refusal
from core.journal import record
from core.texts import N_, Texts
from inbox.contacts import stream_of
from pipeline.staff.people import ids_of
from pipeline.staff.rights import Role
from triggers.events import StaffNotified
from triggers.parts import Action, Asks, Failed, Firing, Kind, Names, listed
from triggers.templates import LONGEST, checked, length, written_for

_CHOICES = {
    "assignee": N_("the assignee"),
    "supervisors": N_("supervisors and admins"),
    "people": N_("certain people"),
}
# Room for the first line, which names the deal.
ROOM = 200


class NobodyToTell(Refusal):
    """A notice for certain people names none."""

    code = "nobody-to-tell"
    text = N_("The notice is for certain people, but names nobody.")
    next_step = N_("Choose who is told.")


class Notify(Action):
    """Send a notice about the deal to its assignee, the supervisors or certain people."""

    kind = "notify"
    label = N_("tell the staff")

    whom: Annotated[Literal["assignee", "supervisors", "people"], Asks(Kind.CHOICE, N_("Whom"), _CHOICES)]
    people: Annotated[tuple[int, ...], Asks(Kind.PERSON, N_("People"))] = ()
    text: Annotated[str, Asks(Kind.TEMPLATE, N_("Text"))]

    async def perform(self, uow: UnitOfWork, firings: Sequence[Firing]) -> Mapping[int, Failed]:
        supervisors = await ids_of(uow, {Role.SUPERVISOR, Role.ADMIN})
        events, failed = [], {}
        for one in firings:
            text = written_for(one.world, self.text)
            if length(text) > LONGEST - ROOM:
                failed[one.run_id] = Failed("too_long")
                continue
            told = list(self.people) if self.whom == "people" else supervisors
            if self.whom == "assignee" and one.world.assignee_id is not None:
                told = [one.world.assignee_id]
            events.append(
                StaffNotified(
                    stream=stream_of(one.world.contact_id),
                    ref=f"deal:{one.world.deal_id}",
                    **one.origin.common(),
                    deal_id=one.world.deal_id,
                    run_id=one.run_id,
                    staff_ids=told,
                    text=text,
                )
            )
        await record(uow, events)
        return failed

    async def settled(self, uow: UnitOfWork, pipeline_id: int) -> Self:
        checked(self.text + " " * ROOM if length(self.text) else self.text)
        if self.whom == "people" and not self.people:
            raise NobodyToTell
        return self if self.whom == "people" else self.model_copy(update={"people": ()})

    def told(self, t: Texts, names: Names) -> str:
        whom = listed(t, names.people, self.people) if self.whom == "people" else t(_CHOICES[self.whom])
        return t("tell {whom}: “{text}”", whom=whom, text=self.text)
