"""Whom an invitation lets in, and until when."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from inbox.channel import Person
from pipeline.models import staff
from pipeline.staff.inviting import (
    AlreadyStaff,
    InvitationUnusable,
    accept_invitation,
    connect,
    invite,
    invite_first_admin,
    join_by_name,
)
from pipeline.staff.rights import Role
from tests.unit.office import ADMIN, Office

DAY = timedelta(days=1)


async def comes(shop: Office, token: str, name: str) -> Role:
    """Somebody opens a link."""
    async with shop.database.unit() as uow:
        person = Person(name, f"Person {name}")
        by = await accept_invitation(uow, shop.channel_id, person, token, language="en", timezone="UTC")
    return by.role


async def test_links_for_the_first_admin_end_with_the_first_one_used(shop: Office) -> None:
    async with shop.database.unit() as uow:
        await uow.execute(update(staff).values(disabled_at=uow.now))
        tokens = [await invite_first_admin(uow, valid=DAY), await invite_first_admin(uow, valid=DAY)]
    assert await comes(shop, tokens[0] or "", "10") is Role.ADMIN
    with pytest.raises(InvitationUnusable):
        await comes(shop, tokens[1] or "", "11")


async def test_somebody_who_came_by_a_browser_is_known_by_his_account_from_then_on(shop: Office) -> None:
    async with shop.database.unit() as uow:
        invited = await invite(uow, await shop.admin(), role=Role.OPERATOR, valid=DAY)
        oksana = await join_by_name(uow, invited, name="Oksana", language="uk", timezone="UTC")
        own = await connect(uow, oksana, valid=DAY)
    async with shop.database.unit() as uow:
        with pytest.raises(InvitationUnusable):
            await join_by_name(uow, own, name="Mallory", language="en", timezone="UTC")
    assert await comes(shop, own, "77") is Role.OPERATOR
    assert await shop.actor("77") == oksana
    with pytest.raises(InvitationUnusable):
        await comes(shop, own, "78")


async def test_an_account_that_is_somebodys_is_nobody_elses(shop: Office) -> None:
    async with shop.database.unit() as uow:
        invited = await invite(uow, await shop.admin(), role=Role.ADMIN, valid=DAY)
        oksana = await join_by_name(uow, invited, name="Oksana", language="uk", timezone="UTC")
        own = await connect(uow, oksana, valid=DAY)
    with pytest.raises(AlreadyStaff):
        await comes(shop, own, ADMIN)
