"""What happens to deals and staff, in the past tense."""

from dataclasses import dataclass

from core.journal import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DealOpened(Event):
    """A deal began in the first stage of its pipeline."""

    deal_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DealAssigned(Event):
    """A deal got its assignee. `how`: "turn" (handed out), "next", "taken", "answered" or "trigger"."""

    deal_id: int
    staff_id: int
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DealReturned(Event):
    """A deal lost its assignee and waits for another."""

    deal_id: int
    staff_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEntered(Event):
    """A deal was moved to another stage."""

    deal_id: int
    stage_id: int
    from_stage_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DealClosed(Event):
    """A deal ended in a stage of the group "won", "lost" or "not_a_lead"."""

    deal_id: int
    group: str
    assignee_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimezoneChosen(Event):
    """Somebody said in which IANA zone a deal's customer lives."""

    deal_id: int
    timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffJoined(Event):
    """Somebody became a member of the staff, by an invitation or by the settings."""

    staff_id: int
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffInvited(Event):
    """An admin made an invitation."""

    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffChanged(Event):
    """A setting of a member of the staff was changed by an admin."""

    staff_id: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDisabled(Event):
    """Somebody left the staff; what he was responsible for goes back to the turn."""

    staff_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftStarted(Event):
    """Somebody came on shift."""

    staff_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftEnded(Event):
    """Somebody went off shift; `why` is "own" or "unreachable"."""

    staff_id: int
    why: str
