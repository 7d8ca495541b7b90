"""How many deals stages hold and what they are worth: changes are added where deals change, and folded now and then."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, func, select

from core.bulk import insert_rows
from core.database import UnitOfWork
from pipeline.models import stage_total

# So many changes are folded in one transaction.
AT_ONCE = 5_000


class Change(NamedTuple):
    """How many deals a stage has more, and by how much they are worth more, in minor units of a currency."""

    stage_id: int
    currency: str | None
    deals: int
    amount: int


@dataclass(frozen=True, slots=True)
class Total:
    """How many deals there are and what those with an amount add up to, by currency, in minor units."""

    deals: int = 0
    sums: Mapping[str, int] = field(default_factory=dict)


async def count(uow: UnitOfWork, changes: Iterable[Change]) -> None:
    """Note changes in the transaction that makes them; nobody waits for anybody."""
    rows = [one._asdict() | {"currency": one.currency or ""} for one in changes]
    await insert_rows(uow, stage_total, rows)


def moved(row: Any, *, to: int) -> list[Change]:
    """What changes when a deal, as it was read before, goes into another stage."""
    amount = row.amount or 0
    return [Change(row.stage_id, row.currency, -1, -amount), Change(to, row.currency, 1, amount)]


def revalued(row: Any, *, amount: int | None, currency: str | None) -> list[Change]:
    """What changes when a deal, as it was read before, is worth something else."""
    gone = Change(row.stage_id, row.currency, -1, -(row.amount or 0))
    return [gone, Change(row.stage_id, currency, 1, amount or 0)]


async def totals(uow: UnitOfWork, stage_ids: Collection[int]) -> dict[int, Total]:
    """What these stages hold."""
    rows = await uow.rows(_TOTALS, {"stages": sorted(stage_ids)}) if stage_ids else []
    return added_up([(row.stage_id, row.currency or None, row.deals, row.amount) for row in rows])


def added_up(rows: Iterable[tuple[int, str | None, int, int | None]]) -> dict[int, Total]:
    """Totals out of rows of stage, currency, deals and amount."""
    deals: dict[int, int] = {}
    sums: dict[int, dict[str, int]] = {}
    for stage_id, currency, number, amount in rows:
        deals[stage_id] = deals.get(stage_id, 0) + int(number)
        if currency is not None and number:
            sums.setdefault(stage_id, {})[currency] = int(amount or 0)
    return {stage_id: Total(number, sums.get(stage_id, {})) for stage_id, number in deals.items()}


_TOTALS = (
    select(
        stage_total.c.stage_id,
        stage_total.c.currency,
        func.sum(stage_total.c.deals).label("deals"),
        func.sum(stage_total.c.amount).label("amount"),
    )
    .where(stage_total.c.stage_id.in_(bindparam("stages", expanding=True)))
    .group_by(stage_total.c.stage_id, stage_total.c.currency)
)


async def fold(uow: UnitOfWork, *, most: int = AT_ONCE) -> int:
    """Make one row of all changes of a stage and currency, `most` of them at a time; how many rows are fewer now.

    Rows that somebody else folds at this moment are left to him.
    """
    # What is folded already is not locked for nothing at every sweep.
    if await uow.value(_UNFOLDED) is None:
        return 0
    oldest = select(stage_total).order_by(stage_total.c.id).limit(most).with_for_update(skip_locked=True)
    rows = await uow.rows(oldest)
    sums: dict[tuple[int, str], tuple[int, int]] = {}
    for row in rows:
        deals, amount = sums.get((row.stage_id, row.currency), (0, 0))
        sums[row.stage_id, row.currency] = (deals + row.deals, amount + row.amount)
    folded = [
        {"stage_id": stage_id, "currency": currency, "deals": deals, "amount": amount}
        for (stage_id, currency), (deals, amount) in sorted(sums.items())
        if deals or amount
    ]
    if len(folded) == len(rows):
        return 0
    await uow.execute(delete(stage_total).where(stage_total.c.id.in_([row.id for row in rows])))
    await insert_rows(uow, stage_total, folded)
    return len(rows) - len(folded)


_UNFOLDED = (
    select(stage_total.c.stage_id)
    .group_by(stage_total.c.stage_id, stage_total.c.currency)
    .having(func.count() > 1)
    .limit(1)
)
