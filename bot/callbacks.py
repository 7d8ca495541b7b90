"""What buttons carry: typed, small, only ids; rights are asked again at the tap."""

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

# What no database takes is no button of ours.
Number = Annotated[int, Field(ge=0, le=2**53)]


class Answer(CallbackData, prefix="answer"):
    """Open the conversation of a deal."""

    deal: Number


class Take(CallbackData, prefix="take"):
    """Become the assignee of a deal."""

    deal: Number


class Card(CallbackData, prefix="card"):
    """Back to the card as it is."""

    deal: Number


class Show(CallbackData, prefix="show"):
    """A card anew, at the bottom."""

    deal: Number


class Stages(CallbackData, prefix="stages"):
    """Choose a stage."""

    deal: Number


class Move(CallbackData, prefix="move"):
    """Move a deal to a stage."""

    deal: Number
    stage: Number


class Ending(CallbackData, prefix="ending"):
    """Choose how a deal ends."""

    deal: Number


class Close(CallbackData, prefix="close"):
    """End a deal."""

    deal: Number
    group: str


class Lost(CallbackData, prefix="lost"):
    """End a deal as lost for a reason."""

    deal: Number
    reason: Number


class History(CallbackData, prefix="history"):
    """What happened to a deal, before an event if one is named; `card` says that its card stood here."""

    deal: Number
    card: bool
    before: Number = 0


class Done(CallbackData, prefix="done"):
    """Talk to nobody any more."""


class ToWhom(CallbackData, prefix="to"):
    """Send what was typed, up to the update `until`, to this deal's customer."""

    deal: Number
    until: Number


class Forget(CallbackData, prefix="forget"):
    """Send what was typed, up to the update `until`, to nobody."""

    until: Number = 0


class Retry(CallbackData, prefix="retry"):
    """Send a message again."""

    outgoing: Number


class Discard(CallbackData, prefix="discard"):
    """Give a message up."""

    outgoing: Number


class Deals(CallbackData, prefix="deals"):
    """A list of deals; `answered`, `since` (microseconds of the epoch) and `after` name the last one shown before."""

    scope: str
    answered: bool = False
    since: Number = 0
    after: Number = 0


class Next(CallbackData, prefix="next"):
    """Take the next request."""


class Shift(CallbackData, prefix="shift"):
    """Come on shift or go off."""

    on: bool


class People(CallbackData, prefix="people"):
    """The list of the staff, or who follows the one with the id `after`."""

    after: Number = 0


class Invite(CallbackData, prefix="invite"):
    """Make an invitation."""

    role: str


class Member(CallbackData, prefix="member"):
    """One member of the staff."""

    id: Number


class Capacity(CallbackData, prefix="capacity"):
    """How many open deals somebody gets at most; 0 is no limit."""

    id: Number
    most: Number


class ChangeRole(CallbackData, prefix="role"):
    """What somebody may do."""

    id: Number
    role: str


class Disable(CallbackData, prefix="disable"):
    """Let somebody go; asked twice."""

    id: Number
    sure: bool


class Hours(CallbackData, prefix="hours"):
    """Choose working hours that are common, or none."""

    which: str


class Quiet(CallbackData, prefix="quiet"):
    """Choose the usual quiet hours, or none."""

    on: bool


class Replies(CallbackData, prefix="replies"):
    """All auto-replies."""


class NewReply(CallbackData, prefix="newreply"):
    """Make an auto-reply for a case."""

    preset: str


class Reply(CallbackData, prefix="reply"):
    """One auto-reply."""

    id: Number


class ReplyText(CallbackData, prefix="replytext"):
    """Type another text for an auto-reply."""

    id: Number


class ReplySwitch(CallbackData, prefix="replyon"):
    """Let an auto-reply work or not."""

    id: Number
    on: bool


class ReplyDelete(CallbackData, prefix="replydel"):
    """End an auto-reply; asked twice."""

    id: Number
    sure: bool


class ReplyPick(CallbackData, prefix="replypick"):
    """Answer what a half-finished auto-reply asks; `turn` says which of its screens the button is on."""

    turn: Number
    value: str


class ReplyGo(CallbackData, prefix="replygo"):
    """Save a half-finished auto-reply, change its text, go back or cancel."""

    turn: Number
    to: str


class Triggers(CallbackData, prefix="triggers"):
    """The list of triggers, or what follows the one with the id `after`."""

    after: Number = 0


class Trigger(CallbackData, prefix="trigger"):
    """One trigger."""

    id: Number


class TriggerSwitch(CallbackData, prefix="triggeron"):
    """Let a trigger work or not."""

    id: Number
    on: bool


class TriggerDelete(CallbackData, prefix="triggerdel"):
    """End a trigger; asked twice."""

    id: Number
    sure: bool


class TriggerRuns(CallbackData, prefix="runs"):
    """What a trigger did and will do."""

    id: Number


class NewTrigger(CallbackData, prefix="newtrigger"):
    """Make a trigger."""


class TriggerEdit(CallbackData, prefix="triggeredit"):
    """Change a trigger."""

    id: Number


class FormGo(CallbackData, prefix="formgo"):
    """Another step of the trigger that is being made; `turn` says which of its screens the button is on."""

    turn: Number
    to: str


class FormPart(CallbackData, prefix="formpart"):
    """Choose the event, add a condition or an action."""

    turn: Number
    family: str
    kind: str


class FormPick(CallbackData, prefix="formpick"):
    """Answer what the form asks."""

    turn: Number
    value: str


class FormDrop(CallbackData, prefix="formdrop"):
    """Leave a condition or an action out."""

    turn: Number
    family: str
    place: Number
