"""Changes what we said to customers, or takes it back; who may is the pipeline's affair.

What waits is changed where it waits; what is out, or on its way, is changed there by a row of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal, select, update

from core.bulk import insert_rows
from core.database import UnitOfWork
from core.journal import Recorded, record
from inbox.albums import beside, parts_of, with_part
from inbox.attachments import replace_files, source_of
from inbox.changes import said
from inbox.channel import File, Kept, Written
from inbox.channels import limits_of
from inbox.contacts import stream_of
from inbox.contents import contents_of
from inbox.events import ChangeFailed, MessageEdited, MessageTakenBack
from inbox.models import attachment, channel, conversation, file_ref, message, message_version, outgoing, posted
from inbox.outbound import Lane, Outgoing, queue

# What can be put in the place of another medium of its kind.
REPLACEABLE = frozenset({"photo", "animation", "video", "audio", "document"})
CAPTIONED = REPLACEABLE | {"voice"}


@dataclass(frozen=True, slots=True)
class Said:
    """A message of ours and how far it has come: the rows that send it, and its names in the customer's chat."""

    id: int
    conversation_id: int
    contact_id: int
    channel_id: int
    channel_kind: str
    chat_key: str
    actor: str
    kind: str
    body: dict[str, Any]
    at: datetime
    deleted_at: datetime | None
    album: str | None
    attachment: int | None
    path: str | None
    sends: Sequence[Any]
    names: Sequence[str]
    # What its file is called, by channel.
    refs: dict[int, str]

    @property
    def is_out(self) -> bool:
        """Whether the customer has it."""
        return bool(self.names)

    def has(self, files: Sequence[File]) -> bool:
        """Whether these are its files."""
        if not files:
            return self.attachment is None
        if isinstance(files[0], Kept):
            return self.path == files[0].external_ref
        return self.refs.get(files[0].channel_id or self.channel_id) == files[0].external_ref

    @property
    def source(self) -> dict[str, Any] | None:
        """What a content for the customer says of its file."""
        if self.attachment is None:
            return None
        name = self.refs.get(self.channel_id)
        return {"attachment": self.attachment} if name is None else {"file": name}

    def waits(self, *states: str) -> bool:
        """Whether the only row that sends it is in one of these states."""
        return len(self.sends) == 1 and self.sends[0].state in states


async def what_we_said(uow: UnitOfWork, message_id: int) -> Said | None:
    """A message to a customer, kept from being sent meanwhile; its stream must be locked."""
    row = await uow.row(
        select(
            message.c.id,
            message.c.conversation_id,
            conversation.c.contact_id,
            conversation.c.channel_id,
            channel.c.kind.label("channel_kind"),
            conversation.c.chat_key,
            message.c.actor,
            message.c.kind,
            message.c.body,
            message.c.at,
            message.c.deleted_at,
            message.c.album,
            attachment.c.id.label("attachment"),
            attachment.c.path,
        )
        .join(conversation, conversation.c.id == message.c.conversation_id)
        .join(channel, channel.c.id == conversation.c.channel_id)
        .outerjoin(attachment, (attachment.c.message_id == message.c.id) & (attachment.c.place == 0))
        .where(message.c.id == message_id, message.c.direction == "out")
    )
    if row is None:
        return None
    about = await beside(uow, [message_id]) if row.album else {message_id}
    sends = await uow.rows(
        select(outgoing.c.id, outgoing.c.state, outgoing.c.content, outgoing.c.message_id)
        .where(outgoing.c.message_id.in_(about), outgoing.c.op == "send", outgoing.c.chat_key == row.chat_key)
        .order_by(outgoing.c.id)
        .with_for_update()
    )
    sends = [one for one in sends if message_id in parts_of(one.content, one.message_id)]
    names = await uow.rows(
        select(posted.c.external_id)
        .where(
            posted.c.channel_id == row.channel_id, posted.c.chat_key == row.chat_key, posted.c.message_id == message_id
        )
        .order_by(posted.c.outgoing_id)
    )
    refs = await uow.rows(select(file_ref).where(file_ref.c.attachment_id == row.attachment))
    return Said(
        **row._mapping,
        sends=sends,
        names=[one.external_id for one in names],
        refs={one.channel_id: one.external_ref for one in refs},
    )


