"""The shop "Atelier Lipa": who works there, what goes by itself, and the customers who are met in it."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from app.demo.talks import Book, Customer, Talk
from core.database import UnitOfWork
from core.schedule import read_week
from inbox.accounts import ensure_account
from inbox.channel import Person
from inbox.channels.webchat import WebChat
from pipeline.amounts import choose_currency
from pipeline.staff.people import join
from pipeline.staff.rights import Role, Staff
from pipeline.staff.shifts import start_shift
from pipeline.stages import LostReason, Stage, open_deals_in, pipeline_ids, reasons, stages_of
from pipeline.work.kinds import task_kinds
from triggers.actions.add_task import AddTask
from triggers.actions.send import Send
from triggers.editing import Draft, add
from triggers.hours import set_hours, set_quiet
from triggers.occasions.stage_entered import OnStageEntered
from triggers.parts import Stop
from triggers.presets import CLOSED, GREETING, KEYWORD, UNANSWERED, AutoReply, set_autoreply

NAME = "Atelier Lipa"
ADMIN = "Vera Lipa"
OPERATORS = ("Marta Nowak", "Oleh Kovalenko", "Anna Sokolova", "Jonas Weber")
TELEGRAM = "telegram"
HOURS = "mon-sat 09:00-19:00"

_REPLIES = (
    AutoReply(
        preset=GREETING,
        text="Hello, {name}! This is Atelier Lipa. We have your message and answer within a few minutes.\n"
        "Dzień dobry! Вітаємо! Здравствуйте! 🌿",
    ),
    AutoReply(
        preset=CLOSED,
        text="The workshop is closed now, we answer from 9 o’clock.\n"
        "Odpowiemy od 9:00. Відповімо з 9:00. Ответим с 9:00. 🌙",
    ),
    AutoReply(
        preset=KEYWORD,
        words=("catalogue", "catalog", "katalog", "каталог"),
        text="Our catalogue: lamps from €120, chairs from €190, tables from €640. Which room is it for?",
    ),
    AutoReply(
        preset=UNANSWERED,
        after=timedelta(minutes=3),
        text="Sorry to keep you waiting, {name}: we have not forgotten you.",
    ),
)
_REMINDER = "{name}, have you had time to look at our offer? We keep the piece for you until the end of the week."
_THANKS = "Thank you, {name}! 🌿 Your order is in the workshop’s book. We write as soon as it leaves the house."


@dataclass(slots=True)
class Shop:
    """What is known of it by those who act in it."""

    admin: Staff
    operators: dict[int, Staff]
    stages: list[Stage]
    reasons: list[LostReason]
    channels: dict[str, int]

    def active(self, place: int) -> int:
        """The stage that is at this place among the active ones."""
        return [one.id for one in self.stages if one.group == "active"][place]


async def open_shop(uow: UnitOfWork, timezone: str) -> Shop:
    """Hire everybody, begin the shifts, and let things go by themselves."""
    pipeline_id = (await pipeline_ids(uow))[0]
    telegram_id = await ensure_account(uow, TELEGRAM, "demo")
    await open_deals_in(uow, pipeline_id, channel_id=telegram_id)
    channels = {TELEGRAM: telegram_id, WebChat.kind: await ensure_account(uow, WebChat.kind, WebChat.kind)}
    admin = await _hire(uow, ADMIN, Role.ADMIN, timezone)
    operators = [await _hire(uow, name, Role.OPERATOR, timezone) for name in OPERATORS]
    for one in operators:
        await start_shift(uow, one)
    stages = await stages_of(uow, pipeline_id)
    await choose_currency(uow, admin, "EUR")
    shop = Shop(admin, {one.id: one for one in operators}, stages, await reasons(uow), channels)
    await _automate(uow, shop)
    return shop


async def _hire(uow: UnitOfWork, name: str, role: Role, timezone: str) -> Staff:
    staff_id = await join(uow, Person("", name), role, channel_id=None, language="en", timezone=timezone)
    return Staff(staff_id, name, role, "en", timezone)


async def _automate(uow: UnitOfWork, shop: Shop) -> None:
    await set_hours(uow, shop.admin, read_week(HOURS))
    await set_quiet(uow, shop.admin, None)
    for reply in _REPLIES:
        await set_autoreply(uow, shop.admin, reply)
    kinds = await task_kinds(uow)
    won = next(one.id for one in shop.stages if one.group == "won")
    for draft in (
        Draft(
            occasion=OnStageEntered(stages=(shop.active(2),)),
            actions=(Send(text=_REMINDER),),
            delay=timedelta(days=2),
            stops_on=frozenset({Stop.CUSTOMER_WROTE, Stop.LEFT_STAGE}),
        ),
        Draft(
            occasion=OnStageEntered(stages=(shop.active(3),)),
            actions=(AddTask(task_kind=kinds[-1].id, seconds=86_400, text="Has {name} paid?"),),
        ),
        Draft(occasion=OnStageEntered(stages=(won,)), actions=(Send(text=_THANKS),), delay=timedelta(seconds=20)),
    ):
        await add(uow, shop.admin, draft)


async def never_close(uow: UnitOfWork, shop: Shop) -> None:
    """Let the shop be open whenever somebody looks at it."""
    await set_hours(uow, shop.admin, None)


class Crowd:
    """Everybody who may come in, one after another, and what each has to say."""

    def __init__(self, told: Book, chance: Random, seed: int) -> None:
        self._told = told
        self._chance = chance
        self._seed = seed
        self._met = 0
        self._talks: list[Talk] = []
        self._names: dict[str, list[str]] = {}

    def next_talk(self) -> Talk:
        """A talk that was not had for long."""
        if not self._talks:
            self._talks = self._chance.sample(self._told.talks, len(self._told.talks))
        return self._talks.pop()

    def customer(self, language: str) -> Customer:
        """Somebody new."""
        self._met += 1
        kind = self._chance.choice((TELEGRAM, TELEGRAM, WebChat.kind))
        key = str(7_000_000 + self._met) if kind == TELEGRAM else _hashed(f"{self._seed}:{self._met}")
        return Customer(self._name(language), language, kind, key)

    def _name(self, language: str) -> str:
        """A name that nobody has had for long."""
        if not self._names.get(language):
            known = self._told.names[language]
            self._names[language] = self._chance.sample(known, len(known))
        return self._names[language].pop()

    def source(self) -> str | None:
        """Where somebody new comes from."""
        return self._chance.choice([None, None, *self._told.sources])


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
