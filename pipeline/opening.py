"""Opens deals: a customer's message without an open deal begins one; who gets it is a trigger's affair."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, select, update

from core.database import UnitOfWork
from core.journal import Recorded, insert, record
from inbox.contacts import stream_of
from inbox.events import MessageReceived
from inbox.models import conversation, message
from pipeline.events import DealOpened
from pipeline.models import deal, pipeline_channel, stage, stage_stay, talk
from pipeline.totals import Change, count


def ref_of(deal_id: int) -> str:
    """The name of a deal in the journal and in outgoing things."""
    return f"deal:{deal_id}"


_first_stage = (
    select(stage.c.id)
    .where(stage.c.pipeline_id == pipeline_channel.c.pipeline_id, stage.c.group == "active")
    .order_by(stage.c.place)
    .limit(1)
    .scalar_subquery()
)
_WITHOUT_DEAL = (
    select(
        message.c.id.label("message_id"),
        message.c.at,
        conversation.c.id.label("conversation_id"),
        conversation.c.contact_id,
        conversation.c.source,
        conversation.c.waiting_from_id,
        pipeline_channel.c.pipeline_id,
        _first_stage.label("stage_id"),
    )
    .join(conversation, conversation.c.id == message.c.conversation_id)
    .join(pipeline_channel, pipeline_channel.c.channel_id == conversation.c.channel_id)
    .outerjoin(talk, talk.c.conversation_id == conversation.c.id)
    .where(message.c.id.in_(bindparam("messages", expanding=True)), talk.c.deal_id.is_(None))
    .order_by(message.c.id)
)


async def open_deals(uow: UnitOfWork, events: Sequence[Recorded[MessageReceived]]) -> None:
    """Open a deal for each message whose conversation has none; one whose customer begins to wait comes forward."""
    found = await uow.rows(_WITHOUT_DEAL, {"messages": [item.event.message_id for item in events]})
    first_of_each = {row.conversation_id: row for row in reversed(found)}
    rows = [row for row in found if first_of_each[row.conversation_id] is row]
    began = {item.event.conversation_id for item in events if item.event.began_waiting}
    await _bring_forward(uow, began - first_of_each.keys())
    if not rows:
        return
    opened = await _open(uow, rows)
    causes = {item.event.message_id: item for item in events}
    await record(
        uow,
        [
            DealOpened(
                stream=stream_of(row.contact_id),
                ref=ref_of(opened[row.message_id]),
                actor="customer",
                cause_id=causes[row.message_id].id,
                depth=causes[row.message_id].event.depth,
                deal_id=opened[row.message_id],
            )
            for row in rows
        ],
    )


async def _bring_forward(uow: UnitOfWork, conversation_ids: Collection[int]) -> None:
    if conversation_ids:
        await uow.execute(_FORWARD, {"conversations": sorted(conversation_ids), "now": uow.now})


_FORWARD = (
    update(deal)
    .where(
        deal.c.id.in_(
            select(talk.c.deal_id).where(talk.c.conversation_id.in_(bindparam("conversations", expanding=True)))
        )
    )
    .values(changed_at=bindparam("now"))
)


async def _open(uow: UnitOfWork, rows: Sequence[Any]) -> dict[int, int]:
    """Write deals, each with its talk and its first stay; their ids by the message that opened them."""
    result = await uow.execute(
        insert(uow, deal).returning(deal.c.id, deal.c.opened_by_message_id),
        [
            {
                "pipeline_id": row.pipeline_id,
                "stage_id": row.stage_id,
                "contact_id": row.contact_id,
                "conversation_id": row.conversation_id,
                "source": row.source,
                "requested_at": row.at,
                "opened_at": uow.now,
                "changed_at": uow.now,
                "opened_by_message_id": row.message_id,
            }
            for row in rows
        ],
    )
    opened = {row.opened_by_message_id: row.id for row in result}
    await uow.execute(
        insert(uow, talk),
        [{"conversation_id": row.conversation_id, "deal_id": opened[row.message_id]} for row in rows],
    )
    await uow.execute(
        stage_stay.insert(),
        [
            {"deal_id": opened[row.message_id], "stage_id": row.stage_id, "entered_at": uow.now, "actor": "customer"}
            for row in rows
        ],
    )
    entered = Counter(row.stage_id for row in rows)
    await count(uow, [Change(stage_id, None, deals, 0) for stage_id, deals in sorted(entered.items())])
    # What was never answered before the last deal was closed waits no more: the new deal begins with its own message.
    left_over = [row for row in rows if row.waiting_from_id is not None and row.waiting_from_id < row.message_id]
    if left_over:
        await uow.execute(
            update(conversation)
            .where(conversation.c.id == bindparam("conversation"))
            .values(waiting_since=bindparam("since"), waiting_from_id=bindparam("message")),
            [{"conversation": row.conversation_id, "since": row.at, "message": row.message_id} for row in left_over],
        )
    taken_sources = [row.conversation_id for row in rows if row.source]
    if taken_sources:
        await uow.execute(update(conversation).where(conversation.c.id.in_(taken_sources)).values(source=None))
    return opened
