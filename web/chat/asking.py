"""What holds for every request of a visitor: from which site, by which token, how often, how large and how slow."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiohttp import web
from limits import RateLimitItemPerMinute
from sqlalchemy.exc import OperationalError

from core.errors import Refusal
from core.storable import storable
from core.texts import Texts, pick_language, texts
from inbox.uploads import FileTooLarge
from inbox.visitors import key_of
from pipeline.webchat import WebChatSettings, webchat_settings
from web.bodies import chunks_of
from web.chat.listening import Listeners, Open, Stopping, TooManyAtOnce
from web.security import TooMany, Tries, is_ours, status_of
from web.site import SITE, Site, address_of

log = structlog.get_logger()

LARGEST_JSON = 64 * 1024
DEEPEST_JSON = 16
MESSAGES = RateLimitItemPerMinute(20)
UPLOADS = RateLimitItemPerMinute(10)
# However many tokens somebody has made himself.
UPLOADS_OF_ADDRESS = RateLimitItemPerMinute(40)
# A file that is still coming may become a large one; so many more would fill the room of all visitors.
MOST_UPLOADS_AT_ONCE = 12
# All that an address asks for, of whatever kind: an office of fifty with open talks asks for less.
ASKED_OF_ADDRESS = RateLimitItemPerMinute(1_500)
SMALL_THINGS = RateLimitItemPerMinute(120)
NEW_TALKS = RateLimitItemPerMinute(30, 10)


@dataclass(frozen=True)
class Chat:
    """What the requests of visitors share."""

    listeners: Listeners
    tries: Tries
    uploads: Open = field(default_factory=lambda: Open(MOST_UPLOADS_AT_ONCE))


ANYBODY = {"Access-Control-Allow-Origin": "*"}

CHAT: web.AppKey[Chat] = web.AppKey("chat", Chat)


class Wrong(Exception):
    """A request that is answered by a status and a code for the script, and by no more."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a visitor; `key` is who he is, nothing for what needs nobody."""

    request: web.Request
    site: Site
    chat: Chat
    settings: WebChatSettings
    t: Texts
    key: str

    async def count(self, what: str, limit: RateLimitItemPerMinute, who: str | None = None) -> None:
        """Note that he does something. Raises TooMany."""
        await self.chat.tries.count(f"chat:{what}", who or self.key, limit)

    def number(self, name: str) -> int | None:
        """A whole number behind the question mark, if it is there. Raises Wrong for anything else."""
        said = self.request.query.get(name)
        if said is None:
            return None
        if not (said.isascii() and said.isdigit() and len(said) <= 18):
            raise Wrong(400, "number")
        return int(said)


Handler = Callable[[Asked], Awaitable[web.StreamResponse]]


def language_for(request: web.Request, site: Site) -> Texts:
    """The language that was asked for, or that the browser reads."""
    wanted = request.query.get("lang") or request.headers.get("Accept-Language") or ""
    codes = [one.split(";")[0].strip() for one in wanted.split(",")[:10]]
    known = [found for code in codes if (found := pick_language(code, ""))]
    return texts(known[0] if known else site.language, site.timezone)


def answering(handler: Handler, *, knows: bool = True) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A handler behind all that is asked first; one that `knows` its visitor is given nobody without a token."""

    async def answer(request: web.Request) -> web.StreamResponse:
        site, chat = request.app[SITE], request.app[CHAT]
        t = language_for(request, site)
        cors: dict[str, str] = {}
        try:
            async with site.database.reading() as uow:
                settings = await webchat_settings(uow)
            cors = cors_for(request, settings)
            await chat.tries.count("chat:asked", address_of(request), ASKED_OF_ADDRESS)
            key = _who(request) if knows else ""
            response = await handler(Asked(request, site, chat, settings, t, key))
        except Exception as failure:  # noqa: BLE001 - each is told by its kind, and what is ours is logged
            response = _told(request, site, t, failure)
        if not response.prepared:
            response.headers.update(cors)
        return response

    return answer


def cors_for(request: web.Request, settings: WebChatSettings) -> dict[str, str]:
    """What lets another site's page read the answer; nothing for our own. Raises Wrong for a site that may not ask."""
    if is_ours(request):
        return {"Vary": "Origin"}
    origin = request.headers.get("Origin")
    if origin is None or origin not in settings.sites:
        raise Wrong(403, "origin")
    return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "Retry-After", "Vary": "Origin"}


