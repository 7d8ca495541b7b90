"""What pages need to know of the installation and of whoever asks: a page goes from a `Visit` to an answer."""

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from core.clock import Clock
from core.database import Database, UnitOfWork
from core.redis import Wakeups
from core.storable import storable
from core.texts import Texts, texts
from pipeline.staff.boards import BoardSettings, Theme
from pipeline.staff.rights import Right, Staff
from web.live import Hub
from web.rendering import Rendering

Network = IPv4Network | IPv6Network
# What one subscriber gets at least, and chooses any address of.
# https://www.rfc-editor.org/rfc/rfc6177.html
SUBSCRIBERS_BITS = 64


@dataclass(frozen=True)
class Site:
    """The parts of the program that the web is served from."""

    database: Database
    wakeups: Wakeups
    clock: Clock
    media: Path
    language: str
    timezone: str
    hub: Hub
    public_url: str | None = None
    # How long somebody who was invited may take.
    invitation: timedelta = timedelta(days=2)
    # Whoever takes longer to send a form is not waited for.
    body_seconds: float = 15.0
    # Proxies of ours, whose word on where somebody comes from is taken.
    trusted: Sequence[Network] = ()
    rendering: Rendering = field(default_factory=Rendering)

    @property
    def texts(self) -> Texts:
        """The language and the zone of the installation."""
        return texts(self.language, self.timezone)

    @property
    def is_secure(self) -> bool:
        """Whether people reach us by TLS."""
        return (self.public_url or "").startswith("https://")

    @property
    def cookie(self) -> str:
        """The name of the session's cookie. A browser takes the prefix as a promise, which only TLS can keep.

        https://www.rfc-editor.org/rfc/rfc6265.html and its successor's section on cookie name prefixes.
        """
        return "__Host-voronka" if self.is_secure else "voronka"

    def origins(self, host: str) -> set[str]:
        """The addresses that are ours, as a browser writes an origin."""
        own = {f"http://{host}", f"https://{host}"}
        if self.public_url:
            parts = urlsplit(self.public_url)
            own.add(f"{parts.scheme}://{parts.netloc}")
        return own


def address_of(request: web.Request) -> str:
    """From where somebody comes, as limits count it: the connection, or what a proxy of ours says of it.

    Of IPv6 that is the network of a subscriber.

    https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/X-Forwarded-For: only what trusted proxies have
    added at its end can be believed.
    """
    trusted = request.app[SITE].trusted
    address = request.remote or ""
    # A proxy may add a line of its own to those that it was given.
    for told in reversed(",".join(request.headers.getall("X-Forwarded-For", [])).split(",")):
        named = _bare(told.strip())
        if named is None or not _is_among(address, trusted):
            break
        address = named
    return _counted_as(address)


def _bare(told: str) -> str | None:
    """An address without the port and the brackets that some proxies write; None for what is none."""
    for candidate in (told, told.partition("]")[0].removeprefix("["), told.rpartition(":")[0]):
        with contextlib.suppress(ValueError):
            return str(ip_address(candidate))
    return None


def _counted_as(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    # All of IPv4 would be one network of these.
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), SUBSCRIBERS_BITS), strict=False))


def _is_among(address: str, networks: Sequence[Network]) -> bool:
    try:
        return any(ip_address(address) in one for one in networks)
    except ValueError:
        return False


SITE: web.AppKey[Site] = web.AppKey("site", Site)


class Form:
    """The fields of what somebody sent; whatever a page does not ask for is not looked at."""

    def __init__(self, fields: dict[str, list[str]] | None = None) -> None:
        self._fields = fields or {}

    def text(self, name: str, default: str = "") -> str:
        """A field without the spaces around it."""
        return self._fields.get(name, [default])[0].strip()

    def number(self, name: str) -> int | None:
        """A whole number; None for anything else."""
        return whole_number(self.text(name))

    def numbers(self, name: str) -> list[int]:
        """All whole numbers that a field holds, apart or with commas between them."""
        said = (part for value in self._fields.get(name, []) for part in value.split(","))
        return [number for part in said if (number := whole_number(part)) is not None]

    def listed(self, name: str) -> list[str]:
        """What stands between the commas of a field; one empty text where nothing does."""
        return [part for one in self.text(name).split(",") if (part := one.strip())] or [""]

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return self._fields.get(name, [])


