"""What was to be sent came to an end and was accepted once, in order: I4, I5 and the outbound half of I8."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from tests.botapi.client import Entry
from tests.crash.evidence import Evidence
from tests.crash.rules.broken import Broken, unless_none

ENDS = {"sent", "failed", "cancelled", "unknown"}

# Where and what: a chat and the first line of what is read there, or the kind of what has no words.
Place = tuple[str, str]


def everything_ended(evidence: Evidence) -> Iterator[Broken]:
    """I4."""
    rows = evidence.rows["outgoing"]
    yield from unless_none("I4", "not ended", [row.id for row in rows if row.state not in ENDS])
    nameless = [row.id for row in rows if row.state in ("failed", "cancelled") and not row.reason]
    yield from unless_none("I4", "ended without a reason", nameless)
    open_ends = [(row.outgoing_id, row.no) for row in evidence.rows["attempt"] if row.ended_at is None]
    yield from unless_none("I4", "an attempt that nobody ended", open_ends)


def outcomes(evidence: Evidence) -> dict[int, list[str]]:
    """How the attempts of each outgoing thing ended, in their order."""
    by_row: dict[int, list[str]] = defaultdict(list)
    for row in sorted(evidence.rows["attempt"], key=lambda row: (row.outgoing_id, row.no)):
        by_row[row.outgoing_id].append(row.outcome or "open")
    return by_row


def retried_by_hand(evidence: Evidence) -> Counter[int]:
    """How often a person asked for each message again."""
    return Counter(row.data["message_id"] for row in evidence.rows["event"] if row.kind == "MessageRetried")


def customers_messages(evidence: Evidence) -> set[int]:
    """The messages to customers."""
    return {row.id for row in evidence.rows["message"] if row.direction == "out"}


def never_resent_unasked(evidence: Evidence) -> Iterator[Broken]:
    """I5, as the attempts tell it: an answer to a customer is repeated only by a person, a notice once by us."""
    ended, by_hand, to_customers = outcomes(evidence), retried_by_hand(evidence), customers_messages(evidence)
    wrong = []
    for row in evidence.rows["outgoing"]:
        told = ended[row.id]
        repeats = sum(1 for outcome in told[:-1] if outcome in ("unanswered", "delivered"))
        allowed = by_hand[row.message_id] if row.message_id in to_customers else 1
        if row.op == "send" and (repeats > allowed or told.count("delivered") > 1):
            wrong.append((row.id, *told))
    yield from unless_none("I5", "sent again unasked", wrong)


def accepted(evidence: Evidence) -> list[Entry]:
    """The messages that the messenger took from us, in its order."""
    return [entry for entry in evidence.ledger if entry.kind == "accepted" and entry.method.startswith("send")]


def accepted_once(evidence: Evidence) -> Iterator[Broken]:
    """I5, as the ledger tells it: one acceptance for each delivery, one more at most where no answer was seen."""
    ended = outcomes(evidence)
    surely: Counter[Place] = Counter()
    perhaps: Counter[Place] = Counter()
    for row in evidence.rows["outgoing"]:
        if row.op == "send":
            surely[_place_of_row(row)] += ended[row.id].count("delivered")
            perhaps[_place_of_row(row)] += ended[row.id].count("unanswered")
    seen = Counter(_place_of_entry(entry) for entry in accepted(evidence))
    wrong = [place for place in surely if not surely[place] <= seen[place] <= surely[place] + perhaps[place]]
    yield from unless_none("I5", "accepted too often or never", wrong)
    staff = {row.external_id for row in evidence.rows["staff_account"]}
    # What the staff's chats hold besides are screens, which are answers and no rows.
    unasked = [place for place in seen if place not in surely and place[0] not in staff]
    yield from unless_none("I5", "accepted, but never queued", unasked)


def _place_of_row(row: Any) -> Place:
    # An album is read by the words under its first part.
    (said, *_) = row.content.get("parts", [row.content])
    text = said.get("text") or f"send{said['kind'].replace('_', '')}"
    # A card that a newer one follows was sent before it got its arrow.
    return row.chat_key, text.partition("\n")[0].removesuffix(" ↓")


def _place_of_entry(entry: Entry) -> Place:
    return str(entry.chat_id), (entry.text or entry.method.lower()).partition("\n")[0]


def accepted_in_order(evidence: Evidence) -> Iterator[Broken]:
    """I8, outbound: in each chat the ledger has our order; what a person asked for again may come later."""
    by_hand = retried_by_hand(evidence)
    again = {row.id for row in evidence.rows["outgoing"] if by_hand[row.message_id]}
    known = {(row.chat_key, row.external_id): row.outgoing_id for row in evidence.rows["posted"] if row.outgoing_id}
    last: dict[str, int] = {}
    late = []
    for entry in accepted(evidence):
        chat = str(entry.chat_id)
        outgoing_id = known.get((chat, str(entry.message_ids[0])))
        if outgoing_id is None or outgoing_id in again:
            continue
        if outgoing_id < last.get(chat, 0):
            late.append(outgoing_id)
        last[chat] = outgoing_id
    yield from unless_none("I8", "sent out of order", late)


RULES = (everything_ended, never_resent_unasked, accepted_once, accepted_in_order)
