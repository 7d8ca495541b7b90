"""Who writes on a channel: contacts and their identities, found or made by the batch; what they wrote is not here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select, update

from core.bulk import insert_rows, update_rows
from core.database import UnitOfWork
from core.journal import insert_or_ignore
from core.words import bare
from inbox.channel import Person
from inbox.models import contact, identity

# What a made-up name is told apart by. Numbers of rows, spread so that they do not show at a glance how many customers
# there are: for each run of so many rows there are as many numbers, each of them once.
_RUN, _FIRST, _STRIDE = 900_000, 100_000, 524_287
NUMBER = "{number}"
# Who says how somebody is called.
MESSENGER, CUSTOMER, STAFF, NOBODY = "messenger", "customer", "staff", "nobody"


@dataclass(frozen=True, slots=True)
class Known:
    """A person of a channel and the contact that he is."""

    identity_id: int
    contact_id: int
    name: str
    named_by: str
    username: str | None
    language: str | None
    unreachable_since: datetime | None

    def name_now(self, person: Person) -> tuple[str, str]:
        """How he is called from now on and who says so: what a messenger says yields to people."""
        stays = self.named_by in (CUSTOMER, STAFF) or person.made_up
        return (self.name, self.named_by) if stays else (person.name, MESSENGER)


def stream_of(contact_id: int) -> str:
    """The stream in which everything about a contact is ordered."""
    return f"contact:{contact_id}"


async def recognise(uow: UnitOfWork, channel_id: int, people: Iterable[Person]) -> dict[str, Known]:
    """The contacts behind `people`, by their names at the messenger; unknown ones are made, changed names stored."""
    latest = {person.external_id: person for person in people}
    known = await _find(uow, channel_id, latest)
    new = [person for name, person in latest.items() if name not in known]
    if new:
        await _make(uow, channel_id, new)
        known |= await _find(uow, channel_id, [person.external_id for person in new])
    await _rename(uow, [(known[name], person) for name, person in latest.items()])
    return known


_FIND = (
    select(
        identity.c.external_id,
        identity.c.id,
        identity.c.contact_id,
        contact.c.name,
        contact.c.named_by,
        identity.c.username,
        contact.c.language,
        identity.c.unreachable_since,
    )
    .join(contact, contact.c.id == identity.c.contact_id)
    .where(
        identity.c.channel_id == bindparam("channel"),
        identity.c.external_id.in_(bindparam("names", expanding=True)),
    )
)


async def _find(uow: UnitOfWork, channel_id: int, names: Iterable[str]) -> dict[str, Known]:
    rows = await uow.rows(_FIND, {"channel": channel_id, "names": list(names)})
    return {row[0]: Known(*row[1:]) for row in rows}


async def _make(uow: UnitOfWork, channel_id: int, people: Sequence[Person]) -> None:
    said = [
        (one.name, NOBODY if one.made_up else MESSENGER, search_of(one.name, one.username), one.language)
        for one in people
    ]
    columns = ("name", "named_by", "search", "language")
    rows = [dict(zip(columns, one, strict=True)) for one in said]
    ids: defaultdict[tuple[str, str, str | None, str | None], list[int]] = defaultdict(list)
    for row in await insert_rows(uow, contact, rows, returning=("id", *columns)):
        ids[row.name, row.named_by, row.search, row.language].append(row.id)
    # Contacts that say the same are the same until they get their identities.
    made = {ids[one].pop(): person for one, person in zip(said, people, strict=True)}
    result = await uow.execute(
        insert_or_ignore(uow, identity).returning(identity.c.contact_id),
        [
            {
                "contact_id": contact_id,
                "channel_id": channel_id,
                "external_id": one.external_id,
                "username": one.username,
            }
            for contact_id, one in sorted(made.items(), key=lambda item: item[1].external_id)
        ],
    )
    await _number(uow, [(contact_id, one) for contact_id, one in made.items() if NUMBER in one.name and one.made_up])
    # Another process may have met the same person in this moment; its contact is the one that stays.
    orphans = made.keys() - {row.contact_id for row in result}
    if orphans:
        await uow.execute(delete(contact).where(contact.c.id.in_(orphans)))


async def _number(uow: UnitOfWork, new: Sequence[tuple[int, Person]]) -> None:
    """Let contacts with made-up names have numbers of their own in them."""
    named = [(contact_id, one.name.replace(NUMBER, str(number_of(contact_id)))) for contact_id, one in new]
    rows = [{"id": contact_id, "name": name, "search": search_of(name, None)} for contact_id, name in named]
    await update_rows(uow, contact, rows)


def number_of(contact_id: int) -> int:
    """A number that no other contact has."""
    run, place = divmod(contact_id, _RUN)
    return _FIRST + run * _RUN + place * _STRIDE % _RUN


def search_of(name: str, username: str | None) -> str | None:
    """What a contact is found by."""
    return bare(f"{name} {username or ''}") or None


async def _rename(uow: UnitOfWork, pairs: Iterable[tuple[Known, Person]]) -> None:
    changed = [
        (known, person, known.name_now(person), person.language or known.language)
        for known, person in pairs
        if ((known.name, known.named_by), known.username, known.language)
        != (known.name_now(person), person.username, person.language or known.language)
    ]
    await update_rows(
        uow,
        contact,
        [
            {
                "id": known.contact_id,
                "name": name,
                "named_by": named_by,
                "search": search_of(name, person.username),
                "language": language,
            }
            for known, person, (name, named_by), language in changed
        ],
    )
    renamed = [
        {"id": known.identity_id, "username": person.username}
        for known, person, _, _ in changed
        if known.username != person.username
    ]
    await update_rows(uow, identity, renamed)


async def call(uow: UnitOfWork, contact_id: int, name: str, *, named_by: str) -> bool:
    """Call a contact so from now on; False if he is already, or the staff calls him otherwise than he himself does.

    His stream must be locked.
    """
    usernames = select(identity.c.username).where(identity.c.contact_id == contact_id, identity.c.username.is_not(None))
    search = search_of(name, " ".join(row.username for row in await uow.rows(usernames)))
    known = or_(contact.c.name != name, contact.c.named_by != named_by)
    called = update(contact).where(contact.c.id == contact_id, known)
    if named_by == CUSTOMER:
        called = called.where(contact.c.named_by != STAFF)
    result = await uow.execute(called.values(name=name, named_by=named_by, search=search))
    return result.rowcount == 1


async def mark_reachable(uow: UnitOfWork, identity_ids: Sequence[int]) -> None:
    """These people can be written to again."""
    await uow.execute(update(identity).where(identity.c.id.in_(identity_ids)).values(unreachable_since=None))


async def mark_unreachable(uow: UnitOfWork, identity_ids: Sequence[int]) -> None:
    """These people cannot be written to from now on."""
    await uow.execute(
        update(identity)
        .where(identity.c.id.in_(identity_ids), identity.c.unreachable_since.is_(None))
        .values(unreachable_since=uow.now)
    )
