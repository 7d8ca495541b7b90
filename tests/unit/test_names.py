"""How customers are called: as a messenger or somebody of ours says, or not at all as long as nobody knows."""

import pytest

from core.errors import Unreadable
from inbox.channel import Incoming, Person, Written
from pipeline.customers import name_customer
from pipeline.deals import see
from pipeline.events import CustomerNamed
from pipeline.feed import history
from pipeline.filters import DealFilter, Scope
from pipeline.lists import list_deals
from tests.unit.office import Office
from tests.unit.test_work import deal_of
from triggers.templates import written_for
from triggers.world import worlds


async def writes(shop: Office, person: Person, number: int) -> None:
    """Somebody writes, as his messenger knows him."""
    written = Written(str(number), shop.clock.now(), "text", {"text": "Hello"})
    await shop.receive(Incoming(str(number), {}, person.external_id, person, written))


async def customer(shop: Office) -> str:
    """How the customer of the only deal is called."""
    async with shop.database.reading() as uow:
        return (await see(uow, await shop.admin(), 1)).customer


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello, {name}!", "Hello!"),
        ("{name}, your order {deal} is ready.", "Your order 1 is ready."),
        ("Dear {name}, thank you.", "Dear, thank you."),
        ("{name}: {name}", ": "),
        ("{name}", "Visitor 6659"),
        ("Thank you!", "Thank you!"),
    ],
)
async def test_whose_name_is_made_up_is_not_called_by_it(shop: Office, text: str, said: str) -> None:
    await writes(shop, Person("v", "Visitor 6659", made_up=True), 1)
    async with shop.database.reading() as uow:
        world = (await worlds(uow, [1]))[1]
    assert written_for(world, text).strip() == said.strip()
    assert await customer(shop) == "Visitor 6659"


async def test_a_made_up_name_yields_to_any_other(shop: Office) -> None:
    await writes(shop, Person("v", "Visitor 6659", made_up=True), 1)
    await writes(shop, Person("v", "Anna Nowak"), 2)
    await writes(shop, Person("v", "Visitor 1", made_up=True), 3)
    assert await customer(shop) == "Anna Nowak"


async def test_what_somebody_of_ours_says_stands_whatever_the_messenger_says(shop: Office) -> None:
    await writes(shop, Person("a", "xX_anna_Xx", username="anna"), 1)
    async with shop.database.unit() as uow:
        assert await name_customer(uow, await shop.admin(), 1, " Anna \n Nowak ") == "Anna Nowak"
    await writes(shop, Person("a", "another", username="anna"), 2)
    assert await customer(shop) == "Anna Nowak"


async def test_a_name_is_told_once_in_the_history_and_found_at_once(shop: Office) -> None:
    await deal_of(shop, "anna")
    admin = await shop.admin()
    for _ in range(2):
        async with shop.database.unit() as uow:
            await name_customer(uow, admin, 1, "Zofia Kowalska")
    wanted = DealFilter(Scope.EVERY, text="kowalska")
    async with shop.database.reading() as uow:
        assert len(await history(uow, admin, 1, kinds=[CustomerNamed], limit=5)) == 1
        assert [one.customer for one in (await list_deals(uow, admin, wanted)).deals] == ["Zofia Kowalska"]


async def test_a_name_without_anything_to_see_is_refused(shop: Office) -> None:
    await deal_of(shop, "anna")
    async with shop.database.unit() as uow:
        with pytest.raises(Unreadable):
            await name_customer(uow, await shop.admin(), 1, " \u200b ")
