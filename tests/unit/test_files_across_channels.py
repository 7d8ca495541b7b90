"""A file goes from any channel to any other: by its name where it is known, else by its bytes, once these are here."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from core.journal import Origin
from inbox import marking, outcomes
from inbox.channel import Delivered, File, Incoming, Kept, Person, Reason, Refused, Written
from inbox.intake import accept
from inbox.marking import Marked
from inbox.models import attachment, conversation, file_ref, message, outgoing
from inbox.outcomes import Result
from inbox.writing import Automatic, write_automatically
from pipeline.correcting import correct
from pipeline.deals import answer
from pipeline.staff.handing_over import hand_over
from pipeline.staff.people import staff_of
from pipeline.staff.shifts import start_shift
from tests.unit.office import ADMIN, Office, office

MEDIA = Path("media")
VISITOR = "visitor"


@pytest.fixture
async def shop(database_url: str) -> AsyncIterator[Office]:
    async with office(database_url) as made:
        async with made.database.unit() as uow:
            await start_shift(uow, await made.admin())
        yield made


async def writes(shop: Office, *said: Written, name: str = VISITOR) -> int:
    """A visitor of the site writes; the deal that he has."""
    updates = [Incoming(f"u{one.external_id}", {}, name, Person(name, "Anna"), one) for one in said]
    async with shop.database.unit() as uow:
        await accept(uow, shop.webchat_id, updates, staff_of=staff_of)
    await shop.settle()
    deal_id: int = (await shop.deals())[-1].id
    return deal_id


def text(shop: Office, number: int, words: str = "Hello") -> Written:
    return Written(str(number), shop.clock.now(), "text", {"text": words})


def photo(shop: Office, number: int, album: str | None = None) -> Written:
    return Written(
        str(number), shop.clock.now(), "photo", {"text": "Look"}, [Kept("photo", f"aa/{number}")], album=album
    )


async def answers(shop: Office, deal_id: int, *files: File, key: str = "board:1", album: str | None = None) -> None:
    said = [Written("", shop.clock.now(), file.kind, {}, [file], album=album) for file in files]
    async with shop.database.unit() as uow:
        for place, one in enumerate(said):
            await answer(uow, await shop.admin(), deal_id, written=one, client_key=f"{key}:{place}:x:y")


async def marked(shop: Office, channel_id: int, chat_key: str) -> list[Marked]:
    """What is sent next in a chat, with all that it needs."""
    async with shop.database.unit() as uow:
        here = (outgoing.c.channel_id == channel_id) & (outgoing.c.chat_key == chat_key)
        rows = await uow.rows(select(outgoing.c.id).where(here, outgoing.c.state == "queued").order_by(outgoing.c.id))
        return await marking.mark(uow, [row.id for row in rows], epoch=1, media=MEDIA)


async def ended(shop: Office, channel_id: int, *results: Result) -> None:
    async with shop.database.unit() as uow:
        await outcomes.write(uow, channel_id, results, retry_seconds=())
    await shop.settle()


async def fetched(shop: Office, state: str, **values: Any) -> None:
    """What was to be fetched is here, or never will be."""
    async with shop.database.unit() as uow:
        waits = update(attachment).where(attachment.c.state == "waiting")
        await uow.execute(waits.values(state=state, **values))


def media_of(found: list[Marked]) -> list[dict[str, Any]]:
    said = [one.sending.content for one in found if one.sending and one.op == "send"]
    return [part for content in said for part in content.get("parts", [content]) if part["kind"] != "text"]


async def test_a_visitors_photo_is_uploaded_to_telegram_once_and_known_by_its_name_then(shop: Office) -> None:
    await writes(shop, photo(shop, 1))
    found = await marked(shop, shop.channel_id, ADMIN)
    (medium,) = media_of(found)
    assert (medium["path"], medium["name"]) == ("media/aa/1", "photo")
    for number, one in enumerate(found):
        files = ("tg1",) if one.sending and one.sending.uploads else ()
        await ended(shop, shop.channel_id, Result(one, Delivered((f"90{number}",), files)))
    async with shop.database.reading() as uow:
        assert [row.external_ref for row in await uow.rows(select(file_ref))] == ["tg1"]
    colleague = await shop.hire("2", on_shift=False)
    async with shop.database.unit() as uow:
        await hand_over(uow, await shop.admin(), (await shop.deals())[-1].id, to=colleague.id)
    await shop.settle()
    (again,) = media_of(await marked(shop, shop.channel_id, "2"))
    assert (again["file"], "path" in again) == ("tg1", False)


async def test_an_album_of_a_visitor_is_uploaded_as_one(shop: Office) -> None:
    await writes(shop, text(shop, 1))
    for one in await marked(shop, shop.channel_id, ADMIN):
        await ended(shop, shop.channel_id, Result(one, Delivered((str(one.id),))))
    await writes(shop, photo(shop, 2, "a"), photo(shop, 3, "a"))
    shop.clock.move(seconds=2)
    found = [one for one in await marked(shop, shop.channel_id, ADMIN) if one.content.get("kind") == "album"]
    assert [one["path"] for one in media_of(found)] == ["media/aa/2", "media/aa/3"]
    await ended(shop, shop.channel_id, Result(found[0], Delivered(("91", "92"), ("tg2", None))))
    async with shop.database.reading() as uow:
        assert [row.external_ref for row in await uow.rows(select(file_ref))] == ["tg2"]


async def test_a_photo_from_telegram_waits_for_its_bytes_and_so_does_what_follows_it(shop: Office) -> None:
    deal_id = await writes(shop, text(shop, 1))
    other = await writes(shop, text(shop, 2), name="other")
    await answers(shop, deal_id, File("photo", "tg", channel_id=shop.channel_id))
    async with shop.database.unit() as uow:
        for number, deal in enumerate((deal_id, other)):
            said = Written("", shop.clock.now(), "text", {"text": "This"})
            await answer(uow, await shop.admin(), deal, written=said, client_key=f"k{number}:1:2:3")
    async with shop.database.unit() as uow:
        heads = await uow.rows(select(outgoing).where(outgoing.c.channel_id == shop.webchat_id).order_by(outgoing.c.id))
        first, _, another = [row.id for row in heads]
        found = await marking.mark(uow, [first, another], epoch=1, media=MEDIA)
    assert [one.chat_key for one in found] == ["other"]
    async with shop.database.reading() as uow:
        row = await uow.row(select(outgoing).where(outgoing.c.id == first))
        assert row is not None
        assert (row.state, row.attempts) == ("queued", 0)
        assert row.not_before > shop.clock.now()
    await fetched(shop, "kept", path="bb/1")
    shop.clock.move(seconds=1)
    found = await marked(shop, shop.webchat_id, VISITOR)
    assert [one["path"] for one in media_of(found)] == ["media/bb/1"]


@pytest.mark.parametrize(("why", "reason"), [("too_large", "too_large"), ("disk", "file"), ("timeout", "file")])
async def test_a_file_that_never_comes_fails_with_a_reason(shop: Office, why: str, reason: str) -> None:
    deal_id = await writes(shop, text(shop, 1))
    await answers(shop, deal_id, File("photo", "tg", channel_id=shop.channel_id))
    await fetched(shop, "missing", reason=why)
    (one,) = await marked(shop, shop.webchat_id, VISITOR)
    assert (one.sending, one.hopeless) == (None, Reason(reason))
    await ended(shop, shop.webchat_id, Result(one, failure=Refused(one.hopeless, "")))
    async with shop.database.reading() as uow:
        assert await uow.value(select(outgoing.c.reason).where(outgoing.c.id == one.id)) == reason


async def test_an_uploaded_file_and_an_album_go_from_the_board_to_a_customer_in_telegram(shop: Office) -> None:
    await shop.receive(shop.message("anna"))
    deal_id = (await shop.deals())[-1].id
    await answers(shop, deal_id, Kept("document", "cc/1", name='pri"ce\n.pdf', mime="application/pdf"))
    await answers(shop, deal_id, Kept("photo", "cc/2"), Kept("photo", "cc/3"), key="board:2", album="b")
    shop.clock.move(seconds=2)
    found = media_of(await marked(shop, shop.channel_id, "anna"))
    assert [(one["path"], one["name"]) for one in found] == [
        ("media/cc/1", "pri_ce_.pdf"),
        ("media/cc/2", "photo"),
        ("media/cc/3", "photo"),
    ]


async def test_another_photo_in_the_place_of_one_goes_to_the_visitor_with_its_new_file(shop: Office) -> None:
    deal_id = await writes(shop, text(shop, 1))
    await answers(shop, deal_id, File("photo", "tg1", channel_id=shop.channel_id))
    await fetched(shop, "kept", path="dd/1")
    (one,) = await marked(shop, shop.webchat_id, VISITOR)
    await ended(shop, shop.webchat_id, Result(one, Delivered(("w1",))))
    async with shop.database.unit() as uow:
        ours = await uow.value(select(message.c.id).where(message.c.direction == "out"))
        same = Written("", shop.clock.now(), "photo", {}, [File("photo", "tg1", channel_id=shop.channel_id)])
        assert not await correct(uow, await shop.admin(), ours, written=same, edit="1")
        other = Written("", shop.clock.now(), "photo", {}, [File("photo", "tg2", channel_id=shop.channel_id)])
        assert await correct(uow, await shop.admin(), ours, written=other, edit="2")
    await shop.settle()
    assert await marked(shop, shop.webchat_id, VISITOR) == []
    await fetched(shop, "kept", path="dd/2")
    (edit,) = await marked(shop, shop.webchat_id, VISITOR)
    assert edit.sending is not None
    assert (edit.op, edit.sending.content["path"], edit.sending.target) == ("edit", "media/dd/2", "w1")


async def test_an_automatic_message_brings_its_file_to_the_web_chat(shop: Office) -> None:
    await writes(shop, text(shop, 1))
    async with shop.database.unit() as uow:
        talk_id = await uow.value(select(conversation.c.id).where(conversation.c.chat_key == VISITOR))
        file = File("document", "tg", name="prices.pdf", channel_id=shop.channel_id)
        await write_automatically(uow, [Automatic(talk_id, "Our prices", "run:1", Origin("trigger:1"), file)])
    await shop.settle()
    assert await marked(shop, shop.webchat_id, VISITOR) == []
    await fetched(shop, "kept", path="ee/1")
    (one,) = await marked(shop, shop.webchat_id, VISITOR)
    assert one.sending is not None
    assert (one.sending.content["text"], one.sending.content["name"]) == ("Our prices", "prices.pdf")
