"""Deals as cards and lists: looking, taking, moving between stages; ending them is in `endings`."""

from datetime import UTC, datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold, Text

from bot import callbacks
from bot.cards import stage_buttons, title
from bot.notify import put_away_in
from bot.operator.drawing import draw, on_card
from bot.screens import Screen
from bot.texts import Buttons, content
from core.database import UnitOfWork
from core.errors import Unreadable
from core.texts import N_, Texts
from inbox.outbound import Lane, Outgoing, queue
from pipeline.deals import DealView, ListPlace, list_open, see
from pipeline.moving import move
from pipeline.opening import ref_of
from pipeline.staff.rights import Right, Staff
from pipeline.staff.taking import take
from pipeline.staff.talking import Desk, set_screen
from pipeline.stages import stages_of

PAGE = 8
SCOPES = {"mine": N_("Mine"), "waiting": N_("Waiting"), "all": N_("All")}
NOTHING = {
    "mine": N_("You have no open deals. Come on shift with /shift or take one: /next"),
    "waiting": N_("Nobody is waiting."),
    "all": N_("There are no open deals."),
}


def make_router() -> Router:
    """The router of these screens."""
    router = Router(name="deals")
    router.message.register(deals, Command("deals"))
    router.callback_query.register(page, callbacks.Deals.filter())
    router.callback_query.register(show, callbacks.Show.filter())
    router.callback_query.register(back, callbacks.Card.filter())
    router.callback_query.register(take_pressed, callbacks.Take.filter())
    router.callback_query.register(stages, callbacks.Stages.filter())
    router.callback_query.register(move_pressed, callbacks.Move.filter())
    return router


async def deals(message: Message, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """His deals, those whose customer waits longest first."""
    return Screen(await _list(uow, by, t, callbacks.Deals(scope="mine")))


async def page(press: CallbackQuery, callback_data: callbacks.Deals, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """Another list or its next page, in the same message."""
    if callback_data.scope not in SCOPES:
        raise Unreadable(part=callback_data.scope, example="/deals")
    return Screen(await _list(uow, by, t, callback_data), instead=True)


async def _list(uow: UnitOfWork, by: Staff, t: Texts, asked: callbacks.Deals) -> dict[str, object]:
    after = _place(asked) if asked.after else None
    found = await list_open(uow, by, scope=asked.scope, after=after, limit=PAGE + 1)
    rows: Buttons = [[(_line(t, view, uow.now), callbacks.Show(deal=view.id))] for view in found[:PAGE]]
    if len(found) > PAGE:
        last = found[PAGE - 1]
        since = round(last.place.since.timestamp() * 1_000_000)
        more = callbacks.Deals(scope=asked.scope, answered=last.place.answered, since=since, after=last.id)
        rows.append([(t("More"), more)])
    scopes = ["mine", "waiting", *(["all"] if by.may(Right.SEE_ALL) else [])]
    rows.append([(t(SCOPES[scope]), callbacks.Deals(scope=scope)) for scope in scopes if scope != asked.scope or after])
    heading = t("Open deals · {scope}", scope=t(SCOPES[asked.scope]).lower())
    return content(Text(Bold(heading), "" if found else "\n" + t(NOTHING[asked.scope])), rows)


def _place(asked: callbacks.Deals) -> ListPlace:
    try:
        return ListPlace(asked.answered, datetime.fromtimestamp(asked.since / 1_000_000, UTC), asked.after)
    except (ValueError, OverflowError, OSError):
        raise Unreadable(part=str(asked.since), example="/deals") from None


def _line(t: Texts, view: DealView, now: datetime) -> str:
    if view.waiting_since is None:
        return f"{title(view)} · {view.stage}"
    return f"🟡 {title(view)} · {view.stage} · {t.clock(view.waiting_since, now)}"


async def show(
    press: CallbackQuery, callback_data: callbacks.Show, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """A deal's card, new at the bottom, where it can be replied to."""
    await show_anew(uow, by, t, desk, callback_data.deal, cause=f"show:{press.id}")
    return Screen()


async def show_anew(uow: UnitOfWork, by: Staff, t: Texts, desk: Desk, deal_id: int, *, cause: str) -> None:
    """Queue a deal's card at the bottom of somebody's chat. Raises NotFound, DealTaken."""
    view = await see(uow, by, deal_id)
    await put_away_in(uow, view, t, (desk.channel_id, desk.external_id), cause=f"away:{cause}:{desk.channel_id}")
    await queue(
        uow,
        [
            Outgoing(
                cause=f"{cause}:{desk.channel_id}:{desk.external_id}",
                channel_id=desk.channel_id,
                chat_key=desk.external_id,
                lane=Lane.PEOPLE,
                content=await draw(uow, by, t, view),
                message_id=view.waiting_from_id or view.opened_by_message_id,
                ref=ref_of(view.id),
                thread=ref_of(view.id),
            )
        ],
    )


async def back(
    press: CallbackQuery, callback_data: callbacks.Card, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """The card with its own buttons again; what a screen on it waited for is waited for no more."""
    await set_screen(uow, desk, None)
    return await on_card(uow, by, t, callback_data.deal)


async def take_pressed(
    press: CallbackQuery, callback_data: callbacks.Take, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Take a waiting deal; its card is redrawn by itself."""
    await take(uow, by, callback_data.deal)
    return Screen(toast=t("#{deal} is yours.", deal=callback_data.deal))


async def stages(press: CallbackQuery, callback_data: callbacks.Stages, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """Choose a stage, on the card itself."""
    view = await see(uow, by, callback_data.deal)
    buttons = stage_buttons(t, view, await stages_of(uow, view.pipeline_id))
    return Screen(await draw(uow, by, t, view, buttons), instead=True)


async def move_pressed(
    press: CallbackQuery, callback_data: callbacks.Move, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Move a deal; its card is redrawn by itself."""
    await move(uow, by, callback_data.deal, stage_id=callback_data.stage)
    view = await see(uow, by, callback_data.deal)
    return Screen(await draw(uow, by, t, view), instead=True, toast=view.stage)
