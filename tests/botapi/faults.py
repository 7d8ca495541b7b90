"""The misfortunes a test orders for coming calls; how a call runs without them is not known here."""

import itertools
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

from tests.botapi.errors import ApiError, terminated_by_other
from tests.botapi.ledger import Ledger
from tests.botapi.pulse import Pulse

BeforeKind = Literal["400", "401", "403", "409", "429", "5xx", "unknown_method", "slow", "hold"]
AfterKind = Literal[
    "accepted_no_answer", "accepted_reset", "accepted_502", "accepted_garbage", "accepted_hold", "drip", "endless"
]
FaultKind = BeforeKind | AfterKind

BEFORE: frozenset[str] = frozenset(get_args(BeforeKind))
AFTER: frozenset[str] = frozenset(get_args(AfterKind))

_REFUSALS: dict[str, tuple[int, str]] = {
    "400": (400, "Bad Request: refused on request"),
    "401": (401, "Unauthorized"),
    "403": (403, "Forbidden: bot was blocked by the user"),
    "409": (409, terminated_by_other().description),
    "5xx": (500, "Internal Server Error"),
    "unknown_method": (404, "Not Found"),
}


@dataclass(slots=True, kw_only=True)
class Fault:
    """One order: what happens to which calls, and how often (`times` None: until it is cleared)."""

    id: int
    kind: FaultKind
    method: str = "*"
    chat_id: int | None = None
    times: int | None = 1
    retry_after: int | None = None
    description: str | None = None
    code: int | None = None
    seconds: float | None = None
    released: bool = False

    def strikes(self, method: str, chat_id: int | None) -> bool:
        """Whether a call is meant. `*` spares getUpdates, which would eat every fault meant for a send: name it."""
        if self.times == 0 or self.released:
            return False
        meant = method != "getUpdates" if self.method == "*" else fnmatchcase(method, self.method)
        return meant and self.chat_id in (None, chat_id)

    def refusal(self) -> ApiError | None:
        """The error that the call gets, if it gets one."""
        if self.kind == "429":
            seconds = self.retry_after or 1
            return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        if self.kind not in _REFUSALS:
            return None
        code, description = _REFUSALS[self.kind]
        return ApiError(self.code or code, self.description or description)


class Faults:
    """The orders of one bot, the oldest first."""

    def __init__(self, ledger: Ledger, pulse: Pulse) -> None:
        self._ledger = ledger
        self._pulse = pulse
        self._ids = itertools.count(1)
        self._orders: dict[int, Fault] = {}

    def order(self, **wishes: Any) -> Fault:
        """Add a fault and return it."""
        fault = Fault(id=next(self._ids), **wishes)
        self._orders[fault.id] = fault
        return fault

    def clear(self, fault_id: int | None) -> None:
        """Forget one fault, or all of them, and let go whatever they hold."""
        for one in [fault_id] if fault_id else list(self._orders):
            if fault := self._orders.pop(one, None):
                fault.released = True
        self._pulse.beat()

    def strike(self, kinds: frozenset[str], method: str, chat_id: int | None) -> Fault | None:
        """Use up the oldest fault of these kinds that means the call, if there is one."""
        for fault in self._orders.values():
            if fault.kind in kinds and fault.strikes(method, chat_id):
                fault.times = fault.times and fault.times - 1
                self._ledger.write("fault", method=method, chat_id=chat_id, description=fault.kind, fault=fault.id)
                return fault
        return None
