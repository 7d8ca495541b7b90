"""What visitors are told has numbers of their own talk: none of them measures what the company does beside it."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import insert, select

from inbox.models import conversation, message
from pipeline.notes import write_note
from pipeline.staff.shifts import start_shift
from tests.contract.webchat import WebChatRig, webchat_rig
from tests.running.visitor import Visitor


@pytest.fixture
async def rig() -> AsyncIterator[WebChatRig]:
    async with webchat_rig() as made:
        async with made.office.database.unit() as uow:
            await start_shift(uow, await made.office.admin())
        yield made


def numbers_in(told: Any) -> list[int]:
    """All whole numbers of an answer but sizes of files."""
    if isinstance(told, dict):
        return [one for name, value in told.items() if name != "size" for one in numbers_in(value)]
    if isinstance(told, list):
        return [one for value in told for one in numbers_in(value)]
    return [told] if isinstance(told, int) and not isinstance(told, bool) else []


async def test_a_talk_is_told_alike_however_much_happens_beside_it(rig: WebChatRig) -> None:
    alone, crowded = await rig.visitor(), await rig.visitor()
    told = []
    for visitor, crowd in ((alone, 0), (crowded, 7)):
        heard: list[Any] = []
        for number in range(3):
            for other in range(crowd):
                await rig.office.receive(rig.office.message(f"other{other}"))
            uploads = [await visitor.uploads(b"a plan")] if number == 1 else []
            await visitor.says(f"Number {number}", uploads=uploads)
            await rig.office.settle()
            heard.append(await (visitor.polls() if number else visitor.opens()))
        heard.append(await visitor.opens())
        heard.append((await visitor.asks("GET", "messages?before=3"))[1])
        told.append(numbers_in(json.loads(json.dumps(heard))))
    assert told[0] == told[1]
    assert max(told[0]) < 20


async def one_after_others(rig: WebChatRig) -> Visitor:
    """A visitor of a company that others have written to before."""
    for _ in range(3):
        await rig.office.receive(rig.office.message("other"))
    return await rig.visitor()


async def test_a_visitor_goes_on_by_his_own_numbers(rig: WebChatRig) -> None:
    shop, visitor = rig.office, await one_after_others(rig)
    await visitor.says("One")
    await shop.settle()
    deal_id = (await shop.deals())[-1].id
    async with shop.database.unit() as uow:
        await write_note(uow, await shop.admin(), deal_id, "Not for him", client_key="note-1")
    await visitor.says("Two", uploads=[await visitor.uploads(b"a plan", "plan.txt")])
    shown = (await visitor.opens())["messages"]
    assert [(one["id"], one["text"]) for one in shown] == [(1, "One"), (2, "Two")]
    assert shown[1]["file"]["id"] == 2
    assert (await visitor.file(2))[2] == b"a plan"
    for nothing in (0, 1, 3, 10**17):
        assert (await visitor.file(nothing))[0] == 404
    for before, texts in ((0, []), (1, []), (2, ["One"]), (3, ["One", "Two"]), (10**17, ["One", "Two"])):
        _, page = await visitor.asks("GET", f"messages?before={before}")
        assert [one["text"] for one in page["messages"]] == texts


async def test_what_he_has_seen_is_the_message_that_his_number_means(rig: WebChatRig) -> None:
    shop, visitor = rig.office, await one_after_others(rig)
    await visitor.says("Hello")
    await shop.settle()
    async with shop.database.unit() as uow:
        talk = (await uow.rows(select(conversation).order_by(conversation.c.id.desc())))[0]
        row = {"conversation_id": talk.id, "direction": "out", "actor": "staff:1", "kind": "text", "at": uow.now}
        row |= {"body": {"text": "Yes"}, "external_id": "w1"}
        ours = await uow.value(insert(message).values(row).returning(message.c.id))
    told = await visitor.opens()
    assert [one["id"] for one in told["messages"]] == [1, 2]
    assert (await visitor.asks("POST", "seen", json={"up_to": 2}))[0] == 200
    async with shop.database.reading() as uow:
        seen = select(conversation.c.seen_by_customer_id).where(conversation.c.id == talk.id)
        assert await uow.value(seen) == ours
