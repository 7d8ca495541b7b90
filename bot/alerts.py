"""What admins are told about the installation, and what others are told about people: short notices, queued as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.saying import notice
from bot.texts import Buttons, content
from core.database import UnitOfWork
from core.journal import Recorded
from core.relay import EventParked
from core.texts import N_, Texts, pick_language, plain, texts
from inbox.events import ChannelPaused, ContactBlocked, ConversationStarted, UpdateParked
from inbox.outbound import Lane, Outgoing, queue
from inbox.queries import MessageView, chat_of, language_in
from inbox.reachability import Unreachable, unreachable_in
from pipeline.deals import DealView, open_views_in, views
from pipeline.events import DealAssigned, DealClosed, ShiftEnded, StaffJoined
from pipeline.opening import ref_of
from pipeline.staff.notices import Notice, Reach, reach
from pipeline.staff.rights import Role
from pipeline.staff.talking import Ended, end_for_others, end_idle
from triggers.events import TriggerPaused
from triggers.parts import Names
from triggers.references import names
from triggers.trigger import Trigger, by_id
from triggers.words import in_short, why

PAUSES = {
    "token": N_("The bot's token is refused. Put the new one into TELEGRAM_BOT_TOKEN and restart; no chat is lost."),
    "webhook": N_("Another program has set a webhook for this bot. Delete it and restart; no chat is lost."),
}
STAFF_COMMANDS = ("/next", "/deals", "/deal", "/shift", "/staff", "/done")


async def _tell_admins(uow: UnitOfWork, cause: str, words: str, **values: str | int) -> None:
    await queue(uow, [_notice(one, cause, words, **values) for one in await reach(uow, role=Role.ADMIN)])


def _notice(to: Reach, cause: str, words: str, **values: str | int) -> Outgoing:
    return _saying(to, cause, texts(to.staff.language, to.staff.timezone)(words, **values))


def _saying(
    to: Reach, cause: str, words: str, buttons: Buttons | None = None, *, about: Notice = Notice.COMPANY
) -> Outgoing:
    return notice(to, content(words, buttons), cause=cause, about=about)


async def on_event_parked(uow: UnitOfWork, events: Sequence[Recorded[EventParked]]) -> None:
    """Tell admins what could not be worked on."""
    words = N_("An event was put aside after five attempts: {kind}, number {n}. The log says why; the rest goes on.")
    for item in events:
        await _tell_admins(uow, f"parked:{item.id}", words, kind=item.event.kind, n=item.event.parked_id)


async def on_update_parked(uow: UnitOfWork, events: Sequence[Recorded[UpdateParked]]) -> None:
    """Tell admins that something from the messenger could not be read."""
    words = N_("Something from the messenger could not be read and was put aside, number {n}. The rest goes on.")
    for item in events:
        await _tell_admins(uow, f"unreadable:{item.id}", words, n=item.event.parked_id)


async def on_channel_paused(uow: UnitOfWork, events: Sequence[Recorded[ChannelPaused]]) -> None:
    """Tell admins that a channel stood still; on the same bot they read it when it is back."""
    for item in events:
        await _tell_admins(uow, f"paused:{item.id}", PAUSES[item.event.reason])


async def on_trigger_paused(uow: UnitOfWork, events: Sequence[Recorded[TriggerPaused]]) -> None:
    """Tell admins which trigger stands still, why, and by which chain it got there."""
    for item in events:
        found = await by_id(uow, {item.event.trigger_id, *(item.event.chain or [])})
        known = await names(uow)
        await queue(
            uow,
            [
                _saying(
                    to,
                    f"paused:{item.id}",
                    _why_paused(texts(to.staff.language, to.staff.timezone), item.event, found, known),
                )
                for to in await reach(uow, role=Role.ADMIN)
            ],
        )


def _why_paused(t: Texts, paused: TriggerPaused, found: Mapping[int, Trigger], known: Names) -> str:
    short = in_short(t, found[paused.trigger_id], known)
    lines = [
        t("A trigger stands still: {trigger}.", trigger=short),
        t("Because {reason}.", reason=why(t, paused.reason)),
    ]
    if paused.chain:
        lines.append(t("The chain, in deal #{deal}:", deal=paused.deal_id or 0))
        lines += [f"{place}. {in_short(t, found[one], known)}" for place, one in enumerate(paused.chain, 1)]
    lines.append(t("Mend it or switch it on again: /triggers"))
    return "\n".join(lines)


async def on_staff_joined(uow: UnitOfWork, events: Sequence[Recorded[StaffJoined]]) -> None:
    """Tell the other admins who came."""
    for item in events:
        people = await reach(uow, staff_ids=[item.event.staff_id])
        if not people:
            continue
        name = plain(people[0].staff.name)
        others = [one for one in await reach(uow, role=Role.ADMIN) if one.staff.id != item.event.staff_id]
        words = N_("{name} works here now.")
        await queue(uow, [_notice(to, f"joined:{item.id}", words, name=name) for to in others])


async def on_shift_ended(uow: UnitOfWork, events: Sequence[Recorded[ShiftEnded]]) -> None:
    """Tell admins when somebody was taken off shift because the bot cannot reach him."""
    words = N_("{name} has blocked the bot and was taken off shift. Their open deals stay with them: see /staff.")
    for item in events:
        if item.event.why != "unreachable":
            continue
        people = await reach(uow, staff_ids=[item.event.staff_id])
        name = plain(people[0].staff.name) if people else f"#{item.event.staff_id}"
        await _tell_admins(uow, f"unreachable:{item.id}", words, name=name)


BLOCKED = N_("{customer} · #{deal} has blocked the bot: nothing reaches them until they write again.")
GONE = N_("{customer} · #{deal} can no longer be reached: their account no longer exists.")


async def on_contact_blocked(uow: UnitOfWork, events: Sequence[Recorded[ContactBlocked]]) -> None:
    """Tell whoever has an open deal, once, that its customer cannot be reached, unless his own message told him."""
    talks = {int(item.event.ref.partition(":")[2]) for item in events}
    unreachable = await unreachable_in(uow, talks)
    deals = await open_views_in(uow, unreachable)
    people = await reach(uow, staff_ids={view.assignee_id for view in deals.values() if view.assignee_id is not None})
    queued = []
    for talk, view in sorted(deals.items()):
        one = unreachable[talk]
        told = [to for to in people if to.staff.id == view.assignee_id and to.staff.actor not in one.refused]
        queued += [_lost_touch(to, view, one) for to in told]
    await queue(uow, queued)


def _lost_touch(to: Reach, view: DealView, one: Unreachable) -> Outgoing:
    t = texts(to.staff.language, to.staff.timezone)
    words = t(GONE if one.is_gone else BLOCKED, customer=plain(view.customer), deal=view.id)
    notice = _saying(to, f"blocked:{view.id}:{one.since.timestamp()}", words, about=Notice.COLLEAGUE)
    return replace(notice, content=notice.content | {"reply_to": {"ref": ref_of(view.id)}})


async def on_conversation_started(uow: UnitOfWork, events: Sequence[Recorded[ConversationStarted]]) -> None:
    """Ask a customer who pressed Start to write."""
    for item in events:
        await _tell_customer(
            uow,
            item.event.conversation_id,
            f"started:{item.event.update_id}:{item.event.conversation_id}",
            N_("Hello! Write your question here, and we will answer in this chat."),
        )


async def answer_commands(uow: UnitOfWork, received: Sequence[MessageView]) -> None:
    """A stranger typed a command of the staff: it went to the company like any text, and he is told so."""
    for one in received:
        words = one.body.get("text", "").split(maxsplit=1)
        if words and words[0] in STAFF_COMMANDS:
            await _tell_customer(
                uow,
                one.conversation_id,
                f"command:{one.id}",
                N_("These commands are for staff: ask your admin for an invitation. Your message was passed on."),
            )


async def _tell_customer(uow: UnitOfWork, conversation_id: int, cause: str, words: str) -> None:
    t = texts(pick_language(await language_in(uow, conversation_id), "en"))
    channel_id, chat_key = await chat_of(uow, conversation_id)
    told = Outgoing(
        cause=cause, channel_id=channel_id, chat_key=chat_key, lane=Lane.AUTOMATION, content=content(t(words))
    )
    await queue(uow, [told])


async def on_deal_left(uow: UnitOfWork, events: Sequence[Recorded[DealAssigned | DealClosed]]) -> None:
    """Say whose conversation is open no more, because its deal was closed or is somebody else's."""
    ended = await end_for_others(uow, [item.event.deal_id for item in events])
    await _say_ended(uow, ended, f"left:{events[-1].id}", N_("You are no longer talking to {customer} · #{deal}."))


async def close_idle_conversations(uow: UnitOfWork) -> None:
    """Close conversations that nobody wrote in for long, and say so."""
    ended = await end_idle(uow)
    await _say_ended(
        uow,
        ended,
        f"idle:{int(uow.now.timestamp())}",
        N_("You are no longer talking to {customer} · #{deal}: nothing was written for a while."),
    )


async def _say_ended(uow: UnitOfWork, ended: Sequence[Ended], cause: str, words: str) -> None:
    if not ended:
        return
    deals = await views(uow, {one.deal_id for one in ended})
    people = {one.staff.id: one for one in await reach(uow, staff_ids={one.staff_id for one in ended})}
    await queue(
        uow,
        [
            _notice(people[one.staff_id], cause, words, customer=plain(deals[one.deal_id].customer), deal=one.deal_id)
            for one in ended
            if one.staff_id in people
        ],
    )
