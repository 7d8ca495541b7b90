"""What the staff notes about the customer of a deal; what he writes is in the inbox."""

from sqlalchemy import select, update

from core.database import UnitOfWork
from core.errors import NotFound, Unreadable
from core.journal import insert_or_ignore, record
from core.phones import read_phone
from core.texts import plain
from core.zones import read_zone
from inbox.contacts import STAFF, call, stream_of
from inbox.models import contact, message, phone
from pipeline.deals import see
from pipeline.events import CustomerNamed, PhoneSaved, TimezoneChosen
from pipeline.moving import his_deal
from pipeline.opening import ref_of
from pipeline.staff.rights import Right, Staff, needs

EXAMPLE = "/deal 12 timezone Europe/Warsaw"
NAME_EXAMPLE = "/deal 12 name Anna Nowak"
PHONE_EXAMPLE = "/deal 12 phone +48 600 700 800"


@needs(Right.MOVE)
async def set_timezone(uow: UnitOfWork, by: Staff, deal_id: int, words: str) -> str:
    """Note in which zone a deal's customer lives, so that his nights are quiet; the zone's full name.

    Raises NotFound, DealTaken, Unreadable for an unknown zone.
    """
    zone = read_zone(words, example=EXAMPLE)
    row = await his_deal(uow, by, deal_id)
    if await uow.value(select(contact.c.timezone).where(contact.c.id == row.contact_id)) == zone:
        return zone
    await uow.execute(update(contact).where(contact.c.id == row.contact_id).values(timezone=zone))
    chosen = TimezoneChosen(
        stream=stream_of(row.contact_id), ref=ref_of(deal_id), actor=by.actor, deal_id=deal_id, timezone=zone
    )
    await record(uow, [chosen])
    return zone


@needs(Right.WORK)
async def name_customer(uow: UnitOfWork, by: Staff, deal_id: int, name: str) -> str:
    """Note how a deal's customer is called, whatever his messenger says; the name on one line.

    Raises NotFound, DealTaken, Unreadable for a name without anything to see.
    """
    row = await his_deal(uow, by, deal_id)
    words = plain(name)
    if words == plain(""):
        raise Unreadable(part=name or "name", example=NAME_EXAMPLE)
    if await call(uow, row.contact_id, words, named_by=STAFF):
        named = CustomerNamed(
            stream=stream_of(row.contact_id), ref=ref_of(deal_id), actor=by.actor, deal_id=deal_id, name=words
        )
        await record(uow, [named])
    return words


@needs(Right.WORK)
async def save_phone(uow: UnitOfWork, by: Staff, deal_id: int, words: str) -> str:
    """Note a phone number of a deal's customer; the number in its E.164 form.

    One that is noted already stays. Raises NotFound, DealTaken, Unreadable for what is no number.
    """
    number = read_phone(words)
    if number is None:
        raise Unreadable(part=words, example=PHONE_EXAMPLE)
    row = await his_deal(uow, by, deal_id)
    result = await uow.execute(
        insert_or_ignore(uow, phone).returning(phone.c.number), {"contact_id": row.contact_id, "number": number}
    )
    if result.scalar() is not None:
        saved = PhoneSaved(
            stream=stream_of(row.contact_id), ref=ref_of(deal_id), actor=by.actor, deal_id=deal_id, number=number
        )
        await record(uow, [saved])
    return number


@needs(Right.WORK)
async def save_phone_of(uow: UnitOfWork, by: Staff, deal_id: int, message_id: int) -> str:
    """The same for the contact that a customer sent in a message. Raises as `save_phone`."""
    view = await see(uow, by, deal_id)
    body = await uow.value(
        select(message.c.body).where(
            message.c.id == message_id,
            message.c.conversation_id == view.conversation_id,
            message.c.kind == "contact",
        )
    )
    if body is None:
        raise NotFound
    return await save_phone(uow, by, deal_id, body["phone"])
