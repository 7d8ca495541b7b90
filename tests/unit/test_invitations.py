"""Whom an invitation lets in, and until when."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from inbox.channel import Person
from pipeline.models import staff
from pipeline.staff.inviting import InvitationUnusable, accept_invitation, invite_first_admin
from pipeline.staff.rights import Role
from tests.unit.office import Office

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
