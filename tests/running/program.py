"""The whole program as a process of its own in an empty folder; what it must do is not said here."""

import asyncio
import os
import signal
import sys
import time
from asyncio import StreamReader
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Protocol

import aiohttp

CHECKOUT = Path(__file__).parents[2]
# Most of a start is the interpreter loading libraries: some seconds, and many more on a machine that is busy.
PATIENCE = 90.0

# Lengths are shortened and the pace is raised, so that tests wait for what happens and not for time.
QUICK = {
    "HTTP_PORT": "0",
    "LOG_LEVEL": "DEBUG",
    "POLL_SECONDS": "5",
    "LEASE_SECONDS": "3",
    "SWEEP_SECONDS": "0.5",
    "SEND_TIMEOUT_SECONDS": "2",
    "RETRY_SECONDS": "0.2,0.2,0.2",
    "EVENT_RETRY_SECONDS": "0.2",
    "FETCH_RETRY_SECONDS": "0.1",
    "STOP_SECONDS": "10",
    "BODY_SECONDS": "1",
    "PACE_CHAT_PER_SECOND": "1000",
    "PACE_CHAT_BURST": "1000",
    "PACE_BOT_PER_SECOND": "1000",
}


def environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """What a process of ours is told: nothing of the settings that whoever runs the tests may have."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | {"PYTHONPATH": str(CHECKOUT), "PYTHONUTF8": "1", "DATA_DIR": str(folder / "data"), **settings}


async def voronka(folder: Path, *arguments: str, **settings: str) -> tuple[int, str]:
    """Run one short command in a folder; its exit code and all it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app", *arguments),
        cwd=folder,
        env=environment(folder, settings),
        stdout=PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, said.decode()


class Running(Protocol):
    """A process, however it was started."""

    stdout: StreamReader | None

    @property
    def pid(self) -> int:
        """Its number."""
        ...

    @property
    def returncode(self) -> int | None:
        """How it ended, None while it runs."""
        ...

    def send_signal(self, number: int, /) -> None:
        """Send it a signal."""
        ...

    def kill(self) -> None:
        """End it at once."""
        ...

    async def wait(self) -> int:
        """Wait for its end; the exit code."""
        ...


class Program:
    """One installation: its folder and settings stay while processes come and go."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.settings = QUICK | settings
        self.url = ""
        self.said: list[str] = []
        self._process: Running | None = None

    @property
    def log(self) -> str:
        """All that the processes wrote to their standard error."""
        return self._log_file.read_text() if self._log_file.exists() else ""

    @property
    def _log_file(self) -> Path:
        return self.folder / "voronka.log"

    @property
    def running(self) -> bool:
        """Whether there is a process that nobody has seen end."""
        return self._process is not None and self._process.returncode is None

    async def start(self, *arguments: str, **settings: str) -> float:
        """Start it and wait until it tells its address; the seconds that took. `settings` stay for later starts."""
        self.settings |= settings
        began = time.monotonic()
        with self._log_file.open("ab") as log:
            self._process = await self._spawn(log, *arguments)
        try:
            self.url = await self.told("Voronka: ")
        except TimeoutError:
            # Nobody would end what has not come up in time, and it would keep all later tests from their time.
            await self.kill()
            raise
        return time.monotonic() - began

    async def _spawn(self, log: IO[bytes], *arguments: str) -> Running:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app", "run", *arguments),
            cwd=self.folder,
            env=environment(self.folder, self.settings),
            stdout=PIPE,
            stderr=log,
        )

    async def told(self, beginning: str) -> str:
        """The rest of the next line that begins so."""
        process = self._alive()
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while line := (await process.stdout.readline()).decode():
                self.said.append(line.rstrip("\n"))
                if line.startswith(beginning):
                    return line.removeprefix(beginning).strip()
        await process.wait()
        raise AssertionError(f"it ended with {process.returncode} before saying {beginning!r}:\n{self.log}")

    def _alive(self) -> Running:
        assert self._process is not None, "it was never started"
        return self._process

    def signal(self, number: int) -> None:
        """Send the program a signal, and go on at once."""
        self._alive().send_signal(number)

    def cpu_seconds(self) -> float:
        """How long it has been computing."""
        fields = Path(f"/proc/{self._alive().pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def stop(self) -> float:
        """Ask it to stop, as Ctrl-C or a service manager does; the seconds that took. It must end without a fault."""
        process, began = self._alive(), time.monotonic()
        process.send_signal(signal.SIGTERM)
        code = await self.ended()
        assert code == 0, f"it ended with {code}:\n{self.log}"
        return time.monotonic() - began

    async def end(self) -> None:
        """Leave nothing running, whatever a test has left behind."""
        if self.running:
            await self.stop()

    async def kill(self) -> None:
        """End it as a power failure would."""
        self._alive().kill()
        await self.ended()

    async def ended(self) -> int:
        """Wait until it has ended by itself; its exit code."""
        process = self._alive()
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            self.said += (await process.stdout.read()).decode().splitlines()
            return await process.wait()

    async def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON of one of its addresses."""
        async with aiohttp.ClientSession() as session, session.get(self.url + path) as response:
            return response.status, await response.json()
