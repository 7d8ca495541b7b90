"""It happens in the company's working hours, or outside of them."""

from collections.abc import Sequence
from typing import Annotated, Literal

from core.database import UnitOfWork
from core.texts import N_, Texts
from triggers.hours import company_hours
from triggers.parts import Asks, Case, Condition, Kind, Names

_CHOICES = {"open": N_("in working hours"), "closed": N_("outside working hours")}


class InWorkingHours(Condition):
    """The event fell into the working hours or outside of them; a company that set none is always open."""

    kind = "working_hours"
    label = N_("working hours")

    when: Annotated[Literal["open", "closed"], Asks(Kind.CHOICE, N_("When"), _CHOICES)]

    async def holds(self, uow: UnitOfWork, cases: Sequence[Case]) -> list[bool]:
        hours = await company_hours(uow)
        return [hours.open_at(case.event.at) == (self.when == "open") for case in cases]

    def told(self, t: Texts, names: Names) -> str:
        return t(_CHOICES[self.when])
