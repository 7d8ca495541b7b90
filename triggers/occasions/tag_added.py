"""A deal got a tag."""

from typing import Annotated

from core.texts import N_, Texts
from pipeline.events import TagAdded
from triggers.parts import Asks, Kind, Names, Occasion, listed


class OnTagAdded(Occasion):
    """A deal got a tag: one of these, or any where none is named."""

    kind = "tag_added"
    label = N_("a tag is added")
    event = TagAdded

    tags: Annotated[tuple[int, ...], Asks(Kind.TAG, N_("Tags"))] = ()

    def set_off_by(self, event: TagAdded) -> bool:
        return not self.tags or event.tag_id in self.tags

    def told(self, t: Texts, names: Names) -> str:
        if not self.tags:
            return t(self.label)
        return t("the deal gets one of the tags {tags}", tags=listed(t, names.tags, self.tags))
