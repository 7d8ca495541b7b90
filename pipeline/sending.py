"""What somebody of the staff sends from a browser: a text, files that he has uploaded, or both."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from core.database import UnitOfWork
from core.errors import NotFound
from inbox.channel import File, Written
from inbox.models import message
from inbox.seeing import seen_by_us
from inbox.talks import is_within, newest_within
from inbox.uploads import MOST_FILES, TooManyFiles, use
from pipeline.deals import Answered, answer, locked, see
from pipeline.staff.rights import Right, Staff, needs
from pipeline.talks import part_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A message to be; the same `client_key` is sent once. `uploads` are the names of files."""

    client_key: str
    text: str = ""
    uploads: Sequence[str] = ()
    reply_to_id: int | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """Which messages it became, and whose deal they belong to."""

    deal_id: int
    message_ids: Sequence[int]


@needs(Right.ANSWER)
async def send(uow: UnitOfWork, by: Staff, deal_id: int, sending: Sending) -> Sent:
    """Answer a deal's customer; of several files each is a message, and the first has the text.

    Raises NotFound, DealTaken, NotSendable, UploadGone.
    """
    await see(uow, by, deal_id)
    # A repeat waits here, and finds what it wanted to say.
    await locked(uow, deal_id)
    keys = [f"{sending.client_key}:{place}" for place in range(max(1, len(sending.uploads)))]
    known = select(message.c.id).where(message.c.client_key.in_(keys)).order_by(message.c.id)
    if found := [row.id for row in await uow.rows(known)]:
        return Sent(deal_id, found)
    await _check_reply(uow, by, deal_id, sending.reply_to_id)
    if len(sending.uploads) > MOST_FILES:
        raise TooManyFiles(most=MOST_FILES)
    files = await use(uow, by.actor, sending.uploads)
    sent: list[Answered] = []
    for key, written in zip(keys, _written(uow, sending, files), strict=True):
        reply_to_id = None if sent else sending.reply_to_id
        sent.append(await answer(uow, by, deal_id, written=written, client_key=key, reply_to_id=reply_to_id))
    return Sent(sent[0].deal_id, [one.message_id for one in sent])


def _written(uow: UnitOfWork, sending: Sending, files: Sequence[File]) -> list[Written]:
    said = {"text": sending.text} if sending.text else {}
    if not files:
        return [Written("", uow.now, "text", said)]
    album = sending.client_key if len(files) > 1 else None
    return [
        Written("", uow.now, file.kind, {} if place else said, [file], album=album) for place, file in enumerate(files)
    ]


async def _check_reply(uow: UnitOfWork, by: Staff, deal_id: int, reply_to_id: int | None) -> None:
    if reply_to_id is None:
        return
    his = await part_of(uow, by, await see(uow, by, deal_id))
    if not await is_within(uow, reply_to_id, [his]):
        raise NotFound


@needs(Right.SEE)
async def look(uow: UnitOfWork, by: Staff, deal_id: int, *, up_to: int) -> None:
    """Note that what a customer wrote has been seen, by whoever has the deal or could take it; others only look on.

    A closed deal whose talk went on in another one is over. Raises NotFound, DealTaken.
    """
    view = await see(uow, by, deal_id)
    if view.assignee_id not in (None, by.id):
        return
    newest = await newest_within(uow, await part_of(uow, by, view), up_to=up_to)
    if newest is not None:
        await seen_by_us(uow, view.conversation_id, newest, actor=by.actor)
