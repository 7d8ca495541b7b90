"""Which commands each person is offered, in his language; whether he may use one is asked again when he does."""

from core.texts import N_, texts
from pipeline.staff.rights import Right, Staff

_COMMANDS = (
    ("next", N_("Take the next request"), Right.TAKE),
    ("deals", N_("My deals and the queue"), Right.SEE),
    ("find", N_("Search customers, messages, tags"), Right.SEE),
    ("tasks", N_("What is to be done, overdue first"), Right.SEE),
    ("board", N_("The board in a browser"), Right.SEE),
    ("shift", N_("Start or end your shift"), Right.TAKE),
    ("done", N_("Stop talking to a customer"), Right.ANSWER),
    ("delete", N_("Take a message to a customer back"), Right.ANSWER),
    ("stats", N_("My figures"), Right.SEE),
    ("notices", N_("What rings for me, and when"), Right.SEE),
    ("autoreply", N_("Automatic replies to customers"), Right.CONFIGURE),
    ("triggers", N_("What happens by itself"), Right.CONFIGURE),
    ("hours", N_("Working hours and quiet hours"), Right.CONFIGURE),
    ("webchat", N_("The chat on your site"), Right.CONFIGURE),
    ("staff", N_("People: invite, limits, roles"), Right.CONFIGURE),
    ("settings", N_("Currency, tags, reasons, kinds of tasks"), Right.CONFIGURE),
    ("try", N_("Try both sides alone"), Right.CONFIGURE),
    ("help", N_("How everything works"), Right.SEE),
)


def commands(person: Staff) -> list[tuple[str, str]]:
    """Commands with what they do, for somebody's menu."""
    t = texts(person.language, person.timezone)
    return [(name, t(words)) for name, words, right in _COMMANDS if person.may(right)]
