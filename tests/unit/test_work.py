"""What operators do with deals beside answering: amounts, tags, notes, handing over, reopening, one more."""

import pytest
from sqlalchemy import select

from core.errors import NotAllowed, NotFound
from core.money import Money
from inbox.events import MessageReceived
from inbox.models import message
from pipeline.amounts import choose_currency, set_amount
from pipeline.another import open_another
from pipeline.deals import DealIsClosed, DealView, see
from pipeline.events import DealOpened
from pipeline.feed import history
from pipeline.models import talk
from pipeline.moving import close, reopen
from pipeline.notes import NoteEmpty, mentioned, write_note
from pipeline.profiles import profile_of
from pipeline.reasons import LastReason, add_reason, remove_reason
from pipeline.staff.handing_over import Colleague, give_back_to_turn, hand_over
from pipeline.staff.rights import Staff
from pipeline.staff.taking import DealTaken
from pipeline.stages import reasons
from pipeline.tags import TagExists, find_tag, merge_tags, remove_tag, rename_tag, tag_by_name, tags, untag_deal
from pipeline.vocabulary import NameEmpty
from tests.unit.office import Office


async def deal_of(shop: Office, name: str = "100") -> int:
    """A deal that a customer's message opened."""
    await shop.receive(shop.message(name))
    return int((await shop.deals())[-1].id)


async def seen(shop: Office, by: Staff, deal_id: int) -> DealView:
    async with shop.database.reading() as uow:
        return await see(uow, by, deal_id)


async def test_what_a_deal_is_worth_stands_on_it_until_it_is_wiped(shop: Office) -> None:
    by = await shop.hire("11")
    deal_id = await deal_of(shop)
    async with shop.database.unit() as uow:
        assert await set_amount(uow, by, deal_id, "1.5k") == Money(150_000, "EUR")
        assert await set_amount(uow, by, deal_id, "20 zł") == Money(2_000, "PLN")
        assert await set_amount(uow, by, deal_id, "30") == Money(3_000, "PLN")
    view = await seen(shop, by, deal_id)
    assert (view.amount, view.currency) == (3_000, "PLN")
    async with shop.database.unit() as uow:
        assert await set_amount(uow, by, deal_id, None) is None
    assert (await seen(shop, by, deal_id)).amount is None


async def test_the_company_says_which_currency_a_bare_number_is_of(shop: Office) -> None:
    admin, by = await shop.admin(), await shop.hire("11")
    deal_id = await deal_of(shop)
    async with shop.database.unit() as uow:
        assert await choose_currency(uow, admin, "грн") == "UAH"
        assert await set_amount(uow, by, deal_id, "5") == Money(500, "UAH")
        with pytest.raises(NotAllowed):
            await choose_currency(uow, by, "EUR")


async def test_a_tag_is_one_however_it_is_typed(shop: Office) -> None:
    admin, by = await shop.admin(), await shop.hire("11")
    deal_id, other = await deal_of(shop), await deal_of(shop, "101")
    async with shop.database.unit() as uow:
        for name in ("VIP", "vip", " v.i.p. ", "Ждёт цену"):
            await tag_by_name(uow, by, deal_id, name)
        await tag_by_name(uow, by, other, "important")
        with pytest.raises(NameEmpty):
            await tag_by_name(uow, by, deal_id, "…")
    assert (await seen(shop, by, deal_id)).tags == ["VIP", "Ждёт цену"]
    async with shop.database.unit() as uow:
        vip, important = await find_tag(uow, "vip"), await find_tag(uow, "Important")
        with pytest.raises(TagExists):
            await rename_tag(uow, admin, important, "Vip")
        await merge_tags(uow, admin, important, into=vip)
        await untag_deal(uow, by, deal_id, await find_tag(uow, "ждет цену"))
        assert [(one.name, one.deals) for one in await tags(uow)] == [("VIP", 2), ("Ждёт цену", 0)]
        await rename_tag(uow, admin, vip, "Gold")
    assert (await seen(shop, by, other)).tags == ["Gold"]
    async with shop.database.unit() as uow:
        await remove_tag(uow, admin, vip)
    assert (await seen(shop, by, other)).tags == []


def test_a_mention_means_the_only_one_it_can_mean() -> None:
    people = [Colleague(1, "Boris Klein", True), Colleague(2, "Bella", True), Colleague(3, "Ева", False)]
    assert [one.id for one in mentioned("@bor look, @ева too; @b is two people, mail a@bella.org", people)] == [1, 3]


async def test_a_note_is_for_colleagues_alone(shop: Office) -> None:
    by, other = await shop.hire("11"), await shop.hire("12", on_shift=False)
    deal_id = await deal_of(shop)
    async with shop.database.unit() as uow:
        for _ in range(2):
            assert await write_note(uow, by, deal_id, "Wants it in red, @12", client_key="n") == [other.name]
        with pytest.raises(NoteEmpty):
            await write_note(uow, by, deal_id, " … ", client_key="m")
        notes = await uow.rows(select(message).where(message.c.direction == "note"))
    await shop.settle()
    assert len(notes) == 1
    assert await shop.texts_to("100") == []
    told = [one.content["text"] for one in await shop.outgoing("12")]
    assert len([words for words in told if "Wants it in red" in words]) == 1


