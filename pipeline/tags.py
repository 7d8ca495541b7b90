"""Tags: a vocabulary that grows as people type, and which deals have which; admins rename, merge and remove."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update

from core.bulk import insert_rows
from core.database import UnitOfWork
from core.errors import Conflict, NotFound
from core.journal import Origin, insert_or_ignore, record
from core.texts import N_
from core.words import bare
from inbox.contacts import stream_of
from pipeline.events import TagAdded, TagRemoved
from pipeline.models import deal, deal_tag, tag
from pipeline.moving import his_deal
from pipeline.opening import ref_of
from pipeline.staff.rights import Right, Staff, needs
from pipeline.vocabulary import checked_name, note_change


class TagExists(Conflict):
    """Another tag has that name."""

    code = "tag-exists"
    text = N_("There is a tag “{name}” already.")
    next_step = N_("Choose another name, or merge the two.")


class NoSuchTag(NotFound):
    """The vocabulary has no such tag."""

    code = "no-such-tag"
    text = N_("There is no tag “{name}”.")
    next_step = N_("See the tags on a deal's card: More → Tags.")


@dataclass(frozen=True, slots=True)
class Tag:
    """A word of the vocabulary, with how many deals have it."""

    id: int
    name: str
    deals: int


async def tags(uow: UnitOfWork, *, limit: int | None = None) -> list[Tag]:
    """The vocabulary, the tags of most deals first."""
    deals = func.count(deal_tag.c.deal_id)
    rows = await uow.rows(
        select(tag.c.id, tag.c.name, deals)
        .outerjoin(deal_tag, deal_tag.c.tag_id == tag.c.id)
        .group_by(tag.c.id, tag.c.name)
        .order_by(deals.desc(), tag.c.folded)
        .limit(limit)
    )
    return [Tag(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Word:
    """A tag to choose, whatever deals have it."""

    id: int
    name: str


async def words(uow: UnitOfWork, *, limit: int) -> list[Word]:
    """So many tags, those that the newest deals have first; it costs a look at each tag and none at the deals."""
    newest = select(func.max(deal_tag.c.deal_id)).where(deal_tag.c.tag_id == tag.c.id).correlate(tag).scalar_subquery()
    lately = func.coalesce(newest, 0)
    rows = await uow.rows(select(tag.c.id, tag.c.name).order_by(lately.desc(), tag.c.folded).limit(limit))
    return [Word(*row) for row in rows]


async def tag_ids_of(uow: UnitOfWork, deal_id: int) -> set[int]:
    """The tags that a deal has."""
    return {row.tag_id for row in await uow.rows(select(deal_tag.c.tag_id).where(deal_tag.c.deal_id == deal_id))}


async def make_tag(uow: UnitOfWork, name: str) -> int:
    """The tag of that name, made if it is new; its id. Raises NameEmpty, NameTooLong."""
    words = checked_name(name)
    await uow.execute(insert_or_ignore(uow, tag), {"name": words, "folded": bare(words)})
    found: int = await uow.value(select(tag.c.id).where(tag.c.folded == bare(words)))
    return found


async def tag_name(uow: UnitOfWork, tag_id: int) -> str | None:
    """What a tag is called, if there is one."""
    name: str | None = await uow.value(select(tag.c.name).where(tag.c.id == tag_id))
    return name


async def find_tag(uow: UnitOfWork, name: str) -> int:
    """The tag that a name means, however it is written. Raises NoSuchTag."""
    found: int | None = await uow.value(select(tag.c.id).where(tag.c.folded == bare(name)))
    if found is None:
        raise NoSuchTag(name=name)
    return found


@needs(Right.WORK)
async def tag_deal(uow: UnitOfWork, by: Staff, deal_id: int, tag_id: int) -> None:
    """Give a deal a tag; one that it has stays. Raises NotFound, DealTaken."""
    await his_deal(uow, by, deal_id)
    if await uow.value(select(tag.c.id).where(tag.c.id == tag_id)) is None:
        raise NotFound
    await add_tags(uow, {deal_id: Origin(by.actor)}, [tag_id])


@needs(Right.WORK)
async def tag_by_name(uow: UnitOfWork, by: Staff, deal_id: int, name: str) -> None:
    """Give a deal the tag of a name, made if it is new. Raises NotFound, DealTaken, NameEmpty, NameTooLong."""
    await his_deal(uow, by, deal_id)
    await add_tags(uow, {deal_id: Origin(by.actor)}, [await make_tag(uow, name)])


@needs(Right.WORK)
async def untag_deal(uow: UnitOfWork, by: Staff, deal_id: int, tag_id: int) -> None:
    """Take a tag from a deal; one that it has not stays away. Raises NotFound, DealTaken."""
    await his_deal(uow, by, deal_id)
    await remove_tags(uow, {deal_id: Origin(by.actor)}, [tag_id])


async def add_tags(uow: UnitOfWork, origins: Mapping[int, Origin], tag_ids: Collection[int]) -> None:
    """Give deals tags; `origins` says by deal who does it. The streams must be locked by this unit."""
    there = select(tag.c.id).where(tag.c.id.in_(sorted(set(tag_ids))))
    wanted = [row.id for row in await uow.rows(there.order_by(tag.c.id))]
    rows = [{"deal_id": deal_id, "tag_id": tag_id} for deal_id in sorted(origins) for tag_id in wanted]
    if rows:
        new = await insert_rows(uow, deal_tag, rows, ignore=True, returning=("deal_id", "tag_id"))
        await _note(uow, TagAdded, new, origins)


async def remove_tags(uow: UnitOfWork, origins: Mapping[int, Origin], tag_ids: Collection[int]) -> None:
    """Take tags from deals, in the same way."""
    meant = (deal_tag.c.deal_id.in_(sorted(origins)), deal_tag.c.tag_id.in_(sorted(set(tag_ids))))
    gone = await uow.execute(delete(deal_tag).where(*meant).returning(deal_tag.c.deal_id, deal_tag.c.tag_id))
    await _note(uow, TagRemoved, list(gone), origins)


async def _note(
    uow: UnitOfWork, kind: type[TagAdded] | type[TagRemoved], rows: Sequence[Any], origins: Mapping[int, Origin]
) -> None:
    if not rows:
        return
    changes = Counter(row.deal_id for row in rows)
    await uow.execute(
        update(deal)
        .where(deal.c.id == bindparam("changed"))
        .values(version=deal.c.version + bindparam("times"), changed_at=uow.now),
        [{"changed": deal_id, "times": times} for deal_id, times in sorted(changes.items())],
    )
    contacts = {row.id: row.contact_id for row in await uow.rows(_contacts(changes))}
    names = {row.id: row.name for row in await uow.rows(select(tag).where(tag.c.id.in_({row.tag_id for row in rows})))}
    await record(
        uow,
        [
            kind(
                stream=stream_of(contacts[row.deal_id]),
                ref=ref_of(row.deal_id),
                **origins[row.deal_id].common(),
                deal_id=row.deal_id,
                tag_id=row.tag_id,
                name=names[row.tag_id],
            )
            for row in sorted(rows)
        ],
    )


def _contacts(deal_ids: Collection[int]) -> Any:
    return select(deal.c.id, deal.c.contact_id).where(deal.c.id.in_(deal_ids))


@needs(Right.CONFIGURE)
async def add_tag(uow: UnitOfWork, by: Staff, name: str) -> None:
    """Add a tag to the vocabulary; one that is there stays as it is. Raises NameEmpty, NameTooLong."""
    await make_tag(uow, name)
    await note_change(uow, by.actor, f"tag added: {name}")


@needs(Right.CONFIGURE)
async def rename_tag(uow: UnitOfWork, by: Staff, tag_id: int, name: str) -> None:
    """Call a tag otherwise, on all deals that have it. Raises NotFound, TagExists, NameEmpty, NameTooLong."""
    words = checked_name(name)
    other = await uow.value(select(tag.c.id).where(tag.c.folded == bare(words), tag.c.id != tag_id))
    if other is not None:
        raise TagExists(name=words)
    changed = await uow.execute(update(tag).where(tag.c.id == tag_id).values(name=words, folded=bare(words)))
    if changed.rowcount != 1:
        raise NotFound
    await note_change(uow, by.actor, f"tag renamed: {words}")


@needs(Right.CONFIGURE)
async def merge_tags(uow: UnitOfWork, by: Staff, tag_id: int, *, into: int) -> None:
    """Let every deal of a tag have another one instead. Raises NotFound."""
    known = {row.id for row in await uow.rows(select(tag.c.id).where(tag.c.id.in_([tag_id, into])))}
    if known != {tag_id, into} or tag_id == into:
        raise NotFound
    have = select(deal_tag.c.deal_id).where(deal_tag.c.tag_id == into)
    await uow.execute(
        update(deal_tag).where(deal_tag.c.tag_id == tag_id, deal_tag.c.deal_id.not_in(have)).values(tag_id=into)
    )
    await uow.execute(delete(deal_tag).where(deal_tag.c.tag_id == tag_id))
    await uow.execute(delete(tag).where(tag.c.id == tag_id))
    await note_change(uow, by.actor, f"tag merged: {tag_id} into {into}")


@needs(Right.CONFIGURE)
async def remove_tag(uow: UnitOfWork, by: Staff, tag_id: int) -> None:
    """Take a tag from the vocabulary and from all deals. Raises NotFound."""
    await uow.execute(delete(deal_tag).where(deal_tag.c.tag_id == tag_id))
    gone = await uow.execute(delete(tag).where(tag.c.id == tag_id))
    if gone.rowcount != 1:
        raise NotFound
    await note_change(uow, by.actor, f"tag removed: {tag_id}")
