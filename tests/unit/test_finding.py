"""What is stored can be found: messages of both sides by their words, customers by their names and usernames."""

import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.journal import Origin
from core.phones import phone_in_words, read_phone
from core.words import bare
from inbox.channel import Incoming, Person, Written
from inbox.models import contact, identity, message
from inbox.writing import Automatic, write_automatically
from pipeline.deals import answer
from tests.unit.office import Office

ANNA, BORIS = "30", "20"


async def column(shop: Office, what: Any) -> list[Any]:
    async with shop.database.reading() as uow:
        return [row[0] for row in await uow.rows(select(what).order_by(what.table.c.id))]


def by(shop: Office, number: int, person: Person, text: str | None = "Hello") -> Incoming:
    body = {} if text is None else {"text": text}
    return Incoming(str(number), {}, ANNA, person, Written(str(number), shop.clock.now(), "text", body))


async def test_messages_of_both_sides_are_found_by_their_words(shop: Office) -> None:
    boris = await shop.hire(BORIS)
    await shop.receive(by(shop, 1, Person(ANNA, "Anna"), "Ile kosztuje ŁÓDŹ?"))
    await shop.receive(by(shop, 2, Person(ANNA, "Anna"), None), by(shop, 3, Person(ANNA, "Anna"), "?!"))
    (deal,) = await shop.deals()
    async with shop.database.unit() as uow:
        written = Written("9", shop.clock.now(), "photo", {"text": "Tyle: 5 000 €"})
        await answer(uow, boris, deal.id, written=written, client_key="1:2:3")
        await write_automatically(uow, [Automatic(deal.conversation_id, "Dzień dobry", "key", Origin())])
    assert await column(shop, message.c.search) == ["ile kosztuje lodz", None, None, "tyle 5 000", "dzien dobry"]


async def test_a_customer_is_found_by_his_name_and_username_of_today(shop: Office) -> None:
    anna = Person(ANNA, "Anna Müller", username="anna_m")
    await shop.receive(by(shop, 1, anna))
    assert await column(shop, contact.c.search) == ["anna muller annam"]
    await shop.receive(by(shop, 2, replace(anna, username="muller")))
    assert (await column(shop, contact.c.search), await column(shop, identity.c.username)) == (
        ["anna muller muller"],
        ["muller"],
    )
    await shop.receive(by(shop, 3, replace(anna, name="Anna Nowak", username=None)))
    assert (await column(shop, contact.c.search), await column(shop, identity.c.username)) == (["anna nowak"], [None])


async def test_people_of_one_name_who_come_together_keep_their_usernames(shop: Office) -> None:
    people = [Person(str(number), "Anna", username=f"anna{number}") for number in range(40, 45)]
    await shop.receive(
        *(
            Incoming(one.external_id, {}, one.external_id, one, Written("1", shop.clock.now(), "text", {"text": "Hi"}))
            for one in people
        )
    )
    async with shop.database.reading() as uow:
        rows = await uow.rows(
            select(identity.c.username, contact.c.search).join(contact, contact.c.id == identity.c.contact_id)
        )
    assert {(row.username, row.search) for row in rows} == {(one.username, f"anna {one.username}") for one in people}


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_letters_are_bared_as_all_others_are(text: str) -> None:
    letters = unicodedata.normalize("NFKD", text.casefold())
    assert bare(text) == " ".join("".join(c for c in letters if c.isspace() or c.isalnum()).split())


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+48 600 700 800", "+48600700800"),
        ("48600700800", "+48600700800"),
        ("0048 600-700-800", "+48600700800"),
        ("tel:+380441234567", "+380441234567"),
        ("+7 (912) 345-67-89", "+79123456789"),
        ("600 700 800", None),
        ("tomorrow", None),
        ("", None),
        ("+", None),
        ("1" * 1000, None),
    ],
)
def test_a_phone_is_read_as_people_write_it(typed: str, number: str | None) -> None:
    assert read_phone(typed) == number


def test_a_phone_is_shown_with_the_spaces_of_its_country() -> None:
    assert phone_in_words("+48600700800") == "+48 600 700 800"
