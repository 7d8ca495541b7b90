"""A customer with everything that is known of him: how he is reached, his deals; changing any of it is elsewhere."""

from dataclasses import dataclass

from sqlalchemy import select

from core.database import UnitOfWork
from inbox.models import channel, contact, identity, phone, stated
from pipeline.deals import DealView, see, views, visible_to
from pipeline.models import deal
from pipeline.staff.rights import Right, Staff, needs

MOST_DEALS = 20


@dataclass(frozen=True, slots=True)
class Account:
    """Where a customer writes from."""

    channel_kind: str
    username: str | None
    reachable: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """A customer as a colleague sees him; `deals` are those that the colleague may see, the newest first.

    `stated` is what he says is his phone or e-mail, which nobody has verified.
    """

    name: str
    language: str | None
    timezone: str | None
    phones: list[str]
    stated: list[str]
    accounts: list[Account]
    deals: list[DealView]


@needs(Right.SEE)
async def profile_of(uow: UnitOfWork, by: Staff, deal_id: int) -> Profile:
    """The customer of a deal. Raises NotFound, DealTaken."""
    contact_id = (await see(uow, by, deal_id)).contact_id
    who = await uow.row(select(contact).where(contact.c.id == contact_id))
    if who is None:
        raise LookupError(f"no contact {contact_id}")
    phones = await uow.rows(select(phone.c.number).where(phone.c.contact_id == contact_id).order_by(phone.c.number))
    said = await uow.rows(select(stated.c.value).where(stated.c.contact_id == contact_id).order_by(stated.c.at))
    accounts = await uow.rows(
        select(channel.c.kind, identity.c.username, identity.c.unreachable_since)
        .join(channel, channel.c.id == identity.c.channel_id)
        .where(identity.c.contact_id == contact_id)
        .order_by(identity.c.id)
    )
    return Profile(
        name=who.name,
        language=who.language,
        timezone=who.timezone,
        phones=[row.number for row in phones],
        stated=[row.value for row in said],
        accounts=[Account(row.kind, row.username, row.unreachable_since is None) for row in accounts],
        deals=await _deals_of(uow, by, contact_id),
    )


async def _deals_of(uow: UnitOfWork, by: Staff, contact_id: int) -> list[DealView]:
    mine = select(deal.c.id).where(deal.c.contact_id == contact_id, visible_to(by))
    ids = [row.id for row in await uow.rows(mine.order_by(deal.c.id.desc()).limit(MOST_DEALS))]
    found = await views(uow, ids)
    return [found[one] for one in ids]
