"""Whatever the messenger hands over, it is kept, put aside and told of once; those who write beside it are served."""

import json

import pytest

from tests.botapi.client import User
from tests.running.shop import Shop
from tests.running.test_bad_input import message_from

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOT_READ = "Something from the messenger could not be read and was put aside"
PARKED = "SELECT payload FROM parked_update ORDER BY id DESC"
DEEP = 500_000


def photo(size: int) -> dict[str, object]:
    return {"photo": [{"file_id": "x", "file_unique_id": "x", "width": 1, "height": 1, "file_size": size}]}


async def beside(shop: Shop, poison: str) -> User:
    """A customer writes, the poison comes, and she writes again, all in one batch."""
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    before = len(await shop.rows.all(PARKED))
    asked = await shop.admin.sends("/help")
    await shop.api.wait_acknowledged()
    await shop.api.hold_updates()
    await anna.sends("One")
    await shop.api.push_raw(poison.replace("NUMBER", str(await shop.api.next_update_id())))
    await anna.sends("Two")
    await shop.api.release_updates()
    await boris.sees("Two", after=card.id)
    assert [one.text for one in await boris.chat() if one.from_bot and "One" in one.text]
    await shop.admin.sees(NOT_READ, after=asked)
    await shop.settled()
    assert len([one for one in await shop.admin.chat() if one.id > asked and NOT_READ in one.text]) == 1
    assert len(await shop.rows.all(PARKED)) == before + 1
    return anna


async def test_a_megabyte_of_nested_arrays(shop: Shop) -> None:
    await beside(shop, f'{{"update_id": NUMBER, "message": {"[" * DEEP}{"]" * DEEP}}}')


async def test_what_is_no_json(shop: Shop) -> None:
    await beside(shop, '{"update_id": NUMBER, "message": {"text": "Hel')


@pytest.mark.parametrize(
    "content",
    [
        {"location": {"latitude": float("nan"), "longitude": 1.0}},
        {"location": {"latitude": 1.0, "longitude": float("-inf")}},
        photo(10**30),
    ],
    ids=["no number", "no end", "huge file"],
)
async def test_values_that_no_database_keeps(shop: Shop, content: dict[str, object]) -> None:
    person = await shop.person("Mallory")
    message = json.loads(await message_from(shop, person, **content))["message"]
    await beside(shop, f'{{"update_id": NUMBER, "message": {json.dumps(message)}}}')
