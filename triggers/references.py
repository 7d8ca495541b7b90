"""Whether what triggers point to is still there, and how it is called."""

from collections.abc import Collection

from sqlalchemy import Column, Select, Table, select

from core.database import UnitOfWork
from inbox.models import channel
from pipeline.models import lost_reason, staff, stage, tag, task_kind
from pipeline.stages import reasons
from pipeline.work.kinds import task_kinds
from triggers.parts import Kind, Names

_TABLES: dict[Kind, Table] = {
    Kind.STAGE: stage,
    Kind.PERSON: staff,
    Kind.CHANNEL: channel,
    Kind.REASON: lost_reason,
    Kind.TAG: tag,
    Kind.TASK_KIND: task_kind,
}


async def missing(uow: UnitOfWork, targets: Collection[tuple[Kind, int]]) -> list[tuple[Kind, int]]:
    """Those of these targets that are gone; somebody who left is."""
    gone = []
    for kind in sorted({kind for kind, _ in targets}):
        table, wanted = _TABLES[kind], sorted({one for of, one in targets if of is kind})
        query = select(table.c.id).where(table.c.id.in_(wanted))
        if table is staff:
            query = query.where(staff.c.disabled_at.is_(None))
        there = {row.id for row in await uow.rows(query)}
        gone += [(kind, one) for one in wanted if one not in there]
    return gone


async def names(uow: UnitOfWork) -> Names:
    """How everything that a trigger can point to is called."""
    return Names(
        stages=await _all(uow, stage.c.id, stage.c.name),
        people=await _all(uow, staff.c.id, staff.c.name),
        channels=await _all(uow, channel.c.id, channel.c.kind),
        reasons=await _all(uow, lost_reason.c.id, lost_reason.c.name),
        tags=await _all(uow, tag.c.id, tag.c.name),
        task_kinds=await _all(uow, task_kind.c.id, task_kind.c.name),
    )


async def offered(uow: UnitOfWork) -> Names:
    """The same of what a trigger may still be pointed to, in the order in which people know it."""
    return Names(
        stages=await _of(uow, select(stage.c.id, stage.c.name).order_by(stage.c.pipeline_id, stage.c.place)),
        people=await _of(
            uow, select(staff.c.id, staff.c.name).where(staff.c.disabled_at.is_(None)).order_by(staff.c.id)
        ),
        channels=await _all(uow, channel.c.id, channel.c.kind),
        reasons={one.id: one.name for one in await reasons(uow)},
        tags=await _of(uow, select(tag.c.id, tag.c.name).order_by(tag.c.folded)),
        task_kinds={one.id: one.name for one in await task_kinds(uow)},
    )


async def _all(uow: UnitOfWork, key: Column[int], name: Column[str]) -> dict[int, str]:
    return await _of(uow, select(key, name).order_by(key))


async def _of(uow: UnitOfWork, query: Select[int, str]) -> dict[int, str]:
    return {row[0]: row[1] for row in await uow.rows(query)}
