"""Signing in and out: one-time links, cookies, how often one may knock, and the end of whoever left."""

import asyncio

import pytest

from tests.botapi.client import User
from tests.running.desk import desk_of, link_of, stranger
from tests.running.program import voronka
from tests.running.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_link_opens_the_board_once_and_looking_at_it_uses_nothing_up(shop: Shop) -> None:
    link = await link_of(shop, shop.admin)
    async with stranger(shop) as robot, stranger(shop) as person, stranger(shop) as second:
        for method in ("GET", "HEAD", "GET"):
            assert (await robot.ask(method, link)).status == 200
        assert (await person.enter(link)).status == 303
        assert (await person.get("/board")).status == 200
        assert (await second.enter(link)).status == 410
        assert (await second.get(link)).status == 410


async def test_a_newer_link_puts_the_older_one_aside(shop: Shop) -> None:
    older, newer = await link_of(shop, shop.admin), await link_of(shop, shop.admin)
    async with stranger(shop) as desk:
        assert (await desk.enter(older)).status == 410
        assert (await desk.enter(newer)).status == 303


async def test_a_link_is_dead_after_ten_minutes_and_looks_like_one_that_never_was(shop: Shop) -> None:
    link = await link_of(shop, shop.admin)
    async with stranger(shop) as desk:
        known = await desk.get(link)
        assert "10 min" in known.text
        never = await desk.post("/enter/" + "A" * 32)
        assert never.status == 410
        stored = await shop.rows.all("SELECT token_hash FROM login")
        assert link.rpartition("/")[2] not in str(stored)


async def test_the_cookie_is_kept_from_scripts_and_other_sites(shop: Shop) -> None:
    async with stranger(shop) as desk:
        entered = await desk.enter(await link_of(shop, shop.admin))
        cookie = entered.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert len(desk.cookie) >= 22
        assert desk.cookie not in str(await shop.rows.all("SELECT * FROM session"))


async def test_a_session_that_was_ended_is_over_everywhere(shop: Shop) -> None:
    async with desk_of(shop, shop.admin) as one, desk_of(shop, shop.admin) as other:
        assert (await one.post("/settings/sessions/end")).status == 200
        for desk in (one, other):
            answer = await desk.get("/board")
            assert answer.status == 401
            assert "Sales" not in answer.text


async def test_the_eleventh_link_that_opens_nothing_is_not_heard(shop: Shop) -> None:
    await shop.program.stop()
    await shop.program.start()
    async with stranger(shop) as desk:
        answers = [await desk.post(f"/enter/{number}") for number in range(11)]
        assert [one.status for one in answers] == [410] * 10 + [429]
        assert 0 < int(answers[-1].headers["Retry-After"]) <= 300
        assert len({one.text for one in answers[:-1]}) == 1
        # Nobody guesses a link, so one that is right needs no limit, and nobody can lock the others out.
        assert (await desk.enter(await link_of(shop, shop.admin))).status == 303
        assert (await desk.post("/enter/x")).status == 429
    await shop.program.stop()
    await shop.program.start()


async def test_links_that_open_nothing_are_not_looked_at_without_end(shop: Shop) -> None:
    await shop.program.stop()
    await shop.program.start()
    async with stranger(shop) as desk:
        looks = [await desk.get(f"/{way}/{number}") for number in range(31) for way in ("enter", "join")]
        assert [one.status for one in looks] == [410] * 60 + [429] * 2
        assert (await desk.get(await link_of(shop, shop.admin))).status == 200
    await shop.program.stop()
    await shop.program.start()


async def test_only_proxies_of_ours_are_believed_where_somebody_comes_from(shop: Shop) -> None:
    await shop.program.stop()
    await shop.program.start(TRUSTED_PROXIES="127.0.0.1")
    async with stranger(shop) as desk:
        tries = [await desk.post("/enter/x", None, **{"X-Forwarded-For": "6.6.6.6, 9.9.9.9"}) for _ in range(11)]
        assert tries[-1].status == 429
        assert (await desk.post("/enter/x", None, **{"X-Forwarded-For": "9.9.9.9, 6.6.6.6"})).status == 410
    await shop.program.stop()
    await shop.program.start(TRUSTED_PROXIES="")
    async with stranger(shop) as desk:
        tries = [await desk.post("/enter/x", None, **{"X-Forwarded-For": f"9.9.9.{n}"}) for n in range(11)]
        assert tries[-1].status == 429
    await shop.program.stop()
    await shop.program.start()


