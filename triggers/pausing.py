"""Triggers that stop by themselves: what they point to is gone, or they run in circles; an admin is told."""

from collections.abc import Sequence

from sqlalchemy import update

from core.database import UnitOfWork
from core.journal import Recorded, lock, record
from core.relay import COMPANY
from pipeline.events import StaffDisabled
from triggers.events import TriggerPaused
from triggers.models import trigger
from triggers.parts import Kind
from triggers.trigger import everything, forget

GONE = {
    Kind.STAGE: "stage_gone",
    Kind.PERSON: "person_gone",
    Kind.CHANNEL: "channel_gone",
    Kind.REASON: "reason_gone",
    Kind.TAG: "tag_gone",
    Kind.TASK_KIND: "task_kind_gone",
}


async def pause(
    uow: UnitOfWork, trigger_id: int, reason: str, *, deal_id: int | None = None, chain: list[int] | None = None
) -> bool:
    """Stop a trigger until an admin looks at it; False if it stands still already. Its pending runs stop when due."""
    # Before the trigger's row, as everybody does, or two could wait for each other.
    await lock(uow, [COMPANY])
    result = await uow.execute(
        update(trigger)
        .where(trigger.c.id == trigger_id, trigger.c.paused_reason.is_(None), trigger.c.deleted_at.is_(None))
        .values(paused_reason=reason, version=trigger.c.version + 1)
    )
    if result.rowcount != 1:
        return False
    forget(uow)
    paused = TriggerPaused(
        stream=COMPANY, ref=f"trigger:{trigger_id}", trigger_id=trigger_id, reason=reason, deal_id=deal_id, chain=chain
    )
    await record(uow, [paused])
    return True


async def on_staff_disabled(uow: UnitOfWork, events: Sequence[Recorded[StaffDisabled]]) -> None:
    """Whoever left can be given nothing: triggers that would do so stand still until they name somebody else."""
    gone = {(Kind.PERSON, item.event.staff_id) for item in events}
    for one in await everything(uow):
        if one.works and gone.intersection(one.refers_to()):
            await pause(uow, one.id, GONE[Kind.PERSON])
