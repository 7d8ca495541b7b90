"""Customers' reactions: on the operator's own message where one can stand there, else told without noise."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select

from core.journal import Origin, lock
from inbox.channel import CUSTOM_EMOJI, Reason, Refused
from inbox.contacts import stream_of
from inbox.models import conversation, message
from inbox.writing import Automatic, write_automatically
from tests.unit.edits import answers, corrects, deliver, events, fails, reacted
from tests.unit.office import Office

BOSS = "500"


class Desk(NamedTuple):
    """An operator whose message, number 77 in his chat, anna has under `name`."""

    shop: Office
    by: Any
    message: int
    name: str


@pytest.fixture
async def desk(shop: Office) -> Desk:
    by = await shop.hire(BOSS)
    await shop.receive(shop.message("anna", "Hi", number=1))
    message_id = await answers(shop, by, (await shop.deals())[0].id, "Hello", number=77)
    [name] = (await deliver(shop, "anna")).values()
    await deliver(shop, BOSS)
    return Desk(shop, by, message_id, name)


async def told(shop: Office) -> list[tuple[str, str]]:
    """What waits in the operator's chat: marks by their emoji, lines by their words."""
    rows: Sequence[Any] = [row for row in await shop.outgoing(BOSS) if row.state == "queued"]
    return [(row.op, row.content.get("emoji") or row.content["text"]) for row in rows]


async def test_a_reaction_stands_on_the_operators_message_and_goes_with_it(desk: Desk) -> None:
    await desk.shop.receive(reacted("anna", desk.name, "❤"))
    assert await told(desk.shop) == [("react", "❤")]
    async with desk.shop.database.reading() as uow:
        assert await uow.value(select(message.c.reaction).where(message.c.id == desk.message)) == "❤"
    await desk.shop.receive(reacted("anna", desk.name, None))
    assert await told(desk.shop) == [("react", "👌")]


@pytest.mark.parametrize(("emoji", "words"), [("👀", "👀"), ("🫶", "🫶"), (CUSTOM_EMOJI, "an emoji of")])
async def test_what_cannot_stand_there_is_told_in_a_silent_line(desk: Desk, emoji: str, words: str) -> None:
    await desk.shop.receive(reacted("anna", desk.name, emoji))
    mark, (_, line) = await told(desk.shop)
    assert mark == ("react", "👌")
    assert line.startswith(f"Customer anna · #1 reacted: {words}")
    [row] = [row for row in await desk.shop.outgoing(BOSS) if row.ref == f"reaction:{desk.message}"]
    assert (row.content["silent"], row.content["reply_to"]) == (True, {"external": "77"})
    await deliver(desk.shop, BOSS)
    await desk.shop.receive(reacted("anna", desk.name, None))
    assert ("edit", "Customer anna · #1: the reaction was taken away") in await told(desk.shop)


async def test_a_reaction_on_an_automatic_message_is_told_to_whoever_has_the_deal(desk: Desk) -> None:
    async with desk.shop.database.unit() as uow:
        talk = await uow.row(select(conversation))
        assert talk is not None
        await lock(uow, [stream_of(talk.contact_id)])
        await write_automatically(uow, [Automatic(talk.id, "Still there?", "run:1", Origin("trigger:1"))])
    await desk.shop.settle()
    [name] = (await deliver(desk.shop, "anna")).values()
    await desk.shop.receive(reacted("anna", name, "👍"))
    assert ("send", "Customer anna · #1 reacted: 👍") in await told(desk.shop)


async def test_a_reaction_changes_nothing_else(desk: Desk) -> None:
    async with desk.shop.database.reading() as uow:
        before = await uow.row(select(conversation))
    await desk.shop.receive(reacted("anna", desk.name, "❤"), reacted("anna", desk.name, "❤"))
    await desk.shop.receive(reacted("anna", "4711", "❤"), reacted("bela", desk.name, "❤"))
    async with desk.shop.database.reading() as uow:
        assert await uow.row(select(conversation).where(conversation.c.chat_key == "anna")) == before
    assert [one["emoji"] for one in await events(desk.shop, "MessageReacted")] == ["❤"]
    assert len(await desk.shop.deals()) == 1


async def test_a_reaction_comes_back_behind_an_edit(desk: Desk) -> None:
    await desk.shop.receive(reacted("anna", desk.name, "❤"))
    await corrects(desk.shop, desk.by, desk.message, "Good day")
    assert await told(desk.shop) == [("react", "👀")]
    await deliver(desk.shop, "anna")
    assert await told(desk.shop) == [("react", "❤")]


async def test_a_reaction_that_a_chat_refuses_is_told_in_words(desk: Desk) -> None:
    await desk.shop.receive(reacted("anna", desk.name, "❤"))
    await fails(desk.shop, BOSS, Refused(Reason.REACTION, "REACTION_INVALID"))
    assert await told(desk.shop) == [("send", "The customer reacted: ❤")]
