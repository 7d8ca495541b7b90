"""The same trigger did not act for this customer a while ago."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from core.database import UnitOfWork
from core.texts import N_, Texts
from pipeline.models import deal
from triggers.models import trigger_run
from triggers.parts import Asks, Case, Condition, Kind, Names


class NotAgain(Condition):
    """The trigger acts for a customer at most once in `seconds`."""

    kind = "not_again"
    label = N_("not more often than")

    seconds: Annotated[int, Field(gt=0), Asks(Kind.LENGTH, N_("Once in"))]

    async def holds(self, uow: UnitOfWork, cases: Sequence[Case]) -> list[bool]:
        people = sorted({case.world.contact_id for case in cases})
        rows = await uow.rows(
            select(trigger_run.c.trigger_id, deal.c.contact_id)
            .join(deal, deal.c.id == trigger_run.c.deal_id)
            .where(
                deal.c.contact_id.in_(people),
                trigger_run.c.trigger_id.in_({case.trigger_id for case in cases}),
                trigger_run.c.made_at > uow.now - timedelta(seconds=self.seconds),
                trigger_run.c.state != "failed",
            )
        )
        acted = {(row.trigger_id, row.contact_id) for row in rows}
        held = []
        for case in cases:
            key = case.trigger_id, case.world.contact_id
            held.append(key not in acted)
            acted.add(key)
        return held

    def told(self, t: Texts, names: Names) -> str:
        return t("once in {time} for each customer", time=t.during(timedelta(seconds=self.seconds)))
