"""Pipelines and their stages: the default one, and which channel opens deals where; moving deals is not here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select

from core.database import UnitOfWork
from core.journal import insert, insert_or_ignore
from core.texts import N_, Texts
from pipeline.models import lost_reason, pipeline, pipeline_channel, stage

ACTIVE, WON, LOST, NOT_A_LEAD = "active", "won", "lost", "not_a_lead"

DEFAULT_STAGES = (
    (N_("New"), ACTIVE),
    (N_("In conversation"), ACTIVE),
    (N_("Offer sent"), ACTIVE),
    (N_("Waiting for payment"), ACTIVE),
    (N_("Won"), WON),
    (N_("Lost"), LOST),
    (N_("Not a lead"), NOT_A_LEAD),
)
DEFAULT_REASONS = (
    (N_("Too expensive"), False),
    (N_("No answer"), False),
    (N_("Bought elsewhere"), False),
    (N_("Not needed any more"), False),
    (N_("Other"), True),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of a pipeline."""

    id: int
    name: str
    group: str


@dataclass(frozen=True, slots=True)
class LostReason:
    """Why deals are lost; some ask for words."""

    id: int
    name: str
    asks_words: bool


async def prepare_default(uow: UnitOfWork, t: Texts) -> int:
    """The first pipeline, made with its stages and reasons, in the language of `t`, if there is none yet; its id."""
    found: int | None = await uow.value(select(pipeline.c.id).order_by(pipeline.c.place, pipeline.c.id).limit(1))
    if found is not None:
        return found
    made = await uow.execute(insert(uow, pipeline).returning(pipeline.c.id), {"name": t("Sales"), "place": 1})
    pipeline_id: int = made.scalar_one()
    await uow.execute(
        stage.insert(),
        [
            {"pipeline_id": pipeline_id, "name": t(name), "group": group, "place": place}
            for place, (name, group) in enumerate(DEFAULT_STAGES, 1)
        ],
    )
    await uow.execute(
        lost_reason.insert(),
        [
            {"name": t(name), "place": place, "asks_words": int(words)}
            for place, (name, words) in enumerate(DEFAULT_REASONS, 1)
        ],
    )
    return pipeline_id


async def open_deals_in(uow: UnitOfWork, pipeline_id: int, *, channel_id: int) -> None:
    """Let a channel that has no pipeline yet open its deals in this one."""
    await uow.execute(insert_or_ignore(uow, pipeline_channel), {"channel_id": channel_id, "pipeline_id": pipeline_id})


async def stages_of(uow: UnitOfWork, pipeline_id: int) -> list[Stage]:
    """The stages of a pipeline, in their order."""
    rows = await uow.rows(
        select(stage.c.id, stage.c.name, stage.c.group)
        .where(stage.c.pipeline_id == pipeline_id)
        .order_by(stage.c.place)
    )
    return [Stage(*row) for row in rows]


async def reasons(uow: UnitOfWork) -> list[LostReason]:
    """The reasons for losing that are offered, in their order; one that asks for words ("Other") comes last."""
    order = (lost_reason.c.asks_words, lost_reason.c.place)
    rows = await uow.rows(select(lost_reason).where(lost_reason.c.removed_at.is_(None)).order_by(*order))
    return [LostReason(row.id, row.name, bool(row.asks_words)) for row in rows]


Named = TypeVar("Named", Stage, LostReason)


def named(known: Sequence[Named], name: str) -> Named | None:
    """The one that a person means by `name`: the whole name in any case, or the only one that begins so."""
    wanted = name.strip().casefold()
    exact = [one for one in known if one.name.casefold() == wanted]
    begun = exact or [one for one in known if wanted and one.name.casefold().startswith(wanted)]
    return begun[0] if len(begun) == 1 else None


async def pipeline_ids(uow: UnitOfWork) -> list[int]:
    """All pipelines."""
    return [row.id for row in await uow.rows(select(pipeline.c.id).order_by(pipeline.c.id))]