async def test_signing_in_anew_ends_the_session_before_it(shop: Shop) -> None:
    async with desk_of(shop, shop.admin) as desk:
        before = desk.cookie
        assert (await desk.enter(await link_of(shop, shop.admin))).status == 303
        assert desk.cookie != before
        async with stranger(shop) as thief:
            headers = {"Cookie": f"voronka={before}"}
            assert (await thief.get("/board", headers=headers)).status == 401


async def test_no_fault_writes_a_link_into_the_log(shop: Shop) -> None:
    link = await link_of(shop, shop.admin)
    async with stranger(shop) as desk:
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=zzz", "Origin": desk.url}
        assert (await desk.ask("POST", link, data=b"a=1", headers=headers)).status == 400
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip", "Origin": desk.url}
        assert (await desk.ask("POST", link, data=b"rubbish", headers=headers)).status == 415
    assert link.rpartition("/")[2] not in shop.program.log


async def test_a_stream_ends_with_its_session_however_that_ended(shop: Shop) -> None:
    async with desk_of(shop, shop.admin) as desk, desk.http.get(f"{desk.url}/board/live?since=0") as stream:
        assert stream.status == 200
        await desk.post("/settings/sessions/end")
        async with asyncio.timeout(5):
            while await stream.content.read(1024):
                pass


async def let_go(shop: Shop, person: User) -> None:
    """The admin removes somebody from the staff."""
    asked = await shop.admin.sends("/staff")
    screen = (await shop.admin.sees("work", after=asked, button=person.first_name)).id
    await shop.admin.presses(screen, person.first_name)
    await shop.admin.sees(person.first_name, button="Remove from staff")
    await shop.admin.presses(screen, "Remove from staff")
    await shop.admin.sees(f"Remove {person.first_name}?")
    await shop.admin.presses(screen, "Remove")


async def test_whoever_is_let_go_is_out_within_seconds_and_so_is_his_open_page(shop: Shop) -> None:
    operator = await shop.operator("Oleg")
    async with desk_of(shop, operator) as desk:
        async with desk.http.get(f"{desk.url}/board/live?since=0") as stream:
            assert stream.status == 200
            number = await shop.rows.value("SELECT id FROM staff WHERE name = :name", name=operator.first_name)
            await let_go(shop, operator)
            await shop.rows.until(
                "SELECT disabled_at FROM staff WHERE id = :id", lambda found: found[0][0] is not None, id=number
            )
            async with asyncio.timeout(5):
                while await stream.content.read(1024):
                    pass
        assert (await desk.get("/board")).status == 401


async def test_the_command_line_gives_a_link_for_anybody_by_name(shop: Shop) -> None:
    settings = shop.program.settings
    told = {name: settings[name] for name in ("DATABASE_URL", "TELEGRAM_BOT_TOKEN", "TELEGRAM_API_BASE")}
    code, said = await voronka(shop.program.folder, "login", shop.admin.first_name, **told)
    assert code == 0, said
    link = said.strip().splitlines()[-1].partition("/enter/")[2]
    async with stranger(shop) as desk:
        assert (await desk.enter(f"/enter/{link}")).status == 303
    code, said = await voronka(shop.program.folder, "login", "Nobody of us", **told)
    assert code == 1
    assert "Nobody of us" in said


async def test_somebody_alone_is_given_both_sides(shop: Shop) -> None:
    asked = await shop.admin.sends("/try")
    told = await shop.admin.sees("/chat", after=asked)
    link = told.text.splitlines()[-1].partition("/enter")[2]
    async with stranger(shop) as desk:
        assert (await desk.get("/chat")).status == 200
        assert (await desk.enter(f"/enter{link}")).status == 303
