"""A company whose processes are killed: how one dies at a named place, starts again, and what is then asked of it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import select

from core.clock import SystemClock
from core.database import Database
from core.embedded import EmbeddedRedis
from pipeline.models import stage
from tests.botapi.client import BotApi, User
from tests.crash.evidence import Evidence, gather, redis_files
from tests.crash.invariants import check
from tests.crash.rules.acting import the_alarm_clock_knows_all
from tests.crash.rules.taking_in import acknowledged_is_stored_once
from tests.running.forked import ForkedProgram
from tests.running.rows import Rows
from tests.running.shop import ADMIN_ID, Shop
from triggers.editing import Draft, add_by_itself

CANARY = "quetzal"
KILLED = -9
KNOWN_CARDS = (
    "SELECT posted.external_id FROM posted JOIN deal ON posted.ref = 'deal:' || deal.id"
    " JOIN contact ON contact.id = deal.contact_id WHERE contact.name = :name ORDER BY posted.outgoing_id DESC"
)
DEAL_OF = "SELECT max(deal.id) FROM deal JOIN contact ON contact.id = deal.contact_id WHERE contact.name = :name"
SWEEPS = 10
# What a dead process held is taken over soon; a send still ends within its lease.
LENGTHS = MappingProxyType({"LEASE_SECONDS": "1.5", "SEND_TIMEOUT_SECONDS": "1", "SWEEP_SECONDS": "0.3"})


class Scene(Shop):
    """A company in an installation of its own: one process, or several for its roles."""

    def __init__(self, api: BotApi, folder: Path, nursery: Path, database_url: str, **settings: str) -> None:
        told = {
            "TELEGRAM_API_BASE": api.base,
            "TELEGRAM_BOT_TOKEN": api.token,
            "TELEGRAM_ADMIN_IDS": str(ADMIN_ID),
            "DATABASE_URL": database_url,
        }
        self.settings = {**LENGTHS, **told, **settings}
        self.folder = folder
        self.roles: Sequence[str] = ()
        self.others: list[ForkedProgram] = []
        self.boris: User
        self._nursery = nursery
        self._database_url = database_url
        super().__init__(api, self._installation("main"), Rows(database_url))

    def _installation(self, name: str) -> ForkedProgram:
        folder = self.folder / name
        folder.mkdir()
        return ForkedProgram(folder, self._nursery, **self.settings)

    async def open_with_two(self) -> "Scene":
        """Start, with two people on shift and nothing left to do."""
        await self.open()
        self.boris = await self.operator("Boris")
        await self.on_shift(self.admin, self.boris)
        # These stories go on at any hour of the day.
        await self.admin.sends("/hours quiet off")
        await self.quiet()
        return self

    async def worker(self, *roles: str, dies_at: str = "") -> ForkedProgram:
        """One more process of these roles beside the first."""
        process = self._installation(f"worker-{len(self.others)}")
        self.others.append(process)
        await process.start(f"--roles={','.join(roles)}", VORONKA_FAILPOINT=dies_at)
        return process

    async def restart(self, *, dies_at: str = "", **settings: str) -> None:
        """Start the first process again, killing it if it runs; it will die at the n-th passing of `dies_at`."""
        if self.program.running:
            await self.program.kill()
        await self.program.start(*self.roles, VORONKA_FAILPOINT=dies_at, **settings)

    async def death(self) -> None:
        """Wait until the first process has died where it was to; what was acknowledged until then must be stored."""
        assert await self.program.ended() == KILLED
        found = list(acknowledged_is_stored_once(await self.evidence()))
        assert not found, "\n".join(map(str, found))

    async def dies(self) -> bool:
        """Wait until the first process has died where it was to, or nothing is left to do without that."""
        ended, quiet = asyncio.create_task(self.program.ended()), asyncio.create_task(self.quiet())
        await asyncio.wait([ended, quiet], return_when=asyncio.FIRST_COMPLETED)
        died = ended.done()
        for task in (ended, quiet):
            task.cancel()
        await asyncio.gather(ended, quiet, return_exceptions=True)
        if died:
            await self.death()
        return died

    async def heal(self) -> None:
        """Start it again as it should be and wait until nothing is left to do."""
        await self.api.clear_faults()
        await self.restart()
        await self.quiet()

    async def quiet(self, *, within: float = 30) -> None:
        """Wait until every update is acknowledged and worked on, every event handed on, everything sent or given up."""
        await self.api.wait_acknowledged(timeout=within)
        await self.rows.settled(within=within)

    async def evidence(self) -> Evidence:
        """What there is to be judged."""
        programs = [self.program, *self.others]
        log = "\n".join(one.log for one in programs)
        redis = b"".join(redis_files(one.folder) for one in programs)
        return await gather(
            self._database_url, self.api, log=log, redis=redis, canary=CANARY, redis_url=await self.redis_url()
        )

    async def redis_url(self) -> str:
        """Where Redis is, the program's own or the one of the settings."""
        given = self.settings.get("REDIS_URL")
        return given or await EmbeddedRedis(self.program.folder / "data").start()

    async def trigger(self, draft: Callable[[Mapping[str, int]], Draft]) -> int:
        """What an admin makes a trigger of, by the names of the stages; its id."""
        database = Database(self._database_url, SystemClock())
        try:
            async with database.unit() as uow:
                rows = await uow.rows(select(stage.c.name, stage.c.id))
                made = draft({row.name: row.id for row in rows})
                return await add_by_itself(uow, made, actor="staff:1")
        finally:
            await database.close()

    async def deal_of(self, customer: User) -> int:
        """A customer's newest deal."""
        return int(await self.rows.value(DEAL_OF, name=customer.first_name))

    async def moves(self, customer: User, to: str) -> None:
        """The admin moves a customer's deal."""
        await self.admin.sends(f'/deal {await self.deal_of(customer)} stage "{to}"')

    async def check(self, *, fair: bool = False) -> Evidence:
        """All invariants hold, that of the alarm clock after a sweep; what was looked at."""
        found = await self.evidence()
        for _ in range(SWEEPS):
            if not list(the_alarm_clock_knows_all(found)):
                break
            await asyncio.sleep(float(LENGTHS["SWEEP_SECONDS"]))
            found = await self.evidence()
        check(found, fair=fair)
        return found

    async def says(self, customer: User, number: int = 0) -> int:
        """A customer writes words that no log may hold."""
        return await customer.sends(f"{CANARY} {number}")

    async def whose(self, customer: User) -> User:
        """Who of the staff has a customer's newest deal."""
        name = await self.assigned(customer)
        return next(one for one in self.staff if one.first_name == name)

    async def known_card(self, customer: User) -> int:
        """The newest message that holds a customer's card; one whose sender died is nobody's."""
        found = await self.rows.value(KNOWN_CARDS, name=customer.first_name)
        return int(found)

    async def crowd(self, size: int) -> list[User]:
        """New customers."""
        return await self.customers(*["Anna"] * size)

    async def close(self) -> None:
        """End whatever still runs."""
        for one in (self.program, *self.others):
            if one.running:
                await one.kill()
        await self.rows.close()
        if "REDIS_URL" not in self.settings:
            embedded = EmbeddedRedis(self.program.folder / "data")
            await embedded.start()
            await embedded.stop()
