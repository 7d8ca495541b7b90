"""What stops a run, however late and in whatever order it is heard of: nothing acts after a stop that was committed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.database import UnitOfWork
from core.journal import event, lock
from core.relay import COMPANY
from inbox.channel import Incoming, Retry
from inbox.marking import Marked, mark
from inbox.outcomes import Result, write
from pipeline.moving import move
from tests.unit.office import Office
from tests.unit.test_triggers import TEN_MINUTES, Scene, queued_for
from triggers import delays, editing
from triggers.actions.move import Move
from triggers.actions.send import Send
from triggers.editing import Draft, stop_orphans
from triggers.firing import fire
from triggers.occasions.message_received import OnMessageReceived
from triggers.occasions.stage_entered import OnStageEntered
from triggers.parts import Stop
from triggers.pausing import pause
from triggers.runs import Run

# For somebody else to come and wait for a lock.
LONG_ENOUGH = 0.2


@pytest.fixture
async def scene(shop: Office) -> Scene:
    return Scene(shop)


async def unheard(scene: Scene, *stages: int) -> None:
    """Move the first deal while nobody hands events on."""
    for number in stages:
        async with scene.shop.database.unit() as uow:
            await move(uow, await scene.shop.admin(), 1, stage_id=await scene.stage(number))


async def stage_of_first(scene: Scene) -> int:
    (one,) = await scene.shop.deals()
    names = [await scene.stage(number) for number in range(1, 8)]
    return names.index(one.stage_id) + 1


async def test_an_answer_after_the_end_of_a_deal_stops_what_was_to_follow_it(shop: Office, scene: Scene) -> None:
    won = await scene.stage(7)
    await scene.follow_up("How was it?", occasion=OnStageEntered(stages=(won,)), stops_on=frozenset({Stop.STAFF_WROTE}))
    await shop.receive(shop.message("anna"))
    await scene.move(1, 7)
    await scene.answers(await shop.admin(), 1, "How was it, by the way?")
    assert await scene.runs() == [("stopped", "staff_wrote")]


async def test_what_was_put_off_for_the_night_is_stopped_by_what_was_heard_with_its_cause(
    shop: Office, scene: Scene
) -> None:
    await scene.follow_up(delay=timedelta(), stops_on=frozenset({Stop.LEFT_STAGE}))
    await shop.receive(shop.message("anna"))
    shop.clock.move(hours=14)
    await unheard(scene, 3, 4)
    await shop.settle()
    assert await scene.runs() == [("stopped", "left_stage")]


async def test_what_acts_at_once_is_taken_back_by_what_was_heard_with_its_cause(shop: Office, scene: Scene) -> None:
    draft = Draft(occasion=OnMessageReceived(), actions=(Send(text="Yes?"),), stops_on=frozenset({Stop.CUSTOMER_WROTE}))
    await scene.add(draft)
    await shop.receive(shop.message("anna"), shop.message("anna"))
    assert await shop.texts_to("anna") == ["Yes?"]
    assert await scene.runs() == [("stopped", "customer_wrote"), ("queued", None)]


async def test_what_is_heard_of_after_its_time_does_not_act_before_what_stops_it(shop: Office, scene: Scene) -> None:
    lost = Move(stage=await scene.stage(2))
    await scene.follow_up(actions=(lost,))
    await shop.receive(shop.message("anna"))
    await unheard(scene, 3)
    shop.clock.move(minutes=5)
    await shop.take_in([shop.message("anna", "Wait")])
    shop.clock.move(minutes=10)
    await shop.settle()
    await shop.later()
    assert await scene.runs() == [("stopped", "customer_wrote")]
    assert await stage_of_first(scene) == 3


async def test_what_is_heard_of_after_its_time_acts_all_the_same(shop: Office, scene: Scene) -> None:
    await scene.follow_up()
    await shop.receive(shop.message("anna"))
    await unheard(scene, 3)
    shop.clock.move(minutes=15)
    await shop.settle()
    await shop.later()
    assert await shop.texts_to("anna") == ["Any news?"]


async def test_what_one_overdue_run_does_stops_the_next(shop: Office, scene: Scene) -> None:
    await scene.follow_up(actions=(Move(stage=await scene.stage(4)),))
    await scene.follow_up(actions=(Move(stage=await scene.stage(5)),), delay=2 * TEN_MINUTES)
    await shop.receive(shop.message("anna"))
    await scene.move(1, 3)
    await shop.later(hours=1)
    await shop.later()
    assert await scene.runs() == [("done", None), ("stopped", "left_stage")]
    assert await stage_of_first(scene) == 4


async def test_a_message_that_has_crossed_with_its_stop_is_not_tried_again(shop: Office, scene: Scene) -> None:
    await scene.follow_up()
    await shop.receive(shop.message("anna"))
    await scene.move(1, 3)
    await shop.later(minutes=10)
    (one,) = await marked(shop, "anna")
    await shop.receive(shop.message("anna", "Wait"))
    async with shop.database.unit() as uow:
        await write(uow, shop.channel_id, [Result(one, failure=Retry("later", after=1.0))], retry_seconds=(1,))
    await shop.settle()
    assert [row.state for row in await shop.outgoing("anna")] == ["cancelled"]
    assert await scene.runs() == [("stopped", "customer_wrote")]
    async with shop.database.reading() as uow:
        told = await uow.rows(select(event.c.data).where(event.c.kind == "RunStopped").order_by(event.c.id))
    assert [row.data["crossed"] for row in told] == [True, False]


async def marked(shop: Office, chat_key: str) -> list[Marked]:
    async with shop.database.unit() as uow:
        return await mark(uow, [await queued_for(uow, chat_key)], epoch=1)


async def beside(first: Callable[[asyncio.Event], Awaitable[None]], second: Callable[[], Awaitable[None]]) -> None:
    """Begin the second when the first sets its event, which then goes on as soon as the second waits for it."""
    begun = asyncio.Event()

    async def follows() -> None:
        await begun.wait()
        await second()

    await asyncio.gather(first(begun), follows())


async def test_switching_off_stops_what_begins_to_act_in_the_same_moment(
    shop: Office, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    trigger_id = await scene.follow_up()
    await shop.receive(shop.message("anna"))
    await scene.move(1, 3)
    shop.clock.move(minutes=10)

    async def acts(begun: asyncio.Event) -> None:
        async def slowly(uow: UnitOfWork, due: Sequence[Run]) -> None:
            await fire(uow, due)
            begun.set()
            await asyncio.sleep(LONG_ENOUGH)

        monkeypatch.setattr(delays, "fire", slowly)
        await shop.delays.step()

    async def switches_off() -> None:
        async with shop.database.unit() as uow:
            await editing.switch(uow, await shop.admin(), trigger_id, on=False)

    await beside(acts, switches_off)
    await shop.settle()
    assert await scene.runs() == [("stopped", "trigger_off")]
    assert [row.state for row in await shop.outgoing("anna")] == ["cancelled"]


async def test_a_trigger_can_be_switched_off_while_it_pauses_itself(shop: Office, scene: Scene) -> None:
    trigger_id = await scene.follow_up()
    await shop.receive(shop.message("anna"))
    await scene.move(1, 3)

    async def pauses(begun: asyncio.Event) -> None:
        async with shop.database.unit() as uow:
            await lock(uow, ["contact:1"])
            begun.set()
            await asyncio.sleep(LONG_ENOUGH)
            await pause(uow, trigger_id, "loop")

    async def switches_off() -> None:
        async with shop.database.unit() as uow:
            await editing.switch(uow, await shop.admin(), trigger_id, on=False)

    await beside(pauses, switches_off)
    await shop.settle()
    assert await scene.runs() == [("stopped", "trigger_off")]


async def test_two_relays_can_pause_the_same_trigger(shop: Office, scene: Scene) -> None:
    trigger_id = await scene.follow_up()

    async def pauses_as_company(begun: asyncio.Event) -> None:
        async with shop.database.unit() as uow:
            await lock(uow, [COMPANY])
            begun.set()
            await asyncio.sleep(LONG_ENOUGH)
            await pause(uow, trigger_id, "person_gone")

    async def pauses_another_way() -> None:
        async with shop.database.unit() as uow:
            assert not await pause(uow, trigger_id, "loop")

    await beside(pauses_as_company, pauses_another_way)


async def test_what_cannot_be_read_is_put_aside_while_its_customers_trigger_pauses(shop: Office, scene: Scene) -> None:
    trigger_id = await scene.follow_up()
    await shop.receive(shop.message("anna"))

    async def pauses(begun: asyncio.Event) -> None:
        async with shop.database.unit() as uow:
            await lock(uow, ["contact:1"])
            begun.set()
            await asyncio.sleep(LONG_ENOUGH)
            await pause(uow, trigger_id, "loop")

    async def takes_in() -> None:
        unreadable = Incoming("77", {}, None, None, None, unreadable="why")
        await shop.take_in([unreadable, shop.message("anna")])

    await beside(pauses, takes_in)


# Nothing is worked on beside SQLite's only writer.
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_whoever_is_being_worked_on_keeps_nobody_elses_messages_waiting(shop: Office, scene: Scene) -> None:
    await scene.autoreply(preset="greeting", text="Hello!")
    await shop.receive(shop.message("anna"), shop.message("bela"))

    async with shop.database.unit() as busy:
        await lock(busy, ["contact:1"])
        async with shop.database.unit() as uow, asyncio.timeout(1):
            ids = [await queued_for(uow, name) for name in ("anna", "bela")]
            assert [one.chat_key for one in await mark(uow, ids, epoch=1)] == ["bela"]


async def test_the_sweep_takes_back_what_a_trigger_had_queued_before_it_was_switched_off(
    shop: Office, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editing, "AT_ONCE", 1)
    trigger_id = await scene.autoreply(preset="greeting", text="Hello!")
    await shop.receive(shop.message("anna"), shop.message("bela"), shop.message("cleo"))
    async with shop.database.unit() as uow:
        await mark(uow, [await queued_for(uow, "cleo")], epoch=1)
    async with shop.database.unit() as uow:
        await editing.switch(uow, await shop.admin(), trigger_id, on=False)
    async with shop.database.unit() as uow:
        assert await stop_orphans(uow, most=10) == 1
    async with shop.database.unit() as uow:
        assert await stop_orphans(uow, most=10) == 0
    await shop.settle()
    assert await scene.runs() == [("stopped", "trigger_off")] * 2 + [("queued", None)]
    assert [(await shop.outgoing(name))[0].state for name in ("anna", "bela")] == ["cancelled"] * 2
