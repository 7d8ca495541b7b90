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
