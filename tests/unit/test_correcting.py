"""Operators change what they wrote, or take it back: at the customer as well, or they are told why not."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select

from bot import callbacks
from bot.operator.history import drawn_history
from core.errors import NotFound
from core.texts import texts
from inbox import marking, outcomes
from inbox.channel import Delivered, Reason, Refused, Unanswered
from inbox.models import message
from inbox.outcomes import Result
from pipeline.correcting import (
    NotChangeable,
    NotSent,
    TakenBackAlready,
    TooLate,
    TooLongToChange,
    last_messages,
)
from pipeline.deals import NotSendable
from pipeline.models import deal
from pipeline.staff.rights import Role, Staff
from pipeline.staff.taking import DealTaken
from tests.unit.edits import answers, corrects, deliver, edited, events, fails, takes_back
from tests.unit.office import Office

BOSS = "500"


class Desk(NamedTuple):
    """An operator who has written "Hello" to anna, which waits to be sent."""

    shop: Office
    by: Staff
    deal: int
    message: int


@pytest.fixture
async def desk(shop: Office) -> Desk:
    by = await shop.hire(BOSS)
    await shop.receive(shop.message("anna", "Hi", number=1))
    await deliver(shop, BOSS)
    deal: int = (await shop.deals())[0].id
    return Desk(shop, by, deal, await answers(shop, by, deal, "Hello", number=77))


async def rows(shop: Office, chat: str, *states: str) -> Sequence[Any]:
    return [row for row in await shop.outgoing(chat) if row.state in (states or ("queued",))]


async def mark_of(shop: Office) -> str:
    """The last mark that the operator's message got."""
    found = [row for row in await shop.outgoing(BOSS) if row.op == "react"]
    emoji: str = found[-1].content["emoji"]
    return emoji


async def test_what_waits_is_changed_where_it_waits(desk: Desk) -> None:
    assert await corrects(desk.shop, desk.by, desk.message, "Good day")
    assert [(row.op, row.content["text"]) for row in await rows(desk.shop, "anna")] == [("send", "Good day")]
    assert [one["version"] for one in await events(desk.shop, "MessageEdited")] == [1]


async def test_what_is_on_its_way_is_edited_behind_it(desk: Desk) -> None:
    async with desk.shop.database.unit() as uow:
        marked = await marking.mark(uow, [row.id for row in await rows(desk.shop, "anna")], epoch=1)
    await corrects(desk.shop, desk.by, desk.message, "Good day")
    async with desk.shop.database.unit() as uow:
        await outcomes.write(uow, desk.shop.channel_id, [Result(marked[0], Delivered(("900",)))], retry_seconds=())
    [edit] = await rows(desk.shop, "anna")
    async with desk.shop.database.unit() as uow:
        [one] = await marking.mark(uow, [edit.id], epoch=1)
    assert one.sending is not None
    assert (one.sending.op, one.sending.target, one.sending.content["text"]) == ("edit", "900", "Good day")


async def test_what_the_customer_has_is_edited_and_marked_again(desk: Desk) -> None:
    await deliver(desk.shop, "anna")
    assert await mark_of(desk.shop) == "👌"
    await deliver(desk.shop, BOSS)
    await corrects(desk.shop, desk.by, desk.message, "Good day")
    await corrects(desk.shop, desk.by, desk.message, "Good evening")
    assert [(row.op, row.content["text"]) for row in await rows(desk.shop, "anna")] == [("edit", "Good evening")]
    assert await mark_of(desk.shop) == "👀"
    await deliver(desk.shop, "anna")
    assert await mark_of(desk.shop) == "👌"


async def test_an_edit_that_changes_nothing_does_nothing(desk: Desk) -> None:
    await deliver(desk.shop, "anna")
    assert not await corrects(desk.shop, desk.by, desk.message, "Hello")
    assert await rows(desk.shop, "anna") == []


@pytest.mark.parametrize("failure", [Refused(Reason.REFUSED, "no"), Unanswered("lost")])
async def test_what_failed_or_is_not_confirmed_cannot_be_changed(desk: Desk, failure: Refused | Unanswered) -> None:
    await fails(desk.shop, "anna", failure)
    with pytest.raises(NotSent):
        await corrects(desk.shop, desk.by, desk.message, "Good day")


async def test_an_edit_that_a_customer_cannot_get_is_refused_in_words(desk: Desk) -> None:
    await deliver(desk.shop, "anna")
    for text, kind, refusal in (
        ("x" * 4097, "text", TooLongToChange),
        ("x" * 1025, "photo", TooLongToChange),
        ("", "sticker", NotChangeable),
        ("look", "photo", NotChangeable),
        ("\u200b", "text", NotSendable),
    ):
        with pytest.raises(refusal):
            await corrects(desk.shop, desk.by, desk.message, text, kind=kind)
    assert await rows(desk.shop, "anna") == []


