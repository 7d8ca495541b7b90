"""Whom open pages tell of what happens: what its owner sees or saw until now, and nothing of what is others'."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from sqlalchemy import Engine, delete, event, select

from core.journal import event as journal
from core.journal import newest_position
from inbox.presence import TYPING, Typing, typing_topic
from pipeline.models import deal, membership
from pipeline.moving import close
from pipeline.sight import sight_of_talks
from pipeline.staff.handing_over import give_back_to_turn, hand_over
from pipeline.staff.people import set_role
from pipeline.staff.rights import Role, Staff
from pipeline.staff.taking import take
from pipeline.stages import NOT_A_LEAD
from tests.contract.webchat import WebChatRig, webchat_rig
from tests.unit.office import Office
from tests.unit.test_board import say
from tests.unit.test_open_pages import hub  # noqa: F401 - a fixture
from tests.unit.test_pages import PATIENCE, browser_of, first_told
from tests.unit.test_work import deal_of
from web.live import Changes, Hub


class People:
    """Three operators of one pipeline who are not given anything by themselves, and a supervisor."""

    def __init__(self, shop: Office, anna: Staff, boris: Staff, clara: Staff, boss: Staff) -> None:
        self.shop = shop
        self.anna, self.boris, self.clara, self.boss = anna, boris, clara, boss
        self.everybody = {"anna": anna, "boris": boris, "clara": clara, "boss": boss}

    async def has(self, by: Staff | None, name: str) -> int:
        """A new deal of somebody, or nobody's."""
        deal_id = await deal_of(self.shop, name)
        if by is not None:
            async with self.shop.database.unit() as uow:
                await take(uow, by, deal_id)
            await self.shop.settle()
        return deal_id

    async def known(self, told: Hub, since: int, deal_id: int) -> set[str]:
        """Who may be told that there is a deal, of all that has happened behind a position."""
        await self.shop.settle()
        async with told.watching(1, 1, since=since) as page:
            changes = await page.wait(PATIENCE)
        assert changes is not None
        return {name for name, by in self.everybody.items() if deal_id in changes.known_to(by)}


async def hired(shop: Office) -> People:
    anna, boris, clara = [await shop.hire(str(number), on_shift=False) for number in range(11, 14)]
    return People(shop, anna, boris, clara, await shop.hire("14", role=Role.SUPERVISOR, on_shift=False))


@pytest.fixture
async def people(shop: Office) -> People:
    return await hired(shop)


async def now(shop: Office, told: Hub) -> int:
    """How far the journal reaches once all is handed on, be it by another relay, and told to all pages."""
    async with asyncio.timeout(PATIENCE), told.watching(1, 1, since=None) as page:
        await shop.receive(shop.message("somebody else"))
        async with shop.database.reading() as uow:
            left = select(journal.c.id).where(journal.c.position.is_(None))
            while await uow.value(left) is not None:  # noqa: ASYNC110 - another relay rings no bell here
                await asyncio.sleep(0.01)
            newest = await newest_position(uow)
        reached = 0
        while reached < newest:
            changes = await page.wait(PATIENCE)
            reached = changes.position if changes else 0
        return newest


async def test_of_a_colleagues_deal_nobody_else_is_told(people: People, hub: Hub) -> None:  # noqa: F811
    deal_id = await people.has(people.boris, "100")
    since = await now(people.shop, hub)
    await people.shop.receive(people.shop.message("100", "And?"))
    assert await people.known(hub, since, deal_id) == {"boris", "boss"}


async def test_whoever_hands_a_deal_over_is_told_that_it_goes(people: People, hub: Hub) -> None:  # noqa: F811
    deal_id = await people.has(people.anna, "100")
    since = await now(people.shop, hub)
    async with people.shop.database.unit() as uow:
        await hand_over(uow, people.anna, deal_id, to=people.boris.id)
    assert await people.known(hub, since, deal_id) == {"anna", "boris", "boss"}


async def test_all_who_could_take_a_deal_are_told_that_it_is_taken(people: People, hub: Hub) -> None:  # noqa: F811
    deal_id = await people.has(None, "100")
    since = await now(people.shop, hub)
    async with people.shop.database.unit() as uow:
        await take(uow, people.boris, deal_id)
    assert await people.known(hub, since, deal_id) == {"anna", "boris", "clara", "boss"}


