"""Deals and whose they are: I3, I7, and the journal that must tell of every change."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from tests.crash.evidence import Evidence
from tests.crash.rules.broken import Broken, unless_none

CHANGES = ("DealAssigned", "DealReturned", "StageEntered", "AmountSet", "TagAdded", "TagRemoved")


def _events(evidence: Evidence, *kinds: str) -> list[Any]:
    return [row for row in evidence.rows["event"] if row.kind in kinds]


def _count(evidence: Evidence, key: str, *kinds: str) -> Counter[int]:
    return Counter(row.data[key] for row in _events(evidence, *kinds))


def one_open_deal(evidence: Evidence) -> Iterator[Broken]:
    """I3: one for each conversation, beside those opened by hand, and it is the one that messages belong to."""
    open_deals = [row for row in evidence.rows["deal"] if row.closed_at is None]
    by_themselves = Counter(row.conversation_id for row in open_deals if row.opened_by_message_id is not None)
    many = [talk for talk, count in by_themselves.items() if count > 1]
    yield from unless_none("I3", "several open deals in a conversation", many)
    talks = {(row.conversation_id, row.deal_id) for row in evidence.rows["talk"]}
    strayed = talks - {(row.conversation_id, row.id) for row in open_deals}
    silent = {row.conversation_id for row in open_deals} ^ {conversation_id for conversation_id, _ in talks}
    yield from unless_none("I3", "a conversation and its open deal do not belong together", strayed | silent)
    received = {row.conversation_id for row in evidence.rows["message"] if row.direction == "in"}
    without = received - {row.conversation_id for row in evidence.rows["deal"]}
    yield from unless_none("I3", "a customer wrote and no deal opened", without)


def one_contact(evidence: Evidence) -> Iterator[Broken]:
    """I3: one for each person of a channel."""
    identities = evidence.rows["identity"]
    doubled = Counter((row.channel_id, row.external_id) for row in identities)
    yield from unless_none("I3", "several identities", [key for key, count in doubled.items() if count > 1])
    known = {row.contact_id for row in identities}
    yield from unless_none(
        "I3", "a contact that nobody is", [row.id for row in evidence.rows["contact"] if row.id not in known]
    )


def one_event_for_each_change(evidence: Evidence) -> Iterator[Broken]:
    """I7: no change without its event, no event without its change."""
    deals = evidence.rows["deal"]
    changed, opened, closed, reopened = (
        _count(evidence, "deal_id", *kinds) for kinds in (CHANGES, ("DealOpened",), ("DealClosed",), ("DealReopened",))
    )
    yield from unless_none("I7", "changes untold", [row.id for row in deals if row.version != 1 + changed[row.id]])
    yield from unless_none("I7", "not opened once", [row.id for row in deals if opened[row.id] != 1])
    yield from unless_none(
        "I7",
        "closing untold",
        [row.id for row in deals if closed[row.id] - reopened[row.id] != (row.closed_at is not None)],
    )
    entered = _count(evidence, "deal_id", "StageEntered")
    stays = Counter(row.deal_id for row in evidence.rows["stage_stay"])
    yield from unless_none("I7", "stays untold", [row.id for row in deals if stays[row.id] != 1 + entered[row.id]])
    told = _count(evidence, "message_id", "MessageReceived", "MessageWritten", "NoteWritten")
    yield from unless_none(
        "I7", "a message not told of once", [row.id for row in evidence.rows["message"] if told[row.id] != 1]
    )


def stages_hold_what_is_said(evidence: Evidence) -> Iterator[Broken]:
    """I7: the totals of stages are what there is."""
    held: Counter[tuple[int, str, str]] = Counter()
    for row in evidence.rows["stage_total"]:
        held[row.stage_id, row.currency, "deals"] += row.deals
        held[row.stage_id, row.currency, "amount"] += row.amount
    for row in evidence.rows["deal"]:
        held[row.stage_id, row.currency or "", "deals"] -= 1
        held[row.stage_id, row.currency or "", "amount"] -= row.amount or 0
    yield from unless_none("I7", "a stage holds more or less than is said", [key for key, off in held.items() if off])


def one_owner(evidence: Evidence) -> Iterator[Broken]:
    """I7: who has a deal is who got it last, works here, and was told."""
    last: dict[int, int | None] = {}
    for row in _events(evidence, "DealAssigned", "DealReturned"):
        last[row.data["deal_id"]] = row.data["staff_id"] if row.kind == "DealAssigned" else None
    deals = [row for row in evidence.rows["deal"] if row.closed_at is None]
    yield from unless_none("I7", "not the last owner", [row.id for row in deals if row.assignee_id != last.get(row.id)])
    members = {(row.pipeline_id, row.staff_id) for row in evidence.rows["membership"]}
    gone = {row.id for row in evidence.rows["staff"] if row.disabled_at is not None}
    owned = [row for row in deals if row.assignee_id is not None]
    strangers = [row.id for row in owned if (row.pipeline_id, row.assignee_id) not in members]
    yield from unless_none(
        "I7", "owned by a stranger", strangers + [row.id for row in owned if row.assignee_id in gone]
    )
    yield from unless_none("I7", "its owner was not told", [row.id for row in owned if not _told(evidence, row)])


def _told(evidence: Evidence, deal: Any) -> bool:
    chats = {row.external_id for row in evidence.rows["staff_account"] if row.staff_id == deal.assignee_id}
    return any(
        row.ref == f"deal:{deal.id}" and row.op == "send" and row.chat_key in chats for row in evidence.rows["outgoing"]
    )


def nobody_waits_in_vain(evidence: Evidence) -> Iterator[Broken]:
    """I7: while somebody without a limit is on shift, no deal waits."""
    free = {row.id for row in evidence.rows["staff"] if row.on_shift_since and not row.disabled_at and not row.capacity}
    served = {row.pipeline_id for row in evidence.rows["membership"] if row.staff_id in free}
    waiting = [
        row.id
        for row in evidence.rows["deal"]
        if row.assignee_id is None
        and row.closed_at is None
        and row.pipeline_id in served
        # Whoever gave it back is not handed it again.
        and free - {row.returned_by_id}
    ]
    yield from unless_none("I7", "waits while somebody is on shift", waiting)


def the_turn_stands(evidence: Evidence) -> Iterator[Broken]:
    """I7: the pointer is where the last one handed out left it."""
    pipelines = {row.id: row.pipeline_id for row in evidence.rows["deal"]}
    last: dict[int, int] = {}
    for row in _turns(evidence):
        last[pipelines[row.data["deal_id"]]] = row.data["staff_id"]
    places = {(row.rotation_id, row.staff_id): row.place for row in evidence.rows["rotation_member"]}
    wrong = [
        row.id
        for row in evidence.rows["rotation"]
        if row.last_place != places.get((row.id, last.get(row.pipeline_id, 0)), 0)
    ]
    yield from unless_none("I7", "the turn stands elsewhere", wrong)


def _turns(evidence: Evidence) -> list[Any]:
    return [row for row in _events(evidence, "DealAssigned") if row.data["how"] == "turn"]


def fair(evidence: Evidence) -> Iterator[Broken]:
    """I7, asked only where the same people were on shift all the time: nobody is ever two ahead of another."""
    given = {row.id: 0 for row in evidence.rows["staff"] if row.on_shift_since}
    unfair = []
    for row in _turns(evidence):
        given[row.data["staff_id"]] += 1
        if max(given.values()) - min(given.values()) > 1:
            unfair.append(row.data["deal_id"])
    yield from unless_none("I7", "handed out unfairly", unfair)


def the_journal_is_whole(evidence: Evidence) -> Iterator[Broken]:
    """Every event was handed on once, in the order of its stream (I8), by positions without a gap."""
    events = evidence.rows["event"]
    yield from unless_none("I4", "an event not handed on", [row.id for row in events if row.position is None])
    yield from unless_none("I4", "an event put aside", [row.id for row in events if row.parked is not None])
    positions = sorted(row.position for row in events if row.position is not None)
    counted = [row.value for row in evidence.rows["counter"] if row.name == "journal"]
    if positions != list(range(1, len(positions) + 1)) or counted != ([len(positions)] if positions else counted):
        yield Broken("I8", "positions with gaps", tuple(set(range(1, len(positions) + 1)) ^ set(positions)) or ("end",))
    streams: dict[str, list[int]] = defaultdict(list)
    for row in events:
        streams[row.stream].append(row.position or 0)
    crossed = [name for name, places in streams.items() if places != sorted(places)]
    yield from unless_none("I8", "handed on out of order", crossed)


def tasks_are_told_of_once(evidence: Evidence) -> Iterator[Broken]:
    """Whoever has a task is told when it is due and when it is overdue, each once for each time it is set to."""
    moved = _count(evidence, "task_id", "TaskMoved")
    for kind in ("TaskDue", "TaskOverdue"):
        told = _count(evidence, "task_id", kind)
        often = [task_id for task_id, count in told.items() if count > 1 + moved[task_id]]
        yield from unless_none("I6", f"{kind} more than once", often)
    done = _count(evidence, "task_id", "TaskDone")
    wrong = [row.id for row in evidence.rows["task"] if done[row.id] != (row.done_at is not None)]
    yield from unless_none("I6", "a task done untold", wrong)


RULES = (
    one_open_deal,
    one_contact,
    one_event_for_each_change,
    stages_hold_what_is_said,
    one_owner,
    nobody_waits_in_vain,
    the_turn_stands,
    the_journal_is_whole,
    tasks_are_told_of_once,
)
