"""Where the files of what is about to be sent come from: the messenger that gets them, or our folder; sends nothing."""

import mimetypes
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import and_, func, select

from core.database import UnitOfWork
from inbox.channel import Reason
from inbox.models import attachment, channel, file_ref, kept_ref

Content = dict[str, Any]

# How soon it is looked again whether a file has come, at first and at last; for how long that goes on in all.
FIRST_PAUSE, LAST_PAUSE = timedelta(seconds=0.3), timedelta(seconds=10)
PATIENCE = timedelta(minutes=2)
# What is said of a file that was not waited for any longer.
LATE = "late"

_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\/]')
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Source:
    """A file of ours: how the channel knows it, if it does, or where it lies below the folder, if it does."""

    id: int
    external_ref: str | None
    state: str
    path: str | None
    name: str
    reason: str | None

    @property
    def waits(self) -> bool:
        """Whether it is still to be fetched from where it came."""
        return self.external_ref is None and self.state == "waiting"

    @property
    def lost(self) -> Reason | None:
        """Why it can never be sent, if it cannot."""
        if self.external_ref is not None or self.state != "missing":
            return None
        return Reason.TOO_LARGE if self.reason == Reason.TOO_LARGE else Reason.FILE


def attachments_in(op: str, content: Content) -> list[int | None]:
    """For each medium that sending this hands over, which attachment of ours it is; None where the file is known."""
    if op == "delete" or (op == "edit" and not content.get("replaced")):
        return []
    return [one.get("attachment") for one in content.get("parts", [content])]


async def sources(uow: UnitOfWork, channel_id: int, ids: Collection[int]) -> dict[int, Source]:
    """Attachments as a channel may send them."""
    if not ids:
        return {}
    rows = await uow.rows(
        select(attachment, func.coalesce(file_ref.c.external_ref, kept_ref.c.external_ref).label("external_ref"))
        .outerjoin(file_ref, and_(file_ref.c.attachment_id == attachment.c.id, file_ref.c.channel_id == channel_id))
        .outerjoin(kept_ref, and_(kept_ref.c.path == attachment.c.path, kept_ref.c.channel_id == channel_id))
        .where(attachment.c.id.in_(sorted(ids)))
    )
    return {row.id: Source(row.id, row.external_ref, row.state, row.path, _name_of(row), row.reason) for row in rows}


def pause_after(waited: timedelta) -> timedelta:
    """How long to look away from what has waited for a file for so long; it grows, up to the end of all patience."""
    return min(max(FIRST_PAUSE, waited / 2), LAST_PAUSE, PATIENCE - waited)


async def out_of_reach(uow: UnitOfWork, ids: Collection[int]) -> set[int]:
    """Those of these files that nobody brings now, as each messenger that has them stands still."""
    if not ids:
        return set()
    at_work = select(file_ref.c.attachment_id).join(channel, channel.c.id == file_ref.c.channel_id)
    rows = await uow.rows(at_work.where(file_ref.c.attachment_id.in_(sorted(ids)), channel.c.state == "on"))
    return set(ids) - {row.attachment_id for row in rows}


def words_alone(content: Content) -> Content | None:
    """What a medium says without its file; None where that is nothing."""
    if "parts" in content or not content.get("text"):
        return None
    said = ("text", "entities", "silent", "reply_to", "buttons")
    return {"kind": "text"} | {name: content[name] for name in said if name in content}


def _name_of(row: Any) -> str:
    """A file name that no header and no folder can be broken out of with."""
    given = _UNSAFE.sub("_", row.name or "").strip(" .")[-LONGEST_NAME:]
    return given or f"{row.kind}{mimetypes.guess_extension(row.mime or '') or ''}"


def with_files(op: str, content: Content, found: dict[int, Source], folder: Path) -> Content:
    """A content whose media name their files as a channel takes them, in the place of ours."""
    if not any(attachments_in(op, content)):
        return content
    if "parts" in content:
        return content | {"parts": [_with_file(one, found, folder) for one in content["parts"]]}
    return _with_file(content, found, folder)


def _with_file(content: Content, found: dict[int, Source], folder: Path) -> Content:
    source = found.get(content.get("attachment") or 0)
    if source is None:
        return content
    if source.external_ref is not None:
        return content | {"file": source.external_ref}
    return content | {"path": str(folder / (source.path or "")), "name": source.name}


def why_lost(op: str, content: Content, found: dict[int, Source]) -> Reason | None:
    """Why a content can never be sent whole, if a file of it cannot be had."""
    for one in attachments_in(op, content):
        if one is not None and (one not in found or found[one].lost):
            return (one in found and found[one].lost) or Reason.FILE
    return None
