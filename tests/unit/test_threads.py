"""What waits for one chat: in order in its thread, joined while it waits, nothing lost."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from core.database import Database
from inbox import marking, outcomes
from inbox.channel import Retry
from inbox.models import outgoing
from inbox.outbound import Lane, Outgoing, queue
from inbox.outcomes import Result
from tests.unit.office import Office


def beside(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any] | None:
    """Two texts are one; anything else is not."""
    if before["kind"] != "text" or after["kind"] != "text":
        return None
    return {"kind": "text", "text": before["text"] + after["text"]}


def thing(shop: Office, text: str, *, kind: str = "text", thread: str = "deal:1", chat: str = "500") -> Outgoing:
    return Outgoing(
        cause=f"{chat}:{text}",
        channel_id=shop.channel_id,
        chat_key=chat,
        lane=Lane.PEOPLE,
        content={"kind": kind, "text": text},
        thread=thread,
    )


async def queued(database: Database, *things: Outgoing) -> None:
    async with database.unit() as uow:
        await queue(uow, things, join=beside)


async def waiting(shop: Office, chat: str = "500") -> list[str]:
    return [row.content["text"] for row in await shop.outgoing(chat) if row.state == "queued"]


async def taken(shop: Office, ids: Sequence[int]) -> list[marking.Marked]:
    async with shop.database.unit() as uow:
        return await marking.mark(uow, ids, epoch=1)


async def test_texts_of_one_thread_that_wait_are_one(shop: Office) -> None:
    await queued(shop.database, thing(shop, "a"), thing(shop, "b"))
    await queued(shop.database, thing(shop, "c"))
    assert await waiting(shop) == ["abc"]


async def test_what_cannot_be_joined_keeps_its_place_among_what_can(shop: Office) -> None:
    await queued(shop.database, thing(shop, "a"), thing(shop, "P", kind="photo"), thing(shop, "b"))
    await queued(shop.database, thing(shop, "c"), thing(shop, "d"), thing(shop, "Q", kind="photo"))
    assert await waiting(shop) == ["a", "P", "bcd", "Q"]


async def test_threads_and_chats_are_not_mixed(shop: Office) -> None:
    await queued(shop.database, thing(shop, "a"), thing(shop, "x", thread="deal:2"), thing(shop, "b"))
    await queued(shop.database, thing(shop, "y", thread="deal:2"), thing(shop, "k", chat="501"))
    assert await waiting(shop) == ["ab", "xy"]
    assert await waiting(shop, "501") == ["k"]


async def test_the_same_cause_is_joined_once(shop: Office) -> None:
    await queued(shop.database, thing(shop, "a"), thing(shop, "b"), thing(shop, "b"))
    await queued(shop.database, thing(shop, "b"), thing(shop, "a"))
    assert await waiting(shop) == ["ab"]


async def test_what_is_being_sent_takes_nothing_more_even_when_it_comes_back(shop: Office) -> None:
    await queued(shop.database, thing(shop, "a"))
    first = await taken(shop, [row.id for row in await shop.outgoing("500")])
    await queued(shop.database, thing(shop, "b"))
    async with shop.database.unit() as uow:
        limited = [Result(one, failure=Retry("429", after=1.0)) for one in first]
        await outcomes.write(uow, shop.channel_id, limited, retry_seconds=(1,))
    await queued(shop.database, thing(shop, "c"))
    assert await waiting(shop) == ["a", "bc"]


async def test_whatever_was_joined_names_the_message_that_says_it(shop: Office) -> None:
    await queued(shop.database, thing(shop, "a"), thing(shop, "b"), thing(shop, "c"))
    async with shop.database.reading() as uow:
        rows = await uow.rows(select(outgoing.c.id, outgoing.c.target_id, outgoing.c.reason).order_by(outgoing.c.id))
    end, *joined = rows[-3:]
    assert [(row.target_id, row.reason) for row in joined] == [(end.id, "joined")] * 2
