"""Write to the customer, in his own channel."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from core.database import UnitOfWork
from core.texts import N_, Texts
from inbox.writing import Automatic, write_automatically
from triggers.parts import Action, Asks, Failed, Firing, Kind, Names
from triggers.runs import client_key_of
from triggers.templates import LONGEST, checked, length, written_for


class Send(Action):
    """Send the customer a text, in which {name}, {operator} and {deal} are filled in."""

    kind = "send"
    label = N_("send the customer a message")
    writes_to_customer = True

    text: Annotated[str, Asks(Kind.TEMPLATE, N_("Text"))]

    async def perform(self, uow: UnitOfWork, firings: Sequence[Firing]) -> Mapping[int, Failed]:
        failed, written = {}, []
        for one in firings:
            text = written_for(one.world, self.text)
            if length(text) > LONGEST:
                failed[one.run_id] = Failed("too_long")
            else:
                written.append(Automatic(one.world.conversation_id, text, client_key_of(one.run_id), one.origin))
        await write_automatically(uow, written)
        return failed

    async def settled(self, uow: UnitOfWork, pipeline_id: int) -> Self:
        checked(self.text)
        return self

    def told(self, t: Texts, names: Names) -> str:
        return t("send: “{text}”", text=self.text)
