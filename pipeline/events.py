"""What happens to deals and staff, in the past tense."""

from dataclasses import dataclass

from core.journal import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DealOpened(Event):
    """A deal began in the first stage of its pipeline."""

    deal_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DealAssigned(Event):
    """A deal got its assignee.

    `how`: "turn" (handed out), "next", "taken", "answered", "opened" (by himself), "handed_over" or "trigger".
    `why` is the word of whoever handed it over, `from_id` who had it until now, or until he gave it back. It `waited`
    for somebody if it was nobody's.
    """

    deal_id: int
    staff_id: int
    how: str
    from_id: int | None = None
    why: str | None = None
    waited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DealReturned(Event):
    """A deal lost its assignee and waits for another; `why` is the word of whoever gave it back."""

    deal_id: int
    staff_id: int
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEntered(Event):
    """A deal was moved to another stage."""

    deal_id: int
    stage_id: int
    from_stage_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DealClosed(Event):
    """A deal ended in a stage of the group "won", "lost" or "not_a_lead"; a lost one says why, perhaps in words."""

    deal_id: int
    group: str
    assignee_id: int | None
    reason_id: int | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DealReopened(Event):
    """A closed deal goes on in an active stage."""

    deal_id: int
    stage_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountSet(Event):
    """What a deal is worth was written down, in minor units, or wiped."""

    deal_id: int
    amount: int | None
    currency: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TagAdded(Event):
    """A deal got a tag."""

    deal_id: int
    tag_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRemoved(Event):
    """A deal lost a tag."""

    deal_id: int
    tag_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWritten(Event):
    """A colleague wrote something about a deal that its customer never sees; `mentioned` are told."""

    deal_id: int
    message_id: int
    mentioned: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerNamed(Event):
    """Somebody of the staff wrote down how a customer is called."""

    deal_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSaved(Event):
    """A customer's number was written down."""

    deal_id: int
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAdded(Event):
    """Something is to be done about a deal."""

    deal_id: int
    task_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMoved(Event):
    """A task is due at another time, an ISO instant."""

    deal_id: int
    task_id: int
    due_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskGiven(Event):
    """A task is somebody else's now."""

    deal_id: int
    task_id: int
    staff_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDue(Event):
    """The time of a task has come."""

    deal_id: int
    task_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOverdue(Event):
    """The time of a task has come, and nobody did it for long."""

    deal_id: int
    task_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDone(Event):
    """A task was done."""

    deal_id: int
    task_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBegan(Event):
    """The working day of somebody began, with tasks in it; `day` is its local date."""

    staff_id: int
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VocabularyChanged(Event):
    """An admin changed the list of tags, of reasons for losing or of kinds of tasks: `what`, in words for the log."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatConfigured(Event):
    """An admin changed how the chat on the company's sites looks, or where it may stand; `what` names what."""

    what: str


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
    """A setting of a member of the staff was changed, by himself or by an admin."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkIssued(Event):
    """Somebody of the staff got a link that opens one session; those that he had before are void."""

    staff_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(Event):
    """Somebody of the staff opened a session in a browser."""

    staff_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut(Event):
    """Sessions of somebody were ended; without one named, all of them."""

    staff_id: int
    session_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkStarted(Event):
    """Somebody let an act be done on so many deals; `act` is its name, as in "stage"."""

    bulk_id: int
    act: str
    deals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkEnded(Event):
    """An act on many deals has come to its end."""

    bulk_id: int
