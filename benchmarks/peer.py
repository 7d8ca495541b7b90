"""The peers: each a script in benchmarks/peers, its exact versions beside it, in a virtual environment of its own."""

import asyncio
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.trial import ROOT, Unfit


class Peer:
    """One of them, in `.venv/peers`, where it is installed again only when its versions or the interpreter change."""

    def __init__(self, library: str, *options: str, name: str | None = None) -> None:
        self.name = name or library
        self._library = library
        self._options = options
        self._folder = ROOT / ".venv" / "peers" / library
        self._python = str(self._folder / "bin" / "python")

    @property
    def command(self) -> Sequence[str]:
        """Its script; run as a module, or its folder would hide the libraries of the same names."""
        return [self._python, "-m", f"benchmarks.peers.{self._library}_", *self._options]

    async def install(self) -> None:
        """Make its environment unless it is there. Raises Unfit."""
        versions = ROOT / "benchmarks" / "peers" / f"{self._library}.txt"
        wanted = hashlib.sha256(versions.read_bytes() + f"{sys.version} {self._folder}".encode()).hexdigest()
        made_from = self._folder / "made-from"
        if made_from.exists() and made_from.read_text() == wanted:
            return
        print(f"Installing {self._library} to compare with ...", file=sys.stderr)
        await _succeed(sys.executable, "-m", "venv", "--clear", str(self._folder))
        quietly = ("-qq", "--disable-pip-version-check", "--no-input")
        await _succeed(self._python, "-m", "pip", "install", *quietly, "--require-hashes", "-r", str(versions))
        made_from.write_text(wanted)

    async def prepare(self, folder: Path) -> None:
        """It keeps everything in Redis."""


async def _succeed(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    if process.returncode:
        lines = said.decode(errors="replace").splitlines() or ["it says nothing"]
        raise Unfit(
            f"can't be installed: {next((line for line in lines if line.startswith('ERROR')), lines[-1])[:200]}"
        )
