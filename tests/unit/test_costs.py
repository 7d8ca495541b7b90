"""What is asked again and again costs what it tells, and not what there is: the plans of the queries themselves."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from core.database import UnitOfWork
from pipeline.board import board, counters, sources
from pipeline.filters import DealFilter, Scope
from pipeline.lists import count_deals
from pipeline.models import deal
from pipeline.staff.rights import Role, Staff
from pipeline.tags import make_tag, tag_deal, words
from tests.unit.office import Office
from tests.unit.test_board import several
from triggers.history import counts

WAITS = DealFilter(Scope.MINE, waits=True)
QUESTIONS: dict[str, tuple[Callable[[UnitOfWork, Staff], Awaitable[Any]], str, str]] = {
    "who waits for him": (lambda uow, by: count_deals(uow, by, WAITS), "conversation", "ix_"),
    "who waits": (
        lambda uow, by: count_deals(uow, by, DealFilter(Scope.ALL, waits=True)),
        "conversation",
        "ix_conversation_waiting",
    ),
    "a board of those who wait": (
        lambda uow, by: counters(uow, by, 1, DealFilter(Scope.EVERY, waits=True)),
        "conversation",
        "ix_conversation_waiting",
    ),
    "sources": (lambda uow, by: sources(uow, by, 1), "deal", "ix_deal_source"),
    "a board of one source": (
        lambda uow, by: board(uow, by, 1, DealFilter(Scope.EVERY, source="flyer")),
        "deal",
        "ix_deal_open_source",
    ),
    "tags": (lambda uow, by: words(uow, limit=40), "deal_tag", "ix_deal_tag_tag"),
    "runs": (
        lambda uow, by: counts(uow, by, since=uow.now - timedelta(days=7)),
        "trigger_run",
        "ix_trigger_run_ended",
    ),
}
# What an operator may not ask, or asks of his own deals.
OF_ADMINS = ("runs", "a board of one source")


async def plans_of(uow: UnitOfWork, by: Staff, question: Callable[[UnitOfWork, Staff], Awaitable[Any]]) -> list[str]:
    """What the database would do, when reading a whole table is not cheaper than asking an index."""
    asked: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    if not uow.is_sqlite:
        # A small table is read whole by any sensible planner, and these are empty.
        for path in ("enable_seqscan", "enable_bitmapscan"):
            await uow.execute(text(f"SET LOCAL {path} = off"))
    event.listen(uow.connection.sync_connection, "before_cursor_execute", keep)
    await question(uow, by)
    event.remove(uow.connection.sync_connection, "before_cursor_execute", keep)
    how = "EXPLAIN QUERY PLAN" if uow.is_sqlite else "EXPLAIN"
    return [
        str(row)
        for statement, parameters in asked
        for row in await uow.connection.exec_driver_sql(f"{how} {statement}", parameters)
    ]


@pytest.mark.parametrize(
    ("name", "role"),
    [(name, Role.ADMIN) for name in QUESTIONS] + [(name, Role.OPERATOR) for name in QUESTIONS if name not in OF_ADMINS],
)
async def test_no_question_of_every_page_reads_a_whole_table(shop: Office, name: str, role: Role) -> None:
    question, table, index = QUESTIONS[name]
    by = Staff((await shop.admin()).id, "Anna", role, "en", "UTC")
    async with shop.database.unit() as uow:
        plan = "\n".join(await plans_of(uow, by, question))
    assert index in plan, plan
    assert f"SCAN {table}'" not in plan, plan
    assert f"Seq Scan on {table} " not in plan, plan


async def test_tags_of_the_newest_deals_are_offered_first(shop: Office) -> None:
    admin, (older, newer) = await shop.admin(), await several(shop, 2)
    async with shop.database.unit() as uow:
        made = {name: await make_tag(uow, name) for name in ("unused", "old", "new", "ancient")}
        for deal_id, name in ((older, "old"), (older, "ancient"), (newer, "new")):
            await tag_deal(uow, admin, deal_id, made[name])
        assert [one.name for one in await words(uow, limit=3)] == ["new", "ancient", "old"]


async def test_sources_are_those_of_deals_that_somebody_sees(shop: Office) -> None:
    his = await shop.hire("11")
    other = await shop.hire("12", on_shift=False)
    one, two, three = await several(shop, 3)
    async with shop.database.unit() as uow:
        for deal_id, source in ((one, "b"), (two, "a"), (three, "c")):
            await uow.execute(deal.update().where(deal.c.id == deal_id).values(source=source, assignee_id=his.id))
        await uow.execute(deal.update().where(deal.c.id == three).values(assignee_id=other.id))
        assert await sources(uow, his, shop.pipeline_id) == ["a", "b"]
        assert await sources(uow, await shop.admin(), shop.pipeline_id) == ["a", "b", "c"]
        assert await sources(uow, await shop.admin(), shop.pipeline_id, limit=1) == ["a"]


async def test_a_board_of_one_source_has_its_cards_and_counts(shop: Office) -> None:
    one, two, three = await several(shop, 3)
    async with shop.database.unit() as uow:
        await uow.execute(deal.update().where(deal.c.id.in_([one, three])).values(source="flyer"))
        columns = await board(uow, await shop.admin(), shop.pipeline_id, DealFilter(Scope.EVERY, source="flyer"))
    (new,) = [column for column in columns if column.cards]
    assert ([card.deal.id for card in new.cards], new.total.deals) == ([three, one], 2)
    assert two not in {card.deal.id for column in columns for card in column.cards}
