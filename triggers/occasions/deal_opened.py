"""A deal was opened: the first message of a new talk."""

from core.texts import N_, Texts
from pipeline.events import DealOpened
from triggers.parts import Names, Occasion


class OnDealOpened(Occasion):
    """A customer without an open deal wrote."""

    kind = "deal_opened"
    label = N_("a deal opens")
    event = DealOpened
    customer_present = True
    once = True

    def set_off_by(self, event: DealOpened) -> bool:
        # What a colleague opens by hand is his, and its customer is in the middle of a talk.
        return event.actor == "customer"

    def told(self, t: Texts, names: Names) -> str:
        return t(self.label)
