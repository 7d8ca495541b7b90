"""Marks what is about to be sent, before anything is, with the names it needs; what became of it is in `outcomes`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import case, select
from sqlalchemy import update as change

from core.bulk import update_rows
from core.database import UnitOfWork
from core.journal import busy_streams, lock_free
from inbox.albums import as_sent, is_of_several, messages_of
from inbox.channel import Reason, Sending
from inbox.joining import join_waiting
from inbox.models import attachment, attempt, message, outgoing, posted
from inbox.outbound import Lane
from inbox.sources import (
    LATE,
    PATIENCE,
    Source,
    attachments_in,
    out_of_reach,
    pause_after,
    sources,
    why_lost,
    with_files,
    words_alone,
)


@dataclass(frozen=True, slots=True)
class Marked:
    """A row that is being sent: what it is and which attempt this is. What has no `sending` is `hopeless`."""

    id: int
    no: int
    op: str
    chat_key: str
    messages: tuple[int, ...]
    ref: str | None
    failures: int
    resent: bool
    merge_key: str | None
    content: dict[str, Any]
    sending: Sending | None
    hopeless: Reason = Reason.TARGET

    @property
    def is_of_several(self) -> bool:
        """Whether a message that it sends has other rows as well."""
        return self.op == "send" and is_of_several(self.content)


async def mark(uow: UnitOfWork, ids: Sequence[int], *, epoch: int, media: Path = Path()) -> list[Marked]:
    """Write that these rows of a channel are about to be sent, before anything is; rows no longer queued are left out.

    So is for now what something in its stream may stop: the stream is locked and has nothing left to hand on; and what
    waits for a file to be fetched from elsewhere, which is not waited for without end: an automatic message goes on as
    its words alone, and whatever cannot is hopeless. `media` is the folder where the files lie.
    """
    heads = await uow.rows(
        select(*(outgoing.c[name] for name in ("id", "guard", "op", "content", "channel_id", "lane", "message_id")))
        .where(outgoing.c.id.in_(ids), outgoing.c.state == "queued")
        .order_by(outgoing.c.id)
        .with_for_update()
    )
    if not heads:
        return []
    named = {one for head in heads for one in attachments_in(head.op, head.content) if one}
    files = await sources(uow, heads[0].channel_id, named)
    held = await _held(uow, heads)
    held |= await _without_files(uow, [head for head in heads if head.id not in held], files)
    result = await uow.execute(
        change(outgoing)
        .where(outgoing.c.id.in_([one for one in ids if one not in held]), outgoing.c.state == "queued")
        .values(
            state="sending",
            attempts=outgoing.c.attempts + 1,
            # Nothing joins an album any more that may be out already.
            merge_key=case((outgoing.c.op != "send", outgoing.c.merge_key)),
        )
        .returning(outgoing)
    )
    rows = sorted(result, key=lambda row: row.id)
    if not rows:
        return []
    await uow.execute(
        attempt.insert(),
        [{"outgoing_id": row.id, "no": row.attempts, "epoch": epoch, "started_at": uow.now} for row in rows],
    )
    said = {row.id: (row.chat_key, row.content) for row in rows if row.op == "send"}
    grown = await join_waiting(uow, heads[0].channel_id, said)
    names = await _names(uow, rows)
    return [marked_of(row, names, content=grown.get(row.id), files=files, media=media) for row in rows]


async def _without_files(uow: UnitOfWork, heads: Sequence[Any], files: dict[int, Source]) -> set[int]:
    """What waits for a file, and is looked at again after a moment; its chat waits behind it, as order is order.

    Of `files` those that are not waited for any longer are missing from now on.
    """
    waiting = {one.id for one in files.values() if one.waits}
    waits_for = [(head, waiting.intersection(attachments_in(head.op, head.content))) for head in heads]
    waits_for = [(head, its) for head, its in waits_for if its]
    if not waits_for:
        return set()
    away = await out_of_reach(uow, waiting)
    since = await _written_at(uow, [head for head, _ in waits_for])
    later: list[dict[str, Any]] = []
    without: set[int] = set()
    for head, its in waits_for:
        waited = uow.now - since.get(head.message_id, uow.now)
        if its & away or waited >= PATIENCE:
            files |= {one: replace(files[one], state="missing") for one in its}
            without |= its if _goes_without(head) else set()
        else:
            later.append({"id": head.id, "not_before": uow.now + pause_after(waited)})
    await update_rows(uow, outgoing, later)
    if without:
        # The words go, and whoever reads the talk sees what has not gone with them.
        late = change(attachment).where(attachment.c.id.in_(sorted(without)), attachment.c.state == "waiting")
        await uow.execute(late.values(state="missing", reason=LATE, not_before=None))
    return {row["id"] for row in later}


def _goes_without(row: Any) -> bool:
    """Whether a message is sent as its words where its file cannot be had.

    Whoever wrote one himself is told that it failed, rather than that it arrived.
    """
    return row.op == "send" and row.lane == Lane.AUTOMATION and words_alone(row.content) is not None


async def _written_at(uow: UnitOfWork, heads: Sequence[Any]) -> dict[int, datetime]:
    """Since when messages say what they say."""
    ids = {head.message_id for head in heads if head.message_id is not None}
    rows = await uow.rows(select(message.c.id, message.c.at, message.c.edited_at).where(message.c.id.in_(sorted(ids))))
    return {row.id: row.edited_at or row.at for row in rows}


async def _held(uow: UnitOfWork, heads: Sequence[Any]) -> set[int]:
    rows = [head for head in heads if head.guard is not None]
    if not rows:
        return set()
    streams = sorted({row.guard for row in rows})
    # Whoever waited here would keep the messages of all others waiting too.
    free = await lock_free(uow, streams, most=len(streams))
    free -= await busy_streams(uow, free)
    return {row.id for row in rows if row.guard not in free}


def marked_of(
    row: Any,
    names: "Names",
    *,
    content: dict[str, Any] | None = None,
    files: dict[int, Source] | None = None,
    media: Path = Path(),
) -> Marked:
    """A row that is being sent, with the names of what it is about; `content` is what it says by now."""
    content, files = row.content if content is None else content, files or {}
    target = names.of_target(row)
    lost = row.op != "send" and target is None
    without = why_lost(row.op, content, files)
    sending = None
    words = words_alone(content) if without is not None and _goes_without(row) else None
    if not lost and (words or without is None):
        said = words or as_sent(with_files(row.op, content, files, media))
        sending = Sending(row.chat_key, row.op, said, target=target, reply_to=names.of_reply(row))
    return Marked(
        id=row.id,
        no=row.attempts,
        op=row.op,
        chat_key=row.chat_key,
        messages=messages_of(content, row.message_id),
        ref=row.ref,
        failures=row.failures,
        resent=row.reason == "resent",
        merge_key=row.merge_key,
        content=content,
        sending=sending,
        hopeless=without or Reason.TARGET,
    )


@dataclass(frozen=True, slots=True)
class Names:
    """Names of messages in their chats, as the messenger gave them."""

    by_outgoing: dict[tuple[int, int | None], str]
    by_message: dict[int, str]
    by_ref: dict[tuple[str, str], str]

    def of_target(self, row: Any) -> str | None:
        if row.target_id is not None:
            of_part = self.by_outgoing.get((row.target_id, row.message_id))
            return of_part or self.by_outgoing.get((row.target_id, None))
        target: str | None = row.content.get("target")
        return target

    def of_reply(self, row: Any) -> str | None:
        reply = row.content.get("reply_to") or {}
        if sent := self.by_outgoing.get((reply.get("outgoing", 0), None)):
            return sent
        if "ref" in reply:
            return self.by_ref.get((row.chat_key, reply["ref"]))
        if "message" in reply:
            return self.by_message.get(reply["message"])
        external: str | None = reply.get("external")
        return external


async def _names(uow: UnitOfWork, rows: Sequence[Any]) -> Names:
    replies = [row.content.get("reply_to") or {} for row in rows]
    answered = {reply["outgoing"] for reply in replies if "outgoing" in reply}
    return Names(
        await _outgoing_names(uow, {row.target_id for row in rows if row.target_id} | answered),
        await _message_names(uow, {reply["message"] for reply in replies if "message" in reply}),
        await _newest_names(uow, {reply["ref"] for reply in replies if "ref" in reply}, {row.chat_key for row in rows}),
    )


async def _outgoing_names(uow: UnitOfWork, ids: Collection[int]) -> dict[tuple[int, int | None], str]:
    """What rows are called in their chats: each by the message it says, and by None as the first of them."""
    if not ids:
        return {}
    query = select(posted.c.outgoing_id, posted.c.message_id, posted.c.external_id).where(posted.c.outgoing_id.in_(ids))
    rows = await uow.rows(query.order_by(posted.c.message_id))
    first = {(row.outgoing_id, None): row.external_id for row in reversed(rows)}
    return first | {(row.outgoing_id, row.message_id): row.external_id for row in rows if row.message_id is not None}


async def _message_names(uow: UnitOfWork, ids: Collection[int]) -> dict[int, str]:
    if not ids:
        return {}
    query = select(message.c.id, message.c.external_id).where(message.c.id.in_(ids))
    return {row.id: row.external_id for row in await uow.rows(query) if row.external_id}


async def _newest_names(
    uow: UnitOfWork, refs: Collection[str], chat_keys: Collection[str]
) -> dict[tuple[str, str], str]:
    if not refs:
        return {}
    query = (
        select(posted.c.chat_key, posted.c.ref, posted.c.external_id)
        .where(posted.c.ref.in_(refs), posted.c.chat_key.in_(chat_keys))
        .order_by(posted.c.outgoing_id)
    )
    return {(row.chat_key, row.ref): row.external_id for row in await uow.rows(query)}
