"""What triggers were to do was done in its time, once, and not after it was stopped: I6, I9 and I10."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.crash.evidence import Evidence
from tests.crash.rules.broken import Broken, unless_none
from triggers.alarms import HORIZON
from triggers.limits import DEEPEST

ENDED = {"done", "stopped", "failed"}
EARLY = timedelta(seconds=1)
# Of two transactions the one that commits first may have begun last.
OVERLAP = timedelta(seconds=1)
# A clock that is read by two processes, and what came near while it was looked at.
NEARLY = timedelta(seconds=5)


def _events(evidence: Evidence, kind: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in evidence.rows["event"]:
        if row.kind == kind:
            found[row.data["run_id"]].append(row)
    return found


def _sends(evidence: Evidence) -> dict[int, Any]:
    """What runs wrote to customers, by run."""
    messages = {row.id: row for row in evidence.rows["message"]}
    return {
        int(messages[row.message_id].client_key.partition(":")[2]): row
        for row in evidence.rows["outgoing"]
        if row.op == "send" and row.message_id in messages and messages[row.message_id].actor.startswith("trigger:")
    }


def _marked_at(evidence: Evidence) -> dict[int, list[datetime]]:
    """When it was noted that each outgoing thing was about to be sent."""
    found: dict[int, list[datetime]] = defaultdict(list)
    for row in evidence.rows["attempt"]:
        found[row.outgoing_id].append(row.started_at)
    return found


def what_was_due_was_done(evidence: Evidence) -> Iterator[Broken]:
    """I6: nothing that is due waits, and of what was not stopped the messages were sent as far as anybody knows."""
    sends, stopped = _sends(evidence), _events(evidence, "RunStopped")
    runs = evidence.rows["trigger_run"]
    overdue = [row.id for row in runs if row.state not in ENDED and row.due_at <= evidence.at - NEARLY]
    yield from unless_none("I6", "due and not done", overdue)
    untold = [row.id for row in runs if row.state in ENDED - {"done"} and not row.reason]
    yield from unless_none("I6", "not done without a reason", untold)
    unsent = [
        run_id
        for run_id, row in sends.items()
        if run_id not in stopped and row.state not in ("sent", "unknown", "failed")
    ]
    yield from unless_none("I6", "neither stopped nor sent", unsent)


def nothing_after_its_stop(evidence: Evidence) -> Iterator[Broken]:
    """I6: what was stopped did not act; a message that was on its way already was not sent anew, and that was noted."""
    sends, marks = _sends(evidence), _marked_at(evidence)
    performed, states = _events(evidence, "RunPerformed"), {row.id: row.state for row in evidence.rows["trigger_run"]}
    wrong, crossed = [], []
    for run_id, told in _events(evidence, "RunStopped").items():
        sent = sends.get(run_id)
        began = marks[sent.id] if sent is not None else []
        wrong += [run_id for row in performed[run_id] if row.id > told[0].id]
        wrong += [run_id for row in told for at in began if at > row.at + OVERLAP]
        if (
            sent is not None
            and not told[-1].data["crossed"]
            and (sent.state, states[run_id]) != ("cancelled", "stopped")
        ):
            crossed.append(run_id)
        if told[0].data["crossed"] and not began:
            crossed.append(run_id)
    yield from unless_none("I6", "acted after its stop", wrong)
    yield from unless_none("I6", "crossed with its stop, or not, and the opposite was noted", crossed)


def what_stops_is_heeded(evidence: Evidence) -> Iterator[Broken]:
    """I6, as the journal tells it: nothing waited for its time, and acted, or was sent, after what should stop it."""
    triggers = {row.id: row for row in evidence.rows["trigger"]}
    deals = {row.id: row for row in evidence.rows["deal"]}
    sends, marks, performed = _sends(evidence), _marked_at(evidence), _events(evidence, "RunPerformed")
    wrong = []
    for run in evidence.rows["trigger_run"]:
        trigger, deal = triggers[run.trigger_id], deals[run.deal_id]
        stopping = [
            row for row in evidence.rows["event"] if row.id > run.cause_id and _stops(row, deal) in trigger.stops_on
        ]
        acted = performed[run.id][0].id if performed[run.id] else 0
        if trigger.delay_seconds and any(row.id < acted for row in stopping):
            wrong.append(run.id)
        began = marks[sends[run.id].id] if run.id in sends else []
        if any(at > row.at + OVERLAP for row in stopping for at in began):
            wrong.append(run.id)
    yield from unless_none("I6", "acted in spite of what stops it", wrong)


def _stops(row: Any, deal: Any) -> str | None:
    match row.kind:
        case "MessageReceived" if row.data["conversation_id"] == deal.conversation_id:
            return "customer_wrote"
        case "MessageWritten" if row.data["conversation_id"] == deal.conversation_id:
            return "staff_wrote" if row.actor.startswith("staff:") else None
        case "StageEntered" if row.data["deal_id"] == deal.id:
            return "left_stage"
        case _:
            return None


def nothing_early(evidence: Evidence) -> Iterator[Broken]:
    """I6: nothing acted, and nothing was sent, before it was due."""
    due = {row.id: row.due_at for row in evidence.rows["trigger_run"]}
    acted = [(run_id, row.at) for run_id, told in _events(evidence, "RunPerformed").items() for row in told]
    sends, marks = _sends(evidence), _marked_at(evidence)
    acted += [(run_id, at) for run_id, row in sends.items() for at in marks[row.id]]
    yield from unless_none("I6", "acted too early", [one for one, at in acted if at < due[one] - EARLY])


def once_for_each_cause(evidence: Evidence) -> Iterator[Broken]:
    """I9: one run for a trigger, a deal and a cause; it acted once; no chain was too long."""
    runs = evidence.rows["trigger_run"]
    many = Counter((row.trigger_id, row.deal_id, row.cause_id) for row in runs)
    yield from unless_none("I9", "set off twice", [key for key, count in many.items() if count > 1])
    acted = _events(evidence, "RunPerformed")
    yield from unless_none("I9", "acted twice", [run_id for run_id, told in acted.items() if len(told) > 1])
    written = Counter(row.client_key for row in evidence.rows["message"] if row.actor.startswith("trigger:"))
    yield from unless_none("I9", "wrote twice", [key for key, count in written.items() if count > 1])
    yield from unless_none("I9", "too deep", [row.id for row in runs if row.depth > DEEPEST])
    done = {row.id for row in runs if row.state == "done"}
    yield from unless_none("I9", "done, and nothing tells of it", sorted(done - acted.keys()))


def the_alarm_clock_knows_all(evidence: Evidence) -> Iterator[Broken]:
    """I10, asked where Redis could be asked: it names what waits and comes near, each at its time."""
    if evidence.alarms is None:
        return
    near = {
        row.id: row.due_at.timestamp()
        for row in evidence.rows["trigger_run"]
        if row.state == "waiting" and evidence.at + NEARLY < row.due_at <= evidence.at + HORIZON - NEARLY
    }
    wrong = [run_id for run_id, at in near.items() if abs(evidence.alarms.get(run_id, 0.0) - at) > 0.001]
    yield from unless_none("I10", "not in the alarm clock at its time", wrong)


RULES = (
    what_was_due_was_done,
    nothing_after_its_stop,
    what_stops_is_heeded,
    nothing_early,
    once_for_each_cause,
    the_alarm_clock_knows_all,
)
