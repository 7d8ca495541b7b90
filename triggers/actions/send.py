"""Write to the customer, in his own channel."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict

from core.database import UnitOfWork
from core.texts import N_, Texts
from inbox.channel import File, Kept
from inbox.writing import Automatic, write_automatically
from triggers.parts import Action, Asks, Failed, Firing, Kind, Names
from triggers.runs import client_key_of
from triggers.templates import LONGEST, checked, length, written_for


class Medium(BaseModel):
    """A file by the name that a channel has for it, or, where none is named, by its place below the media folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel_id: int | None = None
    kind: str
    ref: str
    mime: str | None = None
    name: str | None = None
    size: int | None = None

    @classmethod
    def kept(cls, file: Kept) -> Self:
        """A file that lies with us."""
        return cls(kind=file.kind, ref=file.external_ref, mime=file.mime, name=file.name, size=file.size)

    @property
    def file(self) -> File:
        """The same for a message."""
        if self.channel_id is None:
            return Kept(self.kind, self.ref, mime=self.mime, name=self.name, size=self.size)
        return File(self.kind, self.ref, mime=self.mime, name=self.name, size=self.size, channel_id=self.channel_id)


class Send(Action):
    """Send the customer a text, alone or under a file; {name}, {operator}, {deal} and {amount} are filled in."""

    kind = "send"
    label = N_("send the customer a message")
    writes_to_customer = True

    text: Annotated[str, Asks(Kind.TEMPLATE, N_("Text"))]
    medium: Medium | None = None

    async def perform(self, uow: UnitOfWork, firings: Sequence[Firing]) -> Mapping[int, Failed]:
        failed, written = {}, []
        for one in firings:
            text = written_for(one.world, self.text)
            if length(text) > LONGEST:
                failed[one.run_id] = Failed("too_long")
            else:
                key = client_key_of(one.run_id)
                file = self.medium.file if self.medium else None
                written.append(Automatic(one.world.conversation_id, text, key, one.origin, file))
        await write_automatically(uow, written)
        return failed

    async def settled(self, uow: UnitOfWork, pipeline_id: int) -> Self:
        if self.text or self.medium is None:
            checked(self.text)
        return self

    def told(self, t: Texts, names: Names) -> str:
        if self.medium is None:
            return t("send: “{text}”", text=self.text)
        return t("send a file: “{text}”", text=self.text or self.medium.name or "…")
