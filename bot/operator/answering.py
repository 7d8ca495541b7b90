"""Answers: by a reply, or in an open conversation; without either, it is asked to whom, never guessed."""

from typing import Any

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message, Update
from aiogram.utils.formatting import BlockQuote, Text

from bot import callbacks
from bot.cards import title
from bot.house import House
from bot.marks import client_key
from bot.operator.endings import LOST_WORDS, lost_words_typed
from bot.operator.finding import TO_WHOM, found_for
from bot.reactions import REACTION
from bot.screens import Screen
from bot.texts import content, cut
from core.database import UnitOfWork
from core.errors import Refusal, Unreadable
from core.texts import Texts, plain
from inbox.channels.telegram import written
from inbox.outbound import remember, what_is
from inbox.wording import summary
from pipeline.deals import answer, check_sendable, give_up, last_deal_of_message, recent_customers, retry, see
from pipeline.staff.rights import Staff
from pipeline.staff.taking import DealTaken
from pipeline.staff.talking import (
    Desk,
    close_talk,
    keep_talking,
    kept_updates,
    open_talk,
    screen,
    set_screen,
    still_waits,
    talking,
)

IN_LIST = 80
IN_QUESTION = 3000


def make_router() -> Router:
    """The router of these screens; it takes every message that no command took."""
    router = Router(name="answering")
    router.message.register(done, Command("done"))
    router.callback_query.register(done_pressed, callbacks.Done.filter())
    router.callback_query.register(answer_pressed, callbacks.Answer.filter())
    router.callback_query.register(to_whom_pressed, callbacks.ToWhom.filter())
    router.callback_query.register(forget_pressed, callbacks.Forget.filter())
    router.callback_query.register(retry_pressed, callbacks.Retry.filter())
    router.callback_query.register(discard_pressed, callbacks.Discard.filter())
    router.callback_query.register(unknown_button)
    router.message.register(unknown_command, F.text.startswith("/"))
    router.message.register(typed)
    return router


async def typed(
    message: Message, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk, house: House, update_row: int
) -> Screen:
    """A message that is an answer to somebody."""
    waits_for = await screen(uow, desk) or {}
    if _searches(uow, waits_for) and message.reply_to_message is None and message.text:
        return await found_for(message, uow, by, t, desk, waits_for)
    if _asks_why_lost(uow, waits_for) and message.reply_to_message is None and message.text:
        return await _lost_words(message, uow, by, t, desk, waits_for)
    # What no customer can get is not kept either: it would hold up what is kept beside it.
    check_sendable(written(message))
    deal_id, answered = await _addressee(message, uow, desk)
    if deal_id is None:
        current = await talking(uow, desk)
        # A reply to what is nobody's is no word to whomever he talks to: he may mean another one.
        if current is None or current.idle or message.reply_to_message is not None:
            return await _ask_to_whom(uow, by, t, desk, update_row, album=message.media_group_id)
        deal_id = current.deal_id
    try:
        await _send(uow, by, desk, deal_id, message, answered)
    except DealTaken as taken:
        why, album = f"{taken.told(t, uow.now)}\n\n", message.media_group_id
        return await _ask_to_whom(uow, by, t, desk, update_row, album=album, why=why)
    # A desk is changed behind its customers' streams, here and in every screen, as it is by what follows from events.
    if message.reply_to_message is None:
        await keep_talking(uow, desk, idle=house.idle)
    return Screen()


def _searches(uow: UnitOfWork, waits_for: dict[str, Any]) -> bool:
    return waits_for.get("kind") == TO_WHOM and "until" in waits_for and still_waits(uow, waits_for)


def _asks_why_lost(uow: UnitOfWork, waits_for: dict[str, Any]) -> bool:
    return waits_for.get("kind") == LOST_WORDS and still_waits(uow, waits_for)


async def _lost_words(
    message: Message, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk, waits_for: dict[str, Any]
) -> Screen:
    try:
        told = await lost_words_typed(message, uow, by, t, deal_id=waits_for["deal"], reason_id=waits_for["reason"])
    except Refusal as refusal:
        # The question is over all the same: what is typed next is not its answer.
        told = Screen(content(refusal.told(t, uow.now)), quotes=True)
    await set_screen(uow, desk, None)
    return told


async def _addressee(message: Message, uow: UnitOfWork, desk: Desk) -> tuple[int | None, int | None]:
    """The deal that a reply is about and the customer's message that it answers."""
    reply = message.reply_to_message
    if reply is None:
        return None, None
    about = await what_is(uow, desk.channel_id, desk.external_id, str(reply.message_id))
    if about is None:
        return None, None
    if about.ref is not None:
        kind, _, number = about.ref.partition(":")
        if kind == REACTION:
            return await last_deal_of_message(uow, int(number)), int(number)
        return int(number), None
    if about.message_id is not None:
        return await last_deal_of_message(uow, about.message_id), about.message_id
    return None, None


async def _send(uow: UnitOfWork, by: Staff, desk: Desk, deal_id: int, message: Message, answered: int | None) -> None:
    name = str(message.message_id)
    sent = await answer(
        uow,
        by,
        deal_id,
        written=written(message, desk.channel_id),
        client_key=client_key(desk.channel_id, desk.external_id, name),
        reply_to_id=answered,
    )
    await remember(uow, desk.channel_id, desk.external_id, name, message_id=sent.message_id)


async def _asked(uow: UnitOfWork, desk: Desk) -> list[dict[str, Any]]:
    """What is kept until he chooses, question by question: its updates, and the album whose parts they are."""
    waits_for = await screen(uow, desk) or {}
    asked: list[dict[str, Any]] = waits_for.get("asked", [])
    return asked


