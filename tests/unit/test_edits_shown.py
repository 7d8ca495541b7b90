"""What an operator sees when a customer changes what he wrote: in place, once, and marked."""

import pytest
from sqlalchemy import update as change

from inbox import marking, outcomes
from inbox.channel import Reason, Refused, Written
from inbox.models import outgoing
from inbox.outcomes import Result
from tests.unit import edits
from tests.unit.edits import deliver, edited, leaves
from tests.unit.office import Office

BOSS = "500"


@pytest.fixture
async def desk(shop: Office) -> Office:
    """An office with one operator on shift, who has anna's card."""
    await shop.hire(BOSS)
    await shop.receive(shop.message("anna", "Hello", number=1))
    await deliver(shop, BOSS)
    return shop


async def queued(shop: Office) -> list[tuple[str, str]]:
    """What waits in the operator's chat."""
    return [(row.op, row.content["text"]) for row in await shop.outgoing(BOSS) if row.state == "queued"]


async def test_a_text_that_is_out_is_edited_in_place(desk: Office) -> None:
    await desk.receive(desk.message("anna", "red", number=2))
    names = await deliver(desk, BOSS)
    await desk.receive(edited(desk, "anna", 2, "blue"))
    [row] = [row for row in await desk.outgoing(BOSS) if row.state == "queued"]
    assert (row.op, row.content["text"], row.target_id) == ("edit", "Customer anna · #1\nblue\nedited", max(names))


async def test_a_text_that_waits_is_rewritten(desk: Office) -> None:
    await desk.receive(desk.message("anna", "red", number=2))
    await desk.receive(edited(desk, "anna", 2, "blue"))
    assert await queued(desk) == [("send", "Customer anna · #1\nblue\nedited")]


async def test_a_card_shows_what_its_text_says_now(desk: Office) -> None:
    await desk.receive(edited(desk, "anna", 1, "Good evening"))
    [(op, text)] = await queued(desk)
    assert op == "edit"
    assert "Good evening\nedited" in text


async def test_a_text_that_outgrows_its_card_is_told_whole(desk: Office) -> None:
    await desk.receive(edited(desk, "anna", 1, "word " * 300))
    [line] = [text for op, text in await queued(desk) if op == "send"]
    assert line.count("word") == 300


async def test_texts_that_were_joined_are_edited_in_their_message(desk: Office) -> None:
    await desk.receive(*(desk.message("anna", text, number=n) for n, text in ((2, "one"), (3, "two"), (4, "three"))))
    assert await leaves(desk, BOSS) == ["Customer anna · #1\none\ntwo\nthree"]
    await desk.receive(edited(desk, "anna", 2, "ONE"), edited(desk, "anna", 3, "TWO", after=70))
    assert await queued(desk) == [("edit", "Customer anna · #1\nONE\nedited\nTWO\nedited\nthree")]
    await desk.receive(edited(desk, "anna", 4, "THREE"))
    assert await queued(desk) == [("edit", "Customer anna · #1\nONE\nedited\nTWO\nedited\nTHREE\nedited")]


