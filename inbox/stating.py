"""What a visitor says of himself: his name, and a phone or an e-mail under which nobody has verified that he is."""

from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from typing import Any

from sqlalchemy import select

from core.database import UnitOfWork
from core.errors import Refusal
from core.journal import insert_or_ignore, lock, record
from core.phones import phone_in_words, read_phone
from core.storable import storable
from core.texts import LONGEST_NAME, N_
from inbox.contacts import CUSTOMER, call, stream_of
from inbox.events import ContactNamed, ContactStated
from inbox.models import stated
from inbox.visitors import Saying, Talk, Visitor, say, talk_of

LONGEST_LOCAL, LONGEST_DOMAIN = 64, 253


class NoContact(Refusal):
    """Nobody could be reached by it."""

    code = "contact"
    text = N_("This is neither a phone number nor an e-mail address.")
    next_step = N_("Write a number with its country: +48 …")


@dataclass(frozen=True, slots=True)
class Reachable:
    """Where somebody can be reached: `kind` is "phone" (E.164) or "email"."""

    kind: str
    value: str

    @property
    def words(self) -> str:
        """The same as people write it."""
        return phone_in_words(self.value) if self.kind == "phone" else self.value

    def said(self, client_key: str, name: str) -> Saying:
        """The message that it comes as; a number travels as a contact, which the staff can save by one press."""
        if self.kind == "email":
            return Saying(client_key=client_key, text=self.value)
        body = {"phone": self.value, "first_name": name, "last_name": ""}
        return Saying(client_key=client_key, kind="contact", body=body)


def read_reachable(words: str) -> Reachable:
    """What somebody typed as his phone or e-mail. Raises NoContact."""
    if number := read_phone(words):
        return Reachable("phone", number)
    if email := read_email(words):
        return Reachable("email", email)
    raise NoContact


def read_email(words: str) -> str | None:
    """An e-mail address with a domain of the internet; None for what is none."""
    typed = words.strip()
    try:
        address = Address(addr_spec=typed)
    except (MessageError, ValueError, LookupError):
        return None
    labels = address.domain.split(".")
    is_domain = len(labels) > 1 and all(label.replace("-", "").isalnum() for label in labels) and len(labels[-1]) > 1
    is_short = len(address.username) <= LONGEST_LOCAL and len(address.domain) <= LONGEST_DOMAIN
    return typed if is_domain and is_short and address.addr_spec == typed and " " not in typed else None


async def leave_contact(uow: UnitOfWork, who: Visitor, where: Reachable, *, client_key: str, name: str) -> None:
    """Take in where a visitor wants to be answered, as a message that everybody sees, and note it as unverified.

    Nothing is merged by it. The same again has no effect.
    """
    name = storable(" ".join(name.split()))[:LONGEST_NAME]
    if not await say(uow, who, where.said(client_key, name)):
        return
    talk = await talk_of(uow, who.key)
    if talk is None:
        raise LookupError(who.key)
    await lock(uow, [stream_of(talk.contact_id)])
    await _state(uow, talk, where)
    await _call(uow, talk, name)


async def _state(uow: UnitOfWork, talk: Talk, where: Reachable) -> None:
    row = {"contact_id": talk.contact_id, "kind": where.kind, "value": where.value, "at": uow.now}
    if (await uow.execute(insert_or_ignore(uow, stated), row)).rowcount == 1:
        await record(uow, [ContactStated(**_about(talk), kind=where.kind)])


async def _call(uow: UnitOfWork, talk: Talk, name: str) -> None:
    if name and await call(uow, talk.contact_id, name, named_by=CUSTOMER):
        await record(uow, [ContactNamed(**_about(talk))])


def _about(talk: Talk) -> dict[str, Any]:
    return {
        "stream": stream_of(talk.contact_id),
        "ref": f"conversation:{talk.id}",
        "actor": "customer",
        "conversation_id": talk.id,
    }


async def has_stated(uow: UnitOfWork, talk: Talk) -> bool:
    """Whether a visitor has left a way to reach him."""
    return await uow.value(select(stated.c.at).where(stated.c.contact_id == talk.contact_id).limit(1)) is not None
