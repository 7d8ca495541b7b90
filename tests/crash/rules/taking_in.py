"""What was acknowledged is stored once, in the order in which it came: I1, I2 and the inbound half of I8."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.crash.evidence import Evidence
from tests.crash.rules.broken import Broken, unless_none

Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Brought:
    """A message that the messenger had for us: its chat and its number there."""

    update_id: int
    name: Name


def brought(evidence: Evidence) -> list[Brought]:
    """The customers' messages that the messenger ever had, in its order."""
    staff = {row.external_id for row in evidence.rows["staff_account"]}
    return [
        Brought(entry.update_ids[0], (str(entry.chat_id), str(entry.message_ids[0])))
        for entry in evidence.ledger
        if entry.kind == "queued" and entry.description == "message" and str(entry.chat_id) not in staff
        # Pressing Start is no message.
        if entry.text.partition(" ")[0] != "/start"
    ]


def stored(evidence: Evidence) -> list[Name]:
    """The customers' messages that we have, in our order."""
    chats = {row.id: row.chat_key for row in evidence.rows["conversation"]}
    inbound = [row for row in evidence.rows["message"] if row.direction == "in"]
    return [(chats[row.conversation_id], row.external_id) for row in inbound]


def acknowledged_at(evidence: Evidence) -> dict[int, float]:
    """When each update was acknowledged for the first time, in seconds since 1970."""
    first: dict[int, float] = {}
    for entry in evidence.ledger:
        if entry.kind == "acknowledged":
            for update_id in entry.update_ids:
                first.setdefault(update_id, entry.wall)
    return first


def acknowledged_is_stored_once(evidence: Evidence) -> Iterator[Broken]:
    """I1, for updates of every kind and for messages."""
    acknowledged = acknowledged_at(evidence)
    receipts = Counter(row.external_id for row in evidence.rows["update"])
    yield from unless_none(
        "I1", "acknowledged without a receipt", [one for one in acknowledged if receipts[str(one)] != 1]
    )
    known = Counter(stored(evidence))
    everything = brought(evidence)
    yield from unless_none(
        "I1",
        "acknowledged, but not exactly one message",
        [one.name for one in everything if one.update_id in acknowledged and known[one.name] != 1],
    )
    offered = {one.name for one in everything}
    yield from unless_none("I1", "stored, but never brought", [name for name in known if name not in offered])


def staff_updates_are_done(evidence: Evidence) -> Iterator[Broken]:
    """I1 for what the staff typed and pressed: nothing waits for ever."""
    waiting = [row.id for row in evidence.rows["update"] if row.state == "waiting"]
    yield from unless_none("I1", "a staff's update still waits", waiting)
    parked = [row.id for row in evidence.rows["parked_update"]]
    yield from unless_none("I1", "an update was put aside", parked)


def stored_before_acknowledged(evidence: Evidence) -> Iterator[Broken]:
    """I2."""
    acknowledged = acknowledged_at(evidence)
    early = [
        row.external_id
        for row in evidence.rows["update"]
        if int(row.external_id) in acknowledged
        and datetime.fromtimestamp(acknowledged[int(row.external_id)], UTC) < row.at
    ]
    yield from unless_none("I2", "acknowledged before it was stored", early)


def stored_in_order(evidence: Evidence) -> Iterator[Broken]:
    """I8, inbound: in each chat our order is the messenger's."""
    place = {one.name: index for index, one in enumerate(brought(evidence))}
    last: dict[str, int] = {}
    late = []
    for name in stored(evidence):
        here = place.get(name, 0)
        if here < last.get(name[0], 0):
            late.append(name)
        last[name[0]] = here
    yield from unless_none("I8", "stored out of order", late)


RULES = (acknowledged_is_stored_once, staff_updates_are_done, stored_before_acknowledged, stored_in_order)
