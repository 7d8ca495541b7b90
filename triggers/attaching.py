"""Files that go with what a trigger sends, taken from a browser; those from the bot are in the draft already."""

from collections.abc import Mapping
from dataclasses import replace

from core.database import UnitOfWork
from inbox.uploads import use
from pipeline.staff.rights import Right, Staff, needs
from triggers.actions.send import Medium
from triggers.editing import Draft


@needs(Right.CONFIGURE)
async def attach(uow: UnitOfWork, by: Staff, draft: Draft, sent: Mapping[int, str]) -> Draft:
    """The draft with files that he has sent ahead, by the places of the actions that they go with.

    Each can be used once. Raises inbox.uploads.UploadGone.
    """
    files = dict(zip(sent, await use(uow, by.actor, list(sent.values())), strict=True))
    actions = [
        one.model_copy(update={"medium": Medium.kept(files[place])}) if place in files else one
        for place, one in enumerate(draft.actions)
    ]
    return replace(draft, actions=tuple(actions))
