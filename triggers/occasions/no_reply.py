"""A customer has waited for so long without an answer of a person."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from core.texts import N_, Texts
from inbox.events import MessageReceived
from triggers.parts import Asks, Kind, Names, Occasion, Stop, World


class OnNoReply(Occasion):
    """Nobody answered a customer for `seconds`; each time he begins to wait counts once."""

    kind = "no_reply"
    label = N_("no operator answers for a while")
    event = MessageReceived
    by_people = True
    customer_present = True
    stops = frozenset({Stop.STAFF_WROTE})

    seconds: Annotated[int, Field(gt=0), Asks(Kind.LENGTH, N_("How long"))]

    def set_off_by(self, event: MessageReceived) -> bool:
        return event.began_waiting

    @property
    def wait(self) -> timedelta:
        return timedelta(seconds=self.seconds)

    def still(self, world: World, event: MessageReceived) -> bool:
        return world.waiting_from_id == event.message_id

    def told(self, t: Texts, names: Names) -> str:
        return t("no operator answers for {time}", time=t.during(self.wait))
