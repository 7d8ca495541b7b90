"""Give the deal tags."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from core.database import UnitOfWork
from core.texts import N_, Texts
from pipeline.tags import add_tags
from triggers.parts import Action, Asks, Failed, Firing, Kind, Names, listed


class AddTags(Action):
    """Give the deal tags."""

    kind = "add_tags"
    label = N_("add tags")

    tags: Annotated[tuple[int, ...], Field(min_length=1), Asks(Kind.TAG, N_("Tags"))]

    async def perform(self, uow: UnitOfWork, firings: Sequence[Firing]) -> Mapping[int, Failed]:
        await add_tags(uow, {one.world.deal_id: one.origin for one in firings}, self.tags)
        return {}

    def told(self, t: Texts, names: Names) -> str:
        return t("give the deal the tags {tags}", tags=listed(t, names.tags, self.tags))
