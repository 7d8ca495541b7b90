"""What buttons carry: typed, small, only ids; rights are asked again at the tap."""

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

# Data made by hand may hold any number: one that no database holds is no data of ours.
Id = Annotated[int, Field(ge=0, lt=2**63)]
Microseconds = Annotated[int, Field(ge=0, lt=10**16)]


class Answer(CallbackData, prefix="answer"):
    """Open the conversation of a deal."""

    deal: Id


class Take(CallbackData, prefix="take"):
    """Become the assignee of a deal."""

    deal: Id


class Card(CallbackData, prefix="card"):
    """Back to the card as it is."""

    deal: Id


class Show(CallbackData, prefix="show"):
    """A card anew, at the bottom."""

    deal: Id


class Stages(CallbackData, prefix="stages"):
    """Choose a stage."""

    deal: Id


class Move(CallbackData, prefix="move"):
    """Move a deal to a stage."""

    deal: Id
    stage: Id


class Ending(CallbackData, prefix="ending"):
    """Choose how a deal ends."""

    deal: Id


class Close(CallbackData, prefix="close"):
    """End a deal."""

    deal: Id
    group: str


class Lost(CallbackData, prefix="lost"):
    """End a deal as lost for a reason."""

    deal: Id
    reason: Id


class Done(CallbackData, prefix="done"):
    """Talk to nobody any more."""


class ToWhom(CallbackData, prefix="to"):
    """Send what was typed to this deal's customer."""

    deal: Id


class Forget(CallbackData, prefix="forget"):
    """Send what was typed to nobody."""


class Retry(CallbackData, prefix="retry"):
    """Send a message again."""

    outgoing: Id


class Discard(CallbackData, prefix="discard"):
    """Give a message up."""

    outgoing: Id


class Deals(CallbackData, prefix="deals"):
    """A list of deals; `since` (microseconds of the epoch) and `after` name the last one shown before."""

    scope: str
    since: Microseconds = 0
    after: Id = 0


class Next(CallbackData, prefix="next"):
    """Take the next request."""


class Shift(CallbackData, prefix="shift"):
    """Come on shift or go off."""

    on: bool


class People(CallbackData, prefix="people"):
    """The list of the staff."""


class Invite(CallbackData, prefix="invite"):
    """Make an invitation."""

    role: str


class Member(CallbackData, prefix="member"):
    """One member of the staff."""

    id: Id


class Capacity(CallbackData, prefix="capacity"):
    """How many open deals somebody gets at most; 0 is no limit."""

    id: Id
    most: Annotated[int, Field(ge=0, lt=10**6)]


class ChangeRole(CallbackData, prefix="role"):
    """What somebody may do."""

    id: Id
    role: str


class Disable(CallbackData, prefix="disable"):
    """Let somebody go; asked twice."""

    id: Id
    sure: bool
