"""What became of the messages that runs wrote; what triggers do about it is decided elsewhere."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from core.database import UnitOfWork
from core.journal import Recorded
from inbox.events import MessageDelivered, MessageFailed, MessageUnconfirmed, MessageWithdrawn
from inbox.models import message
from triggers import runs
from triggers.runs import Run

_KEYS = select(message.c.id, message.c.client_key).where(
    message.c.id.in_(bindparam("ids", expanding=True)), message.c.actor.startswith("trigger:")
)


async def on_message_delivered(uow: UnitOfWork, events: Sequence[Recorded[MessageDelivered]]) -> None:
    """The run is over."""
    await runs.sent(uow, list((await _runs(uow, events)).values()), reason=None)


async def on_message_unconfirmed(uow: UnitOfWork, events: Sequence[Recorded[MessageUnconfirmed]]) -> None:
    """The run is over as far as anybody knows: an automatic message is not sent again unasked."""
    await runs.sent(uow, list((await _runs(uow, events)).values()), reason="unconfirmed")


async def on_message_withdrawn(uow: UnitOfWork, events: Sequence[Recorded[MessageWithdrawn]]) -> None:
    """The run was stopped in time after all."""
    found = await _runs(uow, events)
    await runs.taken_back(
        uow, [(found[item.event.message_id], item.event.reason) for item in events if item.event.message_id in found]
    )


async def on_message_failed(uow: UnitOfWork, events: Sequence[Recorded[MessageFailed]]) -> None:
    """The run has failed, for the messenger's reason."""
    found = await _runs(uow, events)
    await runs.fail(
        uow, [(found[item.event.message_id], item.event.reason) for item in events if item.event.message_id in found]
    )


async def _runs(
    uow: UnitOfWork,
    events: Sequence[Recorded[MessageDelivered | MessageFailed | MessageUnconfirmed | MessageWithdrawn]],
) -> dict[int, Run]:
    """The runs that wrote messages and wait to hear of them, by message."""
    rows = await uow.rows(_KEYS, {"ids": sorted({item.event.message_id for item in events})})
    if not rows:
        return {}
    by_run = {runs.run_of(row.client_key): row.id for row in rows}
    found = await runs.queued(uow, by_run)
    return {by_run[one.id]: one for one in found}
