"""A migrated database with one of everything in it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from app.migrating import migrate
from core.clock import SystemClock
from core.database import Database

AT = "'2026-01-01 00:00:00'"
ONE_OF_EACH = (
    "INSERT INTO channel (kind, name) VALUES ('telegram', '1')",
    f"INSERT INTO \"update\" (channel_id, external_id, at, state) VALUES (1, '1', {AT}, 'done')",
    "INSERT INTO contact (name) VALUES ('Anna')",
    "INSERT INTO identity (contact_id, channel_id, external_id) VALUES (1, 1, '1')",
    "INSERT INTO conversation (channel_id, chat_key, contact_id) VALUES (1, '1', 1), (1, '2', 1)",
    "INSERT INTO message (conversation_id, direction, actor, external_id, client_key, kind, body, at)"
    f" VALUES (1, 'in', 'customer', '1', 'k', 'text', '{{}}', {AT})",
    "INSERT INTO attachment (message_id, place, kind) VALUES (1, 0, 'photo')",
    "INSERT INTO outgoing (cause, channel_id, chat_key, lane, op, content, merge_key, state)"
    " VALUES ('c', 1, '1', 0, 'edit', '{}', 'm', 'queued'), ('d', 1, '1', 0, 'edit', '{}', 'm', 'sent')",
    f"INSERT INTO attempt (outgoing_id, no, epoch, started_at) VALUES (1, 1, 1, {AT})",
    "INSERT INTO posted (channel_id, chat_key, external_id) VALUES (1, '1', '1')",
    "INSERT INTO pipeline (name, place) VALUES ('Sales', 1)",
    "INSERT INTO pipeline_channel (channel_id, pipeline_id) VALUES (1, 1)",
    "INSERT INTO stage (pipeline_id, name, \"group\", place) VALUES (1, 'New', 'active', 1)",
    "INSERT INTO lost_reason (name, place, asks_words) VALUES ('Price', 1, 0)",
    "INSERT INTO staff (name, role, language, timezone) VALUES ('A', 'admin', 'en', 'UTC'),"
    " ('B', 'admin', 'en', 'UTC')",
    "INSERT INTO staff_account (channel_id, external_id, staff_id) VALUES (1, '5', 1)",
    "INSERT INTO membership (pipeline_id, staff_id) VALUES (1, 1)",
    "INSERT INTO rotation (pipeline_id) VALUES (1)",
    "INSERT INTO rotation_member (rotation_id, staff_id, place) VALUES (1, 1, 1)",
    "INSERT INTO deal (pipeline_id, stage_id, contact_id, conversation_id, requested_at, opened_at, changed_at,"
    f" opened_by_message_id) VALUES (1, 1, 1, 1, {AT}, {AT}, {AT}, 1)",
    "INSERT INTO talk (conversation_id, deal_id) VALUES (1, 1)",
    f"INSERT INTO stage_stay (deal_id, stage_id, entered_at, actor) VALUES (1, 1, {AT}, 'customer')",
    "INSERT INTO event (stream, kind, ref, actor, depth, data, at, position)"
    f" VALUES ('s', 'k', 'r', 'a', 0, '{{}}', {AT}, 1)",
    "INSERT INTO stream (name) VALUES ('s')",
    f"INSERT INTO lease (name, epoch, until) VALUES ('l', 1, {AT})",
    "INSERT INTO counter (name, value) VALUES ('journal', 1)",
)
TRIGGERS = (
    "INSERT INTO setting (name, value) VALUES ('s', '1')",
    'INSERT INTO "trigger" (occasion, occasion_with, conditions, actions, delay_seconds, stops_on, created_at)'
    f" VALUES ('deal_opened', '{{}}', '[]', '[]', 0, '[]', {AT})",
    "INSERT INTO trigger_run (trigger_id, deal_id, cause_id, depth, made_at, due_at, state)"
    f" VALUES (1, 1, 1, 1, {AT}, {AT}, 'waiting')",
)


@pytest.fixture
async def migrated(database_url: str) -> AsyncIterator[Database]:
    """The newest schema, empty."""
    database = Database(database_url, SystemClock())
    await migrate(database)
    yield database
    await database.close()


@pytest.fixture
async def filled(migrated: Database) -> Database:
    """The newest schema with one of everything that has to be unique."""
    for statement in (*ONE_OF_EACH, *TRIGGERS):
        await run(migrated, statement)
    return migrated


async def run(database: Database, statement: str, **values: object) -> list[Any]:
    """Run one statement in a transaction of its own; what it returned."""
    async with database.engine.begin() as connection:
        result = await connection.execute(text(statement), values)
        return list(result.all()) if result.returns_rows else []
