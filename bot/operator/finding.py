"""Searching: `/find words`, or words asked for by a button; what was found is one message, turned over in place."""

from datetime import datetime
from typing import Any

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold, Text

from bot import callbacks
from bot.cards import title
from bot.operator.lists import line
from bot.screens import Screen
from bot.texts import Buttons, content, excerpt
from bot.waiting import WaitsFor
from core.database import UnitOfWork
from core.errors import Unreadable
from core.texts import Texts
from core.words import bare
from inbox.wording import summary
from pipeline.deals import DealView
from pipeline.filters import DealFilter, Scope
from pipeline.finding import Said, read_search, where_said
from pipeline.lists import ListPlace, list_deals
from pipeline.staff.rights import Staff
from pipeline.staff.talking import Desk, screen, set_screen

FIND, TO_WHOM = "find", "to_whom"
EXAMPLE = "/find red shoes"
PAGE = 8
IN_LINE = 40
SIGN = "🔎 "


def make_router() -> Router:
    """The router of these screens."""
    router = Router(name="finding")
    router.message.register(find, Command("find"))
    router.callback_query.register(find_pressed, callbacks.Find.filter())
    router.message.register(words_waited_for, WaitsFor(FIND), F.text)
    router.callback_query.register(page, callbacks.Found.filter())
    return router


async def find(message: Message, command: CommandObject, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk) -> Screen:
    """`/find anna`, `/find red shoes`, `/find 600 700 800`, `/find #12`; without words it asks for them."""
    if not command.args:
        return await _ask(uow, t, desk, until=0)
    return Screen(await _found(uow, by, t, read_search(command.args), until=0))


async def find_pressed(
    press: CallbackQuery, callback_data: callbacks.Find, uow: UnitOfWork, t: Texts, desk: Desk
) -> Screen:
    """Ask for the words."""
    return await _ask(uow, t, desk, until=callback_data.until)


async def _ask(uow: UnitOfWork, t: Texts, desk: Desk, *, until: int) -> Screen:
    waits_for = await screen(uow, desk) or {}
    if until and waits_for.get("asked"):
        # What was typed is still kept; only what is typed next is no more of it.
        await set_screen(uow, desk, {"kind": TO_WHOM, "until": until})
    else:
        await set_screen(uow, desk, {"kind": FIND})
    asked = t("What is searched? Type a name, a phone, a tag or a few words of a message.")
    return Screen(content(Text(asked, "\n", t("By typing: {line}", line=f"{EXAMPLE} · /find #12"))))


async def words_waited_for(message: Message, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk) -> Screen:
    """The words that the screen asked for."""
    words = read_search(message.text or "")
    await set_screen(uow, desk, None)
    return Screen(await _found(uow, by, t, words, until=0))


async def found_for(
    message: Message, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk, waits_for: dict[str, Any]
) -> Screen:
    """The words by which somebody searches for whom to send what is kept."""
    words = read_search(message.text or "")
    await set_screen(uow, desk, None)
    return Screen(await _found(uow, by, t, words, until=waits_for["until"]))


async def page(press: CallbackQuery, callback_data: callbacks.Found, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """Another page of what was found; its words stand in the message, so every such message can be turned over."""
    shown = press.message.text if isinstance(press.message, Message) else None
    if not shown or not shown.startswith(SIGN):
        raise Unreadable(part=SIGN.strip(), example=EXAMPLE)
    words = read_search(shown.removeprefix(SIGN).partition("\n")[0])
    place = ListPlace(answered=False, since=uow.now, id=callback_data.id)
    drawn = await _found(uow, by, t, words, until=callback_data.until, place=place, back=callback_data.back)
    return Screen(drawn, instead=True)


async def _found(
    uow: UnitOfWork,
    by: Staff,
    t: Texts,
    words: str,
    *,
    until: int,
    place: ListPlace | None = None,
    back: bool = False,
) -> dict[str, Any]:
    wanted = DealFilter(Scope.EVERY, text=words)
    found = await list_deals(uow, by, wanted, place=place, back=back, limit=PAGE)
    said = await where_said(uow, by, [view.id for view in found.deals], words)
    rows: Buttons = [
        [
            (
                _line(t, view, said.get(view.id), uow.now),
                callbacks.ToWhom(deal=view.id, until=until) if until else callbacks.Show(deal=view.id),
            )
        ]
        for view in found.deals
    ]
    ways = []
    if found.first is not None:
        ways.append((t("Back"), callbacks.Found(id=found.first.id, back=True, until=until)))
    if found.last is not None:
        ways.append((t("More"), callbacks.Found(id=found.last.id, back=False, until=until)))
    rows += [ways] if ways else []
    again = (t("Search again"), callbacks.Find(until=until))
    rows.append([again, (t("To nobody"), callbacks.Forget(until=until))] if until else [again])
    asked = t("To whom? Your text is kept until you choose.") if until else ""
    below = asked if found.deals else t("Nothing was found among the deals that you see.")
    return content(Text(Bold(f"{SIGN}{words}"), f"\n{below}" if below else ""), rows)


def _line(t: Texts, view: DealView, said: Said | None, now: datetime) -> str:
    if said is None:
        return line(t, view, now)
    text = said.message.body.get("text")
    if text is None or bare(said.word) not in bare(text):
        return f"{title(view)} · {summary(t, said.message.kind, said.message.body, IN_LINE)}"
    return f"{title(view)} · {excerpt(text, said.word, IN_LINE)}"
