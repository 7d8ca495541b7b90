"""What changes leaves a trace in the journal: links to the board, acts on many deals, from where somebody came."""

from typing import Any

import pytest
from sqlalchemy import select

from core.journal import event
from inbox.channel import Incoming, Person, Written
from inbox.contacts import number_of
from inbox.models import contact, conversation
from inbox.visitors import Saying, Visitor, say
from pipeline.bulk import AddTags, NoDealChosen, start
from pipeline.staff.sessions import link_for, own_link
from pipeline.tags import make_tag
from tests.unit.office import Office
from tests.unit.test_board import several


async def told(shop: Office, kind: str) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Stream, ref, actor and data of what was recorded of a kind."""
    async with shop.database.reading() as uow:
        rows = await uow.rows(select(event).where(event.c.kind == kind).order_by(event.c.id))
        return [(row.stream, row.ref, row.actor, row.data) for row in rows]


async def test_a_link_to_the_board_is_told_without_what_opens_it(shop: Office) -> None:
    admin = await shop.admin()
    async with shop.database.unit() as uow:
        tokens = [await own_link(uow, admin), await link_for(uow, admin.id)]
    found = await told(shop, "LinkIssued")
    name = f"staff:{admin.id}"
    assert found == [(name, name, name, {"staff_id": admin.id}), (name, name, "system", {"staff_id": admin.id})]
    assert not any(token in str(found) for token in tokens)


async def test_an_act_on_many_deals_is_told_when_it_begins_and_once(shop: Office) -> None:
    admin, deals = await shop.admin(), await several(shop, 2)
    async with shop.database.unit() as uow:
        act = AddTags((await make_tag(uow, "VIP"),))
    for _ in range(2):
        async with shop.database.unit() as uow:
            bulk_id = await start(uow, admin, act, deals=deals, client_key="1")
    data = {"bulk_id": bulk_id, "act": "add_tags", "deals": 2}
    assert await told(shop, "BulkStarted") == [(f"staff:{admin.id}", f"bulk:{bulk_id}", admin.actor, data)]
    with pytest.raises(NoDealChosen):
        async with shop.database.unit() as uow:
            await start(uow, admin, act, deals=[], client_key="2")
    assert len(await told(shop, "BulkStarted")) == 1


def visitor(key: str, source: str | None) -> Visitor:
    return Visitor(key=key, name="Visitor {number}", language="en", source=source)


async def test_from_where_a_visitor_came_is_told_with_the_message_that_says_it(shop: Office) -> None:
    said = [(None, "1"), ("spring-ad\0" + "x" * 100, "2"), ("autumn-ad", "3")]
    for source, key in said:
        async with shop.database.unit() as uow:
            await say(uow, visitor("v", source), Saying(client_key=f"message-{key}", text="Hello"))
    sources = [data["source"] for _, _, _, data in await told(shop, "MessageReceived")]
    async with shop.database.reading() as uow:
        kept = await uow.value(select(conversation.c.source))
    assert len(kept) == 64
    assert kept.startswith("spring-ad")
    assert sources == [None, kept, None]


async def test_every_channel_may_say_from_where_somebody_came(shop: Office) -> None:
    written = Written("1", shop.clock.now(), "text", {"text": "Hello"})
    await shop.receive(Incoming("1", {}, "anna", Person("anna", "Anna"), written, source="flyer"))
    assert [one.source for one in await shop.deals()] == ["flyer"]


async def test_no_two_visitors_have_one_name(shop: Office) -> None:
    for number in range(300):
        async with shop.database.unit() as uow:
            await say(uow, visitor(f"v{number}", None), Saying(client_key="message-1", text="Hello"))
    async with shop.database.reading() as uow:
        rows = await uow.rows(select(contact.c.name, contact.c.search))
    assert len({row.name for row in rows}) == 300
    assert all(row.search == row.name.lower() for row in rows)


def test_numbers_of_contacts_are_never_the_same() -> None:
    ids = [*range(1, 3000), *range(899_000, 901_000), *range(1_799_000, 1_801_000), 10**15]
    assert len({number_of(one) for one in ids}) == len(ids)
    # They do not simply grow, as those of rows do.
    assert sorted(map(number_of, range(1, 10))) != list(map(number_of, range(1, 10)))
