"""The customer is new, or was here before."""

from collections.abc import Sequence
from typing import Annotated, Literal

from sqlalchemy import func, select

from core.database import UnitOfWork
from core.texts import N_, Texts
from pipeline.models import deal
from triggers.parts import Asks, Case, Condition, Kind, Names

_CHOICES = {"new": N_("the customer is new"), "returning": N_("the customer was here before")}


class IsCustomer(Condition):
    """The deal is the customer's first one, or he had others before."""

    kind = "customer"
    label = N_("a new or a returning customer")

    who: Annotated[Literal["new", "returning"], Asks(Kind.CHOICE, N_("Customer"), _CHOICES)]

    async def holds(self, uow: UnitOfWork, cases: Sequence[Case]) -> list[bool]:
        people = sorted({case.world.contact_id for case in cases})
        rows = await uow.rows(
            select(deal.c.contact_id, func.min(deal.c.id).label("first"))
            .where(deal.c.contact_id.in_(people))
            .group_by(deal.c.contact_id)
        )
        first = {row.contact_id: row.first for row in rows}
        return [(first[case.world.contact_id] == case.world.deal_id) == (self.who == "new") for case in cases]

    def told(self, t: Texts, names: Names) -> str:
        return t(_CHOICES[self.who])
