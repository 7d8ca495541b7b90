"""Why deals are lost: an admin edits the list; what is offered is read in `stages`."""

from sqlalchemy import func, select, update

from core.database import UnitOfWork
from core.errors import NotFound, Refusal
from core.journal import insert_or_ignore
from core.texts import N_
from pipeline.models import lost_reason
from pipeline.staff.rights import Right, Staff, needs
from pipeline.stages import reasons
from pipeline.vocabulary import checked_name, note_change


class LastReason(Refusal):
    """A lost deal needs a reason, so there must be one."""

    code = "last-reason"
    text = N_("There must be at least one reason for losing.")
    next_step = N_("Add another one first.")


@needs(Right.CONFIGURE)
async def add_reason(uow: UnitOfWork, by: Staff, name: str) -> None:
    """Offer one more reason; one that was removed comes back. Raises NameEmpty, NameTooLong."""
    words = checked_name(name)
    last = await uow.value(select(func.coalesce(func.max(lost_reason.c.place), 0)))
    await uow.execute(insert_or_ignore(uow, lost_reason), {"name": words, "place": last + 1, "asks_words": 0})
    await uow.execute(update(lost_reason).where(lost_reason.c.name == words).values(removed_at=None))
    await note_change(uow, by.actor, f"reason added: {words}")


@needs(Right.CONFIGURE)
async def remove_reason(uow: UnitOfWork, by: Staff, reason_id: int) -> None:
    """Offer a reason no more; deals that were lost for it keep it. Raises LastReason, NotFound."""
    offered = await reasons(uow)
    if reason_id not in {one.id for one in offered}:
        raise NotFound
    if len(offered) == 1:
        raise LastReason
    await uow.execute(update(lost_reason).where(lost_reason.c.id == reason_id).values(removed_at=uow.now))
    await note_change(uow, by.actor, f"reason removed: {reason_id}")
