"""The HTTP server and its two addresses for machines, /healthz and /readyz; pages are added by others."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from aiohttp import web

HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


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


def application(readiness: Callable[[], Awaitable[Readiness]]) -> web.Application:
    """The application with its addresses for machines; `readiness` is asked at every call of `/readyz`."""

    async def healthz(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(request: web.Request) -> web.Response:
        now = await readiness()
        answer = {"status": now.status, "degraded": dict(now.degraded)}
        return web.json_response(answer, status=200 if now.ready else 503)

    server = web.Application()
    server.router.add_get("/healthz", healthz)
    server.router.add_get("/readyz", readyz)
    server.on_response_prepare.append(_set_headers)
    return server


async def serve(server: web.Application, host: str, port: int) -> tuple[web.AppRunner, str]:
    """Listen; the runner, to be cleaned up at the end, and the address, with the port that 0 became.

    Raises OSError if the port is taken.
    """
    # aiohttp's access log writes whole addresses, and a one-time link is one.
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner, f"http://{f'[{host}]' if ':' in host else host}:{runner.addresses[0][1]}"


async def _set_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
    response.headers.popall("Server", None)
