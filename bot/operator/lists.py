"""Lists of deals: mine, waiting, all, closed, narrowed by stage, tag and colour; by buttons and by one line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold, Text

from bot import callbacks
from bot.cards import COLOURS, title
from bot.screens import Screen
from bot.texts import Buttons, content, headed
from bot.typed import said, words_of
from core.database import UnitOfWork
from core.errors import Unreadable
from core.texts import N_, Texts
from pipeline.deals import DealView
from pipeline.filters import DealFilter, Scope
from pipeline.lists import count_deals, list_deals, stages_seen
from pipeline.moving import NoSuchStage
from pipeline.staff.rights import Right, Staff
from pipeline.stages import ACTIVE, Stage, named
from pipeline.tags import find_tag, tag_name, tags
from pipeline.work.tasks import Colour, colour_of

PAGE = 8
MOST_CHOICES = 30
IN_ROW = 2
EXAMPLE = '/deals all stage "Offer sent" tag vip red'
STAGE, TAG, COLOUR = N_("stage"), N_("tag"), N_("colour")
SCOPES: Final = {
    Scope.MINE: N_("Mine"),
    Scope.WAITING: N_("Waiting"),
    Scope.ALL: N_("All"),
    Scope.CLOSED: N_("Closed"),
}
COLOUR_NAMES: Final = {Colour.RED: N_("red"), Colour.YELLOW: N_("yellow"), Colour.GREEN: N_("green")}
NOTHING: Final = {
    Scope.MINE: N_("You have no open deals. Come on shift with /shift or take one: /next"),
    Scope.WAITING: N_("Nobody is waiting."),
    Scope.ALL: N_("There are no open deals."),
    Scope.CLOSED: N_("No deal has been closed yet."),
}
_SCOPE_WORDS: Final = {words: one for one, words in SCOPES.items()}
_COLOUR_WORDS: Final = {words: one for one, words in COLOUR_NAMES.items()}


def make_router() -> Router:
    """The router of these screens."""
    router = Router(name="lists")
    router.message.register(deals, Command("deals"))
    router.callback_query.register(page, callbacks.Deals.filter())
    router.callback_query.register(filter_pressed, callbacks.Filter.filter())
    return router


async def deals(message: Message, command: CommandObject, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """`/deals`, `/deals waiting`, `/deals all stage "Offer sent"`, `/deals tag vip`, `/deals red`, `/deals closed`."""
    wanted = await _read(uow, by, t, command.args or "")
    return Screen(await _list(uow, by, t, callbacks.Deals.of(wanted)))


async def page(press: CallbackQuery, callback_data: callbacks.Deals, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """Another list, or another page of it, in the same message."""
    return Screen(await _list(uow, by, t, callback_data), instead=True)


async def _read(uow: UnitOfWork, by: Staff, t: Texts, line: str) -> DealFilter:
    """The list that a line asks for. Raises Unreadable, NoSuchStage, NoSuchTag."""
    wanted, scoped = DealFilter(), False
    words = words_of(line, example=EXAMPLE)
    while words:
        word = words.pop(0)
        if listed := said(t, word, *_SCOPE_WORDS):
            wanted, scoped = replace(wanted, scope=_SCOPE_WORDS[listed]), True
        elif colour := said(t, word, *_COLOUR_WORDS):
            wanted = replace(wanted, colour=_COLOUR_WORDS[colour])
        elif said(t, word, STAGE) and words:
            found = await _stage(uow, by, _name(t, words))
            # Whoever asks for deals that were won means those that are closed.
            scope = wanted.scope if found.group == ACTIVE or scoped else Scope.CLOSED
            wanted = replace(wanted, stage_id=found.id, scope=scope)
        elif said(t, word, TAG) and words:
            wanted = replace(wanted, tag_ids=(await find_tag(uow, _name(t, words)),))
        elif not said(t, word, COLOUR):
            raise Unreadable(part=word, example=EXAMPLE)
    return wanted


def _name(t: Texts, words: list[str]) -> str:
    """The name at the beginning of the words, up to a word of ours; it is taken from them."""
    known = (*_SCOPE_WORDS, *_COLOUR_WORDS, STAGE, TAG, COLOUR)
    name = [words.pop(0)]
    while words and not said(t, words[0], *known):
        name.append(words.pop(0))
    return " ".join(name)


async def _stage(uow: UnitOfWork, by: Staff, name: str) -> Stage:
    known = await stages_seen(uow, by)
    found = named(known, name)
    if found is None:
        raise NoSuchStage(name=name, stages=", ".join(one.name for one in known))
    return found


@dataclass(frozen=True, slots=True)
class _Names:
    """What a filter is narrowed by, in words."""

    stage: str | None
    tag: str | None
    colour: str | None

    def words(self) -> list[str]:
        return [one for one in (self.stage, self.tag, self.colour) if one]


async def _names(uow: UnitOfWork, by: Staff, t: Texts, wanted: DealFilter) -> _Names:
    stage = tag = None
    if wanted.stage_id is not None:
        # A stage that is gone, or a tag, narrows the list all the same: it has nothing in it.
        stage = next((one.name for one in await stages_seen(uow, by) if one.id == wanted.stage_id), "—")
    for tag_id in wanted.tag_ids:
        tag = await tag_name(uow, tag_id) or "—"
    return _Names(stage, tag, _coloured(t, wanted.colour) if wanted.colour else None)


def _coloured(t: Texts, colour: Colour) -> str:
    return f"{COLOURS[colour]} {t(COLOUR_NAMES[colour])}"


async def _list(uow: UnitOfWork, by: Staff, t: Texts, asked: callbacks.Deals) -> dict[str, Any]:
    wanted = asked.wanted
    if wanted.scope not in SCOPES:
        raise Unreadable(part=wanted.scope, example=EXAMPLE)
    found = await list_deals(uow, by, wanted, place=asked.place, back=asked.back, limit=PAGE)
    rows: Buttons = [[(line(t, view, uow.now), callbacks.Show(deal=view.id))] for view in found.deals]
    ways = []
    if found.first is not None:
        ways.append((t("Back"), callbacks.Deals.of(wanted, found.first, back=True)))
    if found.last is not None:
        ways.append((t("More"), callbacks.Deals.of(wanted, found.last)))
    rows += [ways] if ways else []
    rows.append(
        [
            (t(words), callbacks.Deals.of(replace(wanted, scope=one)))
            for one, words in SCOPES.items()
            if (one != wanted.scope or asked.id) and (one is not Scope.ALL or by.may(Right.SEE_ALL))
        ]
    )
    rows.append([(t("Filter"), _filter("", wanted)), (t("Search"), callbacks.Find())])
    names = await _names(uow, by, t, wanted)
    nothing = t("Nothing is like that here.") if names.words() else t(NOTHING[wanted.scope])
    return content(Text(Bold(await _heading(uow, by, t, wanted, names)), "" if found.deals else f"\n{nothing}"), rows)


async def _heading(uow: UnitOfWork, by: Staff, t: Texts, wanted: DealFilter, names: _Names) -> str:
    if wanted.scope is Scope.CLOSED:
        # How many were ever closed is no help, and costs a look at each of them.
        return " · ".join([t("Closed deals"), *names.words()])
    count = await count_deals(uow, by, wanted)
    scope = t("Open deals · {scope}", scope=t(SCOPES[wanted.scope]).lower())
    return " · ".join([scope, *names.words(), *([t.number(count)] if count else [])])


def line(t: Texts, view: DealView, now: datetime) -> str:
    """A deal on a button: what is urgent, customer, number, stage, and since or until when."""
    signs = "⏳" if view.waiting_since and not view.closed_at else ""
    moment = view.closed_at or view.waiting_since or view.next_task_at
    if view.next_task_at is not None and view.closed_at is None:
        signs = COLOURS[colour_of(view.next_task_at, now)] + signs
    said = " · ".join([title(view), view.stage, *([t.clock(moment, now)] if moment else [])])
    return f"{signs} {said}".strip()


def _filter(part: str, wanted: DealFilter) -> callbacks.Filter:
    now = callbacks.Deals.of(wanted)
    return callbacks.Filter(part=part, scope=now.scope, stage=now.stage, tag=now.tag, colour=now.colour)


async def filter_pressed(
    press: CallbackQuery, callback_data: callbacks.Filter, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Choose by what the list is narrowed, in the same message."""
    now = callback_data
    wanted = callbacks.Deals(scope=now.scope, stage=now.stage, tag=now.tag, colour=now.colour).wanted
    choices = await _choices(uow, by, t, now.part, wanted)
    back = callbacks.Deals.of(wanted) if not now.part else _filter("", wanted)
    rows: Buttons = [*choices, [(t("Back"), back)]]
    names = await _names(uow, by, t, wanted)
    heading = " · ".join([t("Show only"), *names.words()])
    return Screen(content(Text(Bold(heading), "\n", t("By typing: {line}", line=EXAMPLE)), rows), instead=True)


