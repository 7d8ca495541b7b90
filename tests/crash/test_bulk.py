"""An act on many deals is done once on each of them, wherever the program dies."""

from datetime import timedelta

import pytest

from core.clock import SystemClock
from core.database import Database
from pipeline.bulk import AddTask, start
from pipeline.staff.rights import Role, Staff
from tests.crash.scene import Scene

ENDED = "SELECT count(*) FROM bulk WHERE ended_at IS NOT NULL"
TOLD = "SELECT count(*) FROM event WHERE kind = 'BulkEnded'"
TASKS = "SELECT deal_id FROM task ORDER BY deal_id"
ADMIN = Staff(1, "Admin", Role.ADMIN, "en", "UTC")


@pytest.mark.parametrize("place", ["bulk.before_commit:2", "bulk.after_commit:2", "bulk.before_commit:4"])
async def test_an_act_on_many_deals_is_done_once_wherever_the_program_dies(scene: Scene, place: str) -> None:
    for anna in await scene.crowd(3):
        await scene.says(anna)
    await scene.quiet()
    deals = [int(row[0]) for row in await scene.rows.all("SELECT id FROM deal ORDER BY id")]
    await scene.restart(dies_at=place)
    database = Database(scene.settings["DATABASE_URL"], SystemClock())
    async with database.unit() as uow:
        await start(uow, ADMIN, AddTask(uow.now + timedelta(hours=1)), deals=deals, client_key="a")
    await database.close()
    await scene.death()
    await scene.heal()
    await scene.rows.until(ENDED, lambda found: found == [(1,)])
    await scene.quiet()
    assert [row[0] for row in await scene.rows.all(TASKS)] == deals
    assert await scene.rows.value(TOLD) == 1
    await scene.check()
