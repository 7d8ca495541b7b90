"""The talk of a deal, as far as somebody may read it: what colleagues talk about with the same customer is theirs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, true

from core.database import UnitOfWork
from core.errors import NotFound
from core.journal import event
from inbox.talks import (
    StoredFile,
    TalkMessage,
    Version,
    Within,
    earlier_versions,
    is_within,
    parts_of_same_albums,
    stored_file,
    talk_messages,
    talk_page,
)
from pipeline.deals import DealView, see, views, visible_to
from pipeline.events import NoteWritten
from pipeline.models import deal, staff
from pipeline.opening import ref_of
from pipeline.staff.rights import Right, Staff, needs


@dataclass(frozen=True, slots=True)
class Talk:
    """Messages and notes of a deal's conversation, the oldest first, and whether there are earlier ones.

    `people` are the names of those of the staff who wrote some of them, by their actors.
    """

    deal: DealView
    messages: Sequence[TalkMessage]
    earlier: bool
    people: Mapping[str, str]


@needs(Right.SEE)
async def talk_of_deal(uow: UnitOfWork, by: Staff, deal_id: int, *, before: int | None = None, limit: int = 50) -> Talk:
    """The last messages of a deal's conversation, or those before a message. Raises NotFound, DealTaken."""
    view = await see(uow, by, deal_id)
    page = await talk_page(uow, await part_of(uow, by, view), before=before, limit=limit)
    people = await names_of(uow, {one.actor for one in page.messages})
    return Talk(view, page.messages, page.earlier, people)


@needs(Right.SEE)
async def messages_of(uow: UnitOfWork, by: Staff, deal_id: int, ids: Collection[int]) -> Talk:
    """Those of these messages that belong to a deal's talk, as they are now, each with all parts of its album.

    Raises NotFound, DealTaken.
    """
    view = await see(uow, by, deal_id)
    his = await part_of(uow, by, view)
    found = await talk_messages(uow, {*ids, *await parts_of_same_albums(uow, ids)}, within=his)
    people = await names_of(uow, {one.actor for one in found.values()})
    return Talk(view, list(found.values()), earlier=False, people=people)


@needs(Right.SEE)
async def versions_of(uow: UnitOfWork, by: Staff, deal_id: int, message_id: int) -> list[Version]:
    """What a message of a deal's talk said before, the oldest first. Raises NotFound, DealTaken."""
    view = await see(uow, by, deal_id)
    if not await is_within(uow, message_id, [await part_of(uow, by, view)]):
        raise NotFound
    return await earlier_versions(uow, message_id)


@needs(Right.SEE)
async def attachment_of(uow: UnitOfWork, by: Staff, attachment_id: int) -> StoredFile:
    """A file of a message that somebody may read; its state says whether it lies there. Raises NotFound."""
    found = await stored_file(uow, attachment_id)
    if found is None:
        raise NotFound
    mine = select(deal.c.id).where(deal.c.conversation_id == found.conversation_id, visible_to(by))
    his = await views(uow, [row.id for row in await uow.rows(mine)])
    if not await is_within(uow, found.message_id, [await part_of(uow, by, view) for view in his.values()]):
        raise NotFound
    return found


@needs(Right.SEE)
async def part_of(uow: UnitOfWork, by: Staff, view: DealView) -> Within:
    """The part of its conversation that somebody reads with a deal that he sees.

    It is the whole of it, unless a colleague has another deal with the same customer there: then it begins with this
    deal and ends with it, and one that was opened by hand has its notes alone.
    """
    if not await colleagues_talk(uow, by, [view.conversation_id]):
        return Within(conversation_id=view.conversation_id)
    told = select(event).where(event.c.ref == ref_of(view.id), event.c.kind == NoteWritten.__name__)
    return Within(
        conversation_id=view.conversation_id,
        first_id=view.opened_by_message_id,
        until=view.closed_at,
        notes=frozenset(row.data["message_id"] for row in await uow.rows(told)),
        silent=view.opened_by_message_id is None,
    )


@needs(Right.SEE)
async def colleagues_talk(uow: UnitOfWork, by: Staff, conversation_ids: Collection[int]) -> set[int]:
    """In which of these conversations there is a deal that somebody may not see."""
    if by.may(Right.SEE_ALL) or not conversation_ids:
        return set()
    others = select(deal.c.conversation_id).where(deal.c.conversation_id.in_(sorted(set(conversation_ids))))
    # Of a deal that nobody has, whether it is his is unknown to SQL, and so would be the opposite.
    unseen = visible_to(by).is_not(true())
    return {row.conversation_id for row in await uow.rows(others.where(unseen).distinct())}


async def names_of(uow: UnitOfWork, actors: Collection[str]) -> dict[str, str]:
    """What those of these actors are called who are of the staff."""
    ids = {int(number) for kind, _, number in (one.partition(":") for one in actors) if kind == "staff"}
    if not ids:
        return {}
    rows = await uow.rows(select(staff.c.id, staff.c.name).where(staff.c.id.in_(sorted(ids))))
    return {f"staff:{row.id}": row.name for row in rows}