async def test_a_deal_that_was_given_back_is_everybodys_until_it_is_handed_over(people: People, hub: Hub) -> None:  # noqa: F811
    deal_id = await people.has(people.anna, "100")
    async with people.shop.database.unit() as uow:
        await give_back_to_turn(uow, people.anna, deal_id)
    since = await now(people.shop, hub)
    async with people.shop.database.unit() as uow:
        await hand_over(uow, people.boss, deal_id, to=people.boris.id)
    assert await people.known(hub, since, deal_id) == {"anna", "boris", "clara", "boss"}


async def test_what_happened_in_between_is_not_forgotten(people: People, hub: Hub) -> None:  # noqa: F811
    deal_id = await people.has(people.anna, "100")
    since = await now(people.shop, hub)
    for one, to in ((people.anna, people.boris), (people.boris, people.clara)):
        async with people.shop.database.unit() as uow:
            await hand_over(uow, one, deal_id, to=to.id)
    assert await people.known(hub, since, deal_id) == {"anna", "boris", "clara", "boss"}


async def test_a_deal_of_a_pipeline_that_is_not_ones_own_is_nobodys_news(people: People, hub: Hub) -> None:  # noqa: F811
    deal_id = await people.has(None, "100")
    since = await now(people.shop, hub)
    async with people.shop.database.unit() as uow:
        await uow.execute(delete(membership).where(membership.c.staff_id == people.clara.id))
        await take(uow, people.boris, deal_id)
    assert await people.known(hub, since, deal_id) == {"anna", "boris", "boss"}


async def test_who_types_is_asked_once_for_all_pages_and_all_visitors(people: People, hub: Hub) -> None:  # noqa: F811
    shop = people.shop
    for number in range(5):
        await people.has(people.boris if number % 2 else None, f"10{number}")
    async with shop.database.reading() as uow:
        talks = [row.conversation_id for row in await uow.rows(deal.select().order_by(deal.c.id))]
    asked: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        # The walk along the journal asks of deals as well, but not like this.
        if statement.startswith("SELECT DISTINCT deal.conversation_id"):
            asked.append(statement)

    async with (
        hub.watching(people.anna.id, 1, since=None) as one,
        hub.watching(people.boris.id, 2, since=None) as two,
        hub.watching(people.clara.id, 3, since=None) as three,
    ):
        event.listen(Engine, "before_cursor_execute", keep)
        for talk in talks * 3:
            hub.heard_typing(f"{talk}:customer")
        told = [await typing_told(page) for page in (one, two, three)]
        event.remove(Engine, "before_cursor_execute", keep)
    assert len(asked) == 1
    assert [sorted(changes.typing) for changes in told] == [sorted(talks)] * 3
    seen = [one for one in talks if told[0].sight.sees_talk(people.anna, one)]
    assert seen == talks[::2]
    assert all(told[1].sight.sees_talk(people.boris, one) for one in talks)


async def typing_told(page: Any) -> Changes:
    async with asyncio.timeout(PATIENCE):
        while True:
            changes: Changes | None = await page.wait(PATIENCE)
            if changes is not None and changes.typing:
                return changes


@pytest.fixture
async def rig() -> AsyncIterator[WebChatRig]:
    async with webchat_rig() as made:
        yield made


@pytest.fixture
async def house(rig: WebChatRig) -> People:
    return await hired(rig.office)


async def next_told(stream: aiohttp.ClientResponse, kind: str = "") -> Any:
    """What a stream says next, of a kind."""
    name = ""
    async with asyncio.timeout(PATIENCE):
        async for line in stream.content:
            if line.startswith(b"event: "):
                name = line[7:].decode().strip()
            elif line.startswith(b"data: {") and kind in ("", name):
                return json.loads(line[6:])
    raise AssertionError("the stream has ended")


async def test_a_board_names_no_deal_that_its_owner_never_saw(rig: WebChatRig, house: People) -> None:
    theirs, hers = await house.has(house.boris, "100"), await house.has(house.anna, "101")
    since = await now(rig.office, rig.site.hub)
    await rig.office.receive(rig.office.message("100", "And?"))
    async with browser_of(rig, house.anna) as browser, browser.get(f"/board/live?since={since}") as stream:
        await rig.office.receive(rig.office.message("101", "Hello?"))
        told = await next_told(stream)
        assert (list(told["cards"]), told["gone"]) == ([str(hers)], [])
        async with rig.office.database.unit() as uow:
            await hand_over(uow, house.anna, hers, to=house.boris.id)
        assert await next_told(stream) == {"cards": {}, "gone": [hers]}
    assert theirs not in told["gone"]