async def allowed(request: web.Request) -> web.Response:
    """Whether the chat may stand on the page that asks, which any may know: the script shows itself or does not."""
    async with request.app[SITE].database.reading() as uow:
        settings = await webchat_settings(uow)
    try:
        cors_for(request, settings)
    except Wrong:
        return web.json_response({"allowed": False}, headers=ANYBODY)
    return web.json_response({"allowed": True}, headers=ANYBODY)


async def preflight(request: web.Request) -> web.Response:
    """What a browser asks before it lets another site's page ask."""
    site = request.app[SITE]
    async with site.database.reading() as uow:
        settings = await webchat_settings(uow)
    try:
        cors = cors_for(request, settings)
    except Wrong as wrong:
        return web.json_response({"error": wrong.code}, status=wrong.status)
    allowed = {
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": "Authorization, Content-Type, X-File-Name",
        "Access-Control-Max-Age": "600",
    }
    return web.Response(status=204, headers=cors | allowed)


def _who(request: web.Request) -> str:
    """The visitor by his token, which stands in a header and never in an address. Raises Wrong."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    key = key_of(token) if scheme == "Bearer" else None
    if key is None:
        raise Wrong(401, "token")
    return key


def _told(request: web.Request, site: Site, t: Texts, failure: Exception) -> web.Response:
    """A failure for a script, with words for whoever sits before it."""
    now = site.clock.now()
    match failure:
        case Wrong(status=status, code=code):
            return _json(status, code, _words(t, status))
        case web.HTTPException(status=status):
            return _json(status, "http", _words(t, status))
        case TooMany(until=until):
            seconds = max(1, round(until - now.timestamp()))
            words = t("That was a lot at once. Wait {seconds} seconds and try again.", seconds=seconds)
            return _json(429, "too-many", words, {"Retry-After": str(seconds)})
        case TooManyAtOnce():
            return _json(429, "too-many", _words(t, 429), {"Retry-After": "30"})
        case Stopping():
            return _json(503, "stopping", _words(t, 503), {"Retry-After": "5"})
        case FileTooLarge() as refusal:
            return _json(413, refusal.code, refusal.told(t, now))
        case Refusal() as refusal:
            return _json(status_of(refusal), refusal.code, refusal.told(t, now))
        case ConnectionError():
            raise failure
        case OperationalError() | OSError():
            log.warning("chat.database_away", path=request.path, error=type(failure).__name__)
            return _json(503, "away", _words(t, 503))
        case _:
            log.exception("chat.failed", path=request.path, exc_info=failure)
            return _json(500, "unexpected", _words(t, 500))


def _json(status: int, code: str, words: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": code, "words": words}, status=status, headers=headers)


def _words(t: Texts, status: int) -> str:
    match status:
        case 413:
            return t("That is too large.")
        case 408:
            return t("It took too long to arrive.")
        case 401 | 403 | 404:
            return t("This is not to be had here. Load the page again.")
        case _:
            return t("That did not work. Try again in a moment.")


async def read_json(asked: Asked) -> dict[str, Any]:
    """The object that a request carries, cleaned of what no database keeps. Raises Wrong."""
    request = asked.request
    if request.content_type != "application/json" or "Content-Encoding" in request.headers:
        raise Wrong(415, "type")
    if (request.content_length or 0) > LARGEST_JSON:
        raise Wrong(413, "size")
    body = bytearray()
    async for chunk in chunks_of(request):
        body += chunk
        if len(body) > LARGEST_JSON:
            raise Wrong(413, "size")
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        raise Wrong(400, "json") from None
    if not isinstance(read, dict) or _is_deep(read):
        raise Wrong(400, "json")
    cleaned: dict[str, Any] = storable(read)
    return cleaned


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST_JSON):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True


def text_in(read: dict[str, Any], name: str, most: int) -> str:
    """A text of an object, at most so long; none is an empty one. Raises Wrong for anything else."""
    value = read.get(name, "")
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > most:
        raise Wrong(400, name)
    return value