async def rewrite(uow: UnitOfWork, one: Said, written: Written, *, actor: str, edit: str) -> None:
    """Let a message say something else, at the customer as well; `edit` names the change, which is made once.

    It is one that waits, is on its way or is out, in one piece.
    """
    replaced, source = not one.has(written.files), one.source
    if replaced:
        made = await replace_files(uow, one.channel_id, one.id, written.files)
        source = source_of(written.files[0], one.channel_id, made[one.id, 0]) if written.files else None
    content = contents_of(limits_of(one.channel_kind), written.kind, written.body, source)[0]
    row = one.sends[0] if one.sends else None
    if row is not None and row.state == "queued":
        kept = {name: row.content[name] for name in ("reply_to", "silent") if name in row.content}
        new = with_part(row.content, one.id, content) if _is_album(row) else content | kept
        await uow.execute(update(outgoing).where(outgoing.c.id == row.id).values(content=new))
    else:
        had = replaced or await _replaced_before(uow, one.id)
        await queue(uow, [_change(one, "edit", content | ({"replaced": True} if had else {}), cause=edit)])
    version = await _keep(uow, one)
    await uow.execute(
        update(message).where(message.c.id == one.id).values(said(written.kind, written.body) | {"edited_at": uow.now})
    )
    await record(uow, [MessageEdited(**_common(one, actor), message_id=one.id, version=version)])


async def _replaced_before(uow: UnitOfWork, message_id: int) -> bool:
    """Whether an edit before this one, which this one may take the place of, brought another file."""
    rows = await uow.rows(
        select(outgoing.c.content).where(outgoing.c.message_id == message_id, outgoing.c.op == "edit")
    )
    return any(row.content.get("replaced") for row in rows)


def _change(one: Said, op: str, content: dict[str, Any], *, cause: str, name: str | None = None) -> Outgoing:
    # Where its name is not known yet, the row that sends it will have learnt it by then.
    target = name or (one.names[0] if one.names else None)
    return Outgoing(
        cause=f"{op}:{cause}",
        channel_id=one.channel_id,
        chat_key=one.chat_key,
        lane=Lane.PEOPLE,
        op=op,
        content=content | ({"target": target} if target else {}),
        message_id=one.id,
        target_id=None if target else one.sends[0].id,
        merge_key=f"{op}:message:{one.id}:{target or ''}",
    )


async def _keep(uow: UnitOfWork, one: Said) -> int:
    last = await uow.value(select(func.max(message_version.c.no)).where(message_version.c.message_id == one.id))
    version = (last or 0) + 1
    await insert_rows(uow, message_version, [{"message_id": one.id, "no": version, "body": one.body, "at": uow.now}])
    return version


def _common(one: Said, actor: str) -> dict[str, Any]:
    return {
        "stream": stream_of(one.contact_id),
        "ref": f"conversation:{one.conversation_id}",
        "actor": actor,
        "conversation_id": one.conversation_id,
    }


async def take_away(uow: UnitOfWork, one: Said, *, actor: str, act: str) -> None:
    """Take a message back: what waits is never sent, what is out or on its way is deleted at the customer.

    `act` names the wish, which is followed once.
    """
    albums = [row for row in one.sends if _is_album(row) and len(row.content["parts"]) > 1]
    for row in albums:
        if row.state in ("queued", "failed"):
            await _leave_out(uow, row, one.id)
    mine = update(outgoing).where(
        outgoing.c.message_id == one.id,
        outgoing.c.chat_key == one.chat_key,
        outgoing.c.id.not_in([row.id for row in albums]),
    )
    await uow.execute(mine.where(outgoing.c.state == "queued").values(state="cancelled", reason="taken_back"))
    sending = not one.names and any(row.state == "sending" for row in one.sends)
    deletions = [_change(one, "delete", {}, cause=f"{act}:{name}", name=name) for name in one.names]
    await queue(uow, [*deletions, *([_change(one, "delete", {}, cause=act)] if sending else [])])
    await uow.execute(
        mine.where(outgoing.c.state == "failed", outgoing.c.op == "send").values(state="cancelled", reason="discarded")
    )
    await uow.execute(update(message).where(message.c.id == one.id).values(deleted_at=uow.now))
    await record(uow, [MessageTakenBack(**_common(one, actor), message_id=one.id)])


def _is_album(row: Any) -> bool:
    return bool(row.content.get("kind") == "album")


async def _leave_out(uow: UnitOfWork, row: Any, message_id: int) -> None:
    """The rest of an album is sent without this part."""
    content = with_part(row.content, message_id, None)
    values = {"content": content, "message_id": content["parts"][0]["message"]}
    await uow.execute(update(outgoing).where(outgoing.c.id == row.id).values(values))


async def being_deleted(uow: UnitOfWork, message_id: int) -> bool:
    """Whether a message that was taken back may still be with the customer."""
    found = await uow.value(
        select(literal(1))
        .where(
            outgoing.c.message_id == message_id,
            outgoing.c.op == "delete",
            outgoing.c.state.in_(["queued", "sending"]),
        )
        .limit(1)
    )
    return found is not None


async def on_change_failed(uow: UnitOfWork, events: Sequence[Recorded[ChangeFailed]]) -> None:
    """What could not be deleted at the customer was not taken back."""
    kept = [item.event.message_id for item in events if item.event.op == "delete"]
    if kept:
        await uow.execute(update(message).where(message.c.id.in_(kept)).values(deleted_at=None))
