"""The lists that a company keeps, as the settings' screens handle them: how each is read, added to and shortened."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, NamedTuple

from core.database import UnitOfWork
from core.texts import N_
from pipeline.reasons import add_reason, remove_reason
from pipeline.staff.rights import Staff
from pipeline.stages import reasons
from pipeline.tags import add_tag, remove_tag, tags
from pipeline.work.kinds import add_kind, remove_kind, task_kinds


class Entry(NamedTuple):
    """One word of a list; `shown` says more of it than its name."""

    id: int
    name: str
    shown: str


class Vocabulary(NamedTuple):
    """One list: what it is called, what is said about it, and what can be done with it."""

    heading: str
    about: str
    words: Callable[[UnitOfWork], Awaitable[list[Entry]]]
    add: Callable[[UnitOfWork, Staff, str], Awaitable[object]]
    remove: Callable[[UnitOfWork, Staff, int], Awaitable[object]]


async def _reasons(uow: UnitOfWork) -> list[Entry]:
    return [Entry(one.id, one.name, one.name) for one in await reasons(uow)]


async def _tags(uow: UnitOfWork) -> list[Entry]:
    return [Entry(one.id, one.name, f"{one.name} · {one.deals}") for one in await tags(uow)]


async def _kinds(uow: UnitOfWork) -> list[Entry]:
    return [Entry(one.id, one.name, one.name) for one in await task_kinds(uow)]


TAG = "tag"
VOCABULARIES: Final[Mapping[str, Vocabulary]] = {
    "reason": Vocabulary(
        N_("Reasons for losing"),
        N_("A deal that was lost keeps its reason, even when it is removed here."),
        _reasons,
        add_reason,
        remove_reason,
    ),
    TAG: Vocabulary(
        N_("Tags"),
        N_("With how many deals have each. Removing one takes it from all of them."),
        _tags,
        add_tag,
        remove_tag,
    ),
    "task": Vocabulary(
        N_("Kinds of tasks"),
        N_("A task keeps its kind, even when it is removed here."),
        _kinds,
        add_kind,
        remove_kind,
    ),
}
