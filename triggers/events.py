"""What happens to triggers and their runs, in the past tense."""

from dataclasses import dataclass
from typing import Any

from core.journal import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerChanged(Event):
    """An admin added, changed, switched on or off, or deleted a trigger; `now` is what it says from then on."""

    trigger_id: int
    what: str
    now: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerPaused(Event):
    """A trigger stopped by itself, for a reason that an admin must mend; `deal_id` and `chain` show a loop."""

    trigger_id: int
    reason: str
    deal_id: int | None = None
    chain: list[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunScheduled(Event):
    """A trigger will act on a deal at `due_at` (ISO 8601, UTC), unless something stops it."""

    run_id: int
    trigger_id: int
    due_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPostponed(Event):
    """What was due waits until `due_at` (ISO 8601, UTC); `reason` is "quiet"."""

    run_id: int
    trigger_id: int
    due_at: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPerformed(Event):
    """A trigger acted on a deal; `queued` if a message to the customer waits to be sent."""

    run_id: int
    trigger_id: int
    queued: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStopped(Event):
    """What a trigger was about to do will not happen; `crossed` if a message was on its way already."""

    run_id: int
    trigger_id: int
    reason: str
    crossed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFailed(Event):
    """What a trigger was about to do could not be done."""

    run_id: int
    trigger_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffNotified(Event):
    """A trigger tells `staff_ids` something about a deal."""

    deal_id: int
    run_id: int
    staff_ids: list[int]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursChanged(Event):
    """An admin chose other working or quiet hours; `what` is "hours" or "quiet"."""

    what: str
