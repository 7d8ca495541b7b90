"""Whether a deal is still where somebody sees it; whoever was faster is named."""

from typing import Any

from sqlalchemy import select

from core.database import UnitOfWork
from core.errors import Conflict
from core.texts import N_
from pipeline.models import staff, stage, stage_stay


class MovedMeanwhile(Conflict):
    """A colleague put the deal elsewhere than where it was seen."""

    code = "moved-meanwhile"
    text = N_("{name} moved deal #{deal} to “{stage}” {since}.")
    next_step = N_("Look at it there, and move it again if it is still needed.")


class MovedByItself(Conflict):
    """The same, done by a trigger."""

    code = "moved-by-itself"
    text = N_("Deal #{deal} was moved to “{stage}” automatically {since}.")
    next_step = N_("Look at it there, and move it again if it is still needed.")


async def still_in(uow: UnitOfWork, row: Any, *stage_ids: int) -> None:
    """Nothing, if a deal, as it was read under the lock of its stream, is in one of these stages.

    Raises MovedMeanwhile, MovedByItself.
    """
    if row.stage_id in stage_ids:
        return
    stay = await uow.row(
        select(stage_stay.c.actor, stage_stay.c.entered_at, stage.c.name.label("stage"))
        .join(stage, stage.c.id == stage_stay.c.stage_id)
        .where(stage_stay.c.deal_id == row.id, stage_stay.c.left_at.is_(None))
    )
    if stay is None:
        raise Conflict
    where = {"deal": row.id, "stage": stay.stage, "since": stay.entered_at}
    kind, _, number = stay.actor.partition(":")
    if kind != "staff":
        raise MovedByItself(**where)
    raise MovedMeanwhile(name=await uow.value(select(staff.c.name).where(staff.c.id == int(number))), **where)
