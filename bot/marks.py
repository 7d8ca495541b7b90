"""What an operator sees of his own messages: stored, delivered, failed or not confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from bot import callbacks
from bot.relaying import not_available
from bot.texts import Buttons, content, too_big
from core.database import UnitOfWork
from core.journal import Event, Recorded
from core.texts import N_, texts
from inbox.albums import parts_of
from inbox.channels import limits_of
from inbox.channels.telegram import BOT_REACTIONS
from inbox.correcting import being_deleted
from inbox.events import (
    ChangeDelivered,
    ChangeFailed,
    MessageDelivered,
    MessageEdited,
    MessageFailed,
    MessageTakenBack,
    MessageUnconfirmed,
    MessageWritten,
    NoticeFailed,
)
from inbox.outbound import Lane, Outgoing, queue
from inbox.queries import MessageView, OutgoingView, messages, outgoings
from inbox.wording import reason, summary
from pipeline.deals import last_deal_of_message, views
from pipeline.opening import ref_of
from pipeline.staff.notices import Reach, reach_chats
from pipeline.staff.shifts import leave_shift

STORED, DELIVERED = "👀", "👌"


def client_key(channel_id: int, chat_key: str, external_id: str) -> str:
    """The name of what a person wrote in his chat, by which its marks find it again."""
    return f"{channel_id}:{chat_key}:{external_id}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message to a customer was written."""

    channel_id: int
    chat_key: str
    external_id: str

    @property
    def chat(self) -> tuple[int, str]:
        """The channel and the chat."""
        return self.channel_id, self.chat_key


def origin_of(one: MessageView) -> Origin | None:
    """Where somebody of the staff wrote a message, None for an automatic one."""
    if one.client_key is None or one.client_key.count(":") != 2:
        return None
    channel_id, chat_key, external_id = one.client_key.split(":")
    return Origin(int(channel_id), chat_key, external_id)


async def on_message_written(uow: UnitOfWork, events: Sequence[Recorded[MessageWritten]]) -> None:
    """Mark an operator's message as stored."""
    await _mark(uow, events, [item.event.message_id for item in events], STORED)


async def on_message_delivered(uow: UnitOfWork, events: Sequence[Recorded[MessageDelivered]]) -> None:
    """Mark an operator's message as delivered."""
    await _mark(uow, events, [item.event.message_id for item in events], DELIVERED)


async def _mark(uow: UnitOfWork, events: Sequence[Recorded[Event]], ids: Sequence[int], emoji: str) -> None:
    written = await messages(uow, ids)
    queued = []
    for item, message_id in zip(events, ids, strict=True):
        origin = origin_of(written[message_id])
        if origin is not None and emoji == DELIVERED:
            queued.append(reaction(origin, written[message_id], cause=f"mark:{item.id}"))
        elif origin is not None:
            queued.append(_mark_of(origin, emoji, cause=f"mark:{item.id}"))
    await queue(uow, queued)


async def on_message_edited(uow: UnitOfWork, events: Sequence[Recorded[MessageEdited]]) -> None:
    """Mark a message that an operator changed as stored."""
    await _mark(uow, events, [item.event.message_id for item in events], STORED)


async def on_change_delivered(uow: UnitOfWork, events: Sequence[Recorded[ChangeDelivered]]) -> None:
    """Mark a message as delivered once the customer has it as it is now; say that one was taken back."""
    edits = [item for item in events if item.event.op == "edit"]
    await _mark(uow, edits, [item.event.message_id for item in edits], DELIVERED)
    await _say_taken_back(uow, [item for item in events if item.event.op == "delete"])


async def on_message_taken_back(uow: UnitOfWork, events: Sequence[Recorded[MessageTakenBack]]) -> None:
    """Say that what had not left was taken back; of what had, the messenger's answer will tell."""
    gone = [item for item in events if not await being_deleted(uow, item.event.message_id)]
    await _say_taken_back(uow, gone)


async def _say_taken_back(uow: UnitOfWork, events: Sequence[Recorded[Any]]) -> None:
    for item in events:
        # Once for a message whose parts are deleted one by one.
        await _note(uow, item.event.message_id, _TAKEN_BACK, cause=f"takenback:{item.event.message_id}")


