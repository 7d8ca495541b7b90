"""What the customer wrote contains one of these words."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Annotated

from pydantic import Field

from core.database import UnitOfWork
from core.errors import Refusal
from core.texts import N_, Texts
from inbox.queries import texts_of
from triggers.parts import Asks, Case, Condition, Kind, Names, quoted

MOST_WORDS = 50


class TooManyWords(Refusal):
    """More words than one trigger looks for."""

    code = "too-many-words"
    text = N_("These are {n} words, and {most} are looked for at most.")
    next_step = N_("Leave some out, or make two of it.")


def read_words(typed: str) -> tuple[str, ...]:
    """Words or phrases as people separate them, each once. Raises TooManyWords."""
    words = tuple(dict.fromkeys(word for part in _SEPARATORS.split(typed) if (word := " ".join(part.split()))))
    if len(words) > MOST_WORDS:
        raise TooManyWords(n=len(words), most=MOST_WORDS)
    return words


_SEPARATORS = re.compile(r"[,;\n]")


class TextContains(Condition):
    """The message that set the trigger off contains one of these words or phrases as a whole, in any case."""

    kind = "text_contains"
    label = N_("the text contains words")
    about_message = True

    words: Annotated[
        tuple[str, ...], Field(min_length=1, max_length=MOST_WORDS), Asks(Kind.WORDS, N_("Words, separated by commas"))
    ]

    async def holds(self, uow: UnitOfWork, cases: Sequence[Case]) -> list[bool]:
        found = await texts_of(uow, {_message_of(case) for case in cases})
        meant = _pattern(self.words)
        return [meant.search(found.get(_message_of(case), "").casefold()) is not None for case in cases]

    def told(self, t: Texts, names: Names) -> str:
        return t("the text contains {words}", words=quoted(t, self.words))


def _message_of(case: Case) -> int:
    return getattr(case.event.event, "message_id", 0)


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    either = "|".join(re.escape(one.strip().casefold()) for one in words)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)")
