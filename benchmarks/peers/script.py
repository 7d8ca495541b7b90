"""What the scripts of all contenders share: their words, their jobs, and how a job notes that it has started.

    worker                      run one worker until it is killed
    enqueue COUNT DUE SPREAD    enqueue COUNT jobs, the first due at DUE, the others evenly over SPREAD seconds after it

Instants are seconds since 1970 by the clock of the machine, which all processes share. Nothing here needs more than the
standard library, as it runs in the environment of every peer.
"""

import os
import struct
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

REDIS_URL = "BENCHMARK_REDIS_URL"
FOLDER = "BENCHMARK_FOLDER"
RECORD = struct.Struct("=qdd")


class Job(NamedTuple):
    """Does nothing but note its start."""

    number: int
    due: float


def redis_url() -> str:
    """Where the Redis of this run is, as unix://…; it is empty at the beginning."""
    return os.environ[REDIS_URL]


def folder() -> Path:
    """A folder for this run only."""
    return Path(os.environ[FOLDER])


def records(folder: Path) -> Path:
    """The file of the starts of all jobs of a run."""
    return folder / "records"


def start(number: int, due: float) -> None:
    """The whole job: one write of its number, when it was due and the time now, which costs some microseconds."""
    os.write(_file(), RECORD.pack(number, due, time.time()))


@cache
def _file() -> int:
    # A write of a few bytes in append mode is never mixed with that of another process.
    return os.open(records(folder()), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def run(*, worker: Callable[[], object], enqueue: Callable[[list[Job]], object]) -> None:
    """Do what the command line says."""
    match [word for word in sys.argv[1:] if not word.startswith("--")]:
        case ["worker"]:
            worker()
        case ["enqueue", count, due, spread]:
            step = float(spread) / int(count)
            enqueue([Job(number, float(due) + number * step) for number in range(int(count))])
        case _:
            sys.exit(__doc__)
