"""What was said to a customer, said otherwise or taken back: by whom and until when; how is the inbox's affair."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.database import UnitOfWork
from core.errors import Conflict, NotFound, Refusal
from core.journal import lock
from core.texts import N_
from inbox.channel import Written
from inbox.channels import limits_of
from inbox.contacts import stream_of
from inbox.correcting import CAPTIONED, REPLACEABLE, Said, rewrite, take_away, what_we_said
from inbox.models import conversation, message
from inbox.splitting import units
from pipeline.deals import check_sendable, see, still_his_customer
from pipeline.staff.rights import Right, Staff, needs

# Messengers delete nothing that is older.
LONGEST = timedelta(hours=48)
LISTED = 5


class NotChangeable(Refusal):
    """The message has nothing that can be changed, or the change is none that can be made."""

    code = "not-changeable"
    text = N_("This message cannot be changed at the customer.")
    next_step = N_("Take it back by replying /delete to it, and send it anew.")


class TooLongToChange(Refusal):
    """The text is longer than a message can be made."""

    code = "too-long-to-change"
    text = N_("The text is too long to be put in the place of the old one.")
    next_step = N_("Shorten it, or send the rest as a new message.")


class NotSent(Conflict):
    """The message failed or its delivery was not confirmed, so there is nothing that can be changed."""

    code = "not-sent"
    text = N_("It cannot be changed: it is not known to have reached the customer.")
    next_step = N_("Use the buttons under the notice about it, or send a new message.")


class TakenBackAlready(Conflict):
    """The message is gone."""

    code = "taken-back-already"
    text = N_("This message has been taken back already.")
    next_step = N_("No action is needed.")


class TooLate(Refusal):
    """The messenger deletes nothing so old."""

    code = "too-late"
    text = N_("It was sent more than 48 hours ago: messengers delete nothing that is older.")
    next_step = N_("Write the customer what you meant instead.")


@needs(Right.ANSWER)
async def correct(uow: UnitOfWork, by: Staff, message_id: int, *, written: Written, edit: str) -> bool:
    """Let a message to a customer say something else; `edit` names the change. False if it says the same.

    Raises NotFound, DealTaken, NotChangeable, NotSendable, TooLongToChange, NotSent, TakenBackAlready.
    """
    one = await _his(uow, by, message_id)
    if (written.kind, written.body) == (one.kind, one.body) and one.has(written.files):
        return False
    if one.deleted_at is not None:
        raise TakenBackAlready
    _check_change(one, written)
    await rewrite(uow, one, written, actor=by.actor, edit=edit)
    return True


def _check_change(one: Said, written: Written) -> None:
    check_sendable(written)
    limits = limits_of(one.channel_kind)
    if units(written.body.get("text", "")) > (limits.text if written.kind == "text" else limits.caption):
        raise TooLongToChange
    if one.waits("failed", "unknown", "cancelled"):
        raise NotSent
    in_one_piece = len(one.names) == 1 or one.waits("queued", "sending")
    if not in_one_piece or written.kind not in {"text", *CAPTIONED} or (written.kind != one.kind and one.is_out):
        raise NotChangeable
    if one.album is not None and written.kind != one.kind:
        raise NotChangeable
    if not one.has(written.files) and not one.waits("queued") and written.kind not in REPLACEABLE:
        raise NotChangeable


@needs(Right.ANSWER)
async def take_back(uow: UnitOfWork, by: Staff, message_id: int, *, act: str) -> None:
    """Take a message to a customer back; `act` names the wish, should one be made again after it failed.

    Raises NotFound, DealTaken, TooLate, NotSent, TakenBackAlready.
    """
    one = await _his(uow, by, message_id)
    if one.deleted_at is not None:
        raise TakenBackAlready
    never_sent = not one.is_out and all(row.state == "cancelled" for row in one.sends)
    if never_sent or any(row.state == "unknown" for row in one.sends):
        raise NotSent
    if one.is_out and one.at < uow.now - LONGEST:
        raise TooLate
    await take_away(uow, one, actor=by.actor, act=act)


def may_take_back(by: Staff, actor: str, at: datetime, now: datetime) -> bool:
    """Whether it is worth offering to take a message back; whether it can be is asked when it is done."""
    if not actor.startswith("staff:") or now - at > LONGEST:
        return False
    return actor == by.actor or by.may(Right.ANSWER_ANY)


async def _his(uow: UnitOfWork, by: Staff, message_id: int) -> Said:
    row = await uow.row(
        select(message.c.actor, conversation.c.contact_id)
        .join(conversation, conversation.c.id == message.c.conversation_id)
        .where(message.c.id == message_id, message.c.direction == "out", message.c.actor.startswith("staff:"))
    )
    if row is None or (row.actor != by.actor and not by.may(Right.ANSWER_ANY)):
        raise NotFound
    await lock(uow, [stream_of(row.contact_id)])
    await still_his_customer(uow, by, message_id)
    one = await what_we_said(uow, message_id)
    if one is None:
        raise NotFound
    return one


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that can be taken back."""

    id: int
    kind: str
    body: dict[str, Any]
    at: datetime


@needs(Right.ANSWER)
async def last_messages(uow: UnitOfWork, by: Staff, deal_id: int) -> list[Sent]:
    """His last messages to a deal's customer that can be taken back, newest first. Raises NotFound, DealTaken."""
    view = await see(uow, by, deal_id)
    rows = await uow.rows(
        select(message.c.id, message.c.kind, message.c.body, message.c.at)
        .where(
            message.c.conversation_id == view.conversation_id,
            message.c.actor == by.actor,
            message.c.direction == "out",
            message.c.deleted_at.is_(None),
            message.c.at > uow.now - LONGEST,
        )
        .order_by(message.c.id.desc())
        .limit(LISTED)
    )
    return [Sent(*row) for row in rows]
