"""Opens one more deal of a customer by hand; those that open by themselves are in `opening`."""

from sqlalchemy import select

from core.database import UnitOfWork
from core.errors import NotFound
from core.journal import Origin, insert, insert_or_ignore, record
from inbox.contacts import stream_of
from pipeline.events import DealOpened
from pipeline.models import deal, stage_stay, talk
from pipeline.moving import his_deal
from pipeline.opening import ref_of
from pipeline.staff.rights import Right, Staff, needs
from pipeline.staff.taking import assign
from pipeline.stages import ACTIVE, stages_of
from pipeline.totals import Change, count


@needs(Right.WORK)
async def open_another(uow: UnitOfWork, by: Staff, deal_id: int) -> int:
    """Open one more deal of the same customer in the same conversation, for whoever opens it; its id.

    What the customer writes goes on belonging to the deal that it belonged to, as long as that is open.
    Raises NotFound, DealTaken.
    """
    row = await his_deal(uow, by, deal_id)
    first = next((one for one in await stages_of(uow, row.pipeline_id) if one.group == ACTIVE), None)
    if first is None:
        raise NotFound
    made = await uow.execute(
        insert(uow, deal).returning(deal.c.id),
        {
            "pipeline_id": row.pipeline_id,
            "stage_id": first.id,
            "contact_id": row.contact_id,
            "conversation_id": row.conversation_id,
            "requested_at": uow.now,
            "opened_at": uow.now,
            "changed_at": uow.now,
        },
    )
    new_id: int = made.scalar_one()
    await uow.execute(insert_or_ignore(uow, talk), {"conversation_id": row.conversation_id, "deal_id": new_id})
    await uow.execute(
        stage_stay.insert(), {"deal_id": new_id, "stage_id": first.id, "entered_at": uow.now, "actor": by.actor}
    )
    await count(uow, [Change(first.id, None, 1, 0)])
    opened = DealOpened(stream=stream_of(row.contact_id), ref=ref_of(new_id), actor=by.actor, deal_id=new_id)
    await record(uow, [opened])
    new = await uow.row(select(deal).where(deal.c.id == new_id))
    await assign(uow, new, to=by.id, how="opened", origin=Origin(by.actor))
    return new_id
