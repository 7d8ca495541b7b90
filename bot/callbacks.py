"""What buttons carry: typed, small, only ids; rights are asked again at the tap."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot.packing import ColourLetter, Packed, ScopeLetter
from pipeline.filters import DealFilter, Scope
from pipeline.lists import ListPlace

# What no database takes is no button of ours.
Number = Annotated[int, Field(ge=0, le=2**53)]
_EPOCH: Final = datetime.fromtimestamp(0, UTC)


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
    """A list of deals: what is in it, and beside which place its page stands, `since` in microseconds of the epoch."""

    scope: ScopeLetter = Scope.MINE
    stage: Packed = 0
    tag: Packed = 0
    colour: ColourLetter = None
    answered: bool = False
    since: Packed = 0
    id: Packed = 0
    back: bool = False

    @classmethod
    def of(cls, wanted: DealFilter, place: ListPlace | None = None, *, back: bool = False) -> "Deals":
        """The button of a list's page."""
        narrow = {"stage": wanted.stage_id or 0, "tag": next(iter(wanted.tag_ids), 0), "colour": wanted.colour}
        if place is None:
            return cls(scope=wanted.scope, **narrow)
        since = (place.since - _EPOCH) // timedelta(microseconds=1)
        return cls(scope=wanted.scope, **narrow, answered=place.answered, since=since, id=place.id, back=back)

    @property
    def wanted(self) -> DealFilter:
        """What the list is about."""
        tag_ids = (self.tag,) if self.tag else ()
        return DealFilter(self.scope, stage_id=self.stage or None, tag_ids=tag_ids, colour=self.colour)

    @property
    def place(self) -> ListPlace | None:
        """Where the page stands; the first one stands nowhere."""
        return ListPlace(self.answered, _EPOCH + timedelta(microseconds=self.since), self.id) if self.id else None


class Filter(CallbackData, prefix="filter"):
    """Choose what a list is narrowed by: a `part` of it, or which part."""

    part: str
    scope: ScopeLetter
    stage: Packed = 0
    tag: Packed = 0
    colour: ColourLetter = None


class Find(CallbackData, prefix="find"):
    """Ask what is searched for; `until` says that a deal is searched for what was typed up to this update."""

    until: Number = 0


class Found(CallbackData, prefix="found"):
    """Another page of what was found, beside this deal; the words stand in the message itself."""

    id: Number
    back: bool
    until: Number = 0


class Stats(CallbackData, prefix="stats"):
    """Figures of the last `days` days, one's own or the team's from behind a person on."""

    days: Number
    team: bool = False
    after: Number = 0


class Help(CallbackData, prefix="help"):
    """How one thing works; none is the overview."""

    topic: str = ""


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


class TaskBack(CallbackData, prefix="taskback"):
    """One task, where it was asked something about it."""

    id: Number


class Ring(CallbackData, prefix="ring"):
    """Let one kind of notice ring, or come without a sound."""

    notice: str
    on: bool


class Night(CallbackData, prefix="night"):
    """Choose the usual night, or none."""

    on: bool
