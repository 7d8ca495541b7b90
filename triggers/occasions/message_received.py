"""A customer wrote."""

from core.texts import N_, Texts
from inbox.events import MessageReceived
from triggers.parts import Names, Occasion


class OnMessageReceived(Occasion):
    """A customer writes."""

    kind = "message_received"
    label = N_("the customer writes")
    event = MessageReceived
    by_people = True
    customer_present = True

    def told(self, t: Texts, names: Names) -> str:
        return t(self.label)