async def _choices(uow: UnitOfWork, by: Staff, t: Texts, part: str, wanted: DealFilter) -> Buttons:
    offered: Sequence[tuple[str, DealFilter]]
    match part:
        case "":
            parts = [(f"{headed(t(words))} …", _filter(words, wanted)) for words in (STAGE, TAG, COLOUR)]
            bare = callbacks.Deals.of(DealFilter(wanted.scope))
            return [parts, [(t("Clear"), bare)]] if wanted != DealFilter(wanted.scope) else [parts]
        case "stage":
            stages = [one for one in await stages_seen(uow, by) if _fits(one, wanted.scope)]
            offered = [(one.name, replace(wanted, stage_id=one.id)) for one in stages]
        case "tag":
            offered = [(one.name, replace(wanted, tag_ids=(one.id,))) for one in await tags(uow, limit=MOST_CHOICES)]
        case "colour":
            offered = [(_coloured(t, one), replace(wanted, colour=one)) for one in COLOUR_NAMES]
        case _:
            raise Unreadable(part=part, example=EXAMPLE)
    buttons = [(name, callbacks.Deals.of(one)) for name, one in offered[:MOST_CHOICES]]
    return [buttons[start : start + IN_ROW] for start in range(0, len(buttons), IN_ROW)]


def _fits(stage: Stage, scope: Scope) -> bool:
    return (stage.group == ACTIVE) is not (scope is Scope.CLOSED)
