"""What somebody of the staff should look at: who waits for him, what is late, who wrote last."""

from inbox.channel import Written
from pipeline.attention import attention
from pipeline.deals import answer
from pipeline.staff.notices import Notice, let_ring
from pipeline.staff.shifts import end_shift, start_shift
from pipeline.work.tasks import add_task
from tests.unit.office import Office
from tests.unit.test_work import deal_of


async def test_customers_wait_until_they_are_answered_and_the_newest_is_told(shop: Office) -> None:
    by = await shop.hire("11")
    await shop.receive(shop.message("101", "First"))
    await shop.receive(shop.message("102", "Second"))
    await shop.receive(shop.message("101", "Third"))
    async with shop.database.reading() as uow:
        now = await attention(uow, by)
    assert (now.customers, now.late_tasks) == (2, 0)
    assert now.newest is not None
    assert (now.newest.body["text"], now.newest.deal.customer) == ("Third", "Customer 101")
    async with shop.database.unit() as uow:
        written = Written("1", shop.clock.now(), "text", {"text": "Here"})
        await answer(uow, by, now.newest.deal.id, written=written, client_key="0123456789abcdef")
    await shop.settle()
    async with shop.database.reading() as uow:
        now = await attention(uow, by)
    assert now.customers == 1
    assert now.newest is not None
    assert now.newest.body["text"] == "Second"


async def test_only_what_somebody_has_chosen_rings_and_only_on_his_shift(shop: Office) -> None:
    by = await shop.hire("11")
    await shop.receive(shop.message("101", "First"))

    async def rings() -> bool:
        async with shop.database.reading() as uow:
            newest = (await attention(uow, by)).newest
        assert newest is not None
        return newest.rings

    assert await rings()
    async with shop.database.unit() as uow:
        await let_ring(uow, by, Notice.NEW_DEAL, on=False)
    assert not await rings()
    await shop.receive(shop.message("101", "And more"))
    assert await rings()
    async with shop.database.unit() as uow:
        await end_shift(uow, by)
    assert not await rings()
    async with shop.database.unit() as uow:
        await start_shift(uow, by)
    assert await rings()


async def test_late_tasks_are_counted(shop: Office) -> None:
    by = await shop.hire("11")
    deal_id = await deal_of(shop)
    async with shop.database.unit() as uow:
        await add_task(uow, by, deal_id, kind_id=1, text="Call", due_at=shop.clock.now())
    await shop.later(hours=2)
    async with shop.database.reading() as uow:
        assert (await attention(uow, by)).late_tasks == 1
