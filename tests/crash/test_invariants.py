"""The checker is worth something: whatever is spoilt in what a story left behind, it names."""

import asyncio
import dataclasses
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.botapi.client import BotApi, Entry
from tests.crash.evidence import Evidence, gather
from tests.crash.invariants import broken
from tests.crash.scene import CANARY, Scene
from triggers.actions.send import Send
from triggers.editing import Draft
from triggers.occasions.stage_entered import OnStageEntered
from triggers.parts import Stop


@dataclasses.dataclass(frozen=True)
class Left:
    """What a whole story left behind, and where its database lies."""

    evidence: Evidence
    database: Path


def follow_up(stages: Mapping[str, int], *, seconds: int) -> Draft:
    return Draft(
        occasion=OnStageEntered(stages=(stages["Offer sent"],)),
        actions=(Send(text=f"News after {seconds}?"),),
        delay=timedelta(seconds=seconds),
        stops_on=frozenset({Stop.CUSTOMER_WROTE}),
    )


@pytest.fixture(scope="module")
def left(bot_api_server: str, nursery_socket: Path, tmp_path_factory: pytest.TempPathFactory) -> Left:
    """Two customers wrote, were answered, and one deal was closed."""
    folder = tmp_path_factory.mktemp("story")
    return asyncio.run(_story(bot_api_server, nursery_socket, folder))


async def _story(server: str, nursery: Path, folder: Path) -> Left:
    database = folder / "voronka.db"
    async with BotApi.connect(server) as api:
        scene = Scene(api, folder, nursery, f"sqlite+aiosqlite:///{database}")
        await scene.open_with_two()
        await scene.trigger(lambda stages: follow_up(stages, seconds=1))
        await scene.trigger(lambda stages: follow_up(stages, seconds=600))
        for number, anna in enumerate(await scene.crowd(2)):
            await scene.says(anna, number)
            await scene.says(anna, number + 10)
            await scene.quiet()
            who = await scene.whose(anna)
            card = await scene.card(anna, who)
            await who.sends(f"One {number}", reply_to=card.id)
            await who.sends(f"Two {number}", reply_to=card.id)
        await scene.moves(anna, "Offer sent")
        await scene.rows.until(DONE, lambda found: found == [(1,)])
        await scene.admin.sends("/deal 1 close won")
        await scene.quiet()
        evidence = await scene.check(fair=True)
        await scene.program.stop()
        await scene.close()
        return Left(evidence, database)


def test_an_unspoilt_story_passes(left: Left) -> None:
    assert broken(left.evidence, fair=True) == []


FIRST_IN = "(SELECT min(id) FROM message WHERE direction = 'in')"
FIRST_SENT = "(SELECT min(outgoing_id) FROM attempt)"
ANSWER = "(SELECT min(id) FROM outgoing WHERE cause LIKE 'message:%')"
WAITS = "(SELECT id FROM trigger_run WHERE state = 'waiting')"
ACTED = "(SELECT max(id) FROM trigger_run WHERE state = 'done')"
FOLLOW_UP = "(SELECT id FROM outgoing WHERE guard IS NOT NULL)"
STOPPED = f"json_object('run_id', {ACTED}, 'trigger_id', 2, 'reason', 'x', 'crossed', json('false'))"
DONE = "SELECT count(*) FROM trigger_run WHERE state = 'done' AND trigger_id = 2"
OPEN = "(SELECT min(id) FROM deal WHERE closed_at IS NULL)"

