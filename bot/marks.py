"""What an operator sees of his own messages: stored, delivered, failed or not confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from bot import callbacks
from bot.relaying import not_available
from bot.texts import Buttons, content, reason, summary, too_big
from core.database import UnitOfWork
from core.journal import Event, Recorded
from core.texts import texts
from inbox.albums import messages_of
from inbox.channels import limits_of
from inbox.events import MessageDelivered, MessageFailed, MessageUnconfirmed, MessageWritten, NoticeFailed
from inbox.outbound import Lane, Outgoing, queue
from inbox.queries import MessageView, OutgoingView, messages, outgoings
from pipeline.deals import last_deal_of_message, views
from pipeline.opening import ref_of
from pipeline.staff.notices import Reach, reach_chats
from pipeline.staff.shifts import leave_shift

STORED, DELIVERED = "👀", "👌"


def client_key(channel_id: int, chat_key: str, external_id: str) -> str:
    """The name of what a person wrote in his chat, by which its marks find it again."""
    return f"{channel_id}:{chat_key}:{external_id}"


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a message to a customer was written."""

    channel_id: int
    chat_key: str
    external_id: str


def _origin(one: MessageView) -> _Origin | None:
    if one.client_key is None or one.client_key.count(":") != 2:
        return None
    channel_id, chat_key, external_id = one.client_key.split(":")
    return _Origin(int(channel_id), chat_key, external_id)


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
        origin = _origin(written[message_id])
        if origin is not None:
            queued.append(_reaction(origin, emoji, cause=f"mark:{item.id}"))
    await queue(uow, queued)


def _reaction(origin: _Origin, emoji: str, *, cause: str) -> Outgoing:
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
    origin = _origin(one)
    if origin is None:
        return
    to = (await reach_chats(uow, {(origin.channel_id, origin.chat_key)})).get((origin.channel_id, origin.chat_key))
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
    return content(f"❗ {words}\n“{summary(t, one.kind, one.body, 80)}”", _choice(to, outgoing_id, t("Retry")))


def _unconfirmed(to: Reach, outgoing_id: int) -> dict[str, Any]:
    t = texts(to.staff.language, to.staff.timezone)
    words = t(
        "Delivery is not confirmed: the messenger did not answer. It may have arrived: check before you send it again."
    )
    return content(f"❔ {words}", _choice(to, outgoing_id, t("Send again")))


def _choice(to: Reach, outgoing_id: int, again: str) -> Buttons:
    t = texts(to.staff.language, to.staff.timezone)
    return [[(again, callbacks.Retry(outgoing=outgoing_id)), (t("Discard"), callbacks.Discard(outgoing=outgoing_id))]]


def _reply(origin: _Origin, told: dict[str, Any], *, cause: str) -> Outgoing:
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
        elif one.op == "react" and one.content["emoji"] == DELIVERED:
            t = texts(to.staff.language, to.staff.timezone)
            origin = _Origin(one.channel_id, one.chat_key, one.content["target"])
            await queue(uow, [_reply(origin, content(t("👌 Delivered.")), cause=f"marked:{item.id}")])
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
    for part in (await messages(uow, messages_of(one.content, one.message_id))).values():
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
