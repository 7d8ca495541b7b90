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


class SavePhone(CallbackData, prefix="phone"):
    """Note the phone number of a contact that a customer sent."""

    deal: Number
    message: Number


class TakeBackList(CallbackData, prefix="back"):
    """Choose which of his last messages to a deal's customer is taken back."""

    deal: Number


class TakeBack(CallbackData, prefix="takeback"):
    """Take a message to a deal's customer back."""

    deal: Number
    message: Number


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


class More(CallbackData, prefix="more"):
    """Everything else that can be done with a deal."""

    deal: Number


class Reopen(CallbackData, prefix="reopen"):
    """Let a closed deal go on."""

    deal: Number


class OneMore(CallbackData, prefix="onemore"):
    """Open one more deal of the same customer."""

    deal: Number


class Profile(CallbackData, prefix="profile"):
    """The customer of a deal: all his deals and talks."""

    deal: Number


class Amount(CallbackData, prefix="amount"):
    """Ask what a deal is worth, or wipe it."""

    deal: Number
    wipe: bool = False


class Tags(CallbackData, prefix="tags"):
    """The tags of a deal and those that it could have."""

    deal: Number


class Tag(CallbackData, prefix="tag"):
    """Give a deal a tag, or take it."""

    deal: Number
    tag: Number
    on: bool


class Note(CallbackData, prefix="note"):
    """Ask for a note on a deal."""

    deal: Number


class HandOver(CallbackData, prefix="handover"):
    """Choose who gets a deal."""

    deal: Number


class HandTo(CallbackData, prefix="handto"):
    """Give a deal to a colleague; 0 is whoever's turn it is."""

    deal: Number
    to: Number


class NewTask(CallbackData, prefix="newtask"):
    """Ask what is to be done about a deal, and when; `task_kind` 0 is the first kind."""

    deal: Number
    task_kind: Number = 0


class TaskAt(CallbackData, prefix="taskat"):
    """Add a task that is due at one of the usual times."""

    deal: Number
    task_kind: Number
    at: str


class DealTasks(CallbackData, prefix="dealtasks"):
    """What is to be done about a deal."""

    deal: Number


class Tasks(CallbackData, prefix="tasks"):
    """A list of tasks; `due` (microseconds of the epoch) and `after` name the last one shown before."""

    colour: str = ""
    team: bool = False
    due: Number = 0
    after: Number = 0


class Task(CallbackData, prefix="task"):
    """One task."""

    id: Number


class TaskDone(CallbackData, prefix="taskdone"):
    """A task is done."""

    id: Number


class TaskLater(CallbackData, prefix="tasklater"):
    """A task is due at another of the usual times; without one, it is asked for."""

    id: Number
    at: str = ""


class TaskGive(CallbackData, prefix="taskgive"):
    """A task is somebody else's; 0 asks whose."""

    id: Number
    to: Number = 0


class Ring(CallbackData, prefix="ring"):
    """Let one kind of notice ring, or come without a sound."""

    notice: str
    on: bool


class Night(CallbackData, prefix="night"):
    """Choose the usual night, or none."""

    on: bool
