"""People who do things with the same deals at the same moment never wait for each other in a circle."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update

from bot import callbacks, task_callbacks
from core.journal import lock
from inbox import marking, outcomes
from inbox.channel import Delivered, Reason, Refused
from inbox.contacts import stream_of
from inbox.outcomes import Result
from pipeline.models import deal as deal_table
from pipeline.models import lost_reason
from pipeline.staff.people import disable
from pipeline.staff.talking import end_for_others
from tests import postgres
from tests.unit.hands import Hands
from tests.unit.office import Office
from tests.unit.test_waiting_screens import BOSS, at_work


@pytest.fixture
async def database_url(postgres_socket: Path) -> AsyncIterator[str]:
    """An empty database of PostgreSQL: SQLite has one writer, so nobody waits for another there."""
    async with postgres.empty_database(postgres_socket) as url:
        yield url


HANDS: dict[str, Callable[[Hands], Coroutine[Any, Any, object]]] = {
    "types": lambda boris: boris.types("Yes, in red"),
    "adds a task": lambda boris: boris.presses(task_callbacks.TaskAt(deal=1, task_kind=0, at="1d")),
    "moves a task": lambda boris: boris.presses(task_callbacks.TaskLater(id=1, at="1d")),
    "wipes the amount": lambda boris: boris.presses(callbacks.Amount(deal=1, wipe=True)),
    "chooses to whom": lambda boris: boris.presses(callbacks.ToWhom(deal=1, until=2**50)),
    "says why it was lost": lambda boris: boris.types("Went elsewhere"),
}


async def waits_for_a_lock(shop: Office, acting: asyncio.Task[object]) -> None:
    """Return when a transaction of this database waits for another one."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    while not acting.done():
        async with shop.database.reading() as uow:
            if await uow.value(waiting):
                return


@pytest.mark.parametrize("act", HANDS.values(), ids=HANDS)
async def test_a_desk_is_changed_behind_its_customers_stream(
    shop: Office, act: Callable[[Hands], Coroutine[Any, Any, object]], request: pytest.FixtureRequest
) -> None:
    boris, deal = await at_work(shop)
    await boris.presses(task_callbacks.TaskAt(deal=deal, task_kind=0, at="1d"))
    await boris.types("/deal 1 amount 700")
    await boris.types("This waits for its addressee")
    await boris.presses(callbacks.Answer(deal=deal))
    if "lost" in request.node.name:
        async with shop.database.unit() as uow:
            reason = (await uow.rows(select(lost_reason.c.id).where(lost_reason.c.asks_words == 1)))[0].id
        await boris.presses(callbacks.Lost(deal=deal, reason=reason))
    async with shop.database.unit() as uow:
        await lock(uow, [stream_of(1)])
        acting = asyncio.create_task(act(boris))
        await waits_for_a_lock(shop, acting)
        await uow.execute(update(deal_table).where(deal_table.c.id == deal).values(assignee_id=None))
        assert await end_for_others(uow, [deal])
    await acting


async def test_whoever_leaves_gives_his_deals_back_in_the_order_of_their_streams(shop: Office) -> None:
    await at_work(shop)
    await shop.receive(*(shop.message(f"customer {n}") for n in range(2, 12)))

    async def leaves() -> None:
        async with shop.database.unit() as uow:
            await disable(uow, await shop.admin(), (await shop.actor(BOSS)).id)

    async with shop.database.unit() as uow:
        await lock(uow, [stream_of(10)])
        acting = asyncio.create_task(leaves())
        await waits_for_a_lock(shop, acting)
        await lock(uow, [stream_of(9)])
    await acting


async def test_how_attempts_ended_is_written_in_the_order_of_streams(shop: Office) -> None:
    boris, _ = await at_work(shop)
    await shop.receive(shop.message("boyan"))
    for deal in (1, 2):
        await boris.presses(callbacks.Answer(deal=deal))
        await boris.types("Yes, in red")
    waiting = [(await shop.outgoing(name))[-1].id for name in ("anna", "boyan")]
    async with shop.database.unit() as uow:
        first, second = await marking.mark(uow, waiting, epoch=1)

    async def ends() -> None:
        async with shop.database.unit() as uow:
            results = [
                Result(first, Delivered(("9001",))),
                Result(second, failure=Refused(Reason.REFUSED, "Bad Request")),
            ]
            await outcomes.write(uow, shop.channel_id, results, retry_seconds=(1,))

    async with shop.database.unit() as uow:
        await lock(uow, [stream_of(1)])
        acting = asyncio.create_task(ends())
        await waits_for_a_lock(shop, acting)
        await lock(uow, [stream_of(2)])
    await acting
