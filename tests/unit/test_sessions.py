"""How long a link and a session last, and what ends them."""

import pytest

from pipeline.staff.people import disable
from pipeline.staff.sessions import LinkUnusable, acting, enter, link_for, note_seen, offered, sessions_of, sign_out
from tests.unit.office import Office

AGENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


async def linked(shop: Office, staff_id: int) -> str:
    """A new link."""
    async with shop.database.unit() as uow:
        return await link_for(uow, staff_id)


async def entered(shop: Office, token: str) -> str:
    """What a browser keeps once a link was used."""
    async with shop.database.unit() as uow:
        return await enter(uow, token, agent=AGENT)


async def works(shop: Office, token: str) -> bool:
    """Whether somebody acts in a session."""
    async with shop.database.reading() as uow:
        return await acting(uow, token) is not None


async def test_a_link_lasts_ten_minutes(shop: Office) -> None:
    admin = await shop.admin()
    link = await linked(shop, admin.id)
    shop.clock.move(minutes=9, seconds=59)
    async with shop.database.reading() as uow:
        assert await offered(uow, link) is not None
    shop.clock.move(seconds=1)
    with pytest.raises(LinkUnusable):
        await entered(shop, link)


async def test_a_link_opens_one_session_however_many_press_at_once(shop: Office) -> None:
    link = await linked(shop, (await shop.admin()).id)
    await entered(shop, link)
    with pytest.raises(LinkUnusable):
        await entered(shop, link)


async def test_a_session_ends_after_twelve_hours_of_silence(shop: Office) -> None:
    token = await entered(shop, await linked(shop, (await shop.admin()).id))
    shop.clock.move(hours=11, minutes=59)
    assert await works(shop, token)
    shop.clock.move(minutes=2)
    assert not await works(shop, token)


async def test_a_session_ends_after_a_week_however_busy(shop: Office) -> None:
    admin = await shop.admin()
    token = await entered(shop, await linked(shop, admin.id))
    for _ in range(16):
        shop.clock.move(hours=10)
        async with shop.database.unit() as uow:
            found = await acting(uow, token)
            assert found is not None
            await note_seen(uow, found.id)
    shop.clock.move(hours=9)
    assert not await works(shop, token)


async def test_signing_out_everywhere_ends_links_too(shop: Office) -> None:
    admin = await shop.admin()
    first, second = [await entered(shop, await linked(shop, admin.id)) for _ in range(2)]
    link = await linked(shop, admin.id)
    async with shop.database.unit() as uow:
        assert len(await sessions_of(uow, admin)) == 2
        await sign_out(uow, admin, None)
    assert not await works(shop, first)
    assert not await works(shop, second)
    with pytest.raises(LinkUnusable):
        await entered(shop, link)


async def test_who_was_let_go_finds_neither_session_nor_link_when_he_comes_back(shop: Office) -> None:
    boris = await shop.hire("2")
    token, link = await entered(shop, await linked(shop, boris.id)), await linked(shop, boris.id)
    async with shop.database.unit() as uow:
        await disable(uow, await shop.admin(), boris.id)
    assert not await works(shop, token)
    await shop.hire("2")
    assert not await works(shop, token)
    with pytest.raises(LinkUnusable):
        await entered(shop, link)
