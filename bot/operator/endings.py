"""How deals end: won, lost with a reason, not a lead; by buttons on the card and by one line."""

from collections.abc import Sequence

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot import callbacks
from bot.cards import ending_buttons, reason_buttons, title
from bot.operator.drawing import on_card
from bot.screens import Screen
from bot.texts import content
from core.database import UnitOfWork
from core.errors import Unreadable
from core.texts import Texts
from pipeline.deals import DealView, see
from pipeline.moving import NoSuchReason, close
from pipeline.staff.rights import Staff
from pipeline.staff.talking import Desk, set_screen
from pipeline.stages import LOST, NOT_A_LEAD, WON, named, reasons, stages_of

LOST_WORDS = "lost_words"
EXAMPLE = "/deal 12 close won"


def make_router() -> Router:
    """The router of these screens."""
    router = Router(name="endings")
    router.callback_query.register(ending, callbacks.Ending.filter())
    router.callback_query.register(close_pressed, callbacks.Close.filter())
    router.callback_query.register(lost_pressed, callbacks.Lost.filter())
    return router


async def ending(press: CallbackQuery, callback_data: callbacks.Ending, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """Choose how a deal ends, on the card itself."""
    view = await see(uow, by, callback_data.deal)
    buttons = ending_buttons(t, view, await stages_of(uow, view.pipeline_id))
    return await on_card(uow, by, t, view.id, buttons)


async def close_pressed(
    press: CallbackQuery, callback_data: callbacks.Close, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """End a deal; a lost one asks why first."""
    if callback_data.group == LOST:
        view = await see(uow, by, callback_data.deal)
        return await on_card(uow, by, t, view.id, reason_buttons(t, view, await reasons(uow)))
    await close(uow, by, callback_data.deal, group=callback_data.group)
    return await on_card(uow, by, t, callback_data.deal)


async def lost_pressed(
    press: CallbackQuery, callback_data: callbacks.Lost, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """Lose a deal for a reason; a reason that asks for words waits for them."""
    view = await see(uow, by, callback_data.deal)
    reason = next((one for one in await reasons(uow) if one.id == callback_data.reason), None)
    if reason is not None and reason.asks_words:
        await set_screen(uow, desk, {"kind": LOST_WORDS, "deal": view.id, "reason": reason.id})
        words = t("{deal}: why was it lost? Type it in a few words.", deal=title(view))
        return Screen(content(words, [[(t("Cancel"), callbacks.Forget())]]))
    await close(uow, by, view.id, group=LOST, reason_id=callback_data.reason)
    return await on_card(uow, by, t, view.id)


async def lost_words_typed(
    message: Message, uow: UnitOfWork, by: Staff, t: Texts, *, deal_id: int, reason_id: int
) -> Screen:
    """The words that a reason waited for."""
    await close(uow, by, deal_id, group=LOST, reason_id=reason_id, words=message.text)
    return Screen(content(t("{deal} is closed as lost.", deal=title(await see(uow, by, deal_id)))))


async def close_typed(uow: UnitOfWork, by: Staff, t: Texts, deal_id: int, how: Sequence[str]) -> Screen:
    """`close won`, `close lost "No answer"`, `close lost Other "words"`, `close not a lead`."""
    view = await see(uow, by, deal_id)
    groups = await _groups(uow, view)
    match [word.casefold() for word in how]:
        case [word, *rest] if groups.get(word) == LOST:
            await _lose(uow, by, deal_id, list(how[1:]) if rest else [])
        case words if " ".join(words) in groups:
            await close(uow, by, deal_id, group=groups[" ".join(words)])
        case _:
            raise Unreadable(part=" ".join(how), example=EXAMPLE)
    view = await see(uow, by, deal_id)
    return Screen(content(t("{deal}: {stage}", deal=title(view), stage=view.stage)))


async def _groups(uow: UnitOfWork, view: DealView) -> dict[str, str]:
    known = await stages_of(uow, view.pipeline_id)
    named = {one.name.casefold(): one.group for one in known if one.group in (WON, LOST, NOT_A_LEAD)}
    return named | {"won": WON, "lost": LOST, "not a lead": NOT_A_LEAD}


async def _lose(uow: UnitOfWork, by: Staff, deal_id: int, words: list[str]) -> None:
    known = await reasons(uow)
    # Without quotes nobody knows where a name ends: the longest one that there is counts.
    for length in range(len(words), 0, -1):
        if reason := named(known, " ".join(words[:length])):
            words = words[length:]
            break
    else:
        reason = None
    if words and reason is None:
        raise NoSuchReason(name=words[0], reasons=", ".join(one.name for one in known))
    reason_id = reason.id if reason else None
    await close(uow, by, deal_id, group=LOST, reason_id=reason_id, words=" ".join(words) or None)