async def on_change_failed(uow: UnitOfWork, events: Sequence[Recorded[ChangeFailed]]) -> None:
    """Tell the author that the customer still sees what he had before."""
    for item in events:
        words = _NOT_DELETED if item.event.op == "delete" else _NOT_CHANGED
        await _note(
            uow, item.event.message_id, words, code=item.event.reason, cause=f"unchanged:{item.id}", silent=False
        )


_TAKEN_BACK = N_("Taken back: the customer no longer sees this message.")
_NOT_CHANGED = N_("❗ Not changed at the customer: {reason}.")
_NOT_DELETED = N_("❗ Not taken back, the customer still sees it: {reason}.")


async def _note(
    uow: UnitOfWork, message_id: int, words: str, *, cause: str, code: str | None = None, silent: bool = True
) -> None:
    """Reply to what somebody wrote, in his chat."""
    origin = origin_of((await messages(uow, [message_id]))[message_id])
    if origin is None:
        return
    to = (await reach_chats(uow, {origin.chat})).get(origin.chat)
    if to is None:
        return
    t = texts(to.staff.language, to.staff.timezone)
    told = t(words) if code is None else t(words, reason=reason(t, code)[0])
    await queue(uow, [_reply(origin, content(told) | ({"silent": True} if silent else {}), cause=cause)])


def can_stand(emoji: str) -> bool:
    """Whether a customer's reaction can be shown as the bot's, and not be taken for a mark of ours."""
    return emoji in BOT_REACTIONS and emoji not in (STORED, DELIVERED)


def reaction(origin: Origin, one: MessageView, *, cause: str) -> Outgoing:
    """The mark of a message that arrived: its customer's reaction, or that it was delivered."""
    emoji = one.reaction if one.reaction is not None and can_stand(one.reaction) else DELIVERED
    return _mark_of(origin, emoji, cause=cause)


def _mark_of(origin: Origin, emoji: str, *, cause: str) -> Outgoing:
    return Outgoing(
        cause=cause,
        channel_id=origin.channel_id,
        chat_key=origin.chat_key,
        lane=Lane.NOTICE,
        op="react",
        content={"emoji": emoji, "target": origin.external_id},
        merge_key=f"mark:{origin.external_id}",
    )


async def on_message_failed(uow: UnitOfWork, events: Sequence[Recorded[MessageFailed]]) -> None:
    """Tell the author why his message was not sent and what to do next."""
    for item in await _first_of_each(uow, events):
        await _tell(uow, item.event.message_id, item.event.outgoing_id, item.event.reason, cause=f"failed:{item.id}")


async def on_message_unconfirmed(uow: UnitOfWork, events: Sequence[Recorded[MessageUnconfirmed]]) -> None:
    """Tell the author that nobody knows whether his message arrived."""
    for item in await _first_of_each(uow, events):
        await _tell(uow, item.event.message_id, item.event.outgoing_id, None, cause=f"unconfirmed:{item.id}")


F = TypeVar("F", MessageFailed, MessageUnconfirmed)


async def _first_of_each(uow: UnitOfWork, events: Sequence[Recorded[F]]) -> list[Recorded[F]]:
    """Events of messages that were sent together, as an album is, once."""
    sent = {one.id: one for one in await outgoings(uow, {item.event.outgoing_id for item in events})}
    return [item for item in events if sent[item.event.outgoing_id].message_id == item.event.message_id]


async def _tell(uow: UnitOfWork, message_id: int, outgoing_id: int, code: str | None, *, cause: str) -> None:
    one = (await messages(uow, [message_id]))[message_id]
    origin = origin_of(one)
    if origin is None:
        return
    to = (await reach_chats(uow, {origin.chat})).get(origin.chat)
    if to is None:
        return
    told = _unconfirmed(to, outgoing_id) if code is None else _failed(to, one, outgoing_id, code)
    await queue(uow, [_reply(origin, told, cause=cause)])


