"""Writes which files belong to messages, by the names that channels have for them; fetching is not done here."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from core.database import UnitOfWork
from core.journal import insert
from inbox.channel import File
from inbox.models import attachment, file_ref


def files_topic(channel_id: int) -> str:
    """What is rung when there are files to be fetched from a channel."""
    return f"files:{channel_id}"


async def store_files(uow: UnitOfWork, channel_id: int, messages: Sequence[tuple[int, Sequence[File]]]) -> None:
    """Write the files of messages, by the names under which this channel has them."""
    files = {(message_id, place): file for message_id, its in messages for place, file in enumerate(its)}
    if not files:
        return
    uow.ring(files_topic(channel_id))
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
            }
            for (message_id, place), file in files.items()
        ],
    )
    await uow.execute(
        insert(uow, file_ref),
        [
            {
                "attachment_id": row.id,
                "channel_id": channel_id,
                "external_ref": files[row.message_id, row.place].external_ref,
            }
            for row in result
        ],
    )


async def replace_files(uow: UnitOfWork, channel_id: int, message_id: int, files: Sequence[File]) -> None:
    """Give a message other files than it had; they are still to be fetched."""
    old = select(attachment.c.id).where(attachment.c.message_id == message_id)
    await uow.execute(delete(file_ref).where(file_ref.c.attachment_id.in_(old)))
    await uow.execute(delete(attachment).where(attachment.c.message_id == message_id))
    await store_files(uow, channel_id, [(message_id, files)])
