"""Who cannot be reached, since when, and whose words came back because of it; marking people is `contacts`' affair."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, select

from core.database import UnitOfWork
from inbox.channel import Reason
from inbox.models import attempt, conversation, identity, message, outgoing


@dataclass(slots=True)
class Unreachable:
    """A customer who cannot be reached in a conversation: `refused` says whose messages came back since, and why."""

    since: datetime
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def is_gone(self) -> bool:
        """Whether there is no such account any more."""
        return Reason.GONE in self.refused.values()


async def unreachable_in(uow: UnitOfWork, conversation_ids: Collection[int]) -> dict[int, Unreachable]:
    """Those of these conversations whose customers cannot be reached now."""
    rows = await uow.rows(
        select(conversation.c.id, identity.c.unreachable_since)
        .join(
            identity,
            and_(
                identity.c.contact_id == conversation.c.contact_id, identity.c.channel_id == conversation.c.channel_id
            ),
        )
        .where(conversation.c.id.in_(sorted(conversation_ids)), identity.c.unreachable_since.is_not(None))
    )
    found = {row.id: Unreachable(row.unreachable_since) for row in rows}
    for row in await uow.rows(_REFUSED.where(message.c.conversation_id.in_(sorted(found)))) if found else []:
        if row.ended_at >= found[row.conversation_id].since:
            found[row.conversation_id].refused[row.actor] = row.reason
    return found


_REFUSED = (
    select(message.c.conversation_id, message.c.actor, outgoing.c.reason, attempt.c.ended_at)
    .join(outgoing, outgoing.c.message_id == message.c.id)
    .join(attempt, and_(attempt.c.outgoing_id == outgoing.c.id, attempt.c.no == outgoing.c.attempts))
    .where(
        message.c.direction == "out",
        outgoing.c.op == "send",
        outgoing.c.state == "failed",
        outgoing.c.reason.in_([str(Reason.BLOCKED), str(Reason.GONE)]),
        attempt.c.ended_at.is_not(None),
    )
    .order_by(outgoing.c.id)
)
