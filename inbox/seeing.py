"""How far each side of a conversation has seen the other: never back, and told only when it changes."""

from sqlalchemy import func, or_, select, update

from core.database import UnitOfWork
from core.journal import lock, record
from inbox.contacts import stream_of
from inbox.events import ConversationSeen
from inbox.models import conversation, message

CUSTOMER, US = "customer", "us"
_COLUMNS = {CUSTOMER: conversation.c.seen_by_customer_id, US: conversation.c.seen_by_us_id}
# Whose messages a side sees.
_OTHERS = {CUSTOMER: "out", US: "in"}


async def seen_by_customer(uow: UnitOfWork, conversation_id: int, up_to: int) -> bool:
    """Note that the customer has seen what we wrote up to a message; False if that is nothing new."""
    return await _seen(uow, conversation_id, up_to, side=CUSTOMER, actor="customer")


async def seen_by_us(uow: UnitOfWork, conversation_id: int, up_to: int, *, actor: str) -> bool:
    """Note that somebody of ours has seen what the customer wrote up to a message; False if that is nothing new."""
    return await _seen(uow, conversation_id, up_to, side=US, actor=actor)


async def _seen(uow: UnitOfWork, conversation_id: int, up_to: int, *, side: str, actor: str) -> bool:
    column = _COLUMNS[side]
    newest = (
        select(func.max(message.c.id))
        .where(
            message.c.conversation_id == conversation_id,
            message.c.direction == _OTHERS[side],
            message.c.id <= up_to,
            # What has not reached him cannot be seen.
            or_(message.c.direction == "in", message.c.external_id.is_not(None)),
        )
        .scalar_subquery()
    )
    query = select(conversation.c.contact_id, column.label("seen"), newest.label("newest"))
    row = await uow.row(query.where(conversation.c.id == conversation_id))
    if row is None or row.newest is None or (row.seen or 0) >= row.newest:
        return False
    await lock(uow, [stream_of(row.contact_id)])
    result = await uow.execute(
        update(conversation)
        .where(conversation.c.id == conversation_id, or_(column.is_(None), column < row.newest))
        .values({column: row.newest})
    )
    if result.rowcount != 1:
        return False
    seen = ConversationSeen(
        stream=stream_of(row.contact_id),
        ref=f"conversation:{conversation_id}",
        actor=actor,
        conversation_id=conversation_id,
        message_id=row.newest,
        by=side,
    )
    await record(uow, [seen])
    return True
