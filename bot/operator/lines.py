"""What can be done with a deal in one line: `/deal 12`, `/deal 12 stage "Offer sent"`, `/deal 12 amount 1.5k`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import Message

from bot import callbacks
from bot.cards import title
from bot.operator.amounts import amount_typed
from bot.operator.deals import show_anew
from bot.operator.endings import close_typed
from bot.operator.handing import hand_over_typed
from bot.operator.history import drawn_history
from bot.operator.noting import note_typed
from bot.operator.profile import phone_typed
from bot.operator.tagging import tags_typed, untag_typed
from bot.operator.tasks import EXAMPLE as TASK_EXAMPLE
from bot.operator.tasks import task_typed
from bot.screens import Screen
from bot.texts import content
from bot.typed import words_of
from core.database import UnitOfWork
from core.errors import Unreadable
from core.money import EXAMPLE as SUM
from core.texts import Texts
from pipeline.another import open_another
from pipeline.customers import EXAMPLE as TIMEZONE_EXAMPLE
from pipeline.customers import PHONE_EXAMPLE, name_customer, set_timezone
from pipeline.deals import see
from pipeline.moving import NoSuchStage, move, reopen
from pipeline.staff.rights import Staff
from pipeline.staff.talking import Desk
from pipeline.stages import ACTIVE, named, stages_of

LONGEST_NUMBER = 12
EXAMPLE = "/deal 12 amount 1500"


def make_router() -> Router:
    """The router of this command."""
    router = Router(name="lines")
    router.message.register(deal, Command("deal"))
    return router


@dataclass(frozen=True, slots=True)
class Line:
    """What was typed about a deal behind the verb, and by whom."""

    message: Message
    uow: UnitOfWork
    by: Staff
    t: Texts
    desk: Desk
    deal_id: int
    rest: str

    def words(self) -> list[str]:
        """The rest in words, quoted ones together. Raises Unreadable for a quote that does not end."""
        return words_of(self.rest, example=EXAMPLE)


async def deal(message: Message, command: CommandObject, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk) -> Screen:
    """A deal by its number, and perhaps what to do with it."""
    number, _, rest = (command.args or "").strip().partition(" ")
    if not number.removeprefix("#").isdecimal() or len(number) > LONGEST_NUMBER:
        raise Unreadable(part=number or "/deal", example=EXAMPLE)
    deal_id = int(number.removeprefix("#"))
    verb, _, rest = rest.strip().partition(" ")
    if not verb:
        await show_anew(uow, by, t, desk, deal_id, cause=f"show:{message.message_id}")
        return Screen()
    act = _VERBS.get(verb.casefold())
    if act is None:
        raise Unreadable(part=verb, example=EXAMPLE)
    return await act(Line(message, uow, by, t, desk, deal_id, rest.strip()))


async def _stage(line: Line) -> Screen:
    if not line.rest:
        raise Unreadable(part="stage", example=EXAMPLE)
    name = " ".join(line.words())
    view = await see(line.uow, line.by, line.deal_id)
    known = await stages_of(line.uow, view.pipeline_id)
    stage = named(known, name)
    if stage is None:
        raise NoSuchStage(name=name, stages=", ".join(one.name for one in known if one.group == ACTIVE))
    await move(line.uow, line.by, line.deal_id, stage_id=stage.id)
    return Screen(content(line.t("{deal}: {stage}", deal=title(view), stage=stage.name)))


async def _close(line: Line) -> Screen:
    if not line.rest:
        raise Unreadable(part="close", example=EXAMPLE)
    return await close_typed(line.uow, line.by, line.t, line.deal_id, line.words())


async def _history(line: Line) -> Screen:
    return Screen(await drawn_history(line.uow, line.by, line.t, callbacks.History(deal=line.deal_id, card=False)))


async def _timezone(line: Line) -> Screen:
    if not line.rest:
        raise Unreadable(part="timezone", example=TIMEZONE_EXAMPLE)
    zone = await set_timezone(line.uow, line.by, line.deal_id, line.rest)
    view = await see(line.uow, line.by, line.deal_id)
    return Screen(content(line.t("{deal}: time zone {zone}", deal=title(view), zone=zone)))


async def _name(line: Line) -> Screen:
    await name_customer(line.uow, line.by, line.deal_id, line.rest)
    return Screen(content(title(await see(line.uow, line.by, line.deal_id))))


async def _phone(line: Line) -> Screen:
    if not line.rest:
        raise Unreadable(part="phone", example=PHONE_EXAMPLE)
    return await phone_typed(line.uow, line.by, line.t, line.deal_id, line.rest)


async def _amount(line: Line) -> Screen:
    if not line.rest:
        raise Unreadable(part="amount", example=f"/deal 12 amount {SUM}")
    return await amount_typed(line.uow, line.by, line.t, line.deal_id, line.rest)


async def _tag(line: Line) -> Screen:
    if not line.rest:
        raise Unreadable(part="tag", example="/deal 12 tag vip")
    return await tags_typed(line.uow, line.by, line.t, line.deal_id, " ".join(line.words()).split(","))


async def _untag(line: Line) -> Screen:
    if not line.rest:
        raise Unreadable(part="untag", example="/deal 12 untag vip")
    return await untag_typed(line.uow, line.by, line.t, line.deal_id, " ".join(line.words()).split(","))


async def _note(line: Line) -> Screen:
    return await note_typed(line.uow, line.by, line.t, line.desk, line.deal_id, line.message, line.rest)


async def _to(line: Line) -> Screen:
    return await hand_over_typed(line.uow, line.by, line.t, line.deal_id, line.words())


async def _task(line: Line) -> Screen:
    if not line.rest:
        raise Unreadable(part="task", example=TASK_EXAMPLE)
    return await task_typed(line.uow, line.by, line.t, line.desk, line.deal_id, line.message, line.rest)


async def _reopen(line: Line) -> Screen:
    await reopen(line.uow, line.by, line.deal_id)
    view = await see(line.uow, line.by, line.deal_id)
    return Screen(content(line.t("{deal}: {stage}", deal=title(view), stage=view.stage)))


async def _one_more(line: Line) -> Screen:
    new = await open_another(line.uow, line.by, line.deal_id)
    return Screen(content(line.t("#{deal} is open.", deal=new)))


_VERBS: Final[Mapping[str, Callable[[Line], Awaitable[Screen]]]] = {
    "stage": _stage,
    "close": _close,
    "reopen": _reopen,
    "more": _one_more,
    "amount": _amount,
    "tag": _tag,
    "untag": _untag,
    "note": _note,
    "task": _task,
    "to": _to,
    "history": _history,
    "timezone": _timezone,
    "name": _name,
    "phone": _phone,
}
