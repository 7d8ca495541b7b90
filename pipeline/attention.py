"""What somebody of the staff should look at, wherever he is: customers who wait for him, tasks that are late."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import desc, select

from core.database import UnitOfWork
from inbox.models import message
from pipeline.deals import DealView, see
from pipeline.filters import DealFilter, Scope, meets
from pipeline.lists import count_deals
from pipeline.models import deal
from pipeline.staff.notices import Notice, rings_now
from pipeline.staff.rights import Right, Staff, needs
from pipeline.work.tasks import Colour, count_tasks

WAITING_FOR_HIM = DealFilter(Scope.MINE, waits=True)


@dataclass(frozen=True, slots=True)
class Newest:
    """What was written last by a customer who waits; `rings` is whether he who has the deal wants to hear of it now."""

    message_id: int
    kind: str
    body: dict[str, Any]
    deal: DealView
    rings: bool


@dataclass(frozen=True, slots=True)
class Attention:
    """How many customers wait for somebody, how many of his tasks are late, and who wrote to him last."""

    customers: int
    late_tasks: int
    newest: Newest | None


@needs(Right.SEE)
async def attention(uow: UnitOfWork, by: Staff) -> Attention:
    """What waits for him at this moment."""
    customers = await count_deals(uow, by, WAITING_FOR_HIM)
    late = (await count_tasks(uow, by))[Colour.RED]
    return Attention(customers, late, await _newest(uow, by) if customers else None)


async def _newest(uow: UnitOfWork, by: Staff) -> Newest | None:
    last = (
        select(message.c.id)
        .where(message.c.conversation_id == deal.c.conversation_id, message.c.direction == "in")
        .order_by(message.c.id.desc())
        .limit(1)
        .correlate(deal)
        .scalar_subquery()
    )
    his = select(deal.c.id.label("deal_id"), last.label("message_id")).where(meets(uow.now, by, WAITING_FOR_HIM))
    newest = his.order_by(desc("message_id")).limit(1).subquery()
    row = await uow.row(
        select(newest.c.deal_id, message.c.id, message.c.kind, message.c.body).join(
            message, message.c.id == newest.c.message_id
        )
    )
    if row is None:
        return None
    view = await see(uow, by, row.deal_id)
    notice = Notice.NEW_DEAL if row.id == view.opened_by_message_id else Notice.MESSAGE
    return Newest(row.id, row.kind, row.body, view, rings=notice in await rings_now(uow, by))
