"""Deals as triggers see them, read set by set."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import String, and_, bindparam, cast, func, select

from core.database import UnitOfWork
from core.journal import Recorded
from inbox.models import contact, conversation, identity
from pipeline.models import deal, deal_tag, staff, stage, talk
from triggers.parts import World

_TAG_LIST = (
    select(func.aggregate_strings(cast(deal_tag.c.tag_id, String), ","))
    .where(deal_tag.c.deal_id == deal.c.id)
    .correlate(deal)
    .scalar_subquery()
)
_WORLDS = (
    select(
        deal.c.id,
        deal.c.version,
        deal.c.pipeline_id,
        deal.c.stage_id,
        stage.c.group,
        deal.c.assignee_id,
        staff.c.name,
        deal.c.source,
        conversation.c.channel_id,
        deal.c.conversation_id,
        deal.c.contact_id,
        contact.c.name,
        contact.c.named_by,
        contact.c.language,
        contact.c.timezone,
        conversation.c.waiting_from_id,
        identity.c.unreachable_since.is_not(None),
        deal.c.closed_at,
        deal.c.amount,
        deal.c.currency,
        _TAG_LIST,
    )
    .join(stage, stage.c.id == deal.c.stage_id)
    .join(conversation, conversation.c.id == deal.c.conversation_id)
    .join(contact, contact.c.id == deal.c.contact_id)
    .outerjoin(staff, staff.c.id == deal.c.assignee_id)
    .outerjoin(
        identity, and_(identity.c.contact_id == deal.c.contact_id, identity.c.channel_id == conversation.c.channel_id)
    )
    .where(deal.c.id.in_(bindparam("ids", expanding=True)))
)
_TALKS = select(talk.c.conversation_id, talk.c.deal_id).where(
    talk.c.conversation_id.in_(bindparam("conversations", expanding=True))
)


async def worlds(uow: UnitOfWork, deal_ids: Collection[int]) -> dict[int, World]:
    """Deals as they are now, by their ids."""
    rows = await uow.rows(_WORLDS, {"ids": sorted(deal_ids)}) if deal_ids else []
    return {row[0]: World(*row) for row in rows}


async def deals_of(uow: UnitOfWork, events: Sequence[Recorded[Any]]) -> list[tuple[Recorded[Any], int]]:
    """Events with the deals they are about; messages are about the open deal of their conversation, if any."""
    talks = {item.event.conversation_id for item in events if hasattr(item.event, "conversation_id")}
    rows = await uow.rows(_TALKS, {"conversations": sorted(talks)}) if talks else []
    open_deals = {row.conversation_id: row.deal_id for row in rows}
    found = []
    for item in events:
        deal_id = getattr(item.event, "deal_id", None) or open_deals.get(getattr(item.event, "conversation_id", 0))
        if deal_id is not None:
            found.append((item, deal_id))
    return found