def _failed(to: Reach, one: MessageView, outgoing_id: int, code: str) -> dict[str, Any]:
    t = texts(to.staff.language, to.staff.timezone)
    why, next_step = reason(t, code)
    most = limits_of(one.channel_kind).upload
    if code == "too_large" and one.size is not None and one.size > most:
        why, next_step = too_big(t, one.size, most, one.channel_kind)
    words = t("Not sent: {reason}. {next_step}", reason=why, next_step=next_step)
    said = t("“{text}”", text=summary(t, one.kind, one.body, 80))
    return content(f"❗ {words}\n{said}", _choice(to, outgoing_id, t("Retry")))


def _unconfirmed(to: Reach, outgoing_id: int) -> dict[str, Any]:
    t = texts(to.staff.language, to.staff.timezone)
    words = t(
        "Delivery is not confirmed: the messenger did not answer. It may have arrived: check before you send it again."
    )
    return content(f"❔ {words}", _choice(to, outgoing_id, t("Send again")))


def _choice(to: Reach, outgoing_id: int, again: str) -> Buttons:
    t = texts(to.staff.language, to.staff.timezone)
    return [[(again, callbacks.Retry(outgoing=outgoing_id)), (t("Discard"), callbacks.Discard(outgoing=outgoing_id))]]


def _reply(origin: Origin, told: dict[str, Any], *, cause: str) -> Outgoing:
    return Outgoing(
        cause=cause,
        channel_id=origin.channel_id,
        chat_key=origin.chat_key,
        lane=Lane.NOTICE,
        content=told | {"reply_to": {"external": origin.external_id}},
    )


async def on_notice_failed(uow: UnitOfWork, events: Sequence[Recorded[NoticeFailed]]) -> None:
    """Say in words what a mark could not; take off shift whoever can't be reached, so that no deal waits for him."""
    failed = {one.id: one for one in await outgoings(uow, {item.event.outgoing_id for item in events})}
    for item in events:
        one = failed[item.event.outgoing_id]
        to = (await reach_chats(uow, {(one.channel_id, one.chat_key)})).get((one.channel_id, one.chat_key))
        if to is None:
            continue
        if item.event.reason in ("blocked", "gone"):
            await leave_shift(uow, to.staff.id, actor="system", why="unreachable")
        elif one.op == "react" and one.content["emoji"] != STORED:
            t, emoji = texts(to.staff.language, to.staff.timezone), one.content["emoji"]
            origin = Origin(one.channel_id, one.chat_key, one.content["target"])
            words = t("👌 Delivered.") if emoji == DELIVERED else t("The customer reacted: {emoji}", emoji=emoji)
            await queue(uow, [_reply(origin, content(words) | {"silent": True}, cause=f"marked:{item.id}")])
        elif one.op == "send" and one.cause.startswith("relay:") and one.content["kind"] not in ("text", "forward"):
            await _say_what_is_missing(uow, to, one, cause=f"missing:{item.id}")


def _again(one: OutgoingView, place: int, part: dict[str, Any]) -> Outgoing:
    return Outgoing(
        cause=f"{one.cause}:part:{place}",
        channel_id=one.channel_id,
        chat_key=one.chat_key,
        lane=Lane.PEOPLE,
        content=part | {"reply_to": one.content.get("reply_to", {})},
        message_id=part["message"],
    )


async def _say_what_is_missing(uow: UnitOfWork, to: Reach, one: OutgoingView, *, cause: str) -> None:
    """A customer's message could not be shown: its operator reads at least whose it was and what.

    Of an album that was refused he gets the parts one by one, as it may be one of them.
    """
    if len(one.content.get("parts", [])) > 1:
        await queue(uow, [_again(one, place, part) for place, part in enumerate(one.content["parts"])])
        return
    t = texts(to.staff.language, to.staff.timezone)
    for part in (await messages(uow, parts_of(one.content, one.message_id))).values():
        deal_id = await last_deal_of_message(uow, part.id)
        found = await views(uow, [deal_id] if deal_id is not None else [])
        for view in found.values():
            told = not_available(t, view, part) | {"reply_to": {"ref": ref_of(view.id)}}
            await queue(
                uow,
                [
                    Outgoing(
                        cause=f"{cause}:{part.id}",
                        channel_id=one.channel_id,
                        chat_key=one.chat_key,
                        lane=Lane.PEOPLE,
                        content=told,
                        message_id=part.id,
                    )
                ],
            )
