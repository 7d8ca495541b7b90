"""The HTTP server, through a real socket."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from core.clock import SystemClock
from core.database import Database
from core.redis import Wakeups
from pipeline.staff.sessions import link_for
from tests.unit.office import Office
from web import site as web
from web.live import Hub
from web.security import HEADERS
from web.server import Readiness, application, serve


class Site:
    """A running server, and the readiness that it will report."""

    def __init__(self) -> None:
        self.readiness = Readiness()
        self.url = ""

    async def ask(self) -> Readiness:
        return self.readiness


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    runner, site.url = await serve(application(site.ask, None), "127.0.0.1", 0)
    yield site
    await runner.cleanup()


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_it_says_that_it_is_alive(site: Site, client: aiohttp.ClientSession) -> None:
    async with client.get(f"{site.url}/healthz") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("readiness", "status", "word"),
    [
        (Readiness(), 200, "ready"),
        (Readiness(degraded={"redis": "away"}), 200, "degraded"),
        (Readiness(ready=False, degraded={"database": "away"}), 503, "unready"),
        (Readiness(ready=False), 503, "unready"),
    ],
)
async def test_it_says_whether_it_can_work_and_what_is_worse(
    site: Site, client: aiohttp.ClientSession, readiness: Readiness, status: int, word: str
) -> None:
    site.readiness = readiness
    async with client.get(f"{site.url}/readyz") as answer:
        assert answer.status == status
        assert await answer.json() == {"status": word, "degraded": readiness.degraded}


@pytest.mark.parametrize("path", ["/healthz", "/nothing"])
async def test_every_answer_is_guarded_and_names_no_software(
    site: Site, client: aiohttp.ClientSession, path: str
) -> None:
    async with client.get(f"{site.url}{path}") as answer:
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Server" not in answer.headers


async def test_a_taken_port_is_an_error_that_leaves_nothing_behind(site: Site) -> None:
    with pytest.raises(OSError, match="in use"):
        await serve(application(site.ask, None), "127.0.0.1", int(site.url.rpartition(":")[2]))


async def test_an_ipv6_address_is_in_brackets(site: Site) -> None:
    runner, url = await serve(application(site.ask, None), "::1", 0)
    await runner.cleanup()
    assert url.startswith("http://[::1]:")


async def test_while_the_database_is_away_a_page_says_so(client: aiohttp.ClientSession, tmp_path: Path) -> None:
    database, wakeups = Database("postgresql+asyncpg://nobody@127.0.0.1:9/none", SystemClock()), Wakeups(None)
    hub = Hub(database, wakeups, sweep_seconds=5)
    site = web.Site(database, wakeups, SystemClock(), media=tmp_path, language="pl", timezone="UTC", hub=hub)
    runner, url = await serve(application(Site().ask, site), "127.0.0.1", 0)
    async with client.get(f"{url}/board", headers={"Cookie": "voronka=x", "Accept-Language": "pl"}) as answer:
        assert (answer.status, answer.content_type) == (503, "text/html")
        assert "Traceback" not in await answer.text()
    await runner.cleanup()
    await database.close()


async def test_where_people_come_by_tls_the_cookie_promises_it(shop: Office, tmp_path: Path) -> None:
    wakeups = Wakeups(None)
    hub = Hub(shop.database, wakeups, sweep_seconds=5)
    secure = "https://crm.example"
    site = web.Site(
        shop.database, wakeups, shop.clock, media=tmp_path, language="en", timezone="UTC", hub=hub, public_url=secure
    )
    async with shop.database.unit() as uow:
        link = await link_for(uow, (await shop.admin()).id)
    runner, url = await serve(application(Site().ask, site), "127.0.0.1", 0)
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{url}/enter/{link}", headers={"Origin": secure}, allow_redirects=False) as answer,
    ):
        assert answer.status == 303
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-voronka=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
        assert "Domain" not in cookie
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    await runner.cleanup()