async def test_nobody_changes_what_others_said_but_who_may_answer_for_all(desk: Desk) -> None:
    await deliver(desk.shop, "anna")
    colleague = await desk.shop.hire("501", on_shift=False)
    for act in (corrects(desk.shop, colleague, desk.message, "No"), takes_back(desk.shop, colleague, desk.message)):
        with pytest.raises(NotFound):
            await act
    supervisor = await desk.shop.hire("502", role=Role.SUPERVISOR, on_shift=False)
    await takes_back(desk.shop, supervisor, desk.message)
    assert [row.op for row in await rows(desk.shop, "anna")] == ["delete"]


async def test_a_customer_who_is_a_colleagues_by_now_is_left_alone(desk: Desk) -> None:
    await deliver(desk.shop, "anna")
    await desk.shop.hire("501")
    async with desk.shop.database.unit() as uow:
        colleague = (await desk.shop.actor("501")).id
        await uow.execute(deal.update().values(assignee_id=colleague))
    with pytest.raises(DealTaken):
        await corrects(desk.shop, desk.by, desk.message, "No")


async def test_what_waits_is_taken_back_and_never_sent(desk: Desk) -> None:
    await takes_back(desk.shop, desk.by, desk.message)
    assert await rows(desk.shop, "anna") == []
    [line] = [row for row in await rows(desk.shop, BOSS) if row.op == "send"]
    assert (line.content["silent"], line.content["reply_to"]) == (True, {"external": "77"})


async def test_what_is_on_its_way_is_deleted_behind_it(desk: Desk) -> None:
    async with desk.shop.database.unit() as uow:
        marked = await marking.mark(uow, [row.id for row in await rows(desk.shop, "anna")], epoch=1)
    await takes_back(desk.shop, desk.by, desk.message)
    async with desk.shop.database.unit() as uow:
        await outcomes.write(uow, desk.shop.channel_id, [Result(marked[0], Delivered(("900",)))], retry_seconds=())
    [deletion] = await rows(desk.shop, "anna")
    async with desk.shop.database.unit() as uow:
        [one] = await marking.mark(uow, [deletion.id], epoch=1)
    assert one.sending is not None
    assert (one.sending.op, one.sending.target) == ("delete", "900")


async def test_what_the_customer_has_is_said_to_be_gone_only_when_it_is(desk: Desk) -> None:
    await deliver(desk.shop, "anna")
    await deliver(desk.shop, BOSS)
    await takes_back(desk.shop, desk.by, desk.message)
    assert [row for row in await rows(desk.shop, BOSS) if row.op == "send"] == []
    await deliver(desk.shop, "anna")
    [line] = [row for row in await rows(desk.shop, BOSS) if row.op == "send"]
    assert line.content["text"] == "Taken back: the customer no longer sees this message."
    assert len(await events(desk.shop, "MessageTakenBack")) == 1
    for act in (takes_back(desk.shop, desk.by, desk.message), corrects(desk.shop, desk.by, desk.message, "No")):
        with pytest.raises(TakenBackAlready):
            await act


async def test_what_could_not_be_deleted_is_still_there_and_said_so(desk: Desk) -> None:
    await deliver(desk.shop, "anna")
    await deliver(desk.shop, BOSS)
    await takes_back(desk.shop, desk.by, desk.message)
    await fails(desk.shop, "anna", Refused(Reason.REFUSED, "message can't be deleted"))
    [line] = [row for row in await rows(desk.shop, BOSS) if row.op == "send"]
    assert line.content["text"].startswith("❗ Not taken back")
    async with desk.shop.database.reading() as uow:
        assert await uow.value(select(message.c.deleted_at).where(message.c.id == desk.message)) is None
    await takes_back(desk.shop, desk.by, desk.message)
    assert [row.op for row in await rows(desk.shop, "anna")] == ["delete"]


async def test_nothing_is_taken_back_after_two_days(desk: Desk) -> None:
    await deliver(desk.shop, "anna")
    await desk.shop.later(hours=49)
    with pytest.raises(TooLate):
        await takes_back(desk.shop, desk.by, desk.message)


async def test_his_last_messages_are_those_that_can_be_taken_back(desk: Desk) -> None:
    made = [await answers(desk.shop, desk.by, desk.deal, f"{n}", number=100 + n) for n in range(6)]
    await takes_back(desk.shop, desk.by, made[-1])
    async with desk.shop.database.reading() as uow:
        assert [one.body["text"] for one in await last_messages(uow, desk.by, desk.deal)] == ["4", "3", "2", "1", "0"]


async def test_the_history_says_what_was_changed_and_taken_back(desk: Desk) -> None:
    await deliver(desk.shop, "anna")
    await desk.shop.receive(edited(desk.shop, "anna", 1, "Hi there"))
    await corrects(desk.shop, desk.by, desk.message, "Good day")
    await takes_back(desk.shop, desk.by, desk.message)
    async with desk.shop.database.reading() as uow:
        shown = await drawn_history(uow, desk.by, texts("en"), callbacks.History(deal=desk.deal, card=False))
    lines = shown["text"].partition("\n\n")[0].splitlines()
    assert [line.partition(" · ")[2] for line in lines][-3:] == [
        "the customer changed a message that said “Hi”",
        "Person 500 changed a message that said “Hello”",
        "Person 500 took a message back: “Good day”",
    ]
