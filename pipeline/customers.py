"""What the staff notes about the customer of a deal; what he writes is in the inbox."""

from sqlalchemy import select, update

from core.database import UnitOfWork
from core.journal import record
from core.zones import read_zone
from inbox.contacts import stream_of
from inbox.models import contact
from pipeline.deals import locked, see
from pipeline.events import TimezoneChosen
from pipeline.opening import ref_of
from pipeline.staff.rights import Right, Staff, needs

EXAMPLE = "/deal 12 timezone Europe/Warsaw"


@needs(Right.MOVE)
async def set_timezone(uow: UnitOfWork, by: Staff, deal_id: int, words: str) -> str:
    """Note in which zone a deal's customer lives, so that his nights are quiet; the zone's full name.

    Raises NotFound, DealTaken, Unreadable for an unknown zone.
    """
    zone = read_zone(words, example=EXAMPLE)
    await see(uow, by, deal_id)
    row = await locked(uow, deal_id)
    if await uow.value(select(contact.c.timezone).where(contact.c.id == row.contact_id)) == zone:
        return zone
    await uow.execute(update(contact).where(contact.c.id == row.contact_id).values(timezone=zone))
    chosen = TimezoneChosen(
        stream=stream_of(row.contact_id), ref=ref_of(deal_id), actor=by.actor, deal_id=deal_id, timezone=zone
    )
    await record(uow, [chosen])
    return zone
