"""What became of a send: its result and its events, what a dead process left open; sending itself is elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest
from typing import Any

from sqlalchemy import and_, bindparam, case, select, tuple_
from sqlalchemy import update as change

from core.database import UnitOfWork
from core.journal import Event, insert_or_ignore, lock, record
from core.storable import storable
from inbox.attachments import name_files
from inbox.channel import Delivered, Reason, Refused, Retry, Unanswered
from inbox.contacts import mark_unreachable, stream_of
from inbox.events import (
    ChangeDelivered,
    ChangeFailed,
    ContactBlocked,
    MessageDelivered,
    MessageFailed,
    MessageUnconfirmed,
    MessageWithdrawn,
    NoticeFailed,
)
from inbox.marking import Marked, Names, marked_of
from inbox.models import attempt, conversation, identity, message, outgoing, posted
from inbox.sources import attachments_in

NOTHING = Delivered()


@dataclass(frozen=True, slots=True)
class Result:
    """How an attempt ended: what is new in the chat, or the failure."""

    marked: Marked
    delivered: Delivered = NOTHING
    failure: Retry | Refused | Unanswered | None = None


async def left_open(uow: UnitOfWork, channel_id: int, *, epoch: int) -> list[Result]:
    """Sends that an owner before `epoch` began and nobody finished: their outcome is not known."""
    rows = await uow.rows(
        select(outgoing)
        .join(attempt, and_(attempt.c.outgoing_id == outgoing.c.id, attempt.c.no == outgoing.c.attempts))
        .where(outgoing.c.channel_id == channel_id, outgoing.c.state == "sending", attempt.c.epoch < epoch)
        .order_by(outgoing.c.id)
    )
    nameless = Names({}, {}, {})
    return [Result(marked_of(row, nameless), failure=Unanswered("the sender ended")) for row in rows]


async def write(uow: UnitOfWork, channel_id: int, results: Sequence[Result], *, retry_seconds: Sequence[float]) -> None:
    """Store how attempts ended, with their events. An attempt that was ended by somebody else is left alone."""
    if not results:
        return
    results = await _end_attempts(uow, results)
    about = await _messages(uow, results)
    withdrawn = await _withdrawn(uow, results, about)
    beside = await _beside(uow, results, about)
    changes, events, ended = [], [], []
    for one in results:
        values = _next_state(uow, one, is_to_customer=_is_to_customer(one, about), retry_seconds=retry_seconds)
        if values["new_state"] == "queued" and one.marked.id in withdrawn:
            values |= {"new_state": "cancelled", "new_reason": withdrawn[one.marked.id]}
        changes.append({"outgoing": one.marked.id} | values)
        events += _events(channel_id, one, values, about, beside)
        if values["new_state"] in ("failed", "cancelled") and one.marked.is_of_several:
            ended.append((one, values))
    await _drop_superseded(uow, channel_id, results, changes)
    if changes:
        await lock(uow, [item.stream for item in events])
        await uow.execute(_SETTLE, changes)
    await _end_rest(uow, ended)
    await _store_names(uow, channel_id, results, about)
    await _store_refs(uow, channel_id, results)
    await _store_unreachable(uow, events)
    await record(uow, events)


def _is_to_customer(one: Result, about: dict[int, "_About"]) -> bool:
    return any(message_id in about for message_id in one.marked.messages)


async def _beside(uow: UnitOfWork, results: Sequence[Result], about: dict[int, "_About"]) -> dict[int, set[str]]:
    """In which states the other rows are of messages to customers that have several, by message."""
    several = [one.marked for one in results if one.marked.is_of_several and _is_to_customer(one, about)]
    if not several:
        return {}
    rows = await uow.rows(
        select(outgoing.c.message_id, outgoing.c.state).where(
            outgoing.c.message_id.in_([message_id for one in several for message_id in one.messages]),
            outgoing.c.id.not_in([one.id for one in several]),
            outgoing.c.op == "send",
        )
    )
    found: dict[int, set[str]] = {}
    for row in rows:
        found.setdefault(row.message_id, set()).add(row.state)
    return found


async def _end_rest(uow: UnitOfWork, ended: Sequence[tuple[Result, dict[str, Any]]]) -> None:
    """What still waits of a message that cannot be whole any more is not sent."""
    for one, values in ended:
        await uow.execute(
            change(outgoing)
            .where(
                outgoing.c.message_id.in_(one.marked.messages),
                outgoing.c.chat_key == one.marked.chat_key,
                outgoing.c.op == "send",
                outgoing.c.state == "queued",
            )
            .values(state=values["new_state"], reason=values["new_reason"])
        )


_SETTLE = (
    change(outgoing)
    .where(outgoing.c.id == bindparam("outgoing"), outgoing.c.state == "sending")
    .values(
        state=bindparam("new_state"),
        reason=bindparam("new_reason"),
        failures=bindparam("new_failures"),
        not_before=bindparam("new_not_before"),
    )
)


async def _drop_superseded(
    uow: UnitOfWork, channel_id: int, results: Sequence[Result], changes: Sequence[dict[str, Any]]
) -> None:
    """An edit that would go back to the queue gives way to a newer one of the same card."""
    back = {one.marked.id: one.marked for one in results if one.marked.merge_key}
    for values in changes:
        marked = back.get(values["outgoing"])
        if marked is None or values["new_state"] != "queued":
            continue
        newer = select(outgoing.c.id).where(
            outgoing.c.channel_id == channel_id,
            outgoing.c.chat_key == marked.chat_key,
            outgoing.c.merge_key == marked.merge_key,
            outgoing.c.state == "queued",
        )
        if await uow.value(newer) is not None:
            values |= {"new_state": "cancelled", "new_reason": "superseded"}


async def _end_attempts(uow: UnitOfWork, results: Sequence[Result]) -> list[Result]:
    ended = await uow.execute(
        change(attempt)
        .where(
            tuple_(attempt.c.outgoing_id, attempt.c.no).in_([(one.marked.id, one.marked.no) for one in results]),
            attempt.c.ended_at.is_(None),
        )
        .values(
            ended_at=uow.now,
            outcome=case({one.marked.id: _outcome(one) for one in results}, value=attempt.c.outgoing_id),
            error=case({one.marked.id: _error(one) for one in results}, value=attempt.c.outgoing_id),
        )
        .returning(attempt.c.outgoing_id)
    )
    open_until_now = {row.outgoing_id for row in ended}
    return [one for one in results if one.marked.id in open_until_now]


def _outcome(one: Result) -> str:
    return type(one.failure).__name__.lower() if one.failure else "delivered"


def _error(one: Result) -> str:
    return str(storable(str(one.failure or "")))[:200]


@dataclass(frozen=True, slots=True)
class _About:
    """A message to a customer that is being sent."""

    conversation_id: int
    contact_id: int
    identity_id: int | None


async def _messages(uow: UnitOfWork, results: Sequence[Result]) -> dict[int, _About]:
    """The messages to customers among `results`, by id; relayed messages are none."""
    ids = {message_id for one in results for message_id in one.marked.messages}
    if not ids:
        return {}
    rows = await uow.rows(
        select(
            message.c.id,
            conversation.c.id.label("conversation_id"),
            conversation.c.contact_id,
            identity.c.id.label("identity_id"),
        )
        .join(conversation, conversation.c.id == message.c.conversation_id)
        .outerjoin(
            identity,
            and_(
                identity.c.contact_id == conversation.c.contact_id, identity.c.channel_id == conversation.c.channel_id
            ),
        )
        .where(message.c.id.in_(ids), message.c.direction == "out")
    )
    return {row.id: _About(row.conversation_id, row.contact_id, row.identity_id) for row in rows}


async def _withdrawn(uow: UnitOfWork, results: Sequence[Result], about: dict[int, _About]) -> dict[int, str]:
    """Why messages that were on their way should not be tried again, by their rows; their streams are locked."""
    failed = {one.marked.id: one.marked for one in results if one.failure and _is_to_customer(one, about)}
    if not failed:
        return {}
    # Of all at once, as what is recorded in those of the others would lock them out of order.
    await lock(uow, {stream_of(one.contact_id) for one in about.values()})
    query = select(outgoing.c.id, outgoing.c.reason).where(outgoing.c.id.in_(failed), outgoing.c.guard.is_not(None))
    return {row.id: row.reason for row in await uow.rows(query) if row.reason}


def _next_state(
    uow: UnitOfWork, one: Result, *, is_to_customer: bool, retry_seconds: Sequence[float]
) -> dict[str, Any]:
    kept = {
        "new_reason": "resent" if one.marked.resent else None,
        "new_failures": one.marked.failures,
        "new_not_before": None,
    }
    match one.failure:
        case None:
            return kept | {"new_state": "sent", "new_reason": None}
        case Refused() as refused:
            return kept | {"new_state": "failed", "new_reason": str(refused.reason)}
        case Retry(everywhere=True):
            return kept | {"new_state": "queued"}
        case Retry(after=float() as after):
            return kept | {"new_state": "queued", "new_not_before": uow.now + timedelta(seconds=after)}
        case Unanswered() if one.marked.op == "send":
            # To a customer it is not repeated unasked; a card or a notice to the staff is, once.
            if not is_to_customer and not one.marked.resent:
                return kept | {"new_state": "queued", "new_reason": "resent"}
            return kept | {"new_state": "unknown"}
        case _:
            if one.marked.failures >= len(retry_seconds):
                return kept | {"new_state": "failed", "new_reason": str(Reason.GAVE_UP)}
            pause = timedelta(seconds=retry_seconds[one.marked.failures])
            return kept | {
                "new_state": "queued",
                "new_failures": one.marked.failures + 1,
                "new_not_before": uow.now + pause,
            }


def _events(
    channel_id: int, one: Result, values: dict[str, Any], about: dict[int, _About], beside: dict[int, set[str]]
) -> list[Event]:
    state, reason = values["new_state"], values["new_reason"]
    if not _is_to_customer(one, about):
        if state not in ("failed", "unknown"):
            return []
        stream = f"chat:{channel_id}:{one.marked.chat_key}"
        return [NoticeFailed(stream=stream, ref=stream, outgoing_id=one.marked.id, reason=reason or "unknown")]
    events: list[Event] = []
    for message_id in one.marked.messages:
        if not _says_nothing_new(state, beside.get(message_id, set())):
            events += _of_message(one.marked, message_id, state, reason, about[message_id])
    blocked = [item for item in events if isinstance(item, ContactBlocked)]
    return blocked[:1] + [item for item in events if not isinstance(item, ContactBlocked)]


def _says_nothing_new(state: str, others: set[str]) -> bool:
    """Whether other rows of the same message keep this one from being the word on it."""
    return bool(others - {"sent", "cancelled"} if state == "sent" else others & {"failed", "unknown"})


def _of_message(marked: Marked, message_id: int, state: str, reason: str | None, about: _About) -> list[Event]:
    outgoing_id = marked.id
    common: dict[str, Any] = {"stream": stream_of(about.contact_id), "ref": f"conversation:{about.conversation_id}"}
    if marked.op != "send":
        return _change_events(common | {"message_id": message_id, "op": marked.op}, state, reason or "")
    match state:
        case "sent":
            return [MessageDelivered(**common, message_id=message_id)]
        case "unknown":
            return [MessageUnconfirmed(**common, message_id=message_id, outgoing_id=outgoing_id)]
        case "failed":
            failed = MessageFailed(**common, message_id=message_id, outgoing_id=outgoing_id, reason=reason or "")
            if reason in (Reason.BLOCKED, Reason.GONE) and about.identity_id:
                return [ContactBlocked(**common, identity_id=about.identity_id), failed]
            return [failed]
        case "cancelled":
            return [MessageWithdrawn(**common, message_id=message_id, reason=reason or "")]
        case _:
            return []


def _change_events(common: dict[str, Any], state: str, reason: str) -> list[Event]:
    # What is gone already need not be deleted.
    gone = common["op"] == "delete" and reason == Reason.TARGET
    if state == "sent" or (state == "failed" and gone):
        return [ChangeDelivered(**common)]
    return [ChangeFailed(**common, reason=reason)] if state == "failed" else []


async def _store_names(uow: UnitOfWork, channel_id: int, results: Sequence[Result], about: dict[int, _About]) -> None:
    new = [
        (one.marked, name, message_id)
        for one in results
        if one.marked.op == "send"
        for name, message_id in zip_longest(one.delivered.names, one.marked.messages[: len(one.delivered.names)])
    ]
    if not new:
        return
    await uow.execute(
        insert_or_ignore(uow, posted),
        [
            {
                "channel_id": channel_id,
                "chat_key": marked.chat_key,
                "external_id": name,
                "outgoing_id": marked.id,
                "message_id": message_id,
                "ref": marked.ref,
            }
            for marked, name, message_id in new
        ],
    )
    # One that is several at the messenger is called as the first of them.
    ours = [{"written": message_id, "name": name} for _, name, message_id in new if message_id in about]
    if ours:
        await uow.execute(
            change(message)
            .where(message.c.id == bindparam("written"), message.c.external_id.is_(None))
            .values(external_id=bindparam("name")),
            ours,
        )


async def _store_refs(uow: UnitOfWork, channel_id: int, results: Sequence[Result]) -> None:
    """What was uploaded once is sent by its name at the messenger from then on."""
    refs = {
        attachment_id: name
        for one in results
        if one.delivered.files
        for attachment_id, name in zip(
            attachments_in(one.marked.op, one.marked.content), one.delivered.files, strict=False
        )
        if attachment_id is not None and name is not None
    }
    await name_files(uow, channel_id, refs)


async def _store_unreachable(uow: UnitOfWork, events: Sequence[Event]) -> None:
    blocked = [item.identity_id for item in events if isinstance(item, ContactBlocked)]
    if blocked:
        await mark_unreachable(uow, blocked)
