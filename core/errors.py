"""What a person can be told when an act is refused: a code, a text and one next step; no language is chosen here."""

from datetime import datetime
from typing import ClassVar

from core.texts import N_, Texts

# Several of these and the words around them fit into one message of any messenger.
LONGEST_VALUE = 500


class Refusal(Exception):
    """An act that was not done, for a reason that its actor should read.

    Subclasses stand beside the rule that raises them and name `code`, `text` and `next_step`;
    both texts may hold placeholders, filled from the keyword arguments; an instant is told as how long ago it was.
    """

    code: ClassVar[str]
    text: ClassVar[str]
    next_step: ClassVar[str]

    kinds: ClassVar[dict[str, type["Refusal"]]] = {}

    def __init_subclass__(cls, **arguments: object) -> None:
        super().__init_subclass__(**arguments)
        if "code" in cls.__dict__:
            Refusal.kinds[cls.code] = cls

    def __init__(self, **values: str | int | datetime) -> None:
        super().__init__(self.code)
        self.values = values

    def told(self, t: Texts, now: datetime, *, with_next_step: bool = True) -> str:
        """The reason and the next step, in the language of `t`; what was typed at great length is cut."""
        words = {
            name: t.ago(value, now) if isinstance(value, datetime) else _short(value)
            for name, value in self.values.items()
        }
        reason = t(self.text, **words)
        return f"{reason} {t(self.next_step, **words)}" if with_next_step else reason


def _short(value: str | int) -> str | int:
    if isinstance(value, int) or len(value) <= LONGEST_VALUE:
        return value
    return value[: LONGEST_VALUE - 1].rstrip() + "…"


class NotFound(Refusal):
    """What was named does not exist, or not for this person."""

    code = "not-found"
    text = N_("There is nothing by that name here.")
    next_step = N_("Look at /deals for what is open.")


class NotAllowed(Refusal):
    """The person's role does not include the act."""

    code = "not-allowed"
    text = N_("Your role does not allow this.")
    next_step = N_("Ask an admin if you need it.")


class Conflict(Refusal):
    """Somebody else was faster."""

    code = "conflict"
    text = N_("Somebody has changed this in the meantime.")
    next_step = N_("Look at it again and repeat what is still needed.")


class Unreadable(Refusal):
    """What was typed or sent cannot be understood."""

    code = "unreadable"
    text = N_("“{part}” could not be understood.")
    next_step = N_("Try it like this: {example}")


class Unexpected(Refusal):
    """A fault of ours."""

    code = "unexpected"
    text = N_("Something went wrong on our side; nothing was changed.")
    next_step = N_("Try again; if it keeps happening, tell your admin.")
