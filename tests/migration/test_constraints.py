"""What stops repeats: inserting again what must be there once is refused by the database itself."""

import pytest
from sqlalchemy.exc import IntegrityError

from core.database import Database
from tests.migration.conftest import AT, ONE_OF_EACH, run

DEAL = (
    "INSERT INTO deal (pipeline_id, stage_id, contact_id, conversation_id, requested_at, opened_at, changed_at,"
    f" opened_by_message_id) VALUES (1, 1, 1, 2, {AT}, {AT}, {AT}, 1)"
)
MESSAGE = "INSERT INTO message (conversation_id, direction, actor, external_id, client_key, kind, body, at) VALUES "

TWICE = {
    "an update of a channel": ONE_OF_EACH[1],
    "a person of a channel": "INSERT INTO identity (contact_id, channel_id, external_id) VALUES (1, 1, '1')",
    "a chat of a channel": "INSERT INTO conversation (channel_id, chat_key, contact_id) VALUES (1, '1', 1)",
    "a message of a chat": f"{MESSAGE} (1, 'in', 'customer', '1', NULL, 'text', '{{}}', {AT})",
    "what a person wrote": f"{MESSAGE} (2, 'out', 'staff:1', NULL, 'k', 'text', '{{}}', {AT})",
    "a file of a message": "INSERT INTO attachment (message_id, place, kind) VALUES (1, 0, 'photo')",
    "what a cause has queued": "INSERT INTO outgoing (cause, channel_id, chat_key, lane, op, content, state)"
    " VALUES ('c', 1, '1', 0, 'send', '{}', 'queued')",
    "a pending edit of a card": "INSERT INTO outgoing (cause, channel_id, chat_key, lane, op, content, merge_key,"
    " state) VALUES ('e', 1, '1', 0, 'edit', '{}', 'm', 'queued')",
    "an attempt": f"INSERT INTO attempt (outgoing_id, no, epoch, started_at) VALUES (1, 1, 2, {AT})",
    "a message that is about something": "INSERT INTO posted (channel_id, chat_key, external_id) VALUES (1, '1', '1')",
    "an account": "INSERT INTO channel (kind, name) VALUES ('telegram', '1')",
    "a deal opened by a message": DEAL,
    "the open deal of a conversation": "INSERT INTO talk (conversation_id, deal_id) VALUES (1, 1)",
    "an open stay of a deal": "INSERT INTO stage_stay (deal_id, stage_id, entered_at, actor)"
    f" VALUES (1, 1, {AT}, 'customer')",
    "a place in the turn": "INSERT INTO rotation_member (rotation_id, staff_id, place) VALUES (1, 2, 1)",
    "a member of the turn": "INSERT INTO rotation_member (rotation_id, staff_id, place) VALUES (1, 1, 2)",
    "the turn of a pipeline": "INSERT INTO rotation (pipeline_id) VALUES (1)",
    "the pipeline of a channel": "INSERT INTO pipeline_channel (channel_id, pipeline_id) VALUES (1, 1)",
    "an account of the staff": "INSERT INTO staff_account (channel_id, external_id, staff_id) VALUES (1, '5', 2)",
    "a position of the journal": "INSERT INTO event (stream, kind, ref, actor, depth, data, at, position)"
    f" VALUES ('t', 'k', 'r', 'a', 0, '{{}}', {AT}, 1)",
    "a stream": "INSERT INTO stream (name) VALUES ('s')",
    "a lease": f"INSERT INTO lease (name, epoch, until) VALUES ('l', 2, {AT})",
    "what a trigger does because of an event": "INSERT INTO trigger_run (trigger_id, deal_id, cause_id, depth, made_at,"
    f" due_at, state) VALUES (1, 1, 1, 2, {AT}, {AT}, 'waiting')",
    "what a company has chosen": "INSERT INTO setting (name, value) VALUES ('s', '2')",
    "a reason for losing": "INSERT INTO lost_reason (name, place, asks_words) VALUES ('Price', 2, 0)",
}


@pytest.mark.parametrize("what", TWICE)
async def test_the_same_thing_is_refused_a_second_time(filled: Database, what: str) -> None:
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        await run(filled, TWICE[what])


async def test_an_edit_that_was_sent_makes_room_for_the_next_one(filled: Database) -> None:
    await run(filled, "UPDATE outgoing SET state = 'sending' WHERE id = 1")
    await run(filled, TWICE["a pending edit of a card"])


async def test_a_stay_that_ended_makes_room_for_the_next_one(filled: Database) -> None:
    await run(filled, f"UPDATE stage_stay SET left_at = {AT}")
    await run(filled, TWICE["an open stay of a deal"])


async def test_a_pipeline_has_turns_of_chosen_people_beside_its_own(filled: Database) -> None:
    await run(filled, "INSERT INTO rotation (pipeline_id, everybody) VALUES (1, 0), (1, 0)")


async def test_a_row_that_names_nothing_is_refused(filled: Database) -> None:
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        await run(filled, "INSERT INTO talk (conversation_id, deal_id) VALUES (2, 99)")
