"""Where the demonstration lives, and how little of the settings of this machine it hears of."""

import contextlib
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.running import CannotRun
from core.settings import Settings

# Nothing here may reach a real bot's customers, or a company's own database.
_UNHEARD = ("TELEGRAM_BOT_TOKEN", "TELEGRAM_API_BASE", "TELEGRAM_ADMIN_IDS", "DATABASE_URL", "REDIS_URL")


@contextlib.contextmanager
def demo_folder(asked: str | None) -> Iterator[Path]:
    """An empty folder that is removed at the end, or the one asked for, which stays. Raises CannotRun."""
    # A service manager's wish to stop ends the block as Ctrl-C does, also while the shop is being made.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if asked is not None:
        yield _empty(Path(asked))
        return
    with tempfile.TemporaryDirectory(prefix="voronka-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _empty(folder: Path) -> Path:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotRun(f"The demonstration needs an empty folder, and {folder} is not one.")
    return folder


def settings_in(folder: Path) -> Settings:
    """The settings of this machine, but for what the demonstration must not touch. Raises SettingsFaulty."""
    return Settings.load(over={"DATA_DIR": str(folder)} | dict.fromkeys(_UNHEARD, ""))
