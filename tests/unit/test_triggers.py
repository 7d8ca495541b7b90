"""What triggers do and leave undone, in one process with a clock to move."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.admin.half_trigger import HalfTrigger
from bot.admin.marks import saved
from core.database import UnitOfWork
from core.durations import TooLong
from core.errors import Refusal
from core.journal import event
from core.schedule import read_week
from core.texts import texts
from inbox.channel import Reachability
from inbox.marking import mark
from inbox.models import outgoing
from pipeline.deals import answer
from pipeline.models import staff_account
from pipeline.moving import move
from pipeline.staff import people
from pipeline.staff.rights import Role, Staff
from pipeline.staff.talking import Desk, screen, set_screen
from pipeline.stages import stages_of
from tests.unit.office import Office
from triggers import editing, presets
from triggers.actions.assign import Assign
from triggers.actions.hand_out import HandOut
from triggers.actions.move import Move
from triggers.actions.notify import NobodyToTell, Notify
from triggers.actions.send import Send
from triggers.conditions.assignee import HasAssignee
from triggers.conditions.customer import IsCustomer
from triggers.conditions.source import FromSource
from triggers.editing import Draft
from triggers.history import lately, next_due
from triggers.hours import set_hours, set_quiet
from triggers.models import trigger, trigger_run
from triggers.occasions.assignee_changed import OnAssigneeChanged
from triggers.occasions.deal_opened import OnDealOpened
from triggers.occasions.message_received import OnMessageReceived
from triggers.occasions.message_sent import OnMessageSent
from triggers.occasions.stage_entered import OnStageEntered
from triggers.parts import Stop, World
from triggers.presets import AutoReply
from triggers.templates import TextTooLong, UnknownPlaceholder

ALL_STOPS = frozenset(Stop)
TEN_MINUTES = timedelta(minutes=10)


class Scene:
    """An office with words for what these tests do."""

    def __init__(self, shop: Office) -> None:
        self.shop = shop

    async def stage(self, number: int) -> int:
        async with self.shop.database.reading() as uow:
            return (await stages_of(uow, self.shop.pipeline_id))[number - 1].id

    async def add(self, draft: Draft) -> int:
        async with self.shop.database.unit() as uow:
            trigger_id = await editing.add(uow, await self.shop.admin(), draft)
        await self.shop.settle()
        return trigger_id

    async def follow_up(self, text: str = "Any news?", **changed: Any) -> int:
        wanted: dict[str, Any] = {
            "occasion": OnStageEntered(stages=(await self.stage(3),)),
            "actions": (Send(text=text),),
            "delay": TEN_MINUTES,
            "stops_on": ALL_STOPS,
        }
        return await self.add(Draft(**wanted | changed))

    async def move(self, deal_id: int, number: int) -> None:
        async with self.shop.database.unit() as uow:
            await move(uow, await self.shop.admin(), deal_id, stage_id=await self.stage(number))
        await self.shop.settle()

    async def answers(self, by: Staff, deal_id: int, text: str = "Yes") -> None:
        written = self.shop.message("x", text).content
        async with self.shop.database.unit() as uow:
            await answer(uow, by, deal_id, written=written, client_key=f"{text}:{self.shop.clock.now()}")  # type: ignore[arg-type]
        await self.shop.settle()

    async def runs(self) -> list[tuple[str, str | None]]:
        async with self.shop.database.reading() as uow:
            found = await uow.rows(select(trigger_run).order_by(trigger_run.c.id))
            hand_out = await uow.value(select(trigger.c.id).where(trigger.c.preset == presets.HAND_OUT))
        return [(row.state, row.reason) for row in found if row.trigger_id != hand_out]

    async def autoreply(self, **fields: Any) -> int:
        async with self.shop.database.unit() as uow:
            return await presets.set_autoreply(uow, await self.shop.admin(), AutoReply(**fields))


@pytest.fixture
async def scene(shop: Office) -> Scene:
    return Scene(shop)


async def test_ten_messages_at_once_are_greeted_once(shop: Office, scene: Scene) -> None:
    await scene.autoreply(preset="greeting", text="Hello, {name}!")
    await shop.receive(*[shop.message("anna") for _ in range(10)])
    assert await shop.texts_to("anna") == ["Hello, Customer anna!"]


async def test_whoever_wrote_within_the_last_day_is_not_greeted_again(shop: Office, scene: Scene) -> None:
    await scene.autoreply(preset="greeting", text="Hello!")
    await shop.receive(shop.message("anna"))
    await scene.move(1, 7)
    shop.clock.move(hours=23)
    await shop.receive(shop.message("anna"))
    await scene.move(2, 7)
    shop.clock.move(hours=25)
    await shop.receive(shop.message("anna"))
    assert [one.id for one in await shop.deals()] == [1, 2, 3]
    assert await shop.texts_to("anna") == ["Hello!", "Hello!"]


async def test_a_follow_up_goes_out_in_its_time(shop: Office, scene: Scene) -> None:
    await scene.follow_up("Hello {name}, {operator} asks about {deal}.")
    await shop.receive(shop.message("anna"))
    await scene.move(1, 3)
    await shop.later(minutes=9)
    assert await shop.texts_to("anna") == []
    await shop.later(minutes=1)
    assert await shop.texts_to("anna") == ["Hello Customer anna, our team asks about 1."]
    assert await scene.runs() == [("queued", None)]
    await shop.later(minutes=10)
    assert len(await shop.texts_to("anna")) == 1


async def test_a_follow_up_is_stopped_by_what_it_waits_for(shop: Office, scene: Scene) -> None:
    boris = await shop.hire("boris")
    await scene.follow_up()
    for name in ("anna", "bela", "cleo"):
        await shop.receive(shop.message(name))
    for deal_id in (1, 2, 3):
        await scene.move(deal_id, 3)
    await shop.receive(shop.message("anna", "Wait"))
    await scene.answers(boris, 2)
    await scene.move(3, 4)
    await shop.later(minutes=10)
    assert await scene.runs() == [("stopped", "customer_wrote"), ("stopped", "staff_wrote"), ("stopped", "left_stage")]
    assert await shop.texts_to("anna") == [] == await shop.texts_to("cleo")


async def test_what_stops_a_message_takes_it_back_from_the_queue(shop: Office, scene: Scene) -> None:
    await scene.follow_up()
    await shop.receive(shop.message("anna"))
    await scene.move(1, 3)
    await shop.later(minutes=10)
    await shop.take_in([shop.message("anna", "Wait")])
    async with shop.database.unit() as uow:
        # What the customer's message means is not decided yet, so nothing may leave.
        assert await mark(uow, [await queued_for(uow, "anna")], epoch=1) == []
    await shop.settle()
    assert await scene.runs() == [("stopped", "customer_wrote")]
    assert [one.state for one in await shop.outgoing("anna")] == ["cancelled"]


async def queued_for(uow: UnitOfWork, chat_key: str) -> int:
    found: int = await uow.value(select(outgoing.c.id).where(outgoing.c.chat_key == chat_key))
    return found


async def test_a_message_that_is_on_its_way_has_crossed_with_its_stop(shop: Office, scene: Scene) -> None:
    await scene.follow_up()
    await shop.receive(shop.message("anna"))
    await scene.move(1, 3)
    await shop.later(minutes=10)
    async with shop.database.unit() as uow:
        assert len(await mark(uow, [await queued_for(uow, "anna")], epoch=1)) == 1
    await shop.receive(shop.message("anna", "Wait"))
    assert await scene.runs() == [("queued", None)]
    async with shop.database.reading() as uow:
        stopped = await uow.row(select(event.c.data).where(event.c.kind == "RunStopped"))
    assert stopped is not None
    assert stopped.data["crossed"]


async def test_a_run_that_cannot_be_judged_harms_no_other(
    shop: Office, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scene.follow_up(conditions=(FromSource(sources=("ad",)),))
    for name in ("anna", "bela"):
        await shop.receive(shop.started(name, "ad"), shop.message(name))
    for deal_id in (1, 2):
        await scene.move(deal_id, 3)
    holds = FromSource.true_of

    def breaks(condition: FromSource, world: World) -> bool:
        if world.deal_id == 1:
            raise ValueError(world.source)
        return holds(condition, world)

    monkeypatch.setattr(FromSource, "true_of", breaks)
    await shop.later(minutes=10)
    assert [("Any news?" in await shop.texts_to(name)) for name in ("anna", "bela")] == [False, True]
    for _ in range(5):
        await shop.later(minutes=10)
    assert await scene.runs() == [("failed", "error"), ("queued", None)]


async def test_nobody_is_written_to_at_night(shop: Office, scene: Scene) -> None:
    await scene.follow_up(delay=timedelta(hours=14), stops_on=frozenset())
    await shop.receive(shop.message("anna"))
    await scene.move(1, 3)
    await shop.later(hours=14)
    assert await shop.texts_to("anna") == []
    await shop.later(hours=8, minutes=59)
    assert await shop.texts_to("anna") == []
    await shop.later(minutes=1)
    assert await shop.texts_to("anna") == ["Any news?"]
    async with shop.database.unit() as uow:
        await set_quiet(uow, await shop.admin(), None)
    await scene.move(1, 4)
    await scene.move(1, 3)
    await shop.later(hours=14)
    assert len(await shop.texts_to("anna")) == 2


async def test_an_answer_to_what_was_just_written_comes_at_night_too(shop: Office, scene: Scene) -> None:
    await scene.autoreply(preset="greeting", text="Hello!")
    shop.clock.move(hours=15)
    await shop.receive(shop.message("anna"))
    assert await shop.texts_to("anna") == ["Hello!"]


async def test_outside_working_hours_a_customer_is_told_once(shop: Office, scene: Scene) -> None:
    await scene.autoreply(preset="closed", text="We are closed.")
    async with shop.database.unit() as uow:
        await set_hours(uow, await shop.admin(), read_week("mon-fri 09:00-18:00"))
    await shop.receive(shop.message("anna"))
    assert await shop.texts_to("anna") == []
    shop.clock.move(hours=10)
    await shop.receive(shop.message("anna"), shop.message("anna"))
    await shop.receive(shop.message("anna"))
    assert await shop.texts_to("anna") == ["We are closed."]


async def test_a_keyword_is_answered_as_a_word(shop: Office, scene: Scene) -> None:
    await scene.autoreply(preset="keyword", words=("price", "how much"), text="10 €")
    await shop.receive(shop.message("anna", "A priceless thing"))
    assert await shop.texts_to("anna") == []
    await shop.receive(shop.message("anna", "HOW MUCH is it?"))
    assert await shop.texts_to("anna") == ["10 €"]


async def test_a_reply_to_other_words_stands_beside_the_first(shop: Office, scene: Scene) -> None:
    first = await scene.autoreply(preset="keyword", words=("price", "delivery"), text="10 €")
    second = await scene.autoreply(preset="keyword", words=("delivery",), text="In two days")
    assert first != second == await scene.autoreply(preset="keyword", words=("Delivery",), text="In three days")
    await shop.receive(shop.message("anna", "What price?"))
    assert await shop.texts_to("anna") == ["10 €"]


async def test_without_an_answer_a_customer_is_asked_to_wait(shop: Office, scene: Scene) -> None:
    boris = await shop.hire("boris")
    await scene.autoreply(preset="unanswered", after=timedelta(minutes=5), text="Just a moment!")
    await shop.receive(shop.message("anna"))
    await shop.receive(shop.message("bela"))
    await scene.answers(boris, 2)
    await shop.receive(shop.message("anna", "Anybody?"))
    await shop.later(minutes=5)
    assert await shop.texts_to("anna") == ["Just a moment!"]
    assert await shop.texts_to("bela") == ["Yes"]
    await shop.later(minutes=30)
    assert len(await shop.texts_to("anna")) == 1


async def test_automatic_messages_set_nothing_off(shop: Office, scene: Scene) -> None:
    await scene.autoreply(preset="greeting", text="Hello!")
    await scene.add(Draft(occasion=OnMessageSent(), actions=(Send(text="And?"),)))
    await shop.receive(shop.message("anna"))
    assert await shop.texts_to("anna") == ["Hello!"]


async def test_a_circle_ends_and_stands_still(shop: Office, scene: Scene) -> None:
    there, back = await scene.stage(2), await scene.stage(3)
    first = await scene.add(Draft(occasion=OnStageEntered(stages=(there,)), actions=(Move(stage=back),)))
    await scene.add(Draft(occasion=OnStageEntered(stages=(back,)), actions=(Move(stage=there),)))
    await shop.receive(shop.message("anna"))
    await scene.move(1, 2)
    assert await scene.runs() == [("done", None)] * 10
    async with shop.database.reading() as uow:
        paused = await uow.row(select(event.c.data).where(event.c.kind == "TriggerPaused"))
        reasons = [row.paused_reason for row in await uow.rows(select(trigger).order_by(trigger.c.id))]
    assert paused is not None
    assert (paused.data["trigger_id"], len(paused.data["chain"])) == (first, 11)
    assert reasons == [None, "loop", None]
    assert any("stands still" in text for text in await shop.texts_to("1"))


async def test_whoever_only_hears_of_a_circle_goes_on(shop: Office, scene: Scene) -> None:
    there, back = await scene.stage(2), await scene.stage(3)
    await scene.add(Draft(occasion=OnStageEntered(stages=(there,)), actions=(Move(stage=back),)))
    await scene.add(Draft(occasion=OnStageEntered(stages=(back,)), actions=(Move(stage=there),)))
    for stage in (there, back):
        await scene.add(
            Draft(occasion=OnStageEntered(stages=(stage,)), actions=(Notify(whom="supervisors", text="!"),))
        )
    await shop.receive(shop.message("anna"))
    await scene.move(1, 2)
    async with shop.database.reading() as uow:
        reasons = [row.paused_reason for row in await uow.rows(select(trigger).order_by(trigger.c.id))]
    assert reasons == [None, "loop", None, None, None]


async def test_a_clock_that_was_set_back_takes_nobody_for_a_circle(shop: Office, scene: Scene) -> None:
    await scene.add(Draft(occasion=OnMessageReceived(), actions=(Send(text="Yes?"),)))
    for _ in range(20):
        await shop.receive(shop.message("anna"))
    shop.clock.move(hours=-2)
    await shop.receive(shop.message("anna"))
    assert len(await shop.texts_to("anna")) == 21


async def test_a_clock_that_goes_back_and_forth_does_nothing_twice(shop: Office, scene: Scene) -> None:
    await scene.follow_up(stops_on=frozenset())
    await shop.receive(shop.message("anna"))
    await scene.move(1, 3)
    await shop.later(hours=-2)
    assert await shop.texts_to("anna") == []
    for hours in (2.2, -2.2, 2.2, -5, 8):
        await shop.later(hours=hours)
    assert await shop.texts_to("anna") == ["Any news?"]
    assert await scene.runs() == [("queued", None)]


async def test_a_customer_who_writes_without_end_switches_nothing_off(shop: Office, scene: Scene) -> None:
    await scene.add(Draft(occasion=OnMessageReceived(), actions=(Send(text="Yes?"),)))
    for _ in range(25):
        await shop.receive(shop.message("anna"))
    assert len(await shop.texts_to("anna")) == 20
    await shop.receive(shop.message("bela"))
    assert await shop.texts_to("bela") == ["Yes?"]


async def test_whoever_blocks_us_is_not_written_to(shop: Office, scene: Scene) -> None:
    await scene.follow_up(stops_on=frozenset())
    await shop.receive(shop.message("anna"))
    await scene.move(1, 3)
    blocked = shop.message("anna")
    await shop.receive(type(blocked)("b1", {}, "anna", blocked.person, Reachability(reachable=False)))
    assert await scene.runs() == [("stopped", "blocked")]
    await shop.receive(shop.message("anna", "I am back"))
    await scene.move(1, 4)
    await scene.move(1, 3)
    await shop.later(minutes=10)
    assert await shop.texts_to("anna") == ["Any news?"]


async def test_a_name_is_never_a_place_to_fill(shop: Office, scene: Scene) -> None:
    await scene.autoreply(preset="greeting", text="Hello, {name}!")
    await shop.receive(shop.message("{operator} <b>*_"))
    assert await shop.texts_to("{operator} <b>*_") == ["Hello, Customer {operator} <b>*_!"]


@pytest.mark.parametrize(
    ("draft", "refusal"),
    [
        ({"actions": (Send(text="Hello {nobody}"),)}, UnknownPlaceholder),
        ({"actions": (Send(text="x" * 4097),)}, TextTooLong),
        ({"actions": ()}, editing.NothingToDo),
        ({"actions": (Assign(person=99),)}, editing.PointsNowhere),
        ({"actions": (HandOut(),), "delay": timedelta(days=4000)}, TooLong),
    ],
)
async def test_what_cannot_work_is_not_saved(scene: Scene, draft: dict[str, Any], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        await scene.add(Draft(**{"occasion": OnDealOpened(), **draft}))


async def test_a_text_that_gets_too_long_is_told_and_not_sent(shop: Office, scene: Scene) -> None:
    await scene.follow_up("{name}" + "x" * 4090)
    await shop.receive(shop.message("anna"))
    await scene.move(1, 3)
    await shop.later(minutes=10)
    assert await scene.runs() == [("failed", "too_long")]


async def test_a_trigger_that_names_somebody_who_left_stands_still(shop: Office, scene: Scene) -> None:
    boris = await shop.hire("boris")
    await scene.add(Draft(occasion=OnDealOpened(), actions=(Assign(person=boris.id),)))
    async with shop.database.unit() as uow:
        await people.disable(uow, await shop.admin(), boris.id)
    await shop.settle()
    await shop.receive(shop.message("anna"))
    assert await scene.runs() == []
    assert any("stands still" in text for text in await shop.texts_to("1"))


async def test_switching_off_stops_what_was_scheduled(shop: Office, scene: Scene) -> None:
    trigger_id = await scene.follow_up()
    await shop.receive(shop.message("anna"))
    await scene.move(1, 3)
    async with shop.database.unit() as uow:
        admin = await shop.admin()
        assert [one.customer for one in await next_due(uow, admin, trigger_id)] == ["Customer anna"]
        await editing.switch(uow, admin, trigger_id, on=False)
    await shop.settle()
    async with shop.database.reading() as uow:
        assert [(one.state, one.reason) for one in await lately(uow, await shop.admin(), trigger_id)] == [
            ("stopped", "trigger_off")
        ]


async def test_deals_are_handed_out_among_the_chosen_and_otherwise_wait(shop: Office, scene: Scene) -> None:
    boris, cleo = await shop.hire("boris"), await shop.hire("cleo")
    async with shop.database.unit() as uow:
        admin = await shop.admin()
        (handing_out,) = [one.id for one in await editing.triggers(uow, admin)]
        await editing.change(
            uow,
            admin,
            handing_out,
            Draft(
                occasion=OnDealOpened(),
                conditions=(FromSource(sources=("vip",)),),
                actions=(HandOut(people=(cleo.id,)),),
            ),
        )
    await shop.receive(shop.started("anna", "vip"), shop.message("anna"))
    await shop.receive(shop.message("bela"))
    await shop.later(minutes=5)
    assert [one.assignee_id for one in await shop.deals()] == [cleo.id, None]
    del boris


async def test_assignee_stage_and_staff_are_acted_upon(shop: Office, scene: Scene) -> None:
    boris = await shop.hire("boris", on_shift=False)
    conditions = (HasAssignee(), IsCustomer(who="new"))
    draft = Draft(occasion=OnDealOpened(), conditions=conditions, actions=(Assign(person=boris.id),))
    await scene.add(draft)
    notify = Notify(whom="assignee", text="Look at {name}")
    await scene.add(Draft(occasion=OnAssigneeChanged(), actions=(Move(stage=await scene.stage(2)), notify)))
    await shop.receive(shop.message("anna"))
    (deal,) = await shop.deals()
    assert (deal.assignee_id, deal.stage_id) == (boris.id, await scene.stage(2))
    assert any("Look at Customer anna" in text for text in await shop.texts_to("boris"))


async def test_a_notice_for_certain_people_must_name_one(scene: Scene) -> None:
    with pytest.raises(NobodyToTell):
        await scene.follow_up(actions=(Notify(whom="people", text="Look"),))


async def test_what_is_saved_while_it_is_off_does_not_claim_to_work(shop: Office, scene: Scene) -> None:
    off = await scene.follow_up()
    admin = await shop.admin()
    async with shop.database.unit() as uow:
        await editing.switch(uow, admin, off, on=False)
        await editing.change(uow, admin, off, editing.draft_of(await editing.see(uow, admin, off)))
        assert saved(texts("en"), await editing.see(uow, admin, off)) == "Saved, but it is switched off."
        await editing.switch(uow, admin, off, on=True)
        assert saved(texts("en"), await editing.see(uow, admin, off)) == "Saved: it works from now on."


async def test_whoever_is_no_admin_any_more_has_no_half_finished_form(shop: Office) -> None:
    eva = await shop.hire("eva", role=Role.ADMIN)
    async with shop.database.unit() as uow:
        at_eva = select(staff_account).where(staff_account.c.staff_id == eva.id)
        account = await uow.row(at_eva)
        assert account is not None
        await set_screen(uow, Desk(account.channel_id, account.external_id), HalfTrigger().kept())
        await people.set_role(uow, await shop.admin(), eva.id, role=Role.OPERATOR)
        assert await screen(uow, Desk(account.channel_id, account.external_id)) is None