async def test_a_deal_goes_to_a_colleague_with_a_word_why(shop: Office) -> None:
    by, other = await shop.hire("11"), await shop.hire("12", on_shift=False)
    deal_id = await deal_of(shop)
    async with shop.database.unit() as uow:
        await hand_over(uow, by, deal_id, to=other.id, why="speaks Polish")
    await shop.settle()
    assert (await seen(shop, other, deal_id)).assignee_id == other.id
    with pytest.raises(DealTaken):
        await seen(shop, by, deal_id)
    told = [one.content["text"] for one in await shop.outgoing("12")]
    assert any("handed it over" in words and "speaks Polish" in words for words in told)
    async with shop.database.unit() as uow:
        with pytest.raises(NotFound):
            await hand_over(uow, other, deal_id, to=99)


async def test_a_deal_that_was_given_back_goes_to_another(shop: Office) -> None:
    by = await shop.hire("11")
    deal_id = await deal_of(shop)
    async with shop.database.unit() as uow:
        await give_back_to_turn(uow, by, deal_id)
    await shop.settle()
    assert (await shop.deals())[0].assignee_id is None
    other = await shop.hire("12")
    assert (await shop.deals())[0].assignee_id == other.id


async def test_a_closed_deal_goes_on_where_it_stood(shop: Office) -> None:
    by = await shop.hire("11")
    deal_id = await deal_of(shop)
    async with shop.database.unit() as uow:
        stage = (await see(uow, by, deal_id)).stage
        await close(uow, by, deal_id, group="won")
        with pytest.raises(DealIsClosed):
            await hand_over(uow, by, deal_id, to=by.id)
        await reopen(uow, by, deal_id)
        await reopen(uow, by, deal_id)
    view = await seen(shop, by, deal_id)
    assert (view.stage, view.closed_at) == (stage, None)
    await shop.receive(shop.message("100", "It is me again"))
    assert len(await shop.deals()) == 1


async def test_one_more_deal_leaves_the_talk_where_it_is_until_the_first_is_closed(shop: Office) -> None:
    by = await shop.hire("11")
    first = await deal_of(shop)
    async with shop.database.unit() as uow:
        second = await open_another(uow, by, first)
    await shop.settle()
    assert (await shop.deals())[1].assignee_id == by.id
    assert [one for one in await shop.outgoing("11") if one.ref == f"deal:{second}"]
    async with shop.database.unit() as uow:
        assert await uow.value(select(talk.c.deal_id)) == first
        await close(uow, by, first, group="won")
        assert await uow.value(select(talk.c.deal_id)) == second
        profile = await profile_of(uow, by, second)
    assert [one.id for one in profile.deals] == [second, first]
    await shop.receive(shop.message("100", "And one more thing"))
    assert len(await shop.deals()) == 2


async def test_a_deal_opened_by_hand_comes_with_the_last_words_alone(shop: Office) -> None:
    by, other = await shop.hire("11"), await shop.hire("12", on_shift=False)
    first = await deal_of(shop)
    for words in ("One", "Two", "Three"):
        await shop.receive(shop.message("100", words))
    before = len(await shop.outgoing("11"))
    async with shop.database.unit() as uow:
        second = await open_another(uow, by, first)
    await shop.settle()
    [card] = (await shop.outgoing("11"))[before:]
    assert card.ref == f"deal:{second}"
    async with shop.database.unit() as uow:
        await hand_over(uow, by, second, to=other.id)
    await shop.settle()
    assert not [one for one in await shop.outgoing("12") if "Two" in one.content["text"]]


async def test_a_deal_opened_by_hand_tells_nothing_of_a_colleagues_talk(shop: Office) -> None:
    by, other = await shop.hire("11"), await shop.hire("12", on_shift=False)
    first = await deal_of(shop)
    async with shop.database.unit() as uow:
        second = await open_another(uow, by, first)
        await hand_over(uow, by, first, to=other.id)
    await shop.receive(shop.message("100", "For the colleague alone"))
    async with shop.database.reading() as uow:
        his = await history(uow, by, second, kinds=[MessageReceived, DealOpened])
        theirs = await history(uow, other, first, kinds=[MessageReceived])
    assert [type(one.event) for one in his] == [DealOpened]
    assert len(theirs) == 2


async def test_reasons_for_losing_are_the_companys_own(shop: Office) -> None:
    admin = await shop.admin()
    async with shop.database.unit() as uow:
        await add_reason(uow, admin, "Wrong city")
        for one in await reasons(uow):
            if one.name != "Wrong city":
                await remove_reason(uow, admin, one.id)
        (left,) = await reasons(uow)
        with pytest.raises(LastReason):
            await remove_reason(uow, admin, left.id)
        await add_reason(uow, admin, "Too expensive")
        assert {one.name for one in await reasons(uow)} == {"Wrong city", "Too expensive"}
