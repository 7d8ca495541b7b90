"""The demonstration as somebody meets who typed the command: a shop with a past, which goes on by itself."""

import shutil
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, create_subprocess_exec
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

import aiohttp
import pytest
import pytest_asyncio

from tests.running.desk import Desk
from tests.running.program import Program, Running, environment, voronka
from tests.running.rows import Rows
from tests.running.visitor import visiting

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Nobody may reach a real bot, or a company's own database, by a demonstration.
REAL = {
    "TELEGRAM_BOT_TOKEN": "no token at all",
    "TELEGRAM_ADMIN_IDS": "x",
    "DATABASE_URL": "postgresql+asyncpg://nobody@127.0.0.1:9/nothing",
    "REDIS_URL": "redis://127.0.0.1:9",
}


class Demo(Program):
    """The same program, started by another word, with the temporary folder of its own machine."""

    async def _spawn(self, log: IO[bytes], *arguments: str) -> Running:
        return await create_subprocess_exec(
            *(sys.executable, "-m", "app", "demo", *arguments),
            cwd=self.folder,
            env=environment(self.folder, self.settings) | REAL,
            stdout=PIPE,
            stderr=log,
        )

    async def link(self) -> str:
        """The path of the one-time link that it prints."""
        return (await self.told("Admin link: ")).removeprefix(self.url)

    async def about(self) -> str:
        """What it says of itself."""
        return await self.told("Demo: ")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo() -> AsyncIterator[Demo]:
    # Sockets have short names.
    folder = Path(tempfile.mkdtemp(prefix="vd"))
    program = Demo(folder, TMPDIR=str(folder), LOG_LEVEL="INFO")
    try:
        await program.start()
        yield program
    finally:
        await program.end()
        shutil.rmtree(folder)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(demo: Demo) -> AsyncIterator[Desk]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        visitor = Desk(demo.url, http)
        assert (await visitor.enter(await demo.link())).status == 303
        yield visitor


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rows(demo: Demo) -> AsyncIterator[Rows]:
    (made,) = demo.folder.glob("voronka-demo-*")
    found = Rows(f"sqlite+aiosqlite:///{made}/voronka.db")
    yield found
    await found.close()


async def test_it_says_where_to_look_and_that_it_is_thrown_away(demo: Demo, desk: Desk) -> None:
    assert "Atelier Lipa" in await demo.about()
    said = [line.partition(": ")[0] for line in demo.said]
    assert said[said.index("Voronka") :] == ["Voronka", "Board", "Chat", "Admin link", "Demo"]
    assert (await demo.get("/healthz"))[0] == 200


async def test_the_board_has_cards_in_every_stage_and_an_archive(desk: Desk, rows: Rows) -> None:
    page = await desk.get("/board")
    assert page.status == 200
    stages = await rows.all('SELECT id, "group" FROM stage')
    for number, group in stages:
        held = await rows.value("SELECT count(*) FROM deal WHERE stage_id = :stage", stage=number)
        assert held, group
        if group == "active":
            column = page.text.partition(f'data-stage="{number}"')[2].partition("</ol>")[0]
            assert "/deals/" in column
    assert await rows.value("SELECT count(*) FROM deal") >= 110


async def test_three_weeks_agree_with_themselves(desk: Desk, rows: Rows) -> None:
    counted = "SELECT stage_id, count(*), coalesce(sum(amount), 0) FROM deal GROUP BY stage_id ORDER BY stage_id"
    told = "SELECT stage_id, sum(deals), sum(amount) FROM stage_total GROUP BY stage_id ORDER BY stage_id"
    differing = f"SELECT * FROM ({counted}) EXCEPT SELECT * FROM ({told})"
    assert await rows.all(differing) == []
    stays = """
        SELECT d.id FROM deal d LEFT JOIN stage_stay s ON s.deal_id = d.id AND s.left_at IS NULL
        WHERE s.stage_id IS NULL OR s.stage_id <> d.stage_id
    """
    assert await rows.all(stays) == []
    assert await rows.value("SELECT count(*) FROM event WHERE parked IS NOT NULL") == 0
    backwards = "SELECT count(*) FROM message a JOIN message b ON b.conversation_id = a.conversation_id"
    assert await rows.value(f"{backwards} AND b.id > a.id AND b.at < a.at") == 0
    begun = await rows.value("SELECT julianday('now') - julianday(min(opened_at)) FROM deal")
    assert 14 < begun < 23
    kinds = await rows.all("SELECT DISTINCT currency FROM deal WHERE amount IS NOT NULL ORDER BY 1")
    assert kinds == [("EUR",), ("PLN",)]


async def test_it_moves_by_itself(desk: Desk, rows: Rows) -> None:
    newest = await rows.value("SELECT max(position) FROM event")
    async with desk.http.get(f"{desk.url}/board/live?since={newest}") as stream:
        until = time.monotonic() + 30
        while b"event: board" not in await stream.content.readline():
            assert time.monotonic() < until


async def test_whoever_writes_in_the_chat_is_answered_by_an_operator(demo: Demo) -> None:
    async with visiting(demo.url) as new:
        visitor = await new()
        await visitor.says("Hello, do you have a lamp for me?")
        answer = await visitor.sees(lambda one: not one["his"] and bool(one["from"]))
        assert answer["text"]


async def test_nobody_acts_for_the_admin_and_his_customers_go_on_when_he_answers(desk: Desk, rows: Rows) -> None:
    his = "SELECT d.id, d.conversation_id FROM deal d JOIN staff s ON s.id = d.assignee_id"
    (deal, talk), *others = await rows.all(f"{his} WHERE s.role = 'admin' AND d.closed_at IS NULL ORDER BY d.id DESC")
    assert len(others) == 4
    written = "SELECT count(*) FROM message WHERE conversation_id = :talk AND actor LIKE 'staff:%' AND at > :since"
    since = await rows.value("SELECT max(at) FROM message WHERE conversation_id = :talk", talk=talk)
    answered = await desk.post(f"/deals/{deal}/answer", {"text": "Hello! Gladly.", "key": "visitor-of-demo-1"})
    assert answered.status in (200, 204), answered
    spoken = "SELECT count(*) FROM message WHERE conversation_id = :talk AND direction = 'in' AND at > :since"
    await rows.until(spoken, lambda found: found[0][0] > 0, within=40, talk=talk, since=since)
    assert await rows.value(written, talk=talk, since=since) == 1


async def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("dear")
    code, said = await voronka(tmp_path, "demo", "--folder", str(tmp_path))
    assert code == 1
    assert "empty folder" in said


async def test_its_folder_goes_when_it_is_stopped(demo: Demo, rows: Rows) -> None:
    assert list(demo.folder.glob("voronka-demo-*"))
    await rows.close()
    await demo.stop()
    assert not list(demo.folder.glob("voronka-*/"))
