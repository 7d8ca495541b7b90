"""What the buttons of admins' screens carry; the same rules as for everybody's."""

from aiogram.filters.callback_data import CallbackData

from bot.callbacks import Number


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


class ChatAsks(CallbackData, prefix="chatasks"):
    """Ask visitors of the site for a contact, or not."""

    on: bool


class ChatNames(CallbackData, prefix="chatnames"):
    """Let visitors of the site read who answers, or not."""

    on: bool


class ChatSite(CallbackData, prefix="chatsite"):
    """Take the site at a place of the list off it; `which` tells it from one that may stand there by then."""

    place: Number
    which: Number


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


class Settings(CallbackData, prefix="settings"):
    """What the company has chosen for itself."""


class Words(CallbackData, prefix="words"):
    """One of the lists that the company keeps, or what follows the one with the place `after`."""

    which: str
    after: Number = 0


class Word(CallbackData, prefix="word"):
    """One entry of a list."""

    which: str
    id: Number


class WordDrop(CallbackData, prefix="worddrop"):
    """Offer an entry no more; asked twice."""

    which: str
    id: Number
    sure: bool


class TagRename(CallbackData, prefix="tagrename"):
    """Type another name for a tag."""

    id: Number


class TagMerge(CallbackData, prefix="tagmerge"):
    """Let the deals of a tag have another one instead; `into` 0 asks which."""

    id: Number
    into: Number = 0
