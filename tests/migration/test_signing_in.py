"""`voronka login` prepares an empty installation, and leaves alone one at which another version may be at work."""

from pathlib import Path

import pytest

from app.migrating import migrate, schema_is_newest
from app.running import CannotRun
from app.signing_in import link_of
from core.clock import SystemClock
from core.database import Database
from core.settings import Settings


def settings_for(url: str, folder: Path) -> Settings:
    return Settings.load(None, {"DATABASE_URL": url, "DATA_DIR": str(folder)})


async def test_a_new_installation_is_prepared_for_whoever_signs_in_first(database_url: str, tmp_path: Path) -> None:
    settings = settings_for(database_url, tmp_path)
    for _ in range(2):
        assert "/enter/" in await link_of(settings, "Olga")


async def test_a_database_of_another_version_stays_as_it_is(database_url: str, tmp_path: Path) -> None:
    database = Database(database_url, SystemClock())
    await migrate(database, to="0003")
    with pytest.raises(CannotRun, match="restart Voronka"):
        await link_of(settings_for(database_url, tmp_path), "Olga")
    assert not await schema_is_newest(database)
    # Nobody has brought it a part of the way either.
    await migrate(database, to="0003")
    await migrate(database)
    assert await schema_is_newest(database)
    await database.close()
