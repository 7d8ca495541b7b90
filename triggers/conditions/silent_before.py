"""The customer had not written for a while before."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import func, select

from core.database import UnitOfWork
from core.texts import N_, Texts
from inbox.models import message
from pipeline.models import deal
from triggers.parts import Asks, Case, Condition, Kind, Names


class WasSilent(Condition):
    """The customer wrote nothing in the `seconds` before the message that opened the deal."""

    kind = "silent_before"
    label = N_("the customer had not written for a while")

    seconds: Annotated[int, Field(gt=0), Asks(Kind.LENGTH, N_("For how long"))]

    async def holds(self, uow: UnitOfWork, cases: Sequence[Case]) -> list[bool]:
        deals = sorted({case.world.deal_id for case in cases})
        first, before = message.alias("first"), message.alias("before")
        rows = await uow.rows(
            select(deal.c.id, first.c.at, func.max(before.c.at).label("last"))
            .join(first, first.c.id == deal.c.opened_by_message_id)
            .join(before, before.c.conversation_id == first.c.conversation_id)
            .where(deal.c.id.in_(deals), before.c.id < first.c.id, before.c.direction == "in")
            .group_by(deal.c.id, first.c.at)
        )
        spoke = {row.id for row in rows if row.at - row.last < timedelta(seconds=self.seconds)}
        return [case.world.deal_id not in spoke for case in cases]

    def told(self, t: Texts, names: Names) -> str:
        return t("the customer had not written for {time}", time=t.during(timedelta(seconds=self.seconds)))
