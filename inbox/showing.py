"""Where messages of customers are shown to others, be it sent or still queued; changes nothing.

The rows are locked, so that none is joined to another while somebody decides what it is to say.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, select

from core.database import UnitOfWork
from inbox.albums import beside, parts_of
from inbox.models import outgoing
from inbox.outbound import Latest


@dataclass(frozen=True, slots=True)
class Showing:
    """A row that shows a message in a chat."""

    id: int
    message_id: int
    channel_id: int
    chat_key: str
    cause: str
    state: str
    ref: str | None
    content: dict[str, Any]

    @property
    def place(self) -> tuple[int, str]:
        """The channel and the chat."""
        return self.channel_id, self.chat_key

    @property
    def latest(self) -> Latest:
        """The row as `outbound.revise` takes it."""
        return Latest(self.id, self.ref or "", self.channel_id, self.chat_key, self.message_id, self.cause)

    @property
    def lives(self) -> bool:
        """Whether it is seen, or will be."""
        return self.state in ("queued", "sending", "sent")


_COLUMNS = (
    outgoing.c.id,
    outgoing.c.message_id,
    outgoing.c.channel_id,
    outgoing.c.chat_key,
    outgoing.c.cause,
    outgoing.c.state,
    outgoing.c.ref,
    outgoing.c.content,
)
_SENDS = select(*_COLUMNS, outgoing.c.reason, outgoing.c.target_id).where(outgoing.c.op == "send").with_for_update()
_OF_MESSAGES = _SENDS.where(outgoing.c.message_id.in_(bindparam("ids", expanding=True))).order_by(outgoing.c.id)
_BY_ID = _SENDS.where(outgoing.c.id.in_(bindparam("ids", expanding=True)))


async def showing(uow: UnitOfWork, message_ids: Collection[int]) -> list[Showing]:
    """The rows that show these messages, oldest first; of what was joined, the one that says all of it."""
    rows = await uow.rows(_OF_MESSAGES, {"ids": sorted(await beside(uow, message_ids))}) if message_ids else []
    joined = {row.target_id for row in rows if row.reason == "joined"}
    ends = {row.id: _showing(row) for row in (await uow.rows(_BY_ID, {"ids": sorted(joined)}) if joined else [])}
    return [
        replace(ends[row.target_id] if row.reason == "joined" else _showing(row), message_id=message_id)
        for row in rows
        for message_id in parts_of(row.content, row.message_id)
        if message_id in message_ids
    ]


def _showing(row: Any) -> Showing:
    return Showing(*row[: len(_COLUMNS)])


@dataclass(frozen=True, slots=True)
class FailedEdit:
    """What a row should have been changed to."""

    row: Showing
    content: dict[str, Any]


async def failed_edits(uow: UnitOfWork, outgoing_ids: Collection[int]) -> dict[int, FailedEdit]:
    """Those of these failed rows that are edits of what shows a message, by their ids."""
    rows = await uow.rows(
        select(outgoing.c.id, outgoing.c.target_id, outgoing.c.content).where(
            outgoing.c.id.in_(outgoing_ids), outgoing.c.op == "edit", outgoing.c.target_id.is_not(None)
        )
    )
    targets = {row.target_id for row in rows}
    found = {row.id: row for row in (await uow.rows(_BY_ID, {"ids": sorted(targets)}) if targets else [])}
    return {
        row.id: FailedEdit(_showing(found[row.target_id]), row.content)
        for row in rows
        if row.target_id in found and found[row.target_id].message_id is not None
    }