SPOILT = {
    "I1 acknowledged without a receipt": 'DELETE FROM "update" WHERE id = 1',
    "I1 acknowledged, but not exactly one message": f"DELETE FROM message WHERE id = {FIRST_IN}",
    "I1 stored, but never brought": f"UPDATE message SET external_id = '999' WHERE id = {FIRST_IN}",
    "I1 a staff's update still waits": "UPDATE \"update\" SET state = 'waiting' WHERE id = 1",
    "I1 an update was put aside": "INSERT INTO parked_update VALUES (1, 1, '{}', 'x', '2026-01-01')",
    "I2 acknowledged before it was stored": "UPDATE \"update\" SET at = '2199-01-01' WHERE id = 1",
    "I3 several open deals": "UPDATE deal SET closed_at = NULL, conversation_id = 2",
    "I3 a conversation and its open deal": "DELETE FROM talk",
    "I3 a customer wrote and no deal opened": "UPDATE deal SET conversation_id = 2",
    "I3 a contact that nobody is": "INSERT INTO contact (id, name) VALUES (99, 'Nobody')",
    "I4 not ended": f"UPDATE outgoing SET state = 'sending' WHERE id = {FIRST_SENT}",
    "I4 ended without a reason": f"UPDATE outgoing SET state = 'failed', reason = NULL WHERE id = {FIRST_SENT}",
    "I4 an attempt that nobody ended": f"UPDATE attempt SET ended_at = NULL WHERE outgoing_id = {FIRST_SENT}",
    "I4 an event not handed on": "UPDATE event SET position = NULL WHERE id = 5",
    "I4 an event put aside": "UPDATE event SET parked = 'x' WHERE id = 5",
    "I5 sent again unasked": f"INSERT INTO attempt SELECT outgoing_id, 2, epoch, started_at, ended_at, outcome, error"
    f" FROM attempt WHERE outgoing_id = {ANSWER}",
    "I5 accepted too often or never": f"DELETE FROM attempt WHERE outgoing_id = {ANSWER}",
    "I5 accepted, but never queued": f"DELETE FROM outgoing WHERE id = {ANSWER}",
    "I6 due and not done": f"UPDATE trigger_run SET due_at = '2026-01-01' WHERE id = {WAITS}",
    "I6 not done without a reason": f"UPDATE trigger_run SET state = 'stopped' WHERE id = {WAITS}",
    "I6 neither stopped nor sent": f"UPDATE outgoing SET state = 'cancelled', reason = 'x' WHERE id = {FOLLOW_UP}",
    "I6 acted after its stop": f"UPDATE event SET kind = 'RunStopped', data = {STOPPED}, at = '2026-01-01'"
    " WHERE id = (SELECT max(id) FROM event WHERE kind = 'RunScheduled' AND json_extract(data, '$.run_id') = "
    f"{ACTED})",
    "I6 crossed with its stop": "INSERT INTO event (stream, kind, ref, actor, depth, data, at)"
    f" SELECT stream, 'RunStopped', ref, actor, depth, {STOPPED}, '2199-01-01' FROM event WHERE kind = 'RunPerformed'"
    f" AND json_extract(data, '$.run_id') = {ACTED}",
    "I6 acted in spite of what stops it": "UPDATE event SET kind = 'MessageReceived', data ="
    " json_object('conversation_id', 2, 'message_id', 1, 'began_waiting', 1) WHERE kind = 'RunScheduled'",
    "I6 acted too early": f"UPDATE trigger_run SET due_at = '2199-01-01' WHERE id = {ACTED}",
    "I9 set off twice": "CREATE TABLE copy AS SELECT * FROM trigger_run; DROP TABLE trigger_run;"
    " ALTER TABLE copy RENAME TO trigger_run; INSERT INTO trigger_run SELECT id + 100, trigger_id, deal_id, cause_id,"
    " depth, made_at, due_at, state, attempts, reason, ended_at FROM trigger_run",
    "I9 acted twice": "INSERT INTO event (stream, kind, ref, actor, depth, data, at)"
    " SELECT stream, kind, ref, actor, depth, data, at FROM event WHERE kind = 'RunPerformed'",
    "I9 too deep": "UPDATE trigger_run SET depth = 11",
    "I9 done, and nothing tells of it": "DELETE FROM event WHERE kind = 'RunPerformed'",
    "I10 not in the alarm clock": f"UPDATE trigger_run SET due_at = datetime(due_at, '+1 minute') WHERE id = {WAITS}",
    "I7 changes untold": f"UPDATE deal SET version = version + 1 WHERE id = {OPEN}",
    "I7 not opened once": "DELETE FROM event WHERE kind = 'DealOpened'",
    "I7 closing untold": "DELETE FROM event WHERE kind = 'DealClosed'",
    "I7 stays untold": "DELETE FROM stage_stay",
    "I7 a stage holds more or less": "UPDATE stage_total SET deals = deals + 1",
    "I7 a message not told of once": "DELETE FROM event WHERE kind = 'MessageReceived'",
    "I7 not the last owner": f"UPDATE deal SET assignee_id = 3 - assignee_id WHERE id = {OPEN}",
    "I7 owned by a stranger": "DELETE FROM membership",
    "I7 its owner was not told": "UPDATE outgoing SET ref = NULL",
    "I7 waits while somebody is on shift": f"UPDATE deal SET assignee_id = NULL WHERE id = {OPEN}",
    "I7 the turn stands elsewhere": "UPDATE rotation SET last_place = last_place - 1",
    "I7 handed out unfairly": "UPDATE event SET data = replace(data, '\"staff_id\":2', '\"staff_id\":1')"
    " WHERE kind = 'DealAssigned'",
    "I8 stored out of order": f"UPDATE message SET id = id + 1000 WHERE id = {FIRST_IN}",
    "I8 sent out of order": f"UPDATE posted SET outgoing_id = 9999 WHERE outgoing_id = {ANSWER}",
    "I8 positions with gaps": "UPDATE event SET position = -position",
    "I8 handed on out of order": "UPDATE event SET position = 1000 - position",
    "I11 the database says": "UPDATE deal SET stage_id = 99",
    "I14 the token in the database": "UPDATE contact SET name = :secret",
}


