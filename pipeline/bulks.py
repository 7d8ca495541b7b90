"""The loop that does acts on many deals, a deal in a transaction, each as whoever asked for it."""

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from core.database import Database, UnitOfWork
from core.errors import NotFound, Refusal, Unexpected
from core.failpoints import failpoint
from core.loops import whole
from core.redis import Wakeups
from pipeline import bulk as acts
from pipeline.bulk import BULKS, DONE, Act, AddTags, AddTask, Assign, PutInStage, RemoveTags
from pipeline.models import bulk, bulk_deal, deal, staff, stage
from pipeline.moving import close, move
from pipeline.staff.handing_over import give_back_to_turn, hand_over
from pipeline.staff.rights import Right, Role, Staff, needs
from pipeline.stages import LOST
from pipeline.tags import tag_deal, untag_deal
from pipeline.work.tasks import add_task

log = structlog.get_logger()


class Bulks:
    """Does what was started, here or in another process, until nothing is left of it."""

    def __init__(self, database: Database, wakeups: Wakeups, *, sweep_seconds: float) -> None:
        self._database = database
        self._wakeups = wakeups
        self._sweep_seconds = sweep_seconds

    async def run(self) -> None:
        """Work for ever."""
        while True:
            worked = False
            try:
                worked = await whole(self.step())
            except SQLAlchemyError:
                log.exception("bulks.database_failed")
            if not worked:
                await self._wakeups.wait(BULKS, self._sweep_seconds)

    async def step(self) -> bool:
        """Do one deal of each act under way, or end an act; whether there was anything to do."""
        async with self._database.reading() as uow:
            waiting = [row.id for row in await uow.rows(select(bulk.c.id).where(_UNDER_WAY).order_by(bulk.c.id))]
        worked = False
        for bulk_id in waiting:
            try:
                async with self._database.unit() as uow:
                    worked |= await _go_on(uow, bulk_id)
                    failpoint("bulk.before_commit")
            except OperationalError:
                # One that cannot go on now holds no other one up.
                log.warning("bulks.put_off", bulk=bulk_id, exc_info=True)
            failpoint("bulk.after_commit")
        return worked


_UNDER_WAY = bulk.c.ended_at.is_(None)


async def _go_on(uow: UnitOfWork, bulk_id: int) -> bool:
    its = (bulk_deal.c.bulk_id == bulk_id, bulk_deal.c.outcome.is_(None))
    row = await uow.row(select(bulk).where(bulk.c.id == bulk_id, _UNDER_WAY))
    if row is None:
        return False
    by = await _who(uow, row.staff_id)
    if by is None or await uow.value(select(bulk_deal.c.deal_id).where(*its).limit(1)) is None:
        await acts.end(uow, bulk_id, row.staff_id)
        return True
    # What another process is at is left to it.
    free = select(bulk_deal.c.deal_id).where(*its).order_by(bulk_deal.c.deal_id).limit(1)
    deal_id = await uow.value(free.with_for_update(skip_locked=True))
    if deal_id is None:
        return False
    refusal = await _refused(uow, by, deal_id, acts.from_stored(row.act), bulk_id)
    told = {"outcome": refusal.code, "values": acts.values_of(refusal)} if refusal else {"outcome": DONE}
    await uow.execute(update(bulk_deal).where(*its, bulk_deal.c.deal_id == deal_id).values(told))
    return True


async def _who(uow: UnitOfWork, staff_id: int) -> Staff | None:
    row = await uow.row(select(staff).where(staff.c.id == staff_id, staff.c.disabled_at.is_(None)))
    return Staff(row.id, row.name, Role(row.role), row.language, row.timezone) if row is not None else None


async def _refused(uow: UnitOfWork, by: Staff, deal_id: int, act: Act, bulk_id: int) -> Refusal | None:
    """Do an act on one deal, as if its person did it alone; why it was not done, if it was not."""
    try:
        async with uow.savepoint():
            await perform(uow, by, deal_id, act, key=f"bulk:{bulk_id}:{deal_id}")
    except Refusal as refusal:
        return refusal
    except OperationalError:
        # It passes with time: the deal has its turn again.
        raise
    except Exception:
        log.exception("bulks.act_failed", bulk=bulk_id, deal=deal_id)
        return Unexpected()
    return None


@needs(Right.WORK)
async def perform(uow: UnitOfWork, by: Staff, deal_id: int, act: Act, *, key: str) -> None:
    """Do an act on one deal by the use case that does it there; `key` keeps what is made from being made twice."""
    match act:
        case PutInStage():
            await _put(uow, by, deal_id, act)
        case AddTags(tag_ids):
            for tag_id in tag_ids:
                await tag_deal(uow, by, deal_id, tag_id)
        case RemoveTags(tag_ids):
            for tag_id in tag_ids:
                await untag_deal(uow, by, deal_id, tag_id)
        case Assign(None, why):
            await give_back_to_turn(uow, by, deal_id, why=why)
        case Assign(int(staff_id), why):
            await hand_over(uow, by, deal_id, to=staff_id, why=why)
        case AddTask():
            await add_task(uow, by, deal_id, due_at=act.due_at, kind_id=act.kind_id, text=act.text, client_key=key)


async def _put(uow: UnitOfWork, by: Staff, deal_id: int, act: PutInStage) -> None:
    group = await uow.value(
        select(stage.c.group)
        .join(deal, deal.c.pipeline_id == stage.c.pipeline_id)
        .where(stage.c.id == act.stage_id, deal.c.id == deal_id)
    )
    if group is None:
        raise NotFound
    if group == LOST:
        await close(uow, by, deal_id, group=group, reason_id=act.reason_id, words=act.words)
    else:
        await move(uow, by, deal_id, stage_id=act.stage_id)
