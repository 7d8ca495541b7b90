"""Starts and stops the whole program: its lock, Redis, the schema, the loops, the web; what they do is elsewhere."""

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path

import structlog

from app.migrating import migrate
from app.program import ROLES, Program
from app.wiring import build
from core.clock import SystemClock
from core.database import Database
from core.embedded import EmbeddedRedis
from core.memory import settle
from core.settings import Settings
from web.server import application, serve

log = structlog.get_logger()


class CannotRun(Exception):
    """Why the program cannot start, in words for whoever started it."""


@contextlib.contextmanager
def only_process(data_dir: Path) -> Iterator[None]:
    """Hold the folder's lock, which ends with the process however it dies. Raises CannotRun while another holds it."""
    # Customers' messages are nobody else's on this machine.
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (data_dir / "voronka.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotRun(
                f"Voronka runs in this folder already ({data_dir}). Stop it first, "
                "or use PostgreSQL and Redis to run several processes."
            ) from None
        yield


@contextlib.asynccontextmanager
async def redis_at(settings: Settings) -> AsyncIterator[str]:
    """The address of Redis: the one of the settings, or the embedded one, which ends with the block."""
    if settings.redis_url is not None:
        yield settings.redis_url
        return
    embedded = EmbeddedRedis(settings.data_dir)
    url = await embedded.start()
    try:
        yield url
    finally:
        await embedded.stop()


Furnish = Callable[[Program], Awaitable[None]]


async def run(settings: Settings, roles: Sequence[str], *, furnish: Furnish | None = None) -> None:
    """Run these roles until a signal ends it; `furnish` adds to what is built before it runs. Raises CannotRun."""
    alone = settings.uses_sqlite or settings.redis_url is None
    if alone and set(roles) != set(ROLES):
        raise CannotRun("Roles can run apart only on PostgreSQL and Redis: set DATABASE_URL and REDIS_URL.")
    with only_process(settings.data_dir) if alone else contextlib.nullcontext():
        async with redis_at(settings) as redis_url:
            await _migrate(settings)
            program = await build(settings, redis_url, alone=alone, announce=_say)
            settle()
            try:
                if furnish is not None:
                    await furnish(program)
                await _run_until_signal(program, roles)
            finally:
                await program.close()


async def _migrate(settings: Settings) -> None:
    database = Database(settings.database_url, SystemClock())
    try:
        await migrate(database)
    finally:
        await database.close()


async def _run_until_signal(program: Program, roles: Sequence[str]) -> None:
    settings = program.settings
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, _asked_to_stop, stop)
    try:
        server = application(program.readiness, program.site() if "web" in roles else None)
        runner, url = await serve(server, settings.http_host, settings.http_port)
    except OSError as error:
        raise CannotRun(f"The address {settings.http_host}:{settings.http_port} cannot be used: {error}") from None
    program.url = settings.public_url or url
    await _say_hello(program, roles)
    tasks = [asyncio.create_task(_loop()) for role in roles for _loop in program.loops[role]]
    tasks.append(asyncio.create_task(program.wakeups.run()))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        program.stopping = True
        program.hub.close()
        await _end([stopped, *tasks], settings.stop_seconds)
        await runner.cleanup()
    for task in tasks:
        if task.done() and not task.cancelled() and task.exception() is not None:
            log.error("loop.ended", exc_info=task.exception())
            raise CannotRun("A part of Voronka ended unexpectedly; the log says why.") from task.exception()


def _asked_to_stop(stop: asyncio.Event) -> None:
    if stop.is_set():
        # Asked twice: whatever is under way is safe to cut, as at a power failure.
        os._exit(1)
    stop.set()


async def _end(tasks: Sequence[asyncio.Task[object]], seconds: float) -> None:
    for task in tasks:
        task.cancel()
    _, late = await asyncio.wait(tasks, timeout=seconds)
    if late:
        log.error("stop.late", loops=len(late))


async def _say_hello(program: Program, roles: Sequence[str]) -> None:
    settings, url = program.settings, program.url
    lines = [f"Voronka: {url}"]
    if "web" in roles:
        lines += [f"Board: {url}/board", f"Chat: {url}/chat"]
    if program.hello is not None:
        lines += await program.hello()
    elif settings.telegram_bot_token is None:
        if "web" in roles and (token := await program.first_admin()) is not None:
            lines.append(f"Admin link: {url}/join/{token}")
        lines.append("Telegram: not connected. Get a token from @BotFather and put TELEGRAM_BOT_TOKEN=... into .env")
    _say("\n".join(lines))


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
