"""What stands beside an open talk: what triggers are going to do, what was seen, what is sent once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.errors import NotFound
from core.texts import texts
from inbox.models import conversation
from pipeline.events import DealAssigned, DealClosed, DealReopened, StageEntered
from pipeline.feed import history
from pipeline.moving import close, reopen
from pipeline.sending import Sending, look, send
from pipeline.staff.handing_over import hand_over
from pipeline.staff.shifts import end_shift
from pipeline.staff.taking import DealTaken
from pipeline.stages import LOST, NOT_A_LEAD, reasons
from pipeline.talks import talk_of_deal
from tests.unit.office import Office
from tests.unit.test_triggers import Scene
from triggers.events import RunScheduled
from triggers.next_up import coming, skip
from triggers.telling import teller_of, told_once


@pytest.fixture
async def scene(shop: Office) -> Scene:
    return Scene(shop)


async def test_what_a_trigger_is_going_to_do_can_be_skipped_once(shop: Office, scene: Scene) -> None:
    await scene.follow_up("Any news?", delay=timedelta(hours=2))
    await shop.receive(shop.message("anna"))
    await scene.move(1, 3)
    by = await shop.admin()
    async with shop.database.unit() as uow:
        (one,) = await coming(uow, by, 1)
        assert one.due_at == shop.clock.now() + timedelta(hours=2)
        await skip(uow, by, one.run_id)
        with pytest.raises(NotFound):
            await skip(uow, by, one.run_id)
    await shop.later(hours=3)
    assert await scene.runs() == [("stopped", "skipped")]
    assert "Any news?" not in await shop.texts_to("anna")


async def test_the_history_says_in_words_which_trigger_it_is_about(shop: Office, scene: Scene) -> None:
    await scene.follow_up("Any news?", delay=timedelta(hours=2))
    await shop.receive(shop.message("anna"))
    await scene.move(1, 3)
    async with shop.database.reading() as uow:
        past = await history(uow, await shop.admin(), 1, kinds=[StageEntered, RunScheduled], limit=10)
        teller = await teller_of(uow, texts("en", "UTC"), past)
    entered, scheduled = (teller.behind(one.event) for one in past[-2:])
    assert entered is None
    assert scheduled == "a deal enters “Offer sent” → 2 hours → send the customer a message"


async def test_the_end_of_a_deal_is_one_line_that_says_why(shop: Office) -> None:
    await shop.receive(shop.message("anna"))
    admin = await shop.admin()
    async with shop.database.unit() as uow:
        reason = (await reasons(uow))[0]
        await close(uow, admin, 1, group=LOST, reason_id=reason.id, words="Found it for less")
    shop.clock.move(minutes=1)
    async with shop.database.unit() as uow:
        await reopen(uow, admin, 1)
        await hand_over(uow, admin, 1, to=admin.id)
    async with shop.database.reading() as uow:
        past = await history(uow, admin, 1, kinds=[StageEntered, DealClosed, DealReopened, DealAssigned], limit=10)
        teller = await teller_of(uow, texts("en", "UTC"), past)
    assert [teller.line(one.event) for one in told_once(past)] == [
        f"the deal was lost · Admin 1: “{reason.name}: Found it for less”",
        "Admin 1 took it",
        "the deal was reopened · Admin 1",
    ]


async def test_what_waits_for_a_colleagues_deal_is_not_told_nor_skipped(shop: Office, scene: Scene) -> None:
    await scene.follow_up(delay=timedelta(hours=2))
    maria, boris = await shop.hire("maria"), await shop.hire("boris", on_shift=False)
    await shop.receive(shop.message("anna"))
    await scene.move(1, 3)
    async with shop.database.unit() as uow:
        (one,) = await coming(uow, maria, 1)
        with pytest.raises(DealTaken):
            await coming(uow, boris, 1)
        with pytest.raises(DealTaken):
            await skip(uow, boris, one.run_id)


async def test_only_whoever_has_a_deal_sees_it_for_its_customer(shop: Office) -> None:
    maria, boss = await shop.hire("maria"), await shop.admin()
    await shop.receive(shop.message("anna"))
    async with shop.database.unit() as uow:
        written = (await talk_of_deal(uow, maria, 1)).messages[-1].id
        await look(uow, boss, 1, up_to=written)
    assert await _seen(shop) is None
    async with shop.database.unit() as uow:
        await look(uow, maria, 1, up_to=10**9)
    assert await _seen(shop) == written


async def test_an_old_deal_does_not_mark_what_a_colleague_has_not_read(shop: Office) -> None:
    maria = await shop.hire("maria")
    await shop.receive(shop.message("anna"))
    async with shop.database.unit() as uow:
        await close(uow, maria, 1, group=NOT_A_LEAD)
        await end_shift(uow, maria)
    await shop.settle()
    shop.clock.move(minutes=1)
    await shop.hire("boris")
    await shop.receive(shop.message("anna", "Again"))
    assert (await shop.deals())[1].assignee_id != maria.id
    async with shop.database.unit() as uow:
        await look(uow, maria, 1, up_to=10**9)
    async with shop.database.reading() as uow:
        first = (await talk_of_deal(uow, maria, 1)).messages[-1].id
    assert await _seen(shop) == first


async def _seen(shop: Office) -> int | None:
    await shop.settle()
    async with shop.database.reading() as uow:
        seen: int | None = await uow.value(select(conversation.c.seen_by_us_id))
    return seen


async def test_a_repeat_of_what_was_sent_is_what_was_sent(shop: Office) -> None:
    maria = await shop.hire("maria")
    await shop.receive(shop.message("anna"))
    sending = Sending(client_key="web:2:0123456789", text="Two are here")
    async with shop.database.unit() as uow:
        first = await send(uow, maria, 1, sending)
    async with shop.database.unit() as uow:
        assert await send(uow, maria, 1, sending) == first
    assert await shop.texts_to("anna") == ["Two are here"]


async def test_nobody_sends_to_a_colleagues_customer(shop: Office) -> None:
    await shop.hire("maria")
    boris = await shop.hire("boris", on_shift=False)
    await shop.receive(shop.message("anna"))
    async with shop.database.unit() as uow:
        with pytest.raises(DealTaken):
            await send(uow, boris, 1, Sending(client_key="web:3:0123456789", text="Mine!"))


async def test_a_reply_is_to_a_message_of_the_same_talk(shop: Office) -> None:
    maria = await shop.hire("maria")
    await shop.receive(shop.message("anna"))
    await shop.receive(shop.message("olga"))
    async with shop.database.unit() as uow:
        other = (await talk_of_deal(uow, maria, 2)).messages[-1].id
        with pytest.raises(NotFound):
            await send(uow, maria, 1, Sending(client_key="web:4:0123456789", text="Hi", reply_to_id=other))


async def test_older_messages_are_whole_and_in_their_order_piece_by_piece(shop: Office) -> None:
    maria, boss = await shop.hire("maria"), await shop.admin()
    await shop.receive(*[shop.message("anna", f"Line {n}") for n in range(30)])
    async with shop.database.unit() as uow:
        await hand_over(uow, boss, 1, to=maria.id)
    found: list[str] = []
    before = None
    async with shop.database.reading() as uow:
        while True:
            talk = await talk_of_deal(uow, maria, 1, before=before, limit=7)
            found = [one.body["text"] for one in talk.messages] + found
            before = talk.messages[0].id
            if not talk.earlier:
                break
    assert found == [f"Line {n}" for n in range(30)]
