"""Take tags from the deal."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from core.database import UnitOfWork
from core.texts import N_, Texts
from pipeline.tags import remove_tags
from triggers.parts import Action, Asks, Failed, Firing, Kind, Names, listed


class RemoveTags(Action):
    """Take tags from the deal."""

    kind = "remove_tags"
    label = N_("remove tags")

    tags: Annotated[tuple[int, ...], Field(min_length=1), Asks(Kind.TAG, N_("Tags"))]

    async def perform(self, uow: UnitOfWork, firings: Sequence[Firing]) -> Mapping[int, Failed]:
        await remove_tags(uow, {one.world.deal_id: one.origin for one in firings}, self.tags)
        return {}

    def told(self, t: Texts, names: Names) -> str:
        return t("take the tags {tags} from the deal", tags=listed(t, names.tags, self.tags))
