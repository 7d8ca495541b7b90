"""Searching: what was said and what is known of a customer, in any alphabet, and nothing that is a colleague's."""

import pytest
from sqlalchemy import update

from bot.texts import excerpt
from core.words import bare
from inbox.models import contact, message, phone
from pipeline.filters import DealFilter, Scope
from pipeline.finding import LONGEST, NothingToFind, SearchTooLong, read_search, where_said
from pipeline.lists import list_deals
from pipeline.models import deal
from pipeline.moving import close
from pipeline.notes import write_note
from pipeline.staff.rights import Role, Staff
from pipeline.staff.taking import take
from pipeline.tags import tag_by_name
from tests.unit.office import Office


async def talk_of(shop: Office, name: str, *said: str) -> int:
    """The newest deal of a customer who writes these messages."""
    for text in said:
        await shop.receive(shop.message(name, text))
        shop.clock.move(minutes=1)
    async with shop.database.unit() as uow:
        for row in await uow.rows(message.select()):
            await uow.execute(update(message).where(message.c.id == row.id).values(search=bare(row.body["text"])))
    return int((await shop.deals())[-1].id)


async def known_as(shop: Office, deal_id: int, name: str, *phones: str) -> None:
    async with shop.database.unit() as uow:
        (contact_id,) = [row.contact_id for row in await uow.rows(deal.select().where(deal.c.id == deal_id))]
        values = {"name": name, "search": bare(name)}
        await uow.execute(update(contact).where(contact.c.id == contact_id).values(values))
        for number in phones:
            await uow.execute(phone.insert(), {"contact_id": contact_id, "number": number})


async def found(shop: Office, by: Staff, text: str) -> list[int]:
    async with shop.database.reading() as uow:
        page = await list_deals(uow, by, DealFilter(Scope.EVERY, text=text), limit=50)
        return [one.id for one in page.deals]


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("Есть ли ЁЛКИ в наличии?", "елки налич"),
        ("Їжте більше п'яниць-полуниць", "їжте пяниць"),
        ("Zażółć GĘŚLĄ jaźń", "zazolc gesla"),
        ("Straße, ЦЕНА 5%_off", "strasse 5off"),
        ("Is it in stock in red?", "  RED   stock "),
    ],
)
async def test_what_was_said_is_found_in_any_alphabet_and_case(shop: Office, said: str, typed: str) -> None:
    by = await shop.hire("11")
    meant = await talk_of(shop, "100", "Hello", said)
    await talk_of(shop, "101", "Something else")
    assert await found(shop, by, typed) == [meant]


@pytest.mark.parametrize("typed", ["a%c", "a_c", "%cb%", "%", "_", "\\", "/"])
async def test_signs_stand_for_themselves(shop: Office, typed: str) -> None:
    by = await shop.hire("11")
    await talk_of(shop, "100", "abc")
    assert await found(shop, by, typed) == []


async def test_all_words_are_in_one_message(shop: Office) -> None:
    by = await shop.hire("11")
    both = await talk_of(shop, "100", "red and large shoes")
    await talk_of(shop, "101", "red shoes", "a large box")
    assert await found(shop, by, "large shoes") == [both]


async def test_a_customer_is_found_by_everything_that_is_known_of_him(shop: Office) -> None:
    by = await shop.hire("11")
    anna, oleh = await talk_of(shop, "100", "Hello"), await talk_of(shop, "101", "Hello")
    await known_as(shop, anna, "Anna Müller", "+79123456789")
    await known_as(shop, oleh, "Олег Ґава", "+380671234567", "+48600700800")
    async with shop.database.unit() as uow:
        await tag_by_name(uow, by, anna, "Wholesale")
    await shop.settle()
    for typed in ("muller", "MÜL ann", "wholes", "anna wholesale", "8 (912) 345-67-89", "+7 912", f"#{anna}"):
        assert await found(shop, by, typed) == [anna], typed
    for typed in ("ґава", "067 123 45 67", "00380 67", "600-700-800", "олег 600700800", str(oleh)):
        assert await found(shop, by, typed) == [oleh], typed
    assert await found(shop, by, "anna 600700800") == []
    assert await found(shop, by, "hello") == [oleh, anna]


async def test_notes_are_found_and_what_was_taken_back_is_not(shop: Office) -> None:
    by = await shop.hire("11")
    meant = await talk_of(shop, "100", "Hello")
    async with shop.database.unit() as uow:
        await write_note(uow, by, meant, "Wants it before Friday", client_key="1")
    await shop.settle()
    assert await found(shop, by, "before friday") == [meant]
    async with shop.database.unit() as uow:
        await uow.execute(update(message).values(deleted_at=uow.now))
    assert await found(shop, by, "before friday") == []


async def test_nobody_finds_what_is_a_colleagues(shop: Office) -> None:
    boris, clara = await shop.hire("11", on_shift=False), await shop.hire("12", on_shift=False)
    boss = await shop.hire("13", role=Role.SUPERVISOR, on_shift=False)
    his = await talk_of(shop, "100", "my secret address")
    async with shop.database.unit() as uow:
        await take(uow, boris, his)
        await tag_by_name(uow, boris, his, "vip")
        await close(uow, boris, his, group="won")
    await shop.settle()
    shop.clock.move(hours=1)
    # The same customer again, by chance with somebody else.
    hers = await talk_of(shop, "100", "hello again")
    async with shop.database.unit() as uow:
        await take(uow, clara, hers)
    await shop.settle()
    await known_as(shop, hers, "Anna")
    for typed in ("secret address", "vip", f"#{his}"):
        assert await found(shop, clara, typed) == [], typed
        assert await found(shop, boris, typed) == await found(shop, boss, typed) == [his], typed
    assert await found(shop, boris, "again") == []
    assert await found(shop, clara, "anna") == [hers]
    assert await found(shop, boss, "anna") == [hers, his]
    async with shop.database.reading() as uow:
        assert await where_said(uow, clara, [his, hers], "secret") == {}


async def test_what_is_written_on_a_closed_deal_is_its_own_until_the_customer_comes_back(shop: Office) -> None:
    by = await shop.hire("11")
    first = await talk_of(shop, "100", "Hello")
    async with shop.database.unit() as uow:
        await close(uow, by, first, group="won")
        await write_note(uow, by, first, "sent by courier", client_key="1")
    await shop.settle()
    shop.clock.move(hours=1)
    second = await talk_of(shop, "100", "broken on arrival")
    assert await found(shop, by, "courier") == [first]
    assert await found(shop, by, "broken") == [second]


async def test_a_line_shows_where_it_was_said(shop: Office) -> None:
    by = await shop.hire("11")
    meant = await talk_of(shop, "100", "Red shoes", "Or the red boots?", "Bye")
    async with shop.database.reading() as uow:
        said = (await where_said(uow, by, [meant], "red"))[meant]
    assert (said.message.body["text"], said.word) == ("Or the red boots?", "red")


def test_an_excerpt_begins_a_little_before_the_word() -> None:
    text = "Good evening, I wanted to ask about\nthe RED shoes of last week, and whether you still have them"
    assert excerpt(text, "red", 30) == "… about the RED shoes of last…"
    assert excerpt("Red it is", "red", 30) == "Red it is"
    assert excerpt("nothing of it", "red", 30) == "nothing of it"


def test_only_what_has_a_letter_or_a_digit_is_searched() -> None:
    assert read_search(" red\n shoes ") == "red shoes"
    for nothing in ("", "%", "… ?!", "👍"):
        with pytest.raises(NothingToFind):
            read_search(nothing)
    with pytest.raises(SearchTooLong):
        read_search("x" * (LONGEST + 1))
