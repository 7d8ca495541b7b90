"""What stands around a talk: the deal's head and stages, fields, tasks, customer and history, and what comes next."""

from core.database import UnitOfWork
from core.journal import Event, Recorded
from core.texts import Texts
from inbox.events import MessageEdited, MessageReacted, MessageReceived, MessageTakenBack, MessageWritten
from pipeline.deals import see
from pipeline.events import NoteWritten
from pipeline.feed import history
from pipeline.profiles import profile_of
from pipeline.staff.rights import Staff
from pipeline.stages import ACTIVE, stages_of
from pipeline.tags import words
from pipeline.work.kinds import task_kinds
from pipeline.work.tasks import list_tasks
from pipeline.work.times import USUAL_TIMES
from triggers.next_up import coming
from triggers.telling import SAID, Teller, teller_of, told_once
from web.messages import language_tag

SHOWN_LINES = 8
MOST_LINES = 30
MOST_TASKS = 50
MOST_TAGS = 60
# What the talk beside it shows anyway.
_OF_TALK = (MessageReceived, MessageWritten, MessageEdited, MessageTakenBack, MessageReacted, NoteWritten)
KINDS = [one for one in SAID if one not in _OF_TALK]

Past = tuple[list[Recorded[Event]], Teller, bool]


async def parts(uow: UnitOfWork, by: Staff, t: Texts, deal_id: int) -> dict[str, object]:
    """What the templates of a deal's parts need. Raises NotFound, DealTaken."""
    view = await see(uow, by, deal_id)
    stages = await stages_of(uow, view.pipeline_id)
    profile = await profile_of(uow, by, deal_id)
    past, teller, more = await lines_before(uow, by, t, deal_id, before=None, limit=SHOWN_LINES)
    return {
        "deal": view,
        "active": [one for one in stages if one.group == ACTIVE],
        "ends": [one for one in stages if one.group != ACTIVE],
        "profile": profile,
        "language": language_tag(profile.language),
        "tasks": await list_tasks(uow, by, deal_id=deal_id, limit=MOST_TASKS),
        "kinds": await task_kinds(uow),
        "times": USUAL_TIMES,
        "known_tags": [one.name for one in await words(uow, limit=MOST_TAGS) if one.name not in view.tags],
        "past": past,
        "teller": teller,
        "more_past": more,
        "coming": await coming(uow, by, deal_id, limit=3),
    }


async def lines_before(
    uow: UnitOfWork, by: Staff, t: Texts, deal_id: int, *, before: int | None, limit: int = MOST_LINES
) -> Past:
    """A piece of a deal's history, the newest first, who can say it, and whether there is more behind it."""
    found = await history(uow, by, deal_id, kinds=KINDS, before=before, limit=limit + 1)
    page = found[-limit:]
    return told_once(page)[::-1], await teller_of(uow, t, page), len(found) > limit
