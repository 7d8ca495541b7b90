"""What holds for every address: headers, whose requests are heard, sizes, and what a refusal looks like."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from aiohttp import web
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter
from sqlalchemy.exc import OperationalError

from core.errors import Conflict, NotAllowed, NotFound, Refusal, Unexpected
from core.texts import Texts, pick_language, texts
from pipeline.staff.inviting import InvitationUnusable
from pipeline.staff.sessions import LinkUnusable
from pipeline.staff.taking import DealTaken
from web.site import SITE, is_fragment

log = structlog.get_logger()

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # With "no-referrer" a browser sends its forms from nowhere ("Origin: null"), and we could not know our own.
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": CSP,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
LARGEST_FORM = 256 * 1024

# OWASP ASVS 5.0, 6.3.1: at most so many tries to sign in within so many minutes.
TRIES = RateLimitItemPerMinute(10, 5)

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Tries:
    """Counts what somebody may do only so often, by his address; of this process alone.

    A time begins with the first try. The library's moving windows would send every key through a thread, again and
    again: with 3,000 keys a tenth of a second each time.
    """

    def __init__(self) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    async def count(self, what: str, who: str, limit: RateLimitItemPerMinute = TRIES) -> None:
        """Note a try. Raises TooMany."""
        if await self._limiter.hit(limit, what, who):
            return
        window = await self._limiter.get_window_stats(limit, what, who)
        raise TooMany(window.reset_time)


class TooMany(Exception):
    """Somebody tries too often; `until` is an instant of the system's clock, in seconds."""

    def __init__(self, until: float) -> None:
        super().__init__(until)
        self.until = until


def csrf_of(session_token: str) -> str:
    """What a page of a session carries and a page of somebody else cannot know."""
    return hmac.new(session_token.encode(), b"voronka csrf", hashlib.sha256).hexdigest()


def is_ours(request: web.Request) -> bool:
    """Whether a browser sent this from a page of ours; what is no browser says nothing of it."""
    origin = request.headers.get("Origin")
    if origin is not None:
        return origin in request.app[SITE].origins(request.host)
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")


def same_token(request: web.Request, given: str, wanted: str) -> bool:
    """Whether the page that sent this belongs to the session."""
    told = request.headers.get("X-CSRF-Token") or given
    return secrets.compare_digest(told.encode(errors="replace"), wanted.encode())


def route_of(request: web.Request) -> str:
    """What was asked for, without what opens something: a one-time link stands in its path."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"


def language_of(request: web.Request) -> Texts:
    """The language of somebody whom we do not know."""
    site = request.app[SITE]
    wanted = request.headers.get("Accept-Language", "").split(",")[0].split(";")[0].strip()
    return texts(pick_language(wanted, site.language), site.timezone)


def status_of(refusal: Refusal) -> int:
    """How a refusal is told to a browser."""
    match refusal:
        case NotAllowed():
            return 403
        case NotFound() | DealTaken():
            return 404
        case LinkUnusable() | InvitationUnusable():
            return 410
        case Conflict():
            return 409
        case Unexpected():
            return 500
        case _:
            return 422


def refused(request: web.Request, refusal: Refusal, t: Texts) -> web.Response:
    """A refusal as a page, or as the words of a note on the page that asked."""
    words = in_words(refusal, t, request.app[SITE].clock.now())
    return wrong(request, t, status_of(refusal), words, code=refusal.code)


def in_words(refusal: Refusal, t: Texts, now: datetime) -> str:
    """What a page says of a refusal; commands are for the bot alone."""
    return refusal.told(t, now, with_next_step="/" not in refusal.next_step)


def wrong(request: web.Request, t: Texts, status: int, words: str, *, code: str = "") -> web.Response:
    """What went wrong, in words."""
    if is_fragment(request):
        told = {"refused": {"words": words, "code": code, "status": status}}
        # A header holds no other letters than JSON's escapes.
        headers = {"HX-Reswap": "none", "HX-Trigger": json.dumps(told)}
        return web.Response(status=status, text=words, headers=headers)
    html = request.app[SITE].rendering.render("wrong.html", t=t, status=status, words=words)
    return web.Response(status=status, text=html, content_type="text/html")


@web.middleware
async def faults(request: web.Request, handler: Next) -> web.StreamResponse:
    """Tell what went wrong in words, and a fault of ours by a number that the log has too."""
    t = language_of(request)
    try:
        return await handler(request)
    except web.HTTPException as told:
        if told.status < 400 or request.path.startswith("/static/"):
            raise
        answer = wrong(request, t, told.status, _words(t, told.status))
        answer.headers.update({name: told.headers[name] for name in ("Allow", "Retry-After") if name in told.headers})
        return answer
    except TooMany as many:
        seconds = max(1, round(many.until - request.app[SITE].clock.now().timestamp()))
        answer = wrong(request, t, 429, t("Too many tries. Wait a few minutes and try again."))
        answer.headers["Retry-After"] = str(seconds)
        return answer
    except Refusal as refusal:
        return refused(request, refusal, t)
    except (OperationalError, OSError) as error:
        if isinstance(error, ConnectionError):
            raise
        log.warning("web.database_away", path=route_of(request), error=type(error).__name__)
        return wrong(request, t, 503, t("The database cannot be reached. Nothing was changed; try again in a minute."))
    except Exception:
        number = secrets.token_hex(4)
        log.exception("web.failed", method=request.method, path=route_of(request), number=number)
        return wrong(request, t, 500, f"{Unexpected().told(t, request.app[SITE].clock.now())} ({number})")


def _words(t: Texts, status: int) -> str:
    match status:
        case 404:
            return t("There is no such page.")
        case 405:
            return t("This address cannot be used like that.")
        case 413:
            return t("That is too large.")
        case 415:
            return t("This cannot be read here.")
        case 408:
            return t("It took too long to arrive.")
        case 403:
            return t("This was not sent from a page of ours, so it was not done.")
        case _:
            return t("This could not be understood.")


async def set_headers(request: web.Request, response: web.StreamResponse) -> None:
    """The headers of every answer; what an answer has set for itself stays."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.popall("Server", None)
    if SITE in request.app and request.app[SITE].is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
