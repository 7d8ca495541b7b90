"""Whoever writes to the company in Telegram sees that somebody is writing to him at the board."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.botapi.client import User
from tests.running.desk import Desk, desk_of
from tests.running.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(company: Shop) -> AsyncIterator[Desk]:
    """The admin's browser."""
    async with desk_of(company, company.admin) as one:
        yield one


async def write_to(shop: Shop, desk: Desk, customer: User) -> None:
    """Press some keys in the talk with somebody."""
    assert (await desk.post(f"/deals/{await shop.deal_of(customer)}/typing")).status == 204


async def signs(shop: Shop, customer: User) -> int:
    """How many signs somebody was shown, once there is one."""
    return len(await shop.api.wait_ledger(kind="accepted", method="sendChatAction", chat_id=customer.id))


async def test_a_customer_sees_that_somebody_writes_to_him_and_keys_are_not_counted(shop: Shop, desk: Desk) -> None:
    anna, boris = await shop.customers("Anna", "Boris")
    await anna.sends("Hello")
    await boris.sends("Hello")
    await write_to(shop, desk, anna)
    await write_to(shop, desk, anna)
    await write_to(shop, desk, boris)
    assert await signs(shop, boris) == 1
    assert await signs(shop, anna) == 1


async def test_a_server_that_knows_no_signs_is_no_trouble(shop: Shop, desk: Desk) -> None:
    anna, boris = await shop.customers("Anna", "Boris")
    await anna.sends("Hello")
    await boris.sends("Hello")
    await shop.api.fault("400", method="sendChatAction", chat_id=anna.id, code=404)
    await write_to(shop, desk, anna)
    await shop.api.wait_ledger(kind="refused", method="sendChatAction", chat_id=anna.id)
    await write_to(shop, desk, boris)
    assert await signs(shop, boris) == 1
    await desk.post(f"/deals/{await shop.deal_of(anna)}/answer", {"text": "Good day", "key": "0123456789abcdef"})
    await anna.sees("Good day")
