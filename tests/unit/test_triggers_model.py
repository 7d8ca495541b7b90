"""The engine of triggers against a model of it, over whatever happens in whatever order, through deaths at any place.

The model is a hundred lines of plain Python: it knows events, delays, stops, nights and actions, and neither rows nor
transactions. What it says that triggers do to a deal, in this order, is what they must do.
"""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import event as engine_event
from sqlalchemy import func, select

from app.story import STORY
from core.database import Database
from core.journal import event
from core.redis import Wakeups
from core.relay import Relay
from inbox.channel import Delivered, Incoming, Person, Reachability
from inbox.marking import mark
from inbox.models import identity, message, outgoing
from inbox.outcomes import Result, write
from pipeline.deals import answer
from pipeline.moving import close, move
from pipeline.stages import stages_of
from tests import postgres
from tests.unit.office import MovedClock, Office, office
from triggers import editing
from triggers.actions.move import Move
from triggers.actions.notify import Notify
from triggers.actions.send import Send
from triggers.alarms import Claimed
from triggers.delays import SOON, Delays
from triggers.editing import Draft
from triggers.hours import set_quiet
from triggers.models import trigger_run
from triggers.occasions.deal_opened import OnDealOpened
from triggers.occasions.message_received import OnMessageReceived
from triggers.occasions.message_sent import OnMessageSent
from triggers.occasions.stage_entered import OnStageEntered
from triggers.parts import Action, Occasion, Stop

