"""An installation that was made by an earlier version goes on with everything it had."""

from sqlalchemy import text

from app.migrating import migrate, schema_is_newest
from core.clock import SystemClock
from core.database import Database
from tests.migration.conftest import ONE_OF_EACH, run

BEFORE_TRIGGERS = "0001"


async def test_what_was_there_before_triggers_is_there_still(database_url: str) -> None:
    database = Database(database_url, SystemClock())
    await migrate(database, to=BEFORE_TRIGGERS)
    for statement in ONE_OF_EACH:
        await run(database, statement)
    await migrate(database)
    assert await schema_is_newest(database)
    async with database.reading() as uow:
        assert await uow.value(text("SELECT rotation_id FROM deal")) == 1
        assert await uow.value(text("SELECT search FROM contact")) == "anna"
        assert await uow.value(text("SELECT everybody FROM rotation")) == 1
        assert await uow.value(text("SELECT count(*) FROM rotation_member")) == 1
        assert (
            await uow.value(text("SELECT count(*) FROM talk JOIN stage_stay ON talk.deal_id = stage_stay.deal_id")) == 1
        )
    await database.close()
