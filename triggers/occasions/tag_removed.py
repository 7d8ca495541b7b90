"""A deal lost a tag."""

from typing import Annotated

from core.texts import N_, Texts
from pipeline.events import TagRemoved
from triggers.parts import Asks, Kind, Names, Occasion, listed


class OnTagRemoved(Occasion):
    """A deal lost a tag: one of these, or any where none is named."""

    kind = "tag_removed"
    label = N_("a tag is removed")
    event = TagRemoved

    tags: Annotated[tuple[int, ...], Asks(Kind.TAG, N_("Tags"))] = ()

    def set_off_by(self, event: TagRemoved) -> bool:
        return not self.tags or event.tag_id in self.tags

    def told(self, t: Texts, names: Names) -> str:
        if not self.tags:
            return t(self.label)
        return t("the deal loses one of the tags {tags}", tags=listed(t, names.tags, self.tags))
