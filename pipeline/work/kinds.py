"""Kinds of tasks: a call, a meeting, whatever a company needs; an admin edits the list."""

from dataclasses import dataclass

from sqlalchemy import func, select, update

from core.database import UnitOfWork
from core.journal import insert_or_ignore
from core.texts import N_, Texts
from pipeline.models import task_kind
from pipeline.staff.rights import Right, Staff, needs
from pipeline.vocabulary import checked_name, note_change

DEFAULT_KINDS = (N_("Call"), N_("Meeting"), N_("To do"))


@dataclass(frozen=True, slots=True)
class TaskKind:
    """What sort of thing is to be done."""

    id: int
    name: str


async def prepare_kinds(uow: UnitOfWork, t: Texts) -> None:
    """The kinds that a company begins with, in its language, if it has none yet."""
    if await uow.value(select(func.count()).select_from(task_kind)):
        return
    names = [{"name": t(name), "place": place} for place, name in enumerate(DEFAULT_KINDS, 1)]
    await uow.execute(insert_or_ignore(uow, task_kind), names)


async def task_kinds(uow: UnitOfWork) -> list[TaskKind]:
    """The kinds that are offered, in their order."""
    rows = await uow.rows(
        select(task_kind.c.id, task_kind.c.name)
        .where(task_kind.c.removed_at.is_(None))
        .order_by(task_kind.c.place, task_kind.c.id)
    )
    return [TaskKind(*row) for row in rows]


@needs(Right.CONFIGURE)
async def add_kind(uow: UnitOfWork, by: Staff, name: str) -> None:
    """Offer one more kind; one that was removed comes back. Raises NameEmpty, NameTooLong."""
    place = await uow.value(select(func.coalesce(func.max(task_kind.c.place), 0)))
    named = checked_name(name)
    await uow.execute(insert_or_ignore(uow, task_kind), {"name": named, "place": place + 1})
    await uow.execute(update(task_kind).where(task_kind.c.name == named).values(removed_at=None))
    await note_change(uow, by.actor, f"task kind added: {named}")


@needs(Right.CONFIGURE)
async def remove_kind(uow: UnitOfWork, by: Staff, kind_id: int) -> None:
    """Offer a kind no more; tasks that have it keep it."""
    await uow.execute(update(task_kind).where(task_kind.c.id == kind_id).values(removed_at=uow.now))
    await note_change(uow, by.actor, f"task kind removed: {kind_id}")
