"""The updates of one bot between their arrival and their acknowledgement; who caused them is not known here."""

from dataclasses import dataclass
from typing import Any

from tests.botapi.errors import terminated_by_other
from tests.botapi.ledger import Ledger, dumps
from tests.botapi.pulse import Pulse

FIRST_UPDATE_ID = 100_000_001

# Telegram sends these only to a bot that asks for them by name.
_ONLY_BY_NAME = frozenset({"chat_member", "message_reaction", "message_reaction_count"})

# An offset this far above the newest update belongs to an older numbering.
_FAR_AHEAD = 10


@dataclass(slots=True, eq=False)
class Queued:
    """One update, as the very text that will be served."""

    update_id: int
    text: str
    was_offered: bool = False
    comes_again: bool = False


class UpdateQueue:
    """A queue in order of arrival, which is the order of ids unless the numbering has been made to fall.

    An offset acknowledges by position, so that a fallen numbering does no harm:
      below zero    all but the last -offset updates
      zero          nothing
      above zero    the newest queued update whose id is offset - 1, and everything that arrived before it;
                    if there is none: nothing if the offset is more than ten above the newest update (it was counted
                    in an older numbering), and otherwise the updates whose id is below the offset.
    After that the answer begins at the head of what is left. An offset is heard once, when the request comes: an update
    that arrives while the request waits is offered whatever its id. An update that was put back to be offered again is
    acknowledged only after it has been offered again, or nobody would ever see it.
    """

    def __init__(self, ledger: Ledger, pulse: Pulse) -> None:
        self.next_id = FIRST_UPDATE_ID
        self.held = False
        self.allowed: list[str] = []
        self._newest = 0
        self._ledger = ledger
        self._pulse = pulse
        self._waiting: list[Queued] = []
        self._done: list[Queued] = []
        self._poll = object()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, kind: str, body: dict[str, Any], chat_id: int) -> int | None:
        """Queue an update and return its id, or None if the bot does not want updates of its kind."""
        wanted = kind in self.allowed if self.allowed else kind not in _ONLY_BY_NAME
        if not wanted:
            return None
        update_id = self.next_id
        self._append(update_id, dumps({"update_id": update_id, kind: body}), kind, chat_id, body)
        return update_id

    def put_raw(self, text: str, update_id: int | None) -> int:
        """Queue a text to be served byte for byte and return the id by which it is acknowledged."""
        known = self.next_id if update_id is None else update_id
        self._append(known, text, "raw", None, {})
        return known

    def _append(self, update_id: int, text: str, kind: str, chat_id: int | None, body: dict[str, Any]) -> None:
        self._waiting.append(Queued(update_id, text))
        self._newest = update_id
        self.next_id = max(self.next_id, update_id + 1)
        self._ledger.write(
            "queued",
            update_ids=[update_id],
            chat_id=chat_id,
            description=kind,
            params={name: body[name] for name in ("text", "caption") if name in body},
            message_ids=[body["message_id"]] if "message_id" in body else [],
        )

    def offer_again(self, update_ids: list[int] | None) -> list[int]:
        """Put acknowledged updates (all of them if none is named) back at the head; return their ids."""
        again = [one for one in self._done if update_ids is None or one.update_id in update_ids]
        leaving = set(again)
        self._done = [one for one in self._done if one not in leaving]
        self._waiting[:0] = [Queued(one.update_id, one.text, comes_again=True) for one in again]
        self._pulse.beat()
        return [one.update_id for one in again]

    def waiting_ids(self) -> list[int]:
        """The ids of what is not acknowledged yet."""
        return [one.update_id for one in self._waiting]

    def hold(self, held: bool) -> None:
        """Hide the queue from getUpdates, or show it again."""
        self.held = held
        self._pulse.beat()

    def forget(self) -> None:
        """Drop everything that waits, as a webhook call may ask."""
        self._waiting.clear()

    async def take(self, *, offset: int, limit: int, timeout: float) -> list[str]:
        """Acknowledge by the offset, then return up to `limit` updates as soon as there is one.

        Raises the 409 of Telegram in a request that another one has overtaken.
        """
        self._poll = mine = object()
        self._pulse.beat()
        self._acknowledge(self._passed_by(offset))
        batch = await self._pulse.until(lambda: self._ready(mine, limit), timeout) or []
        if batch:
            again = [one.update_id for one in batch if one.was_offered or one.comes_again]
            self._ledger.write("offered", update_ids=[one.update_id for one in batch], again=again)
        for one in batch:
            one.was_offered = True
        return [one.text for one in batch]

    def _ready(self, mine: object, limit: int) -> list[Queued] | None:
        if self._poll is not mine:
            raise terminated_by_other()
        return None if self.held else self._waiting[:limit] or None

    def _passed_by(self, offset: int) -> list[Queued]:
        if offset <= 0:
            return self._waiting[: max(len(self._waiting) + offset, 0)] if offset else []
        last = [place for place, one in enumerate(self._waiting) if one.update_id == offset - 1]
        if last:
            return self._waiting[: last[-1] + 1]
        if offset > self._newest + _FAR_AHEAD:
            return []
        return [one for one in self._waiting if one.update_id < offset]

    def _acknowledge(self, passed: list[Queued]) -> None:
        gone = {one for one in passed if one.was_offered or not one.comes_again}
        if not gone:
            return
        self._waiting = [one for one in self._waiting if one not in gone]
        done = [one for one in passed if one in gone]
        self._done.extend(done)
        self._ledger.write("acknowledged", update_ids=[one.update_id for one in done])
