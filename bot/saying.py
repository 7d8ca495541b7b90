"""A short notice in the private chat of somebody of the staff, as a row; what is said is the caller's affair."""

from collections.abc import Collection
from typing import Any

from core.database import UnitOfWork
from inbox.outbound import Lane, Outgoing
from pipeline.staff.notices import Notice, Reach, reach


def notice(to: Reach, made: dict[str, Any], *, cause: str, about: Notice) -> Outgoing:
    """A content as a new message there, silent where that is his choice; the same `cause` is said once to him."""
    return Outgoing(
        cause=f"{cause}:{to.channel_id}:{to.chat_key}",
        channel_id=to.channel_id,
        chat_key=to.chat_key,
        lane=Lane.NOTICE,
        content=made | to.how(about),
    )


async def reach_each(uow: UnitOfWork, staff_ids: Collection[int]) -> dict[int, list[Reach]]:
    """The private chats of these people, by person."""
    found: dict[int, list[Reach]] = {}
    for one in await reach(uow, staff_ids=staff_ids) if staff_ids else []:
        found.setdefault(one.staff.id, []).append(one)
    return found
