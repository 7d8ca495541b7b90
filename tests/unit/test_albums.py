"""Parts of an album join what still waits of it, and what is under way is joined by nothing."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from core.journal import Origin, as_recorded, event
from inbox.channel import Delivered, Edited, File, Incoming, Person, Reason, Refused, Retry, Unanswered, Written
from inbox.events import MessageDelivered, MessageFailed
from inbox.marking import Marked, mark
from inbox.models import message
from inbox.outbound import withdraw
from inbox.outcomes import Result, write
from inbox.writing import Automatic, write_automatically
from pipeline.correcting import correct, take_back
from pipeline.deals import answer, retry
from tests.unit.office import Office

BORIS, ANNA = "20", "30"


def photo(shop: Office, number: int, *, album: str | None = "a1", kind: str = "photo") -> Written:
    return Written(
        str(number), shop.clock.now(), kind, {"text": f"no. {number}"}, [File(kind, f"f{number}")], album=album
    )


def part(shop: Office, number: int, *, album: str = "a1", kind: str = "photo") -> Incoming:
    return Incoming(str(number), {}, ANNA, Person(ANNA, "Anna"), photo(shop, number, album=album, kind=kind))


async def to(shop: Office, name: str) -> list[Any]:
    return [row for row in await shop.outgoing(name) if row.op == "send" and row.content["kind"] != "text"]


def texts(row: Any) -> list[str]:
    return [one["text"].splitlines()[-1] for one in row.content.get("parts", [row.content])]


async def sent(shop: Office, name: str) -> list[Marked]:
    """Begin to send what waits in a chat."""
    async with shop.database.unit() as uow:
        waiting = [row.id for row in await shop.outgoing(name) if row.state == "queued"]
        return await mark(uow, waiting, epoch=1)


async def ended(shop: Office, results: Sequence[Result]) -> None:
    async with shop.database.unit() as uow:
        await write(uow, shop.channel_id, results, retry_seconds=(1,))
    await shop.settle()


async def happened(shop: Office, kind: type) -> list[Any]:
    async with shop.database.reading() as uow:
        rows = await uow.rows(select(event).where(event.c.kind == kind.__name__).order_by(event.c.id))
    return [as_recorded(row).event for row in rows]


async def opened(shop: Office) -> None:
    await shop.hire(BORIS)
    await shop.receive(shop.message(ANNA))
    await ended(shop, [Result(one, Delivered((str(one.id),))) for one in await sent(shop, BORIS)])


async def test_a_part_that_comes_later_joins_and_is_waited_for_anew(shop: Office) -> None:
    await opened(shop)
    await shop.receive(part(shop, 101))
    shop.clock.move(seconds=0.7)
    await shop.receive(part(shop, 102), part(shop, 103))
    (row,) = await to(shop, BORIS)
    assert texts(row) == ["no. 101", "no. 102", "no. 103"]
    assert row.not_before == shop.clock.now() + timedelta(seconds=1)


async def test_a_part_that_comes_after_it_left_goes_next(shop: Office) -> None:
    await opened(shop)
    await shop.receive(part(shop, 101), part(shop, 102))
    under_way = await sent(shop, BORIS)
    await shop.receive(part(shop, 103))
    first, second = await to(shop, BORIS)
    assert (texts(first), texts(second)) == (["no. 101", "no. 102"], ["no. 103"])
    # Should the messenger send it back, it stands beside the other one and not in its place.
    await ended(shop, [Result(one, failure=Retry("429", after=3.0)) for one in under_way])
    assert [row.state for row in await to(shop, BORIS)] == ["queued", "queued"]


async def test_an_album_of_one_is_sent_as_itself(shop: Office) -> None:
    await opened(shop)
    await shop.receive(part(shop, 101))
    (one,) = await sent(shop, BORIS)
    assert one.sending is not None
    assert (one.sending.content["kind"], one.sending.content["file"]) == ("photo", "f101")
    assert one.sending.reply_to is not None


async def test_what_is_full_waits_no_longer_and_the_rest_begins_anew(shop: Office) -> None:
    await opened(shop)
    await shop.receive(*(part(shop, 100 + place) for place in range(12)))
    full, rest = await to(shop, BORIS)
    assert (len(texts(full)), full.not_before, len(texts(rest))) == (10, None, 2)


async def test_kinds_that_do_not_mix_go_in_order(shop: Office) -> None:
    await opened(shop)
    kinds = ("photo", "video", "document", "document", "photo", "voice")
    await shop.receive(*(part(shop, 100 + place, kind=kind) for place, kind in enumerate(kinds)))
    rows = await to(shop, BORIS)
    assert [texts(row) for row in rows] == [
        ["no. 100", "no. 101"],
        ["no. 102", "no. 103"],
        ["no. 104"],
        ["no. 105"],
    ]


async def test_a_repeated_update_adds_no_part(shop: Office) -> None:
    await opened(shop)
    await shop.receive(part(shop, 101), part(shop, 102))
    await shop.receive(part(shop, 102))
    (row,) = await to(shop, BORIS)
    assert texts(row) == ["no. 101", "no. 102"]


async def written(shop: Office, *numbers: int, text: str | None = None) -> None:
    by = await shop.actor(BORIS)
    (deal,) = await shop.deals()
    for number in numbers:
        one = photo(shop, number) if text is None else Written(str(number), shop.clock.now(), "text", {"text": text})
        async with shop.database.unit() as uow:
            await answer(uow, by, deal.id, written=one, client_key=f"{shop.channel_id}:{BORIS}:{number}")
    await shop.settle()


async def test_every_part_is_delivered_by_its_own_name(shop: Office) -> None:
    await opened(shop)
    await written(shop, 7, 8, 9)
    (one,) = await sent(shop, ANNA)
    await ended(shop, [Result(one, Delivered(("501", "502", "503")))])
    assert [item.message_id for item in await happened(shop, MessageDelivered)] == list(one.messages)
    async with shop.database.reading() as uow:
        rows = await uow.rows(select(message.c.external_id).where(message.c.direction == "out"))
    assert sorted(row.external_id for row in rows) == ["501", "502", "503"]


async def test_an_album_that_nobody_confirmed_is_told_once(shop: Office) -> None:
    await opened(shop)
    await written(shop, 7, 8)
    (one,) = await sent(shop, ANNA)
    await ended(shop, [Result(one, failure=Unanswered("no answer"))])
    told = [row for row in await shop.outgoing(BORIS) if "not confirmed" in row.content.get("text", "")]
    assert len(told) == 1


async def test_a_text_of_several_rows_is_delivered_with_its_last(shop: Office) -> None:
    await opened(shop)
    await written(shop, 7, text="word " * 2000)
    rows = await sent(shop, ANNA)
    assert len(rows) == 3
    for place, one in enumerate(rows):
        assert await happened(shop, MessageDelivered) == []
        await ended(shop, [Result(one, Delivered((str(500 + place),)))])
    assert len(await happened(shop, MessageDelivered)) == 1


async def test_a_text_of_several_rows_fails_once_and_goes_again_from_where_it_failed(shop: Office) -> None:
    await opened(shop)
    await written(shop, 7, text="word " * 2000)
    async with shop.database.unit() as uow:
        first, *rest = [row.id for row in await shop.outgoing(ANNA)]
        (one,) = await mark(uow, [first], epoch=1)
    await ended(shop, [Result(one, Delivered(("501",)))])
    async with shop.database.unit() as uow:
        (two,) = await mark(uow, rest[:1], epoch=1)
    await ended(shop, [Result(two, failure=Refused(Reason.REFUSED, "no"))])
    assert [row.state for row in await shop.outgoing(ANNA)] == ["sent", "failed", "failed"]
    (failed,) = await happened(shop, MessageFailed)
    async with shop.database.unit() as uow:
        await retry(uow, await shop.actor(BORIS), failed.outgoing_id)
    assert [row.state for row in await shop.outgoing(ANNA)] == ["sent", "queued", "queued"]
    for one in await sent(shop, ANNA):
        await ended(shop, [Result(one, Delivered((str(600 + one.id),)))])
    assert len(await happened(shop, MessageDelivered)) == 1


async def test_a_hundred_kilobytes_go_as_a_file(shop: Office) -> None:
    await opened(shop)
    await written(shop, 7, text="word " * 20_000)
    (row,) = await shop.outgoing(ANNA)
    assert (row.content["kind"], row.content["written"]) == ("document", "word " * 20_000)


async def test_an_automatic_text_that_has_begun_to_leave_is_not_taken_back(shop: Office) -> None:
    await opened(shop)
    (deal,) = await shop.deals()
    async with shop.database.unit() as uow:
        await write_automatically(uow, [Automatic(deal.conversation_id, "word " * 1000, "key", Origin())])
    await shop.settle()
    first = (await shop.outgoing(ANNA))[0]
    async with shop.database.unit() as uow:
        await mark(uow, [first.id], epoch=1)
        assert await withdraw(uow, ["key"], reason="answered") == {"key"}
    assert [row.state for row in await shop.outgoing(ANNA)] == ["sending", "queued"]


async def of_the_album(shop: Office) -> list[int]:
    async with shop.database.reading() as uow:
        rows = await uow.rows(select(message.c.id).where(message.c.direction == "out").order_by(message.c.id))
    return [row.id for row in rows]


async def test_a_part_that_waits_is_changed_and_taken_back_and_the_others_stay(shop: Office) -> None:
    await opened(shop)
    await written(shop, 7, 8, 9)
    first, second, third = await of_the_album(shop)
    by = await shop.actor(BORIS)
    other = Written("8", shop.clock.now(), "photo", {"text": "better"}, [File("photo", "f8")], album="a1")
    async with shop.database.unit() as uow:
        await correct(uow, by, second, written=other, edit="e1")
        await take_back(uow, by, first, act="d1")
    await shop.settle()
    (row,) = [one for one in await to(shop, ANNA) if one.state == "queued"]
    assert (texts(row), row.message_id) == (["better", "no. 9"], second)
    (one,) = await sent(shop, ANNA)
    assert one.messages == (second, third)


async def test_a_part_that_is_out_is_changed_and_deleted_by_its_own_name(shop: Office) -> None:
    await opened(shop)
    await written(shop, 7, 8, 9)
    _, second, third = await of_the_album(shop)
    (one,) = await sent(shop, ANNA)
    by = await shop.actor(BORIS)
    other = Written("8", shop.clock.now(), "photo", {"text": "better"}, [File("photo", "f8")], album="a1")
    async with shop.database.unit() as uow:
        # Under way: its name is known only when the change is made.
        await correct(uow, by, second, written=other, edit="e1")
    await ended(shop, [Result(one, Delivered(("501", "502", "503")))])
    async with shop.database.unit() as uow:
        await take_back(uow, by, third, act="d1")
    changes = [marked.sending for marked in await sent(shop, ANNA) if marked.sending]
    assert {(change.op, change.target) for change in changes} == {("edit", "502"), ("delete", "503")}


async def test_a_change_of_a_relayed_part_is_told_behind_the_album(shop: Office) -> None:
    await opened(shop)
    await shop.receive(part(shop, 101), part(shop, 102))
    await ended(shop, [Result(one, Delivered(("601", "602"))) for one in await sent(shop, BORIS) if one.messages[1:]])
    at = shop.clock.now() + timedelta(seconds=5)
    edit = Edited("102", at, "photo", {"text": "better"}, [File("photo", "f102")], album="a1", edited_at=at)
    await shop.receive(Incoming("900", {}, ANNA, Person(ANNA, "Anna"), edit))
    told = [row for row in await shop.outgoing(BORIS) if row.op == "send" and "better" in row.content.get("text", "")]
    assert [row.content["file"] for row in told] == ["f102"]
    album = next(row for row in await shop.outgoing(BORIS) if len(row.content.get("parts", [])) > 1)
    assert texts(album) == ["no. 101", "no. 102"]
    assert told[0].content["reply_to"]["outgoing"] == album.id