def whole_number(text: str) -> int | None:
    """A number that a row's id may be."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


@dataclass(slots=True, kw_only=True)
class Caller:
    """Somebody of the staff at a browser: who, in which language."""

    request: web.Request
    site: Site
    by: Staff
    session_id: int
    csrf: str
    settings: BoardSettings
    on_shift: bool

    @property
    def theme(self) -> str | None:
        """The colours that he chose; nothing follows his system."""
        return None if self.settings.theme is Theme.SYSTEM else str(self.settings.theme)

    @property
    def t(self) -> Texts:
        """His language and zone."""
        return texts(self.by.language, self.by.timezone)

    @property
    def query(self) -> Form:
        """What stands behind the question mark."""
        return Form(said_in(self.request))

    def id(self, name: str) -> int:
        """A number of the address; a route takes nothing but digits there."""
        return whole_number(self.request.match_info[name]) or 0

    def html(self, template: str, now: datetime, **values: object) -> str:
        """A template with what every one of them knows."""
        common: dict[str, object] = {"by": self.by, "now": now, "csrf": self.csrf}
        common |= {"may": self.by.may, "Right": Right, "theme": self.theme, "on_shift": self.on_shift}
        return self.site.rendering.render(template, t=self.t, **(common | values))


@dataclass(slots=True, kw_only=True)
class Visit(Caller):
    """He asks for a page, or for something to be done, in one unit of work."""

    uow: UnitOfWork
    form: Form = field(default_factory=Form)

    @property
    def now(self) -> datetime:
        """The instant of the unit of work."""
        return self.uow.now

    def page(self, template: str, **values: object) -> web.Response:
        """A template as an answer."""
        response = web.Response(text=self.html(template, self.now, **values), content_type="text/html")
        response.enable_compression()
        return response


def is_fragment(request: web.Request) -> bool:
    """Whether a part of a page is asked for, by a script of ours."""
    return "HX-Request" in request.headers


def said_in(request: web.Request) -> dict[str, list[str]]:
    """The words behind the question mark, as a database can keep them."""
    return {name: [storable(one) for one in request.query.getall(name)] for name in request.query}


Handler = Callable[[Visit], Awaitable[web.StreamResponse]]
StreamHandler = Callable[[Caller], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """An address for the staff, and the right without which nobody gets there.

    Every number in a path has one of the names of `IDS`. GET only reads; whatever changes something is POST, and so is
    a question that no address can hold, which only `reads`. What takes its time with the network is a `stream`: it
    opens units of work itself, for moments.
    """

    method: str
    path: str
    right: Right = Right.SEE
    handler: Handler | None = None
    stream: StreamHandler | None = None
    reads: bool = False


# What the numbers in addresses are the numbers of.
IDS = (
    "deal",
    "stage",
    "message",
    "attachment",
    "outgoing",
    "task",
    "trigger",
    "session",
    "bulk",
    "pipeline",
    "run",
    "person",
)
NUMBER = r"{%s:\d{1,18}}"


def get(path: str, handler: Handler, right: Right = Right.SEE) -> Route:
    """A page or a part of one."""
    return Route("GET", _numbered(path), right, handler)


def post(path: str, handler: Handler, right: Right = Right.SEE) -> Route:
    """An act."""
    return Route("POST", _numbered(path), right, handler)


def question(path: str, handler: Handler, right: Right = Right.SEE) -> Route:
    """What is asked with a form, and changes nothing."""
    return Route("POST", _numbered(path), right, handler, reads=True)


def stream(method: str, path: str, handler: StreamHandler, right: Right = Right.SEE) -> Route:
    """What takes its time: a page that is kept up to date, a file."""
    return Route(method, _numbered(path), right, stream=handler)


def _numbered(path: str) -> str:
    """`/deals/{deal}` with the promise that it is a number."""
    for name in IDS:
        path = path.replace("{" + name + "}", NUMBER % name)
    return path


Routes = Sequence[Route]
