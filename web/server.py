"""The HTTP server: addresses for machines, files that go with pages, and the rooms that are mounted in it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from aiohttp import web

from inbox.presence import TYPING
from web.chat import add_chat
from web.pages import ROUTES
from web.pages.door import add_door
from web.security import LARGEST_FORM, faults, set_headers
from web.shared_cards import SHARED_CARDS, SharedCards
from web.site import SITE, Site
from web.staff import mount

# What is named by its content never changes.
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Readiness:
    """What `/readyz` says: whether we can work at all, and in words what works worse, by the name of the part."""

    ready: bool = True
    degraded: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def status(self) -> str:
        """One word for it."""
        if not self.ready:
            return "unready"
        return "degraded" if self.degraded else "ready"


def application(readiness: Callable[[], Awaitable[Readiness]], site: Site | None) -> web.Application:
    """The application; `readiness` is asked at every call of `/readyz`. Without a site there are no pages."""

    async def healthz(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(request: web.Request) -> web.Response:
        now = await readiness()
        answer = {"status": now.status, "degraded": dict(now.degraded)}
        return web.json_response(answer, status=200 if now.ready else 503)

    server = web.Application(middlewares=[faults] if site else [], client_max_size=LARGEST_FORM)
    server.router.add_get("/healthz", healthz)
    server.router.add_get("/readyz", readyz)
    server.on_response_prepare.append(set_headers)
    if site is not None:
        _add_pages(server, site)
    return server


def _add_pages(server: web.Application, site: Site) -> None:
    server[SITE] = site
    server[SHARED_CARDS] = SharedCards(site.database, site.rendering)
    server.router.add_get("/", to_the_board)
    server.router.add_get(f"/static/{site.rendering.version}/{{name:.+}}", static)
    add_door(server)
    site.wakeups.listen(TYPING, site.hub.heard_typing)
    mount(server, ROUTES)
    add_chat(server, site)


async def to_the_board(request: web.Request) -> web.Response:
    """Where everybody wants to go."""
    raise web.HTTPSeeOther("/board")


async def static(request: web.Request) -> web.Response:
    """A file that goes with the pages."""
    file = request.app[SITE].rendering.files.get(request.match_info["name"])
    if file is None:
        raise web.HTTPNotFound
    headers = {"Cache-Control": FOR_EVER, "Content-Type": file.content_type, "Vary": "Accept-Encoding"}
    if file.compressed and "gzip" in request.headers.get("Accept-Encoding", ""):
        return web.Response(body=file.compressed, headers=headers | {"Content-Encoding": "gzip"})
    return web.Response(body=file.body, headers=headers)


async def serve(server: web.Application, host: str, port: int) -> tuple[web.AppRunner, str]:
    """Listen; the runner, to be cleaned up at the end, and the address, with the port that 0 became.

    Raises OSError if the port is taken.
    """
    # aiohttp's access log writes whole addresses, and a one-time link is one. Streams never end by themselves.
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner, f"http://{f'[{host}]' if ':' in host else host}:{runner.addresses[0][1]}"
