"""Writes which files belong to messages, by the names that channels have for them; fetching is not done here."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select, tuple_

from core.database import UnitOfWork
from core.journal import insert, insert_or_ignore
from inbox.channel import File, Kept
from inbox.models import attachment, file_ref, kept_ref


def files_topic(channel_id: int) -> str:
    """What is rung when there are files to be fetched from a channel."""
    return f"files:{channel_id}"


Attached = dict[tuple[int, int], int]


async def store_files(
    uow: UnitOfWork, channel_id: int, messages: Sequence[tuple[int, Sequence[File]]], *, again: bool = False
) -> Attached:
    """Write the files of messages of a channel's chats; ids of the attachments by message and place.

    What may be said `again` and again is not fetched once more where the same file lies here.
    """
    files = {(message_id, place): file for message_id, its in messages for place, file in enumerate(its)}
    if not files:
        return {}
    paths = {key: file.external_ref for key, file in files.items() if isinstance(file, Kept)}
    if again:
        paths |= await _lies_here(uow, channel_id, {key: file for key, file in files.items() if key not in paths})
    result = await uow.execute(
        insert(uow, attachment).returning(attachment.c.id, attachment.c.message_id, attachment.c.place),
        [
            {
                "message_id": message_id,
                "place": place,
                "kind": file.kind,
                "mime": file.mime,
                "name": file.name,
                "size": file.size,
                "state": "kept" if (message_id, place) in paths else "waiting",
                "path": paths.get((message_id, place)),
            }
            for (message_id, place), file in files.items()
        ],
    )
    made = {(row.message_id, row.place): row.id for row in result}
    refs = [
        {
            "attachment_id": made[key],
            "channel_id": file.channel_id or channel_id,
            "external_ref": file.external_ref,
        }
        for key, file in files.items()
        if not isinstance(file, Kept)
    ]
    if refs:
        await uow.execute(insert(uow, file_ref), refs)
        for one in {ref["channel_id"] for ref in refs}:
            uow.ring(files_topic(one))
    return made


async def _lies_here(
    uow: UnitOfWork, channel_id: int, files: Mapping[tuple[int, int], File]
) -> dict[tuple[int, int], str]:
    """Where those of these files lie that were fetched before, for whichever message."""
    if not files:
        return {}
    names = {key: (file.channel_id or channel_id, file.external_ref) for key, file in files.items()}
    name = tuple_(kept_ref.c.channel_id, kept_ref.c.external_ref)
    rows = await uow.rows(select(kept_ref).where(name.in_(sorted(set(names.values())))).order_by(kept_ref.c.path))
    known = {(row.channel_id, row.external_ref): row.path for row in rows}
    return {key: known[one] for key, one in names.items() if one in known}


def source_of(file: File, channel_id: int, attachment_id: int) -> dict[str, Any]:
    """What a content for a channel says of a file: its name there, or which attachment of ours it is."""
    if isinstance(file, Kept) or file.channel_id not in (None, channel_id):
        return {"attachment": attachment_id}
    return {"file": file.external_ref}


async def replace_files(uow: UnitOfWork, channel_id: int, message_id: int, files: Sequence[File]) -> Attached:
    """Give a message other files than it had; they are still to be fetched."""
    old = select(attachment.c.id).where(attachment.c.message_id == message_id)
    await uow.execute(delete(file_ref).where(file_ref.c.attachment_id.in_(old)))
    await uow.execute(delete(attachment).where(attachment.c.message_id == message_id))
    return await store_files(uow, channel_id, [(message_id, files)])


async def name_files(uow: UnitOfWork, channel_id: int, names: Mapping[int, str]) -> None:
    """Write what attachments are called at a messenger that was given their bytes; it is not given them again."""
    if not names:
        return
    # An edit may have brought another file meanwhile, and with it another attachment.
    there = await uow.rows(select(attachment.c.id, attachment.c.path).where(attachment.c.id.in_(sorted(names))))
    named = [{"channel_id": channel_id, "external_ref": names[row.id]} for row in there]
    of_attachments = [one | {"attachment_id": row.id} for row, one in zip(there, named, strict=True)]
    if of_attachments:
        await uow.execute(insert_or_ignore(uow, file_ref), of_attachments)
    of_paths = {row.path: one | {"path": row.path} for row, one in zip(there, named, strict=True) if row.path}
    if of_paths:
        await uow.execute(insert_or_ignore(uow, kept_ref), [of_paths[path] for path in sorted(of_paths)])