async def test_a_card_leaves_a_board_that_is_narrowed_to_what_it_is_not(rig: WebChatRig, house: People) -> None:
    deal_id = await house.has(house.anna, "100")
    since = await now(rig.office, rig.site.hub)
    await say(rig.office, house.anna, deal_id)
    await rig.office.settle()
    async with browser_of(rig, house.boss) as browser:
        told = await first_told(browser, f"/board/live?since={since}&waits=1")
    assert told == {"cards": {}, "gone": [deal_id]}


async def test_an_open_talk_is_told_nothing_of_what_is_others(rig: WebChatRig, house: People) -> None:
    await house.has(house.boris, "100")
    hers, other = await house.has(house.anna, "101"), await house.has(house.anna, "102")
    since = await now(rig.office, rig.site.hub)
    await rig.office.receive(rig.office.message("100", "And?"))
    async with browser_of(rig, house.anna) as browser, browser.get(f"/deals/{hers}/live?since={since}") as stream:
        await rig.office.receive(rig.office.message("101", "Hello?"))
        assert "Hello?" in (await next_told(stream))["messages"]
        # The list beside it shows her other talks.
        await rig.office.receive(rig.office.message("102", "Hello?"))
        assert await next_told(stream) == {}
        async with rig.office.database.unit() as uow:
            await hand_over(uow, house.anna, other, to=house.clara.id)
        assert await next_told(stream) == {}
        async with rig.office.database.unit() as uow:
            await hand_over(uow, house.anna, hers, to=house.boris.id)
        assert list(await next_told(stream)) == ["gone"]


async def test_an_open_talk_hears_its_own_customer_type_and_a_board_those_who_are_seen(
    rig: WebChatRig, house: People
) -> None:
    await house.has(house.boris, "100")
    hers = await house.has(house.anna, "101")
    await house.has(house.anna, "102")
    async with rig.office.database.reading() as uow:
        theirs, own, another = [row.conversation_id for row in await uow.rows(deal.select().order_by(deal.c.id))]
    async with (
        browser_of(rig, house.anna) as browser,
        browser.get(f"/deals/{hers}/live") as talk,
        browser.get("/board/live") as board,
    ):
        for conversation_id in (theirs, own, another):
            await rig.site.wakeups.ring(typing_topic(Typing(conversation_id, "customer")))
        assert await next_told(talk, "typing") == {"conversations": [own]}
        assert await next_told(board, "typing") == {"conversations": [own, another]}


async def test_a_talk_that_is_a_colleagues_by_now_tells_nothing_of_its_customer_and_ends_when_the_deal_goes(
    rig: WebChatRig, house: People
) -> None:
    hers = await house.has(house.anna, "101")
    async with rig.office.database.reading() as uow:
        (talk,) = [row.conversation_id for row in await uow.rows(deal.select())]
    async with browser_of(rig, house.anna) as browser:
        async with browser.get(f"/deals/{hers}/live") as stream:
            async with rig.office.database.unit() as uow:
                await hand_over(uow, house.anna, hers, to=house.boris.id)
            assert "gone" in await next_told(stream)
            # There is nothing more to tell there.
            assert [line async for line in stream.content if line.startswith(b"data: {")] == []
        theirs = await house.has(house.anna, "102")
        async with rig.office.database.unit() as uow:
            await close(uow, house.anna, theirs, group=NOT_A_LEAD)
        heard: list[str] = []
        rig.site.wakeups.listen(TYPING, heard.append)
        assert (await browser.post(f"/deals/{theirs}/typing")).status == 204
    assert heard == []
    async with rig.office.database.reading() as uow:
        assert not (await sight_of_talks(uow, {talk})).sees_talk(house.clara, talk)


async def test_a_page_of_somebody_who_was_signed_in_before_is_told_nothing(rig: WebChatRig, house: People) -> None:
    async with browser_of(rig, house.boris) as browser:
        assert (await browser.get(f"/board/live?me={house.anna.id}")).status == 409
        async with browser.get(f"/board/live?me={house.boris.id}") as stream:
            assert stream.status == 200


async def test_whoever_may_see_less_is_shown_his_board_anew(rig: WebChatRig, house: People) -> None:
    since = await now(rig.office, rig.site.hub)
    async with rig.office.database.unit() as uow:
        await set_role(uow, await rig.office.admin(), house.boss.id, role=Role.OPERATOR)
    await rig.office.settle()
    async with browser_of(rig, house.boss) as browser:
        assert await first_told(browser, f"/board/live?since={since}") == {"everything": True}
