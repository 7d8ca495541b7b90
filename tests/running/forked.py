"""A program that a nursery forks, so that starting it takes a tenth of the time; otherwise it is like any other."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from asyncio import StreamReader
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.running.program import CHECKOUT, Program, Running, environment


@contextmanager
def nursery(folder: Path) -> Iterator[Path]:
    """The socket of a nursery that lives as long as the context."""
    place = folder / "nursery"
    command = [sys.executable, "-m", "tests.running.nursery", str(place)]
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield place


class ForkedProcess:
    """A process whose parent is a nursery: what it says and how it ends comes over a connection."""

    def __init__(self, pid: int, connection: StreamReader) -> None:
        self.returncode: int | None = None
        self.stdout: StreamReader | None = StreamReader()
        self.pid = pid
        self._listening = asyncio.create_task(self._listen(connection, self.stdout))

    async def _listen(self, connection: StreamReader, said: StreamReader) -> None:
        while line := await connection.readline():
            if line.startswith(b"\0"):
                self.returncode = int(line[1:])
            else:
                said.feed_data(line)
        said.feed_eof()

    def send_signal(self, number: int) -> None:
        """Send it a signal; one that has ended has nobody to hear it."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Wait for its end; the exit code."""
        await asyncio.shield(self._listening)
        assert self.returncode is not None
        return self.returncode


class ForkedProgram(Program):
    """An installation whose processes come out of a nursery."""

    def __init__(self, folder: Path, nursery: Path, **settings: str) -> None:
        super().__init__(folder, **settings)
        self._nursery = nursery

    async def _spawn(self, log: IO[bytes], *arguments: str) -> Running:
        reader, writer = await asyncio.open_unix_connection(str(self._nursery))
        asked = {
            "arguments": ["run", *arguments],
            "folder": str(self.folder),
            "environment": environment(self.folder, self.settings),
            "log": log.name,
        }
        writer.write(json.dumps(asked).encode() + b"\n")
        process = ForkedProcess(int(await reader.readline()), reader)
        process._listening.add_done_callback(lambda _: writer.close())
        return process
