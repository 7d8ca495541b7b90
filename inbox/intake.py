"""Takes a batch of updates in: receipts, contacts, conversations, messages, events; one transaction, set by set.

What follows from a message (a deal, a card) is decided later, by the relay.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_

from core.bulk import insert_rows, update_rows
from core.database import UnitOfWork
from core.journal import Event, insert, lock, record
from core.relay import COMPANY
from inbox.attachments import store_files
from inbox.changes import Change, Changes, Reaction, change_messages, store_reactions
from inbox.channel import Edited, Incoming, Person, Pressed, Reachability, Reacted, Started, Written
from inbox.contacts import Known, mark_reachable, mark_unreachable, recognise, stream_of
from inbox.contents import searchable
from inbox.events import ContactBlocked, ContactReturned, ConversationStarted, MessageReceived, UpdateParked
from inbox.models import conversation, message, parked_update, update

STAFF_UPDATES = "staff_updates"

StaffOf = Callable[[UnitOfWork, int, Collection[str]], Awaitable[set[str]]]


@dataclass(slots=True)
class Talk:
    """A conversation while a batch changes it."""

    id: int
    contact_id: int
    source: str | None
    last_message_id: int | None
    waiting_since: datetime | None
    waiting_from_id: int | None


async def accept(uow: UnitOfWork, channel_id: int, updates: Sequence[Incoming], *, staff_of: StaffOf) -> None:
    """Store what is new in a batch, in its order; what was stored before has no effect.

    Updates of the staff wait for their screens, everything else becomes messages and events. `staff_of` says whose
    private texts are never a customer's.
    """
    people = {one.person.external_id for one in updates if one.person}
    staff = await staff_of(uow, channel_id, people) if people else set()
    fresh = await _receipt(uow, channel_id, updates, staff)
    await _take_in(uow, channel_id, [one for one in fresh if one.content and not _waits(one, staff)])
    # The company's stream is locked after those of customers, here as by everybody.
    await _park(uow, channel_id, [one for one in fresh if one.unreadable])


def _waits(one: Incoming, staff: Collection[str]) -> bool:
    return isinstance(one.content, Pressed) or (one.person is not None and one.person.external_id in staff)


def _state(one: Incoming, staff: Collection[str]) -> str:
    if one.content is None:
        return "done"
    return "waiting" if _waits(one, staff) else "stored"


async def _receipt(
    uow: UnitOfWork, channel_id: int, updates: Sequence[Incoming], staff: Collection[str]
) -> list[Incoming]:
    if not updates:
        return []
    rows = [
        {
            "channel_id": channel_id,
            "external_id": one.external_id,
            "chat_key": one.chat_key,
            "payload": one.payload if _state(one, staff) == "waiting" else None,
            "at": uow.now,
            "state": _state(one, staff),
        }
        for one in updates
    ]
    new = {row.external_id for row in await insert_rows(uow, update, rows, ignore=True, returning=("external_id",))}
    if any(row["state"] == "waiting" for row in rows):
        uow.ring(STAFF_UPDATES)
    fresh = []
    for one in updates:
        if one.external_id in new:
            new.remove(one.external_id)
            fresh.append(one)
    return fresh


async def _park(uow: UnitOfWork, channel_id: int, unreadable: Sequence[Incoming]) -> None:
    for one in unreadable:
        result = await uow.execute(
            insert(uow, parked_update).returning(parked_update.c.id),
            {"channel_id": channel_id, "payload": one.payload, "reason": one.unreadable, "at": uow.now},
        )
        await lock(uow, [COMPANY])
        parked = UpdateParked(
            stream=COMPANY, ref=f"channel:{channel_id}", parked_id=result.scalar_one(), reason=one.unreadable or ""
        )
        await record(uow, [parked])


async def _take_in(uow: UnitOfWork, channel_id: int, updates: Sequence[Incoming]) -> None:
    if not updates:
        return
    known = await recognise(uow, channel_id, [_person(one) for one in updates])
    await lock(uow, [stream_of(one.contact_id) for one in known.values()])
    talks = await _conversations(uow, channel_id, updates, known)
    stored = await _messages(uow, channel_id, updates, talks)
    events: list[Event] = []
    for one in updates:
        who, talk = known[_person(one).external_id], talks[_chat(one)]
        events += _events(uow, one, who, talk, stored)
    await _store_talks(uow, talks)
    await _reachability(uow, events)
    await record(uow, events)


def _person(one: Incoming) -> Person:
    if one.person is None:
        raise ValueError("an update with content names its person")
    return one.person


def _chat(one: Incoming) -> str:
    if one.chat_key is None:
        raise ValueError("an update with content names its chat")
    return one.chat_key


async def _conversations(
    uow: UnitOfWork, channel_id: int, updates: Sequence[Incoming], known: dict[str, Known]
) -> dict[str, Talk]:
    wanted = {_chat(one): known[_person(one).external_id].contact_id for one in updates}
    statement = insert(uow, conversation)
    # An update that changes nothing locks the row and returns it as it is under the lock.
    result = await uow.execute(
        statement.on_conflict_do_update(
            index_elements=[conversation.c.channel_id, conversation.c.chat_key],
            set_={"contact_id": statement.excluded.contact_id},
        ).returning(*_TALK),
        [{"channel_id": channel_id, "chat_key": key, "contact_id": wanted[key]} for key in sorted(wanted)],
    )
    return {row[0]: Talk(*row[1:]) for row in result}


_TALK = (
    conversation.c.chat_key,
    conversation.c.id,
    conversation.c.contact_id,
    conversation.c.source,
    conversation.c.last_message_id,
    conversation.c.waiting_since,
    conversation.c.waiting_from_id,
)


Messages = dict[tuple[int, str], int]


@dataclass(slots=True)
class _Stored:
    """What a batch did: its new messages by conversation and name, and changes of older ones by their updates."""

    messages: Messages
    changes: Changes


async def _messages(uow: UnitOfWork, channel_id: int, updates: Sequence[Incoming], talks: dict[str, Talk]) -> _Stored:
    written = [(one, talks[_chat(one)].id, one.content) for one in updates if isinstance(one.content, Written)]
    reactions = [
        Reaction(one.external_id, talks[_chat(one)].id, _chat(one), one.content)
        for one in updates
        if isinstance(one.content, Reacted)
    ]
    reacted = await store_reactions(uow, channel_id, reactions) if reactions else {}
    if not written:
        return _Stored({}, reacted)
    # What is said of a message first is how it is received, be it an edit that has overtaken it.
    first: dict[tuple[int, str], tuple[Incoming, Written]] = {}
    for one, talk_id, content in written:
        first.setdefault((talk_id, content.external_id), (one, content))
    new = await _store(uow, channel_id, [(talk_id, content) for (talk_id, _), (_, content) in first.items()])
    later = [
        Change(one.external_id, (talk_id, content.external_id), content)
        for one, talk_id, content in written
        if (talk_id, content.external_id) not in new or first[talk_id, content.external_id][0] is not one
    ]
    changed = await change_messages(uow, channel_id, later) if later else {}
    return _Stored(new, reacted | changed)


async def _store(uow: UnitOfWork, channel_id: int, written: Sequence[tuple[int, Written]]) -> Messages:
    """Ids of the messages that were new, by conversation and name at the messenger."""
    answered = await _named(uow, [(talk_id, one.reply_to) for talk_id, one in written if one.reply_to])
    rows = [
        {
            "conversation_id": talk_id,
            "direction": "in",
            "actor": "customer",
            "external_id": one.external_id,
            "reply_to_id": answered.get((talk_id, one.reply_to or "")),
            "album": one.album,
            "kind": one.kind,
            "body": one.body,
            "search": searchable(one.body),
            "at": min(one.at, uow.now),
            "edited_at": one.edited_at if isinstance(one, Edited) else None,
        }
        for talk_id, one in written
    ]
    result = await insert_rows(uow, message, rows, ignore=True, returning=("id", "conversation_id", "external_id"))
    stored = {(row.conversation_id, row.external_id): row.id for row in result}
    await store_files(
        uow,
        channel_id,
        [
            (stored[talk_id, one.external_id], one.files)
            for talk_id, one in written
            if (talk_id, one.external_id) in stored
        ],
    )
    return stored


async def _named(uow: UnitOfWork, names: Sequence[tuple[int, str]]) -> Messages:
    if not names:
        return {}
    key = tuple_(message.c.conversation_id, message.c.external_id)
    rows = await uow.rows(
        select(message.c.conversation_id, message.c.external_id, message.c.id).where(key.in_(sorted(set(names))))
    )
    return {(row.conversation_id, row.external_id): row.id for row in rows}


def _events(uow: UnitOfWork, one: Incoming, who: Known, talk: Talk, stored: _Stored) -> list[Event]:
    """What an update means, and the change of its conversation."""
    common: dict[str, Any] = {
        "stream": stream_of(talk.contact_id),
        "ref": f"conversation:{talk.id}",
        "actor": "customer",
    }
    returned = who.unreachable_since is not None
    match one.content:
        case Reachability(reachable=False):
            return [ContactBlocked(**common, identity_id=who.identity_id)]
        case Reachability():
            return [ContactReturned(**common, identity_id=who.identity_id)]
        case Started(payload):
            talk.source = payload or talk.source
            started = ConversationStarted(**common, conversation_id=talk.id, update_id=int(one.external_id))
            return [ContactReturned(**common, identity_id=who.identity_id), started] if returned else [started]
        case Written() as written:
            # The same message may come under the number of another update.
            message_id = stored.messages.pop((talk.id, written.external_id), None)
            if message_id is None:
                change = stored.changes.get(one.external_id)
                return [change(common | {"conversation_id": talk.id})] if change else []
            began = talk.waiting_since is None
            if began:
                talk.waiting_since, talk.waiting_from_id = min(written.at, uow.now), message_id
            talk.last_message_id = message_id
            source = one.source if talk.source is None else None
            talk.source = talk.source or source
            received = MessageReceived(
                **common, conversation_id=talk.id, message_id=message_id, began_waiting=began, source=source
            )
            return [ContactReturned(**common, identity_id=who.identity_id), received] if returned else [received]
        case Reacted() if change := stored.changes.get(one.external_id):
            return [change(common | {"conversation_id": talk.id})]
        case _:
            return []


async def _store_talks(uow: UnitOfWork, talks: dict[str, Talk]) -> None:
    await update_rows(
        uow,
        conversation,
        [
            {
                "id": talk.id,
                "source": talk.source,
                "last_message_id": talk.last_message_id,
                "waiting_since": talk.waiting_since,
                "waiting_from_id": talk.waiting_from_id,
            }
            for talk in sorted(talks.values(), key=lambda talk: talk.id)
        ],
    )


async def _reachability(uow: UnitOfWork, events: Sequence[Event]) -> None:
    last: dict[int, Any] = {}
    for item in events:
        if isinstance(item, ContactBlocked | ContactReturned):
            last[item.identity_id] = item
    blocked = [one for one, item in last.items() if isinstance(item, ContactBlocked)]
    returned = [one for one, item in last.items() if isinstance(item, ContactReturned)]
    if blocked:
        await mark_unreachable(uow, blocked)
    if returned:
        await mark_reachable(uow, returned)