CUSTOMERS = ("anna", "bela")
ACTIVE, WON = (2, 3, 4), 5
LATE_ANSWER, LATE = timedelta(minutes=15), timedelta(hours=24)
OFTEN = 20
EXAMPLES = 60
# A story takes a tenth of a second: to make one that fails as short as can be would take minutes.
PLAYED = settings(
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


@dataclass(frozen=True)
class Rule:
    """A trigger: `does` is "say", "tell" or the number of a stage to move to; `entered` one of those it waits for."""

    on: str
    entered: int
    delay: int
    stops: frozenset[Stop]
    does: str | int


@dataclass(frozen=True)
class Step:
    """Something that happens; `heard` at once or only with the next one that is, through a death after so many acts."""

    what: str
    who: int
    number: int
    heard: bool
    dies_after: int | None


# The model


@dataclass
class Deal:
    stage: int = 1
    closed: bool = False
    done: list[int] = field(default_factory=list)


@dataclass
class Heard:
    """An event that follows may come from: `by_rule` if a trigger did it."""

    kind: str
    at: datetime
    by_rule: bool = False
    deal: Deal | None = None
    stage: int = 0


@dataclass
class Planned:
    rule: int
    deal: Deal
    due: datetime
    made: datetime
    state: str = "waiting"


@dataclass
class Customer:
    deals: list[Deal] = field(default_factory=list)
    unheard: list[Heard] = field(default_factory=list)
    plans: list[Planned] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    reachable: bool = True

    @property
    def deal(self) -> Deal | None:
        return self.deals[-1] if self.deals and not self.deals[-1].closed else None

    def pending(self) -> list[Planned]:
        return [one for one in self.plans if one.state in ("waiting", "queued")]


class Model:
    """What must happen."""

    def __init__(self, rules: Sequence[Rule], clock: MovedClock, *, nights: bool) -> None:
        self.rules = rules
        self.clock = clock
        self.nights = nights
        self.off: set[int] = set()
        self.deleted: set[int] = set()
        self.customers = [Customer() for _ in CUSTOMERS]

    def tell(self, one: Customer, kind: str, **more: Any) -> None:
        one.unheard.append(Heard(kind, self.clock.now(), **more))

    def enter(self, one: Customer, deal: Deal, stage: int, *, by_rule: bool = False) -> None:
        if deal.stage != stage:
            deal.stage = stage
            self.tell(one, "entered", by_rule=by_rule, deal=deal, stage=stage)

    def switch_off(self, rule: int, why: str) -> None:
        for plan in (plan for one in self.customers for plan in one.pending() if plan.rule == rule):
            plan.state = why

    def quiet(self) -> None:
        """Let everything follow, in order: what was heard, what waits to be sent, the first that is due, and so on."""
        for one in self.customers:
            while True:
                while one.unheard:
                    self.hear(one, one.unheard.pop(0))
                for plan in (plan for plan in one.plans if plan.state == "queued"):
                    plan.state = "done"
                    one.sent.append(plan.rule)
                due = [plan for plan in one.plans if plan.state == "waiting" and plan.due <= self.clock.now()]
                if not due:
                    break
                self.act(one, min(due, key=lambda plan: plan.due))

    def hear(self, one: Customer, heard: Heard) -> None:
        if heard.kind == "wrote" and one.deal is None:
            one.deals.append(Deal())
            self.tell(one, "opened", deal=one.deal)
        for plan in one.pending():
            if reason := self.stopping(plan, heard):
                plan.state = reason
        deal = heard.deal or one.deal
        now = self.clock.now()
        for number, rule in enumerate(self.rules):
            if deal is None or not self.is_meant(number, rule, heard):
                continue
            made = [plan.made for plan in one.plans if plan.rule == number and plan.deal is deal]
            at_once = rule.on in ("wrote", "opened") and rule.does == "say" and not rule.delay
            if sum(at > now - timedelta(minutes=1) for at in made) >= OFTEN:
                continue
            if at_once and now - heard.at > LATE_ANSWER:
                continue
            plan = Planned(number, deal, heard.at + timedelta(minutes=rule.delay), now)
            one.plans.append(plan)
            if not rule.delay:
                self.act(one, plan)

    def stopping(self, plan: Planned, heard: Heard) -> str | None:
        rule = self.rules[plan.rule]
        if heard.kind == "blocked":
            return "blocked" if rule.does == "say" else None
        stop = {"wrote": Stop.CUSTOMER_WROTE, "answered": Stop.STAFF_WROTE, "entered": Stop.LEFT_STAGE}.get(heard.kind)
        if stop is Stop.STAFF_WROTE and heard.by_rule:
            return None
        if stop is Stop.LEFT_STAGE and heard.deal is not plan.deal:
            return None
        return str(stop) if stop in rule.stops else None

    def is_meant(self, number: int, rule: Rule, heard: Heard) -> bool:
        if number in self.off | self.deleted or rule.on != heard.kind:
            return False
        if heard.kind == "entered":
            return heard.stage == rule.entered
        return not (heard.by_rule and heard.kind == "answered")

    def act(self, one: Customer, plan: Planned) -> None:
        rule, now = self.rules[plan.rule], self.clock.now()
        awake = rule.on in ("wrote", "opened") and rule.delay <= 60
        if now - plan.due > LATE:
            plan.state = "late"
        elif rule.does == "say" and not one.reachable:
            plan.state = "blocked"
        elif rule.does == "say" and self.nights and not awake and not 8 <= now.hour < 22:
            morning = now.replace(hour=8, minute=0, second=0, microsecond=0)
            plan.due = morning if now.hour < 8 else morning + timedelta(days=1)
        elif isinstance(rule.does, int) and plan.deal.closed:
            plan.state = "closed"
        else:
            plan.state = "queued" if rule.does == "say" else "done"
            plan.deal.done.append(plan.rule)
            if rule.does == "say":
                self.tell(one, "answered", by_rule=True)
            elif isinstance(rule.does, int):
                self.enter(one, plan.deal, rule.does, by_rule=True)

    def told(self) -> dict[str, Any]:
        """What can be seen of it all."""
        return {
            name: [
                [(deal.stage, deal.closed, deal.done) for deal in one.deals],
                one.sent,
                Counter((plan.rule, plan.state) for plan in one.plans),
            ]
            for name, one in zip(CUSTOMERS, self.customers, strict=True)
        }


# The engine


class Died(BaseException):
    """The process ended here."""


class Deaths:
    """Ends the process at a statement, or after a commit before anybody is woken for it: the so-manyth from now."""

    def __init__(self, database: Database) -> None:
        self.left: int | None = None
        engine_event.listen(database.engine.sync_engine, "before_cursor_execute", self._executes)

    def _executes(self, connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            self.may_come()

    def may_come(self) -> None:
        """Pass a place where the process may end."""
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise Died


class Clock:
    """An alarm clock in memory that keeps the promises of the one in Redis, and forgets as that may."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.due: dict[int, datetime] = {}
        self.filled = False
        self.away = False

    async def set(self, alarms: dict[int, datetime]) -> bool:
        self._answer()
        self.due |= alarms
        return True

    async def claim(self, now: datetime, *, most: int) -> Claimed:
        self._answer()
        # Whoever was busy a moment ago is free by now.
        found = [run_id for run_id, at in self.due.items() if at <= now + SOON][:most]
        for run_id in found:
            del self.due[run_id]
        return Claimed(found, min(self.due.values(), default=None), self.filled)

    async def done(self, run_ids: Sequence[int]) -> None:
        self._answer()

    async def is_filled(self) -> None:
        self._answer()
        self.filled = True

    def _answer(self) -> None:
        if self.away:
            raise OSError


class Engine:
    """What does happen."""

    def __init__(self, shop: Office, rules: Sequence[Rule]) -> None:
        self.shop = shop
        self.rules = rules
        self.deaths = Deaths(shop.database)
        self.alarms = Clock()
        self.ids: list[int] = []
        self.stages: list[int] = []
        self.restart()

    def restart(self) -> None:
        """Begin with nothing but what the database and the alarm clock know."""
        shop = self.shop
        shop.relay = Relay(shop.database, STORY, retry_after=1)
        shop.delays = Delays(shop.database, self.alarms, Wakeups(None), shop.clock, sweep_seconds=5)  # type: ignore[arg-type]

        async def set_alarms(alarms: Mapping[int, datetime]) -> None:
            self.deaths.may_come()
            await shop.delays.set(alarms)

        shop.database.set_alarms = set_alarms

    async def prepare(self, *, nights: bool) -> None:
        shop = self.shop
        async with shop.database.unit() as uow:
            admin = await shop.admin()
            self.stages = [one.id for one in await stages_of(uow, shop.pipeline_id)]
            for number, rule in enumerate(self.rules):
                draft = Draft(
                    occasion=self._occasion(rule),
                    actions=(self._action(number, rule),),
                    delay=timedelta(minutes=rule.delay),
                    stops_on=rule.stops,
                )
                self.ids.append(await editing.add(uow, admin, draft))
            if not nights:
                await set_quiet(uow, admin, None)
        await shop.settle()

    def _occasion(self, rule: Rule) -> Occasion:
        match rule.on:
            case "wrote":
                return OnMessageReceived()
            case "answered":
                return OnMessageSent()
            case "opened":
                return OnDealOpened()
            case _:
                return OnStageEntered(stages=(self.stages[rule.entered - 1],))

    def _action(self, number: int, rule: Rule) -> Action:
        match rule.does:
            case "say":
                return Send(text=f"rule {number}")
            case "tell":
                return Notify(whom="supervisors", text="Look")
            case stage:
                return Move(stage=self.stages[int(stage) - 1])

    async def alive(self, act: Callable[[], Awaitable[None]], dies_after: int | None) -> None:
        """Do something through a death in the midst of it: whatever was not done is done again."""
        self.deaths.left = dies_after
        try:
            await act()
        except Died:
            self.restart()
            await act()
        self.deaths.left = None

    async def quiet(self) -> None:
        """Let everything follow."""
        for _ in range(200):
            await self.shop.settle()
            await self._deliver()
            await self.shop.settle()
            if not await self._due():
                return
            await self.shop.delays.step()
        raise AssertionError("what is due does not act")

    async def _due(self) -> bool:
        async with self.shop.database.reading() as uow:
            due = trigger_run.c.due_at <= self.shop.clock.now()
            return bool(await uow.value(select(func.count()).where(trigger_run.c.state == "waiting", due)))

    async def _deliver(self) -> None:
        async with self.shop.database.unit() as uow:
            rows = await uow.rows(
                select(outgoing.c.id)
                .where(outgoing.c.chat_key.in_(CUSTOMERS), outgoing.c.state.in_(["queued", "sending"]))
                .order_by(outgoing.c.id)
            )
            marked = await mark(uow, [row.id for row in rows], epoch=1) if rows else []
            results = [Result(one, Delivered((f"out{one.id}",))) for one in marked]
            await write(uow, self.shop.channel_id, results, retry_seconds=(1,))

    async def told(self) -> dict[str, Any]:
        async with self.shop.database.reading() as uow:
            runs = await uow.rows(select(trigger_run).order_by(trigger_run.c.id))
            acted = await uow.rows(select(event).where(event.c.kind == "RunPerformed").order_by(event.c.id))
            sent = await uow.rows(
                select(outgoing.c.chat_key, message.c.actor)
                .join(message, message.c.id == outgoing.c.message_id)
                .where(outgoing.c.state == "sent", message.c.actor.startswith("trigger:"))
                .order_by(outgoing.c.id)
            )
        deals = await self.shop.deals()
        names = await self._names()
        rule_of = {trigger_id: number for number, trigger_id in enumerate(self.ids)}
        found: dict[str, Any] = {}
        for name in CUSTOMERS:
            his = [one for one in deals if names[one.contact_id] == name]
            done = {
                one.id: [
                    rule_of[row.data["trigger_id"]]
                    for row in acted
                    if row.ref == f"deal:{one.id}" and row.data["trigger_id"] in rule_of
                ]
                for one in his
            }
            found[name] = [
                [(self.stages.index(one.stage_id) + 1, one.closed_at is not None, done[one.id]) for one in his],
                [rule_of[int(row.actor.partition(":")[2])] for row in sent if row.chat_key == name],
                Counter(
                    (rule_of[row.trigger_id], row.reason or row.state)
                    for row in runs
                    if row.deal_id in done and row.trigger_id in rule_of
                ),
            ]
        return found

    async def _names(self) -> dict[int, str]:
        async with self.shop.database.reading() as uow:
            return {row.contact_id: row.external_id for row in await uow.rows(select(identity))}


class Both:
    """Lets the same happen in the model and in the engine."""

    def __init__(self, shop: Office, rules: Sequence[Rule], *, nights: bool) -> None:
        self.shop = shop
        self.model = Model(rules, shop.clock, nights=nights)
        self.engine = Engine(shop, rules)
        self.number = 0

    async def happens(self, step: Step) -> None:
        self.number += 1
        act: Callable[[Step], Callable[[], Awaitable[None]] | None] = getattr(self, f"_{step.what}")
        meant = act(step)
        if meant is not None:
            await self.engine.alive(meant, step.dies_after if step.dies_after and step.dies_after < 8 else None)
        if step.heard:
            self.model.quiet()
            await self.engine.alive(self.engine.quiet, step.dies_after)
            assert await self.engine.told() == self.model.told()

    def _customer(self, step: Step) -> tuple[str, Customer]:
        return CUSTOMERS[step.who], self.model.customers[step.who]

    def _updates(self, name: str, *contents: Any) -> Callable[[], Awaitable[None]]:
        updates = [
            Incoming(f"{self.number}{place}", {}, name, Person(name, name), content)
            for place, content in enumerate(contents)
        ]
        return lambda: self.shop.take_in(updates)

    def _writes(self, step: Step) -> Callable[[], Awaitable[None]]:
        name, one = self._customer(step)
        one.reachable = True
        contents = []
        for place in range(1 + step.number % 2):
            self.model.tell(one, "wrote")
            contents.append(self.shop.message(name, number=self.number * 10 + place).content)
        return self._updates(name, *contents)

    def _blocks(self, step: Step) -> Callable[[], Awaitable[None]]:
        name, one = self._customer(step)
        one.reachable = step.number % 3 == 0
        if not one.reachable:
            self.model.tell(one, "blocked")
        return self._updates(name, Reachability(reachable=one.reachable))

    def _answers(self, step: Step) -> Callable[[], Awaitable[None]] | None:
        _, one = self._customer(step)
        if not one.deals:
            return None
        self.model.tell(one, "answered")
        key = f"answer:{self.number}"

        async def answers() -> None:
            deal_id = await self._deal_id(step)
            written: Any = self.shop.message("x").content
            async with self.shop.database.unit() as uow:
                await answer(uow, await self.shop.admin(), deal_id, written=written, client_key=key)

        return answers

    def _moves(self, step: Step) -> Callable[[], Awaitable[None]] | None:
        _, one = self._customer(step)
        if one.deal is None:
            return None
        stage = ACTIVE[step.number % 3]
        self.model.enter(one, one.deal, stage)

        async def moves() -> None:
            deal_id = await self._deal_id(step)
            async with self.shop.database.unit() as uow:
                await move(uow, await self.shop.admin(), deal_id, stage_id=self.engine.stages[stage - 1])

        return moves

    def _closes(self, step: Step) -> Callable[[], Awaitable[None]] | None:
        _, one = self._customer(step)
        if one.deal is None:
            return None
        self.model.enter(one, one.deal, WON)
        one.deal.closed = True

        async def closes() -> None:
            deal_id = await self._deal_id(step)
            async with self.shop.database.unit() as uow:
                await close(uow, await self.shop.admin(), deal_id, group="won")

        return closes

    async def _deal_id(self, step: Step) -> int:
        names = await self.engine._names()
        found: int = max(one.id for one in await self.shop.deals() if names[one.contact_id] == CUSTOMERS[step.who])
        return found

    def _waits(self, step: Step) -> None:
        self.shop.clock.move(minutes=(1, 5, 10, 30, 240, 700)[step.number % 6])

    def _forgets(self, step: Step) -> None:
        self.engine.alarms.forget()
        self.engine.alarms.away = step.number % 3 == 0

    def _switches(self, step: Step) -> Callable[[], Awaitable[None]] | None:
        rule = step.number % len(self.model.rules)
        if rule in self.model.deleted:
            return None
        on = rule in self.model.off
        self.model.off ^= {rule}
        if not on:
            self.model.switch_off(rule, "trigger_off")

        async def switches() -> None:
            async with self.shop.database.unit() as uow:
                await editing.switch(uow, await self.shop.admin(), self.engine.ids[rule], on=on)

        return switches

    def _deletes(self, step: Step) -> Callable[[], Awaitable[None]] | None:
        rule = step.number % len(self.model.rules)
        if rule in self.model.deleted:
            return None
        self.model.deleted.add(rule)
        self.model.switch_off(rule, "trigger_deleted")

        async def deletes() -> None:
            async with self.shop.database.unit() as uow:
                await editing.delete(uow, await self.shop.admin(), self.engine.ids[rule])

        return deletes


_stops = st.sets(st.sampled_from(list(Stop))).map(frozenset)
_does: st.SearchStrategy[str | int] = st.sampled_from(["say", "say", "tell", *ACTIVE])
_rules = st.lists(
    st.builds(
        Rule,
        on=st.sampled_from(["wrote", "answered", "opened", "entered", "entered"]),
        entered=st.sampled_from([*ACTIVE, WON]),
        delay=st.sampled_from([0, 5, 10, 10, 90]),
        stops=_stops,
        does=_does,
    )
    # Forwards only: what runs in circles is told about elsewhere.
    .filter(lambda rule: rule.on != "entered" or not isinstance(rule.does, int) or rule.does > rule.entered),
    min_size=1,
    max_size=4,
)
_ACTS = ["writes"] * 4 + ["moves"] * 4 + ["waits"] * 4 + ["answers", "closes", "blocks", "switches", "forgets"]
_steps = st.lists(
    st.builds(
        Step,
        what=st.sampled_from([*_ACTS, "deletes"]),
        who=st.integers(0, len(CUSTOMERS) - 1),
        number=st.integers(0, 11),
        heard=st.sampled_from([True, False, False]),
        dies_after=st.one_of(st.none(), st.integers(0, 60)),
    ),
    min_size=1,
    max_size=14,
)
_END = Step("waits", 0, 2, heard=True, dies_after=None)


@dataclass(frozen=True)
class Story:
    """What there is and what happens."""

    rules: list[Rule]
    steps: list[Step]
    nights: bool


_stories = st.builds(Story, rules=_rules, steps=_steps, nights=st.booleans())


async def _play(shop: Office, story: Story) -> None:
    both = Both(shop, story.rules, nights=story.nights)
    await both.engine.prepare(nights=story.nights)
    for step in (*story.steps, _END):
        await both.happens(step)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of an office where nothing has happened."""

    async def prepare() -> None:
        async with office(f"sqlite+aiosqlite:///{place}"):
            pass

    place = tmp_path_factory.mktemp("prepared") / "voronka.db"
    asyncio.run(prepare())
    return place


@settings(PLAYED, max_examples=EXAMPLES)
@given(_stories)
def test_what_triggers_do_is_what_the_model_says(prepared: Path, story: Story) -> None:
    async def play(url: str) -> None:
        shop = Office(url)
        # The first of each, as an office that is opened makes them.
        shop.channel_id = shop.pipeline_id = 1
        try:
            await _play(shop, story)
        finally:
            await shop.close()

    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(prepared, folder)
        asyncio.run(play(f"sqlite+aiosqlite:///{folder}/{prepared.name}"))


@settings(PLAYED, max_examples=EXAMPLES // 15)
@given(_stories)
def test_what_triggers_do_on_postgresql_is_the_same(postgres_socket: Path, story: Story) -> None:
    async def play() -> None:
        async with postgres.empty_database(postgres_socket) as url, office(url) as shop:
            await _play(shop, story)

    asyncio.run(play())
