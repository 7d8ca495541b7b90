"""Where chains of triggers end: how deep they go, how often one trigger acts on one deal."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import func, select

from core.database import UnitOfWork
from core.journal import event
from triggers.models import trigger_run

DEEPEST = 10
MOST_RUNS = 20
IN = timedelta(minutes=1)
LOOP = "loop"


async def runs_lately(uow: UnitOfWork, trigger_id: int, deal_ids: Collection[int]) -> dict[int, int]:
    """How often a trigger was set off for each of these deals within a minute.

    What a clock that was set back since has made in the future is no part of it.
    """
    rows = await uow.rows(
        select(trigger_run.c.deal_id, func.count().label("n"))
        .where(
            trigger_run.c.trigger_id == trigger_id,
            trigger_run.c.deal_id.in_(sorted(deal_ids)),
            trigger_run.c.made_at.between(uow.now - IN, uow.now + IN),
        )
        .group_by(trigger_run.c.deal_id)
    )
    return {row.deal_id: row.n for row in rows}


def runs_beside(trigger_id: int, chain: Sequence[int]) -> bool:
    """Whether a chain runs in a circle without this trigger, which only hears of it and is not to blame."""
    return trigger_id not in chain and len(set(chain)) < len(chain)


async def chain_to(uow: UnitOfWork, event_id: int) -> list[int]:
    """The triggers that led to an event, the first one first."""
    chain: list[int] = []
    cause: int | None = event_id
    while cause is not None and len(chain) <= DEEPEST:
        row = await uow.row(select(event.c.actor, event.c.cause_id).where(event.c.id == cause))
        if row is None:
            break
        name, _, number = row.actor.partition(":")
        if name == "trigger":
            chain.append(int(number))
        cause = row.cause_id
    return chain[::-1]
