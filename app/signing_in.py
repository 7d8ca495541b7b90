"""`voronka login`: a link to the board for somebody of the staff, made on the server itself."""

from datetime import timedelta

from app.migrating import has_no_schema, migrate, schema_is_newest
from app.running import CannotRun
from app.wiring import prepare
from core.clock import SystemClock
from core.database import Database
from core.settings import Settings
from pipeline.staff.inviting import invite_first_admin, join_by_name
from pipeline.staff.sessions import link_for, staff_named

OTHER_VERSION = "The database is of another version: restart Voronka, which brings it up to date, and ask again."


async def link_of(settings: Settings, name: str) -> str:
    """A link that works once, within ten minutes; where nobody works yet, its owner becomes the admin.

    Raises CannotRun when nobody, or more than one, is called so; and for a database of another version: a server may be
    at work that knows no other.
    """
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database(settings.database_url, SystemClock())
    try:
        if await has_no_schema(database):
            await migrate(database)
        elif not await schema_is_newest(database):
            raise CannotRun(OTHER_VERSION)
        await prepare(settings, database)
        async with database.unit() as uow:
            known = await staff_named(uow, name)
            if not known and (first := await invite_first_admin(uow, valid=timedelta(minutes=1))) is not None:
                by = await join_by_name(
                    uow, first, name=name, language=settings.voronka_language, timezone=settings.voronka_timezone
                )
                known = [by.id]
            if len(known) != 1:
                raise CannotRun(_not_one(name, len(known)))
            token = await link_for(uow, known[0])
    finally:
        await database.close()
    return f"{settings.web_url}/enter/{token}"


def _not_one(name: str, count: int) -> str:
    if count:
        return f"{count} people are called {name}: give one of them another name first."
    return f"Nobody here is called {name}. The names are those that /staff shows, in quotes where they have spaces."