async def test_formatting_stays_on_its_words_when_texts_are_joined_and_edited(desk: Office) -> None:
    bold = {"type": "bold", "offset": 2, "length": 3}
    for number, text in ((2, "😀 one"), (3, "😀 two")):
        body = {"text": text, "entities": [bold | {"offset": 3}]}
        await desk.receive(edits.update("anna", Written(str(number), desk.clock.now(), "text", body)))
    await deliver(desk, BOSS)
    await desk.receive(edited(desk, "anna", 2, "😀😀"))
    [row] = [row for row in await desk.outgoing(BOSS) if row.state == "queued"]
    text = row.content["text"].encode("utf-16-le")
    marked = [
        (one["type"], text[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le"))
        for one in row.content["entities"]
    ]
    assert marked == [("bold", "Customer anna · #1"), ("italic", "edited"), ("bold", "two")]


async def test_a_caption_and_a_medium_are_edited_in_place(desk: Office) -> None:
    await desk.receive(edited(desk, "anna", 2, "look", kind="photo", file="a"))
    await deliver(desk, BOSS)
    await desk.receive(edited(desk, "anna", 2, "see", kind="photo", file="a", after=70))
    [row] = [row for row in await desk.outgoing(BOSS) if row.state == "queued"]
    assert (row.op, row.content["file"], "replaced" in row.content) == ("edit", "a", False)
    await desk.receive(edited(desk, "anna", 2, "see", kind="photo", file="b", after=80))
    [row] = [row for row in await desk.outgoing(BOSS) if row.state == "queued"]
    assert (row.op, row.content["file"], row.content["replaced"]) == ("edit", "b", True)


async def test_another_kind_of_medium_is_told_in_a_silent_line_behind_the_first(desk: Office) -> None:
    await desk.receive(edited(desk, "anna", 2, "look", kind="photo", file="a"))
    names = await deliver(desk, BOSS)
    await desk.receive(edited(desk, "anna", 2, "look", kind="video", file="b", after=70))
    [row] = [row for row in await desk.outgoing(BOSS) if row.state == "queued"]
    assert (row.op, row.content["kind"], row.content["silent"]) == ("send", "video", True)
    assert row.content["reply_to"]["outgoing"] == max(names)
    await deliver(desk, BOSS)
    await desk.receive(edited(desk, "anna", 2, "again", kind="video", file="b", after=80))
    [again] = [row for row in await desk.outgoing(BOSS) if row.state == "queued"]
    assert (again.op, again.target_id) == ("edit", row.id)


async def test_what_cannot_be_edited_there_any_more_is_told_in_a_silent_line(desk: Office) -> None:
    await desk.receive(desk.message("anna", "red", number=2))
    names = await deliver(desk, BOSS)
    await desk.receive(edited(desk, "anna", 2, "blue"))
    [edit] = [row for row in await desk.outgoing(BOSS) if row.state == "queued"]
    async with desk.database.unit() as uow:
        marked = await marking.mark(uow, [edit.id], epoch=1)
        gone = [Result(one, failure=Refused(Reason.TARGET, "message to edit not found")) for one in marked]
        await outcomes.write(uow, desk.channel_id, gone, retry_seconds=())
    await desk.settle()
    [row] = [row for row in await desk.outgoing(BOSS) if row.state == "queued"]
    assert (row.op, row.content["silent"], "blue" in row.content["text"]) == ("send", True, True)
    assert row.content["reply_to"]["outgoing"] == max(names)


async def test_what_the_messenger_never_showed_is_told_anew(desk: Office) -> None:
    await desk.receive(desk.message("anna", "red", number=2))
    async with desk.database.unit() as uow:
        await uow.execute(change(outgoing).where(outgoing.c.state == "queued").values(state="failed", reason="refused"))
    await desk.receive(edited(desk, "anna", 2, "blue"))
    assert await queued(desk) == [("send", "Customer anna · #1\nblue\nedited")]


async def test_a_customer_who_writes_without_end_does_not_keep_another_one_waiting(desk: Office) -> None:
    await desk.receive(desk.message("bela", "First", number=10))
    for number in range(20, 220):
        await desk.receive(desk.message("anna", f"{number} " + "x" * 30, number=number))
    await desk.receive(desk.message("cyril", "Last", number=300))
    texts = await leaves(desk, BOSS)
    assert "Customer bela" in texts[0]
    assert "Customer cyril" in texts[-1]
    assert len(texts) <= 6
    said = [line.split()[0] for text in texts[1:-1] for line in text.splitlines()[1:]]
    assert said == [str(number) for number in range(20, 220)]
    assert all(len(text) <= 4096 for text in texts)


async def test_customers_who_write_in_turn_are_each_joined_and_go_in_the_order_they_began(desk: Office) -> None:
    people = ["anna", "bela", "cyril", "dora", "emil"]
    numbers = iter(range(1_000, 2_000))
    for name in people[1:]:
        await desk.receive(desk.message(name, "Hello", number=next(numbers)))
    await deliver(desk, BOSS)
    for turn in range(4):
        for name in people:
            await desk.receive(desk.message(name, f"{name} {turn}", number=next(numbers)))
    lines = [text.splitlines() for text in await leaves(desk, BOSS)]
    assert [said[1:] for said in lines] == [[f"{name} {turn}" for turn in range(4)] for name in people]
