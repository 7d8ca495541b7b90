"""What waits for one chat: texts of one thread leave it as one message, in order, nothing lost."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from inbox import marking, outcomes
from inbox.channel import Delivered, Retry
from inbox.joining import MOST_UNITS, joinable
from inbox.models import outgoing
from inbox.outbound import Lane, Outgoing, queue
from inbox.outcomes import Result
from tests.unit.office import Office

CHAT = "500"


def thing(shop: Office, text: str, *, kind: str = "text", thread: str = "deal:1") -> Outgoing:
    content: dict[str, Any] = {"kind": kind, "text": f"{thread}\n{text}"}
    return Outgoing(
        cause=text,
        channel_id=shop.channel_id,
        chat_key=CHAT,
        lane=Lane.PEOPLE,
        content=joinable(content, thread, 1) if kind == "text" else content,
        thread=thread,
    )


@pytest.fixture
async def shop(shop: Office) -> Office:
    """An office where somebody has written, whose words these things say."""
    await shop.receive(shop.message("anna"))
    return shop


async def queued(shop: Office, *things: Outgoing) -> None:
    async with shop.database.unit() as uow:
        await queue(uow, things)


async def taken(shop: Office) -> list[marking.Marked]:
    """The next thing of the chat, as it is being sent."""
    waiting = [row.id for row in await shop.outgoing(CHAT) if row.state == "queued"]
    async with shop.database.unit() as uow:
        return await marking.mark(uow, waiting[:1], epoch=1)


async def sent(shop: Office) -> list[str]:
    """What leaves the chat, one after another."""
    said = []
    while marked := await taken(shop):
        said += [one.content["text"].partition("\n")[2].replace("\n", "") for one in marked]
        async with shop.database.unit() as uow:
            results = [Result(one, Delivered((f"name-{one.id}",))) for one in marked]
            await outcomes.write(uow, shop.channel_id, results, retry_seconds=(1,))
    return said


async def test_texts_of_one_thread_that_wait_are_one(shop: Office) -> None:
    await queued(shop, thing(shop, "a"), thing(shop, "b"))
    await queued(shop, thing(shop, "c"))
    assert await sent(shop) == ["abc"]


async def test_what_cannot_be_joined_keeps_its_place_among_what_can(shop: Office) -> None:
    await queued(shop, thing(shop, "a"), thing(shop, "P", kind="photo"), thing(shop, "b"))
    await queued(shop, thing(shop, "c"), thing(shop, "d"), thing(shop, "Q", kind="photo"))
    assert await sent(shop) == ["a", "P", "bcd", "Q"]


async def test_threads_are_not_mixed(shop: Office) -> None:
    await queued(shop, thing(shop, "a"), thing(shop, "x", thread="deal:2"), thing(shop, "b"))
    await queued(shop, thing(shop, "y", thread="deal:2"))
    assert await sent(shop) == ["ab", "xy"]


async def test_what_replies_to_something_else_stands_alone(shop: Office) -> None:
    retold = thing(shop, "b")
    await queued(shop, thing(shop, "a"), replace(retold, content=retold.content | {"reply_to": {"outgoing": 1}}))
    await queued(shop, thing(shop, "c"))
    assert await sent(shop) == ["a", "b", "c"]


async def test_the_same_cause_is_said_once(shop: Office) -> None:
    await queued(shop, thing(shop, "a"), thing(shop, "b"), thing(shop, "b"))
    await queued(shop, thing(shop, "b"), thing(shop, "a"))
    assert await sent(shop) == ["ab"]


async def test_what_is_being_sent_takes_nothing_more_until_it_comes_back(shop: Office) -> None:
    await queued(shop, thing(shop, "a"))
    first = await taken(shop)
    await queued(shop, thing(shop, "b"))
    assert [one.content["text"] for one in first] == ["deal:1\na"]
    async with shop.database.unit() as uow:
        limited = [Result(one, failure=Retry("429", after=None)) for one in first]
        await outcomes.write(uow, shop.channel_id, limited, retry_seconds=(0,))
    assert await sent(shop) == ["ab"]


async def test_a_message_grows_no_longer_than_people_like_to_read(shop: Office) -> None:
    await queued(shop, *(thing(shop, f"{number:04} {'x' * 95}") for number in range(30)))
    left = await sent(shop)
    assert [len(text) // 100 for text in left] == [(MOST_UNITS - 6) // 101, 30 - (MOST_UNITS - 6) // 101]
    assert "".join(left) == "".join(f"{number:04} {'x' * 95}" for number in range(30))


async def test_whatever_was_joined_names_the_message_that_says_it(shop: Office) -> None:
    await queued(shop, thing(shop, "a"), thing(shop, "b"), thing(shop, "c"))
    await taken(shop)
    async with shop.database.reading() as uow:
        rows = await uow.rows(select(outgoing.c.id, outgoing.c.target_id, outgoing.c.reason).order_by(outgoing.c.id))
    end, *joined = rows[-3:]
    assert [(row.target_id, row.reason) for row in joined] == [(end.id, "joined")] * 2
