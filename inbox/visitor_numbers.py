"""What a visitor's browser calls messages and events: by their places in his own talk, which tell nothing of others.

Nothing is ever taken out of a talk or put in between, as all that happens in it is recorded under its customer's lock.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, func, select

from core.database import UnitOfWork
from core.journal import event
from inbox.models import message


def _of_talk(talk_id: int) -> ColumnElement[bool]:
    # Where the staff has written notes is nobody's business either.
    return and_(message.c.conversation_id == talk_id, message.c.direction != "note")


async def places(uow: UnitOfWork, talk_id: int, message_ids: Collection[int]) -> dict[int, int]:
    """The places of messages of a talk, the first of which has 1."""
    if not message_ids:
        return {}
    first, last = min(message_ids), max(message_ids)
    before = await uow.value(select(func.count()).where(_of_talk(talk_id), message.c.id < first))
    between = select(message.c.id).where(_of_talk(talk_id), message.c.id >= first, message.c.id <= last)
    rows = await uow.rows(between.order_by(message.c.id))
    return {row.id: before + place for place, row in enumerate(rows, 1)}


async def place_of(uow: UnitOfWork, talk_id: int, up_to: int | None) -> int:
    """The place of the last message up to one; 0 where there is none."""
    found: int = await uow.value(select(func.count()).where(_of_talk(talk_id), message.c.id <= (up_to or 0)))
    return found


async def message_at(uow: UnitOfWork, talk_id: int, place: int) -> int | None:
    """The message at a place, or the last one where there are not so many; None where no message could be."""
    if place < 1:
        return None
    query = select(message.c.id).where(_of_talk(talk_id))
    found: int | None = await uow.value(query.order_by(message.c.id).offset(place - 1).limit(1))
    if found is None:
        found = await uow.value(query.order_by(message.c.id.desc()).limit(1))
    return found


async def count_events(uow: UnitOfWork, talk_id: int) -> int:
    """How many events there are in a talk by now."""
    found: int = await uow.value(select(func.count()).where(event.c.ref == f"conversation:{talk_id}"))
    return found
