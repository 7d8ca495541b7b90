"""Our accounts at messengers as rows: which there are and what keeps them from working; reading them is elsewhere."""

from dataclasses import dataclass

from sqlalchemy import or_, select, update

from core.database import UnitOfWork
from core.journal import insert_or_ignore
from inbox.models import channel


class OtherAccount(Exception):
    """The settings name another account than the one that this database's chats belong to."""

    def __init__(self, kind: str, known: str, given: str) -> None:
        super().__init__(f"{kind}: {known} is known, {given} was given")
        self.kind = kind
        self.known = known
        self.given = given


async def ensure_account(uow: UnitOfWork, kind: str, name: str) -> int:
    """The channel of an account, made at its first start. Raises OtherAccount when another one was here before."""
    await same_account(uow, kind, name)
    await uow.execute(insert_or_ignore(uow, channel), {"kind": kind, "name": name})
    channel_id: int = await uow.value(select(channel.c.id).where(channel.c.kind == kind, channel.c.name == name))
    return channel_id


async def same_account(uow: UnitOfWork, kind: str, name: str) -> None:
    """Nothing, if the account is the one of this database or its first. Raises OtherAccount."""
    known = await uow.value(select(channel.c.name).where(channel.c.kind == kind))
    if known is not None and known != name:
        raise OtherAccount(kind, known, name)


async def stands_still(uow: UnitOfWork, channel_id: int, reason: str) -> bool:
    """Note that an account cannot be used until an admin mends it; False if that was known."""
    result = await uow.execute(
        update(channel)
        .where(channel.c.id == channel_id, or_(channel.c.state != "paused", channel.c.reason != reason))
        .values(state="paused", reason=reason)
    )
    return result.rowcount == 1


async def works(uow: UnitOfWork, channel_id: int) -> None:
    """Note that an account can be used."""
    await uow.execute(
        update(channel).where(channel.c.id == channel_id, channel.c.state != "on").values(state="on", reason=None)
    )


@dataclass(frozen=True, slots=True)
class Trouble:
    """What keeps an account from working."""

    kind: str
    reason: str


async def troubles(uow: UnitOfWork) -> list[Trouble]:
    """Accounts that are paused, with the reason."""
    rows = await uow.rows(select(channel.c.kind, channel.c.reason).where(channel.c.state == "paused"))
    return [Trouble(row.kind, row.reason or "") for row in rows]
