"""Keeps things of one thread in a chat in order and joins them while they wait; what one message of two is, others say.

The last waiting thing of a thread holds its key, so there is one such row; what is sent, or followed, gives the key up.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, literal_column, select, update

from core.bulk import given, packed, update_rows
from core.database import UnitOfWork
from inbox.models import outgoing

# One content of what waits and what follows it, or None where they must be two.
Join = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any] | None]
Row = dict[str, Any]
Place = tuple[int, str, str]


class Threaded(NamedTuple):
    """A row that is about to be queued, and its thread. An album, which waits for more parts, has a key of its own."""

    row: Row
    thread: str
    is_album: bool

    @property
    def place(self) -> Place:
        """The channel, the chat and the key that the last of the thread holds there."""
        return self.row["channel_id"], self.row["chat_key"], key_of(self.thread)


def key_of(thread: str) -> str:
    """What the last waiting thing of a thread has as its merge key."""
    return f"thread:{thread}"


def newest_in(content: dict[str, Any], message_id: int | None) -> int | None:
    """The message that a reply to what was sent answers: of texts that were joined, under "said", the last one."""
    said = content.get("said")
    return said[-1]["message"] if said else message_id


async def enter(uow: UnitOfWork, items: Sequence[Threaded], join: Join | None) -> list[tuple[Row, Row]]:
    """Put rows, before they are inserted, behind what waits in their threads, or into it where `join` allows that.

    A row that was joined is cancelled, and names as its target the one that says it now; where that one is new as well,
    the two are returned.
    """
    ends = await _ends(uow, {item.place for item in items})
    waited = {end["id"]: end for end in ends.values()}
    queued = await _queued(uow, [item.row["cause"] for item in items]) if ends else set()
    said_before = {end["id"]: end["content"] for end in ends.values()}
    pairs = []
    for item in items:
        if item.row["cause"] in queued:
            continue
        queued.add(item.row["cause"])
        end = ends.get(item.place)
        content = join(end["content"], item.row["content"]) if end and join else None
        if end is None or content is None:
            if end is not None and end["merge_key"] == item.place[2]:
                end["merge_key"] = None
            ends[item.place] = item.row
            if not item.is_album:
                item.row["merge_key"] = item.place[2]
            continue
        end["content"] = content
        item.row.update(state="cancelled", reason="joined", target_id=end.get("id"))
        if "id" not in end:
            pairs.append((item.row, end))
    grown = [one for one, end in waited.items() if end["content"] is not said_before[one]]
    await update_rows(uow, outgoing, [{"id": one, "content": waited[one]["content"]} for one in grown])
    if passed := sorted(one for one, end in waited.items() if end["merge_key"] is None):
        await uow.execute(update(outgoing).where(outgoing.c.id.in_(passed)).values(merge_key=None))
    return pairs


async def _queued(uow: UnitOfWork, causes: Sequence[str]) -> set[str]:
    """Those of these that were queued before: nothing is said twice."""
    return {row.cause for row in await uow.rows(select(outgoing.c.cause).where(outgoing.c.cause.in_(causes)))}


async def _ends(uow: UnitOfWork, places: set[Place]) -> dict[Place, Row]:
    rows = await uow.rows(
        _last_of(is_sqlite=uow.is_sqlite),
        packed(uow, _PLACE, [dict(zip(_PLACE, place, strict=True)) for place in sorted(places)]),
    )
    return {
        (row.channel_id, row.chat_key, row.merge_key): {
            "id": row.id,
            "merge_key": row.merge_key,
            "content": row.content,
        }
        for row in rows
    }


_PLACE = ("channel_id", "chat_key", "merge_key")


@cache
def _last_of(*, is_sqlite: bool) -> Select[Any]:
    wanted = given(outgoing, _PLACE, is_sqlite=is_sqlite)
    here = and_(*(outgoing.c[name] == wanted.c[name] for name in _PLACE))
    return (
        select(*(outgoing.c[name] for name in _PLACE), outgoing.c.id, outgoing.c.content)
        # A parameter for the state would keep the database from finding the index.
        .join_from(wanted, outgoing, here & (outgoing.c.state == literal_column("'queued'")))
        .order_by(outgoing.c.id)
        .with_for_update(of=outgoing)
    )


async def point(uow: UnitOfWork, pairs: Sequence[tuple[Row, Row]], ids: dict[str, int]) -> None:
    """Let rows that were joined to others of their batch name those, once all have ids, which are given by cause."""
    await update_rows(
        uow,
        outgoing,
        [
            {"id": ids[row["cause"]], "target_id": ids[end["cause"]]}
            for row, end in pairs
            if row["cause"] in ids and end["cause"] in ids
        ],
    )
