"""Every index is asked for by a query: the plans of the hot ones name theirs, on both databases."""

import pytest
from sqlalchemy import text

from core.database import Database
from tests.migration.conftest import AT, run

WAITING = "assignee_id IS NULL AND closed_at IS NULL"

PLANS = {
    "ix_event_unhandled": "SELECT stream, min(id) FROM event WHERE position IS NULL AND parked IS NULL GROUP BY stream",
    "uq_event_position": "SELECT id FROM event WHERE position > 5 ORDER BY position LIMIT 10",
    "ix_event_feed": "SELECT id FROM event WHERE ref = 'deal:1' ORDER BY id DESC LIMIT 50",
    "ix_message_conversation": "SELECT id FROM message WHERE conversation_id = 1 AND id >= 5 ORDER BY id DESC",
    "uq_message_conversation_id_external_id": "SELECT id FROM message WHERE conversation_id = 2 AND external_id = '9'",
    "ix_update_waiting": "SELECT min(id) FROM \"update\" WHERE channel_id = 1 AND state = 'waiting' GROUP BY chat_key",
    "ix_update_at": "DELETE FROM \"update\" WHERE at < '2026-01-01' AND state != 'waiting'",
    "ix_outgoing_queue": "SELECT chat_key, min(id), min(lane) FROM outgoing WHERE channel_id = 1 AND state = 'queued'"
    " GROUP BY chat_key",
    "ix_outgoing_sending": "SELECT id FROM outgoing WHERE channel_id = 1 AND state = 'sending'",
    "ix_outgoing_ref": "SELECT max(id) FROM outgoing WHERE ref = 'deal:1' GROUP BY ref",
    "ix_posted_ref": "SELECT external_id FROM posted WHERE ref = 'deal:1' ORDER BY outgoing_id",
    "ix_attempt_started_at": "SELECT outgoing_id FROM attempt WHERE started_at > '2026-01-01'",
    "ix_deal_stage": "SELECT id FROM deal WHERE stage_id = 1 ORDER BY changed_at DESC, id DESC LIMIT 20",
    "ix_deal_assignee": "SELECT count(*) FROM deal WHERE assignee_id = 1 AND closed_at IS NULL",
    "ix_deal_waiting": f"SELECT id FROM deal WHERE pipeline_id = 1 AND {WAITING} ORDER BY requested_at, id LIMIT 200",
    "ix_deal_contact_id": "SELECT id FROM deal WHERE contact_id = 1",
    "ix_deal_conversation_id": "SELECT id FROM deal WHERE conversation_id = 1",
    "ix_deal_turn": f"SELECT id FROM deal WHERE rotation_id = 1 AND {WAITING} AND rotation_id IS NOT NULL"
    " ORDER BY requested_at, id LIMIT 200",
    "uq_rotation_everybody": "SELECT id FROM rotation WHERE pipeline_id = 1 AND everybody = 1",
    "ix_trigger_run_due": f"SELECT id FROM trigger_run WHERE state = 'waiting' AND due_at <= {AT} ORDER BY due_at, id",
    "ix_trigger_run_deal": "SELECT id FROM trigger_run WHERE deal_id IN (1, 2) AND state IN ('waiting', 'queued')",
    "ix_trigger_run_next": "SELECT id FROM trigger_run WHERE trigger_id = 1 AND state = 'waiting' ORDER BY due_at",
    "ix_trigger_run_lately": "SELECT id FROM trigger_run WHERE trigger_id = 1 ORDER BY id DESC LIMIT 10",
    "ix_trigger_run_ended": "SELECT trigger_id, state, count(*) FROM trigger_run"
    f" WHERE ended_at >= {AT} AND NOT state = 'waiting' GROUP BY trigger_id, state",
    "ix_conversation_waiting": "SELECT id FROM deal WHERE conversation_id IN"
    " (SELECT id FROM conversation WHERE waiting_since IS NOT NULL) AND closed_at IS NULL",
    "ix_deal_source": "SELECT id FROM deal WHERE pipeline_id = 1 AND source IS NOT NULL ORDER BY id DESC LIMIT 2000",
    "ix_deal_open_source": "SELECT id FROM deal WHERE pipeline_id = 1 AND closed_at IS NULL AND source = 'flyer'",
    "ix_deal_tag_tag": "SELECT name FROM tag ORDER BY (SELECT max(deal_id) FROM deal_tag WHERE tag_id = tag.id) DESC",
    "ix_kept_ref_name": "SELECT path FROM kept_ref WHERE channel_id = 1 AND external_ref = 'a'",
    "uq_stage_stay_open": "SELECT id FROM stage_stay WHERE deal_id = 1 AND left_at IS NULL",
}

# Both hold the queued rows of a channel and nothing else, in the order of its chats.
AS_GOOD = {"ix_outgoing_queue": "uq_outgoing_merge"}
MANY = (
    "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO message"
    " (conversation_id, direction, actor, external_id, kind, body, at) SELECT 2, 'in', 'customer', CAST(i AS VARCHAR),"
    f" 'text', '{{}}', {AT} FROM n"
)


async def plan(database: Database, query: str) -> str:
    """What the database would do, in its own words, when reading a whole table is not cheaper than asking an index."""
    async with database.engine.connect() as connection:
        if database.is_sqlite:
            rows = await connection.execute(text(f"EXPLAIN QUERY PLAN {query}"))
            return "\n".join(row[3] for row in rows)
        # A small table is read whole by any sensible planner, and these are empty.
        for path in ("enable_seqscan", "enable_bitmapscan", "enable_sort"):
            await connection.execute(text(f"SET LOCAL {path} = off"))
        rows = await connection.execute(text(f"EXPLAIN {query}"))
        return "\n".join(row[0] for row in rows)


@pytest.mark.parametrize("index", PLANS)
async def test_a_hot_query_uses_its_index(filled: Database, index: str) -> None:
    await run(filled, MANY)
    await run(filled, "ANALYZE message")
    found = await plan(filled, PLANS[index])
    assert index in found or AS_GOOD.get(index, index) in found or _is_automatic(filled, index, found), found


def _is_automatic(database: Database, index: str, found: str) -> bool:
    """SQLite gives the index of a constraint a name of its own, numbered for each table."""
    return database.is_sqlite and index.startswith("uq_") and "USING" in found and "sqlite_autoindex" in found


@pytest.mark.parametrize(
    "index",
    [
        "ix_deal_waiting",
        "ix_deal_turn",
        "ix_trigger_run_due",
        "ix_event_feed",
        "ix_message_conversation",
        "ix_deal_stage",
        "ix_deal_source",
    ],
)
async def test_what_is_read_in_order_is_not_sorted(migrated: Database, index: str) -> None:
    found = await plan(migrated, PLANS[index])
    assert "TEMP B-TREE" not in found
    assert "Sort" not in found