async def _keep(uow: UnitOfWork, desk: Desk, asked: list[dict[str, Any]]) -> None:
    """Keep this until he chooses; what another screen waits for, it waits for still."""
    waits_for = await screen(uow, desk) or {}
    others = {} if waits_for.get("kind") == TO_WHOM else waits_for
    await set_screen(uow, desk, {**others, "asked": asked})


async def _ask_to_whom(
    uow: UnitOfWork, by: Staff, t: Texts, desk: Desk, update_row: int, *, album: str | None, why: str = ""
) -> Screen:
    customers = await recent_customers(uow, by)
    if not customers:
        words = t("You have no open deals, so this went to nobody. Take a request with /next and reply to its card.")
        return Screen(content(why + words), quotes=True)
    asked = await _asked(uow, desk)
    if album is not None and asked and asked[-1]["album"] == album:
        # The question was put at its first part.
        asked[-1]["updates"].append(update_row)
        await _keep(uow, desk, asked)
        return Screen()
    kept = [one for question in asked for one in question["updates"]]
    asked.append({"updates": [update_row], "album": album})
    await _keep(uow, desk, asked)
    words = why + t("To whom? Your text is kept until you choose.")
    rows: list[Any] = [[(title(view), callbacks.ToWhom(deal=view.id, until=update_row))] for view in customers]
    rows.append([(t("Search"), callbacks.Find(until=update_row)), (t("To nobody"), callbacks.Forget(until=update_row))])
    if not kept:
        return Screen(content(words, rows))
    # With it goes what was typed before, perhaps long ago: he sees all that one tap will send.
    everything = [_in_short(t, payload) for payload in await kept_updates(uow, [*kept, update_row])]
    return Screen(content(Text(words, "\n", BlockQuote(cut("\n".join(everything), IN_QUESTION))), rows))


def _in_short(t: Texts, payload: dict[str, Any]) -> str:
    message = Update.model_validate(payload).message
    if message is None:
        return ""
    one = written(message)
    return summary(t, one.kind, one.body, IN_LIST)


async def to_whom_pressed(
    press: CallbackQuery, callback_data: callbacks.ToWhom, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """Send what was kept when this was asked to the chosen customer; what was typed since has its own question."""
    chosen, later = await _asked_until(uow, desk, callback_data.until)
    kept = await kept_updates(uow, chosen)
    if not kept:
        await _keep(uow, desk, later)
        return Screen(content(t("There is nothing left to send.")), instead=True)
    for payload in kept:
        message = Update.model_validate(payload).message
        if message is not None:
            await _send(uow, by, desk, callback_data.deal, message, None)
    await _keep(uow, desk, later)
    view = await see(uow, by, callback_data.deal)
    return Screen(content(t("Sent to {customer}.", customer=title(view))), instead=True)


async def _asked_until(uow: UnitOfWork, desk: Desk, until: int) -> tuple[list[int], list[dict[str, Any]]]:
    """The updates of what was typed up to an update, and the questions about what was typed since."""
    asked = await _asked(uow, desk)
    later = [one for one in asked if one["updates"][0] > until]
    return [update for one in asked if one not in later for update in one["updates"]], later


async def forget_pressed(
    press: CallbackQuery, callback_data: callbacks.Forget, uow: UnitOfWork, t: Texts, desk: Desk
) -> Screen:
    """Send what was kept to nobody, or stop asking for words."""
    if callback_data.until:
        _, later = await _asked_until(uow, desk, callback_data.until)
        await _keep(uow, desk, later)
    else:
        await set_screen(uow, desk, None)
    return Screen(content(t("Nothing was sent.")), instead=True)


async def answer_pressed(
    press: CallbackQuery,
    callback_data: callbacks.Answer,
    uow: UnitOfWork,
    by: Staff,
    t: Texts,
    desk: Desk,
    house: House,
) -> Screen:
    """Open a conversation."""
    view = await open_talk(uow, by, desk, callback_data.deal, idle=house.idle)
    words = t(
        "You are talking to {customer} (#{deal}). Everything you type goes to this customer.",
        customer=plain(view.customer),
        deal=view.id,
    )
    return Screen(content(words, [[(t("Done"), callbacks.Done())]]))


async def done(message: Message, uow: UnitOfWork, t: Texts, desk: Desk) -> Screen:
    """Close the conversation."""
    return Screen(await _closed(uow, t, desk))


async def done_pressed(press: CallbackQuery, uow: UnitOfWork, t: Texts, desk: Desk) -> Screen:
    """The same by the button."""
    return Screen(await _closed(uow, t, desk), instead=True)


async def _closed(uow: UnitOfWork, t: Texts, desk: Desk) -> dict[str, Any]:
    view = await close_talk(uow, desk)
    if view is None:
        return content(t("You are not talking to anybody."))
    return content(t("You are no longer talking to {customer} · #{deal}.", customer=plain(view.customer), deal=view.id))


async def retry_pressed(
    press: CallbackQuery, callback_data: callbacks.Retry, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Send again what failed or was not confirmed."""
    await retry(uow, by, callback_data.outgoing)
    return Screen(content(t("Sending it again.")), instead=True)


async def discard_pressed(
    press: CallbackQuery, callback_data: callbacks.Discard, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Give up what failed or was not confirmed."""
    await give_up(uow, by, callback_data.outgoing)
    return Screen(content(t("Discarded.")), instead=True)


async def unknown_button(press: CallbackQuery, t: Texts) -> Screen:
    """A button of an older version, or made by hand."""
    return Screen(toast=t("This button is no longer known. Look at /deals."), alert=True)


async def unknown_command(message: Message) -> Screen:
    """A command that does not exist goes to nobody."""
    raise Unreadable(part=(message.text or "").split()[0], example="/help")
