"""Who may do what: one table, role by right; whether a given deal is his is asked where the deal is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from core.database import UnitOfWork
from core.errors import NotAllowed
from core.texts import N_


class Role(StrEnum):
    """What somebody is in the company."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


ROLE_NAMES = {Role.OPERATOR: N_("operator"), Role.SUPERVISOR: N_("supervisor"), Role.ADMIN: N_("admin")}


class Right(StrEnum):
    """What a use case needs."""

    SEE = "see"
    ANSWER = "answer"
    MOVE = "move"
    WORK = "work"
    TAKE = "take"
    SEE_ALL = "see_all"
    ANSWER_ANY = "answer_any"
    CONFIGURE = "configure"


_OPERATOR = frozenset({Right.SEE, Right.ANSWER, Right.MOVE, Right.WORK, Right.TAKE})
_SUPERVISOR = _OPERATOR | {Right.SEE_ALL, Right.ANSWER_ANY}
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.OPERATOR: _OPERATOR,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.ADMIN: _SUPERVISOR | {Right.CONFIGURE},
}


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of the staff who acts."""

    id: int
    name: str
    role: Role
    language: str
    timezone: str

    @property
    def actor(self) -> str:
        """His name in the journal."""
        return f"staff:{self.id}"

    def may(self, right: Right) -> bool:
        """Whether his role includes a right."""
        return right in RIGHTS[self.role]


P = ParamSpec("P")
T = TypeVar("T")
UseCase = Callable[Concatenate[UnitOfWork, Staff, P], Awaitable[T]]


def needs(right: Right) -> Callable[[UseCase[P, T]], UseCase[P, T]]:
    """Declare the right of a use case, which is called with the unit of work and who acts. Raises NotAllowed."""

    def declare(use_case: UseCase[P, T]) -> UseCase[P, T]:
        @wraps(use_case)
        async def checked(uow: UnitOfWork, by: Staff, /, *args: P.args, **kwargs: P.kwargs) -> T:
            if not by.may(right):
                raise NotAllowed
            return await use_case(uow, by, *args, **kwargs)

        checked.__right__ = right  # type: ignore[attr-defined]
        return checked

    return declare
