"""Notes on a deal, which its customer never sees; whoever is mentioned in one is told."""

import re
from collections.abc import Collection

from core.database import UnitOfWork
from core.errors import Refusal
from core.journal import insert_or_ignore, record
from core.texts import N_
from core.words import bare
from inbox.contacts import stream_of
from inbox.models import message
from inbox.splitting import units
from pipeline.events import NoteWritten
from pipeline.moving import his_deal
from pipeline.opening import ref_of
from pipeline.staff.handing_over import Colleague, colleagues
from pipeline.staff.rights import Right, Staff, needs

# As messengers count; with what stands above it, whoever is told of it gets it in one message.
LONGEST = 3800
_MENTION = re.compile(r"@([^\W_][\w.-]*)")


class NoteEmpty(Refusal):
    """There is nothing to write down."""

    code = "note-empty"
    text = N_("The note is empty.")
    next_step = N_("Type a few words; @name tells a colleague.")


class NoteTooLong(Refusal):
    """More than a note."""

    code = "note-too-long"
    text = N_("The note is too long: {most} characters fit.")
    next_step = N_("Split it into two.")


@needs(Right.WORK)
async def write_note(uow: UnitOfWork, by: Staff, deal_id: int, text: str, *, client_key: str) -> list[str]:
    """Write a note on a deal; the names of those it mentions. The same `client_key` writes it once.

    Raises NotFound, DealTaken, NoteEmpty, NoteTooLong.
    """
    if not bare(text):
        raise NoteEmpty
    if units(text) > LONGEST:
        raise NoteTooLong(most=LONGEST)
    row = await his_deal(uow, by, deal_id)
    people = mentioned(text, await colleagues(uow, row.pipeline_id))
    made = await uow.execute(
        insert_or_ignore(uow, message).returning(message.c.id),
        {
            "conversation_id": row.conversation_id,
            "direction": "note",
            "actor": by.actor,
            "client_key": client_key,
            "kind": "text",
            "body": {"text": text},
            "search": bare(text),
            "at": uow.now,
        },
    )
    message_id = made.scalar()
    if message_id is not None:
        written = NoteWritten(
            stream=stream_of(row.contact_id),
            ref=ref_of(deal_id),
            actor=by.actor,
            deal_id=deal_id,
            message_id=message_id,
            mentioned=[one.id for one in people if one.id != by.id],
        )
        await record(uow, [written])
    return [one.name for one in people]


def mentioned(text: str, people: Collection[Colleague]) -> list[Colleague]:
    """Who is meant by the `@names` of a text: the only one whose name, or a word of it, begins so."""
    found = []
    for word in _MENTION.findall(text):
        begun = [one for one in people if any(part.startswith(bare(word)) for part in bare(one.name).split())]
        if bare(word) and len(begun) == 1 and begun[0] not in found:
            found.append(begun[0])
    return found
