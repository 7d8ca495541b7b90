"""The customer writes on one of these channels."""

from typing import Annotated

from pydantic import Field

from core.texts import N_, Texts
from triggers.parts import Asks, DealCondition, Kind, Names, World, listed


class OnChannel(DealCondition):
    """The talk is on one of these channels."""

    kind = "channel"
    label = N_("the customer writes on a channel")

    channels: Annotated[tuple[int, ...], Field(min_length=1), Asks(Kind.CHANNEL, N_("Channel"))]

    def true_of(self, world: World) -> bool:
        return world.channel_id in self.channels

    def told(self, t: Texts, names: Names) -> str:
        return t("the customer writes on {channels}", channels=listed(t, names.channels, self.channels))
