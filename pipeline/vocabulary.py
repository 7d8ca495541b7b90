"""What the lists that a company keeps (tags, reasons, kinds of tasks) have in common: names, and who changed them."""

from core.database import UnitOfWork
from core.errors import Refusal
from core.journal import lock, record
from core.relay import COMPANY
from core.texts import N_, plain
from core.words import bare
from pipeline.events import VocabularyChanged

LONGEST = 40


class NameEmpty(Refusal):
    """A name without a letter or a digit."""

    code = "name-empty"
    text = N_("A name needs at least one letter or digit.")
    next_step = N_("Type another one.")


class NameTooLong(Refusal):
    """A name that fits on no button."""

    code = "name-too-long"
    text = N_("The name is too long: {most} characters fit.")
    next_step = N_("Type a shorter one.")


def checked_name(name: str) -> str:
    """A name as it will be kept, on one line. Raises NameEmpty, NameTooLong."""
    words = " ".join(name.split())
    if not bare(words):
        raise NameEmpty
    if len(words) > LONGEST:
        raise NameTooLong(most=LONGEST)
    return plain(words)


async def note_change(uow: UnitOfWork, actor: str, what: str) -> None:
    """Write down who changed one of the lists."""
    await lock(uow, [COMPANY])
    await record(uow, [VocabularyChanged(stream=COMPANY, ref=COMPANY, actor=actor, what=what)])
