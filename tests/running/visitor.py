"""A visitor of a web site: asks over HTTP what the chat's script asks, and sees what it would show."""

import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import aiohttp

Answer = tuple[int, dict[str, Any]]


class Visitor:
    """One browser with its token, and what it has been told of its talk."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        self._session = session
        self._url = url
        self.token = token
        # From where a proxy says that he comes.
        self.address: str | None = None
        self.number = 0
        self.seen = 0
        self.messages: dict[int, dict[str, Any]] = {}

    @property
    def headers(self) -> dict[str, str]:
        told = {"X-Forwarded-For": self.address} if self.address else {}
        return {"Authorization": f"Bearer {self.token}"} | told

    async def asks(self, method: str, path: str, *, headers: dict[str, str] | None = None, **how: Any) -> Answer:
        """One request; its status and JSON."""
        request = self._session.request(
            method, f"{self._url}/chat/api/{path}", headers=self.headers | (headers or {}), **how
        )
        async with request as response:
            return response.status, await response.json()

    async def says(self, text: str = "", *, uploads: Sequence[str] = (), key: str | None = None, **more: Any) -> str:
        """Send a message; the key that the browser gave it."""
        key = key or str(uuid.uuid4())
        body = {"key": key, "text": text, "uploads": list(uploads)} | more
        assert await self.asks("POST", "messages", json=body) == (201, {})
        return key

    async def uploads(self, content: bytes, name: str = "file") -> str:
        """Send a file; the name under which a message can use it."""
        status, answer = await self.upload(content, name)
        assert status == 201, answer
        uploaded: str = answer["name"]
        return uploaded

    async def upload(self, content: Any, name: str = "file") -> Answer:
        """Send a file; what is answered."""
        headers = {"Content-Type": "application/octet-stream", "X-File-Name": quote(name)}
        return await self.asks("POST", "uploads", data=content, headers=headers)

    async def opens(self) -> dict[str, Any]:
        """Load the talk, as a page does that is opened."""
        status, answer = await self.asks("GET", "talk")
        assert status == 200, answer
        self.number, self.seen = answer["number"], answer["seen"]
        self.messages = {one["id"]: one for one in answer["messages"]}
        return answer

    async def polls(self) -> dict[str, Any]:
        """Wait once for something new."""
        status, news = await self.asks("GET", f"poll?after={self.number}&seen={self.seen}")
        assert status == 200, news
        self.number, self.seen = news.get("number", self.number), news.get("seen", self.seen)
        self.messages |= {one["id"]: one for one in news.get("messages", [])}
        for gone in news.get("gone", []):
            self.messages.pop(gone, None)
        return news

    async def sees(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait for a message that is as wanted."""
        if not self.number:
            await self.opens()
        for _ in range(20):
            found = [one for _, one in sorted(self.messages.items()) if wanted(one)]
            if found:
                return found[-1]
            await self.polls()
        raise AssertionError(self.messages)

    async def reads(self, text: str) -> dict[str, Any]:
        """Wait for a message of ours with a text."""
        return await self.sees(lambda one: not one["his"] and text in one["text"])

    async def file(self, attachment: int, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Ask for a file; status, headers and bytes."""
        address = f"{self._url}/chat/api/files/{attachment}"
        async with self._session.get(address, headers=self.headers | headers) as response:
            return response.status, dict(response.headers), await response.read()


@asynccontextmanager
async def visiting(url: str) -> AsyncIterator[Callable[[], Any]]:
    """Gives new visitors."""
    connections = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=40), connector=connections) as session:

        async def visitor() -> Visitor:
            async with session.post(f"{url}/chat/api/start") as response:
                assert response.status == 200
                return Visitor(session, url, (await response.json())["token"])

        yield visitor
