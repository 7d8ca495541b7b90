"""Keeps things of one thread in a chat in order and joins them while they wait; what one message of two is, others say.

The last waiting thing of a thread holds its key, so there is one such row; what is sent, or followed, gives the key up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import literal_column, select, tuple_, update

from core.bulk import update_rows
from core.database import UnitOfWork
from inbox.models import outgoing

# One content of what waits and what follows it, or None where they must be two.
Join = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any] | None]
Place = tuple[int, str, str]


@dataclass(slots=True)
class Link:
    """A queued row: the channel, chat and thread it has its place in, and what it says."""

    id: int
    place: Place
    content: dict[str, Any]
    is_album: bool = False


def key_of(thread: str) -> str:
    """What the last waiting thing of a thread has as its merge key."""
    return f"thread:{thread}"


def newest_in(content: dict[str, Any], message_id: int | None) -> int | None:
    """The message that a reply to what was sent answers: of texts that were joined, under "said", the last one."""
    said = content.get("said")
    return said[-1]["message"] if said else message_id


async def extend(uow: UnitOfWork, links: Sequence[Link], join: Join | None) -> None:
    """Put rows that were queued just now behind what waits in their threads, or into it where `join` allows that.

    A row that was joined is cancelled, and names as its target the one that says it now.
    """
    ends = await _ends(uow, {link.place for link in links})
    before = {end.id for end in ends.values()}
    joined: list[tuple[Link, Link]] = []
    grown: dict[int, Link] = {}
    for link in links:
        end = ends.get(link.place)
        content = join(end.content, link.content) if end and join else None
        if end is None or content is None:
            ends[link.place] = link
            continue
        end.content = content
        grown[end.id] = end
        joined.append((link, end))
    await _store(uow, joined, list(grown.values()))
    await _hand_keys_on(uow, before, ends)


async def _ends(uow: UnitOfWork, places: set[Place]) -> dict[Place, Link]:
    keys = {
        (channel_id, chat_key, key_of(thread)): (channel_id, chat_key, thread)
        for channel_id, chat_key, thread in places
    }
    place = tuple_(outgoing.c.channel_id, outgoing.c.chat_key, outgoing.c.merge_key)
    # A parameter for the state would keep the database from finding the index.
    waits = place.in_(sorted(keys)) & (outgoing.c.state == literal_column("'queued'"))
    columns = (outgoing.c.id, outgoing.c.content)
    rows = await uow.rows(
        select(outgoing.c.channel_id, outgoing.c.chat_key, outgoing.c.merge_key, *columns)
        .where(waits)
        .order_by(outgoing.c.id)
        .with_for_update()
    )
    found = [(keys[row.channel_id, row.chat_key, row.merge_key], row) for row in rows]
    return {at: Link(row.id, at, row.content) for at, row in found}


async def _store(uow: UnitOfWork, joined: Sequence[tuple[Link, Link]], grown: Sequence[Link]) -> None:
    says_more = [{"id": end.id, "content": end.content} for end in grown]
    await update_rows(uow, outgoing, says_more)
    said = [{"id": link.id, "state": "cancelled", "reason": "joined", "target_id": end.id} for link, end in joined]
    await update_rows(uow, outgoing, said)


async def _hand_keys_on(uow: UnitOfWork, before: set[int], ends: dict[Place, Link]) -> None:
    """Let the new ends of threads hold their keys, which those before them give up first.

    An album that waits for more parts holds a key of its own: what follows it begins its thread anew.
    """
    now = {end.id: key_of(thread) for (_, _, thread), end in ends.items() if not end.is_album}
    if passed := before - now.keys():
        await uow.execute(update(outgoing).where(outgoing.c.id.in_(sorted(passed))).values(merge_key=None))
    new = sorted(now.keys() - before)
    await update_rows(uow, outgoing, [{"id": one, "merge_key": now[one]} for one in new])