@pytest.mark.parametrize("words", SPOILT)
async def test_what_is_spoilt_in_the_database_is_named(
    left: Left, bot_api_server: str, tmp_path: Path, words: str
) -> None:
    copy = tmp_path / "spoilt.db"
    _spoil(left.database, copy, SPOILT[words].replace(":secret", f"'{left.evidence.secret}'"))
    async with BotApi.connect(bot_api_server) as nobody:
        rows = await gather(f"sqlite+aiosqlite:///{copy}", nobody, log="", redis=b"", canary=CANARY)
    spoilt = dataclasses.replace(left.evidence, rows=rows.rows, store_faults=rows.store_faults)
    _is_named(spoilt, words)


def _spoil(database: Path, copy: Path, statement: str) -> None:
    """Change the rows of a copy behind the program's back, with no foreign key in the way."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy, isolation_level=None)) as target:
        source.backup(target)
        target.executescript(statement)


def _is_named(spoilt: Evidence, words: str) -> None:
    found = [str(one) for one in broken(spoilt, fair=True)]
    assert any(one.startswith(words) for one in found), found


def _without(kind: str) -> Callable[[Evidence], Evidence]:
    return lambda left: dataclasses.replace(left, ledger=[one for one in left.ledger if one.kind != kind])


def _twice(left: Evidence) -> Evidence:
    again = [one for one in left.ledger if one.text == "One 0" and one.kind == "accepted"]
    return dataclasses.replace(left, ledger=[*left.ledger, *again])


def _backwards(left: Evidence) -> Evidence:
    last: list[Entry] = [one for one in left.ledger if one.text == "One 0" and one.kind == "accepted"]
    return dataclasses.replace(left, ledger=[*(one for one in left.ledger if one not in last), *last])


def _doubled(left: Evidence) -> Evidence:
    return dataclasses.replace(left, rows=left.rows | {"identity": [*left.rows["identity"]] * 2})


def _twice_written(left: Evidence) -> Evidence:
    return dataclasses.replace(left, rows=left.rows | {"message": [*left.rows["message"]] * 2})


def _early(left: Evidence) -> Evidence:
    early = [dataclasses.replace(one, wall=0.0) if one.kind == "acknowledged" else one for one in left.ledger]
    return dataclasses.replace(left, ledger=early)


OUTSIDE: dict[str, Callable[[Evidence], Evidence]] = {
    "I1 stored, but never brought": _without("queued"),
    "I2 acknowledged before it was stored": _early,
    "I3 several identities": _doubled,
    "I5 accepted too often or never: ('": _without("accepted"),
    "I5 accepted too often or never": _twice,
    "I8 sent out of order": _backwards,
    "I9 wrote twice": _twice_written,
    "I10 not in the alarm clock": lambda left: dataclasses.replace(left, alarms={}),
    "I11 the database says": lambda left: dataclasses.replace(left, store_faults=["row 1 missing from index"]),
    "I14 the token in the log": lambda left: dataclasses.replace(left, log=f"\n/bot1:{left.secret}/getMe"),
    "I14 a customer's words in the log": lambda left: dataclasses.replace(left, log=f"sent {CANARY} 0"),
    "I14 the token in Redis": lambda left: dataclasses.replace(left, redis=left.secret.encode()),
    "I14 a customer's words in Redis": lambda left: dataclasses.replace(left, redis=CANARY.encode()),
}


@pytest.mark.parametrize("words", OUTSIDE)
def test_what_is_spoilt_elsewhere_is_named(left: Left, words: str) -> None:
    _is_named(OUTSIDE[words](left.evidence), words)
