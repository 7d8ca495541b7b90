"""Somebody of the staff wrote to the customer; what triggers write is no occasion."""

from core.texts import N_, Texts
from inbox.events import MessageWritten
from triggers.parts import Names, Occasion


class OnMessageSent(Occasion):
    """An operator writes."""

    kind = "message_sent"
    label = N_("an operator writes")
    event = MessageWritten
    by_people = True

    def told(self, t: Texts, names: Names) -> str:
        return t(self.label)
