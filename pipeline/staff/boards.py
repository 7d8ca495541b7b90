"""How somebody likes his board: folded columns, empty ones, light or dark, and which key sends what he writes."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update

from core.database import UnitOfWork
from core.journal import lock, record
from pipeline.events import StaffChanged
from pipeline.models import staff, stage
from pipeline.staff.rights import Right, Staff, needs
from pipeline.staff.shifts import stream_of_staff


class Theme(StrEnum):
    """Colours of the pages; "system" is as the device has it."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class BoardSettings:
    """One person's board; `folded` are stages."""

    folded: frozenset[int] = frozenset()
    shows_empty: bool = True
    theme: Theme = Theme.SYSTEM
    enter_sends: bool = True


@needs(Right.SEE)
async def board_settings(uow: UnitOfWork, by: Staff) -> BoardSettings:
    """His board as he left it."""
    return settings_from(await uow.value(select(staff.c.board).where(staff.c.id == by.id)))


def settings_from(stored: dict[str, Any] | None) -> BoardSettings:
    """The same from what a person's row keeps."""
    if not stored:
        return BoardSettings()
    folded, enter_sends = frozenset(stored["folded"]), bool(stored.get("enter_sends", True))
    return BoardSettings(folded, bool(stored["shows_empty"]), Theme(stored["theme"]), enter_sends)


@needs(Right.SEE)
async def fold_stage(uow: UnitOfWork, by: Staff, stage_id: int, *, folded: bool) -> BoardSettings:
    """Fold a column of his board, or unfold it; a stage that is not there is not kept."""
    now = await _held(uow, by)
    kept = now.folded | {stage_id} if folded else now.folded - {stage_id}
    return await _keep(uow, by, now, replace(now, folded=await _known(uow, kept)))


@needs(Right.SEE)
async def show_empty(uow: UnitOfWork, by: Staff, *, on: bool) -> BoardSettings:
    """Show him columns without a card, or not."""
    now = await _held(uow, by)
    return await _keep(uow, by, now, replace(now, shows_empty=on))


@needs(Right.SEE)
async def choose_theme(uow: UnitOfWork, by: Staff, theme: Theme) -> BoardSettings:
    """The colours of his pages."""
    now = await _held(uow, by)
    return await _keep(uow, by, now, replace(now, theme=theme))


@needs(Right.SEE)
async def choose_enter(uow: UnitOfWork, by: Staff, *, sends: bool) -> BoardSettings:
    """Whether Enter sends what he writes; else it makes a line, and Enter with Ctrl sends."""
    now = await _held(uow, by)
    return await _keep(uow, by, now, replace(now, enter_sends=sends))


async def _known(uow: UnitOfWork, stage_ids: Collection[int]) -> frozenset[int]:
    there = select(stage.c.id).where(stage.c.id.in_(sorted(stage_ids)))
    return frozenset(row.id for row in await uow.rows(there))


async def _held(uow: UnitOfWork, by: Staff) -> BoardSettings:
    """What stands, until this unit ends: two changes at once are both kept."""
    await lock(uow, [stream_of_staff(by.id)])
    return await board_settings(uow, by)


async def _keep(uow: UnitOfWork, by: Staff, now: BoardSettings, wanted: BoardSettings) -> BoardSettings:
    if wanted == now:
        return wanted
    name = stream_of_staff(by.id)
    stored = asdict(wanted) | {"folded": sorted(wanted.folded)}
    await uow.execute(update(staff).where(staff.c.id == by.id).values(board=stored))
    await record(uow, [StaffChanged(stream=name, ref=name, actor=by.actor, staff_id=by.id, what="board")])
    return wanted
