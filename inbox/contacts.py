"""Who writes on a channel: contacts and their identities, found or made by the batch; what they wrote is not here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from core.bulk import insert_rows, update_rows
from core.database import UnitOfWork
from core.journal import insert_or_ignore
from core.words import bare
from inbox.channel import Person
from inbox.models import contact, identity


@dataclass(frozen=True, slots=True)
class Known:
    """A person of a channel and the contact that he is."""

    identity_id: int
    contact_id: int
    name: str
    username: str | None
    language: str | None
    unreachable_since: datetime | None


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
    said = [(person.name, _search(person), person.language) for person in people]
    rows = [dict(zip(("name", "search", "language"), one, strict=True)) for one in said]
    ids: defaultdict[tuple[str, str | None, str | None], list[int]] = defaultdict(list)
    for row in await insert_rows(uow, contact, rows, returning=("id", "name", "search", "language")):
        ids[row.name, row.search, row.language].append(row.id)
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
    # Another process may have met the same person in this moment; its contact is the one that stays.
    orphans = made.keys() - {row.contact_id for row in result}
    if orphans:
        await uow.execute(delete(contact).where(contact.c.id.in_(orphans)))


def _search(person: Person) -> str | None:
    return bare(f"{person.name} {person.username or ''}") or None


async def _rename(uow: UnitOfWork, pairs: Iterable[tuple[Known, Person]]) -> None:
    changed = [
        (known, person, person.language or known.language)
        for known, person in pairs
        if (known.name, known.username, known.language)
        != (person.name, person.username, person.language or known.language)
    ]
    await update_rows(
        uow,
        contact,
        [
            {"id": known.contact_id, "name": person.name, "search": _search(person), "language": language}
            for known, person, language in changed
        ],
    )
    renamed = [
        {"id": known.identity_id, "username": person.username}
        for known, person, _ in changed
        if known.username != person.username
    ]
    await update_rows(uow, identity, renamed)


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
