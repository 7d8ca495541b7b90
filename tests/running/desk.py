"""Somebody of the staff at a browser, as bare HTTP: his cookie, his token against forged requests, what he asks for."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from tests.botapi.client import User
from tests.running.shop import Shop

_LINK = re.compile(r"https?://[^/\s]+(/enter/\S+)")
_TOKEN = re.compile(r"X-CSRF-Token&#34;: &#34;(\w+)|X-CSRF-Token\": \"(\w+)")


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back."""

    status: int
    text: str
    headers: Mapping[str, str]


class Desk:
    """One browser, with or without somebody signed in."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self.url = url
        self.http = http
        self.token = ""

    async def ask(self, method: str, path: str, **options: object) -> Answered:
        """One request, whose answer leads nowhere by itself."""
        given = {"allow_redirects": False} | options
        async with self.http.request(method, self.url + path, **given) as answer:  # type: ignore[arg-type]
            return Answered(answer.status, await answer.text(errors="replace"), answer.headers.copy())

    async def get(self, path: str, **options: object) -> Answered:
        """A page."""
        return await self.ask("GET", path, **options)

    async def post(self, path: str, fields: Mapping[str, str] | None = None, **headers: str) -> Answered:
        """An act, sent as a page of ours sends it."""
        told = {"X-CSRF-Token": self.token, "Origin": self.url} | headers
        return await self.ask("POST", path, data=dict(fields or {}), headers=told)

    async def enter(self, link: str) -> Answered:
        """Use a one-time link."""
        answer = await self.post(link)
        if answer.status == 303:
            page = await self.get("/settings")
            found = _TOKEN.search(page.text)
            assert found is not None, page.text
            self.token = found[1] or found[2]
        return answer

    @property
    def cookie(self) -> str:
        """The value of the session's cookie."""
        return next(one.value for one in self.http.cookie_jar if one.key.endswith("voronka"))


async def link_of(shop: Shop, person: User) -> str:
    """The path of a one-time link, as the bot gives it."""
    asked = await person.sends("/board")
    found = _LINK.search((await person.sees("/enter/", after=asked)).text)
    assert found is not None
    return found[1]


@asynccontextmanager
async def stranger(shop: Shop) -> AsyncIterator[Desk]:
    """A browser that was never here."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        yield Desk(shop.program.url, http)


@asynccontextmanager
async def desk_of(shop: Shop, person: User) -> AsyncIterator[Desk]:
    """A browser of somebody, signed in."""
    async with stranger(shop) as desk:
        entered = await desk.enter(await link_of(shop, person))
        assert entered.status == 303, entered
        yield desk
