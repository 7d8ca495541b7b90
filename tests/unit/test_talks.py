"""The talk of a deal: pages of it, everything a message shows, and nothing that is between a colleague and his."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import event, update

from core.errors import NotFound
from inbox.channel import File, Incoming, Person, Written
from inbox.models import attachment, conversation, message, outgoing
from inbox.talks import Delivery
from pipeline.another import open_another
from pipeline.deals import answer
from pipeline.moving import close
from pipeline.notes import write_note
from pipeline.staff.handing_over import hand_over
from pipeline.staff.rights import Role, Staff
from pipeline.staff.taking import DealTaken, take
from pipeline.talks import Talk, attachment_of, messages_of, talk_of_deal
from tests.unit.office import Office
from tests.unit.test_board import say
from tests.unit.test_work import deal_of

PHOTO = File("photo", "ref", mime="image/jpeg", name="cat.jpg", size=9)


async def talk(shop: Office, by: Staff, deal_id: int, **where: Any) -> Talk:
    async with shop.database.reading() as uow:
        return await talk_of_deal(uow, by, deal_id, **where)


def texts(found: Talk) -> list[str]:
    return [one.body.get("text", one.kind) for one in found.messages]


async def photo(shop: Office, name: str, number: int, **also: Any) -> None:
    written = Written(str(number), shop.clock.now(), "photo", {"text": "A cat"}, [PHOTO], **also)
    await shop.receive(Incoming(str(number), {}, name, Person(name, f"Customer {name}"), written))


async def note(shop: Office, by: Staff, deal_id: int, text: str) -> None:
    async with shop.database.unit() as uow:
        await write_note(uow, by, deal_id, text, client_key=f"note:{text}")
    await shop.settle()


async def test_pages_of_a_talk_go_back_by_its_messages(shop: Office) -> None:
    by = await shop.hire("11")
    deal_id = await deal_of(shop)
    for number in range(1, 7):
        await shop.receive(shop.message("100", str(number)))
    last = await talk(shop, by, deal_id, limit=3)
    assert (texts(last), last.earlier) == (["4", "5", "6"], True)
    before = await talk(shop, by, deal_id, before=last.messages[0].id, limit=3)
    assert (texts(before), before.earlier) == (["1", "2", "3"], True)
    first = await talk(shop, by, deal_id, before=before.messages[0].id, limit=3)
    assert (texts(first), first.earlier) == (["Hello"], False)


async def test_a_message_brings_its_file_what_it_answers_who_wrote_it_and_how_far_it_came(shop: Office) -> None:
    by = await shop.hire("11")
    deal_id = await deal_of(shop)
    message_id = await say(shop, by, deal_id, "Which one?")
    async with shop.database.unit() as uow:
        await uow.execute(update(message).where(message.c.id == message_id).values(external_id="77", reaction="👍"))
    await photo(shop, "100", 901, reply_to="77", album="a")
    await note(shop, by, deal_id, "He has a cat")
    hello, which, cat, noted = (await talk(shop, by, deal_id)).messages
    assert (hello.direction, hello.sent, hello.answered, hello.files) == ("in", None, None, ())
    assert (which.actor, which.reaction, which.seen) == (by.actor, "👍", False)
    assert which.sent is not None
    assert (which.sent.state, which.sent.reason) == (Delivery.WAITING, None)
    assert cat.answered is not None
    assert (cat.answered.id, cat.answered.body, cat.album) == (message_id, {"text": "Which one?"}, "a")
    assert [(one.name, one.mime, one.size, one.state) for one in cat.files] == [("cat.jpg", "image/jpeg", 9, "waiting")]
    assert (noted.direction, noted.body["text"], noted.trigger_id) == ("note", "He has a cat", None)
    assert (await talk(shop, by, deal_id)).people == {by.actor: "Person 11"}


async def test_the_talk_says_what_was_not_sent_and_what_to_send_again(shop: Office) -> None:
    by = await shop.hire("11")
    deal_id = await deal_of(shop)
    said = [await say(shop, by, deal_id, text) for text in ("one", "two", "three", "four")]
    states = ("failed", "unknown", "sent", "cancelled")
    async with shop.database.unit() as uow:
        for message_id, state in zip(said, states, strict=True):
            its = update(outgoing).where(outgoing.c.message_id == message_id, outgoing.c.chat_key == "100")
            await uow.execute(its.values(state=state, reason="blocked" if state == "failed" else None))
        await uow.execute(update(conversation).values(seen_by_customer_id=said[2]))
        rows = {row.message_id: row.id for row in await uow.rows(outgoing.select())}
    found = (await talk(shop, by, deal_id)).messages[1:]
    assert [one.sent and (one.sent.state, one.sent.outgoing_id, one.sent.reason) for one in found] == [
        (Delivery.FAILED, rows[said[0]], "blocked"),
        (Delivery.UNCONFIRMED, rows[said[1]], None),
        (Delivery.DELIVERED, rows[said[2]], None),
        (Delivery.CANCELLED, rows[said[3]], None),
    ]
    assert [one.seen for one in found] == [True, True, True, False]


async def test_every_part_of_an_album_has_the_state_of_its_row(shop: Office) -> None:
    by = await shop.hire("11")
    deal_id = await deal_of(shop)
    said = []
    for number in range(3):
        async with shop.database.unit() as uow:
            part = Written(f"x{number}", uow.now, "photo", {}, [PHOTO], album="a")
            said.append((await answer(uow, by, deal_id, written=part, client_key=f"part:{number}")).message_id)
    async with shop.database.unit() as uow:
        its = update(outgoing).where(outgoing.c.message_id == said[0])
        await uow.execute(its.values(state="failed", reason="too_large"))
    async with shop.database.reading() as uow:
        found = (await messages_of(uow, by, deal_id, said[1:])).messages
    assert [one.sent and (one.sent.state, one.sent.reason) for one in found] == [(Delivery.FAILED, "too_large")] * 3


async def test_the_whole_conversation_is_read_where_no_colleague_has_a_part_in_it(shop: Office) -> None:
    by = await shop.hire("11")
    first = await deal_of(shop)
    async with shop.database.unit() as uow:
        await close(uow, by, first, group="won")
    await shop.settle()
    shop.clock.move(minutes=1)
    await shop.receive(shop.message("100", "Again"))
    second = int((await shop.deals())[-1].id)
    assert texts(await talk(shop, by, second)) == ["Hello", "Again"]


async def test_what_a_colleague_talked_about_before_and_after_is_not_shown(shop: Office) -> None:
    boris, clara = await shop.hire("11", on_shift=False), await shop.hire("12", on_shift=False)
    boss = await shop.hire("13", role=Role.SUPERVISOR, on_shift=False)
    deals = []
    for number, by in enumerate((boris, clara, boris)):
        await shop.receive(shop.message("100", f"Hello {number}"))
        deals.append(int((await shop.deals())[-1].id))
        async with shop.database.unit() as uow:
            await take(uow, by, deals[-1])
        await note(shop, by, deals[-1], f"Note {number}")
        shop.clock.move(minutes=1)
        if number < 2:
            async with shop.database.unit() as uow:
                await close(uow, by, deals[-1], group="won")
            await shop.settle()
            shop.clock.move(minutes=1)
    assert texts(await talk(shop, clara, deals[1])) == ["Hello 1", "Note 1"]
    assert texts(await talk(shop, boris, deals[0])) == ["Hello 0", "Note 0"]
    assert texts(await talk(shop, boris, deals[2])) == ["Hello 2", "Note 2"]
    assert len((await talk(shop, boss, deals[1])).messages) == 6
    async with shop.database.reading() as uow:
        with pytest.raises(DealTaken):
            await talk_of_deal(uow, clara, deals[2])
        everything = [one.id for one in (await talk_of_deal(uow, boss, deals[0])).messages]
        assert texts(await messages_of(uow, clara, deals[1], everything)) == ["Hello 1", "Note 1"]


async def test_a_deal_opened_by_hand_beside_a_colleagues_has_its_notes_alone(shop: Office) -> None:
    boris, clara = await shop.hire("11"), await shop.hire("12", on_shift=False)
    deal_id = await deal_of(shop)
    await note(shop, boris, deal_id, "Mine")
    async with shop.database.unit() as uow:
        new_id = await open_another(uow, boris, deal_id)
        await hand_over(uow, boris, new_id, to=clara.id)
    await shop.settle()
    await note(shop, clara, new_id, "Hers")
    assert texts(await talk(shop, clara, new_id)) == ["Hers"]
    assert texts(await talk(shop, boris, deal_id)) == ["Hello", "Mine"]


async def _file_ids(shop: Office) -> Sequence[int]:
    async with shop.database.reading() as uow:
        return [row.id for row in await uow.rows(attachment.select().order_by(attachment.c.id))]


async def test_a_file_is_had_by_those_who_may_read_its_message(shop: Office) -> None:
    boris, clara = await shop.hire("11", on_shift=False), await shop.hire("12", on_shift=False)
    await photo(shop, "100", 901)
    (deal_id,) = [row.id for row in await shop.deals()]
    async with shop.database.unit() as uow:
        await take(uow, boris, deal_id)
        await uow.execute(update(attachment).values(state="kept", path="1/cat.jpg"))
    (file_id,) = await _file_ids(shop)
    async with shop.database.reading() as uow:
        for by in (boris, await shop.admin()):
            found = await attachment_of(uow, by, file_id)
            assert (found.path, found.name, found.mime, found.state) == ("1/cat.jpg", "cat.jpg", "image/jpeg", "kept")
        for by, wanted in ((clara, file_id), (boris, file_id + 1)):
            with pytest.raises(NotFound):
                await attachment_of(uow, by, wanted)


async def test_a_long_conversation_opens_in_a_fixed_number_of_queries(shop: Office) -> None:
    by = await shop.hire("11")
    deal_id = await deal_of(shop)
    await say(shop, by, deal_id)
    async with shop.database.unit() as uow:
        (talk_id,) = [row.id for row in await uow.rows(conversation.select())]
        row = {"conversation_id": talk_id, "direction": "out", "actor": by.actor, "kind": "text", "at": uow.now}
        await uow.execute(
            message.insert(), [row | {"body": {"text": str(one)}, "album": f"{one // 9}"} for one in range(5_000)]
        )
    asked = 0

    def count(*_: Any) -> None:
        nonlocal asked
        asked += 1

    async with shop.database.reading() as uow:
        event.listen(uow.connection.sync_connection, "before_cursor_execute", count)
        await talk_of_deal(uow, by, deal_id)
        event.remove(uow.connection.sync_connection, "before_cursor_execute", count)
    assert asked <= 10
