"""Fault 10: asked to stop, asked twice, or killed, with hundreds of sends waiting: nothing is lost or half done."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.botapi.client import Fault
from tests.crash.scene import KILLED, Scene

CROWD = 240
MORE = 20
QUEUED = "SELECT count(*) FROM outgoing WHERE state = 'queued'"
UNDER_WAY = "SELECT count(*) FROM outgoing WHERE state IN ('sending', 'unknown')"
SLOW = {"PACE_BOT_PER_SECOND": "3", "SEND_TIMEOUT_SECONDS": "20", "LEASE_SECONDS": "30"}
QUICK = {"PACE_BOT_PER_SECOND": "1000", "SEND_TIMEOUT_SECONDS": "1", "LEASE_SECONDS": "1.5"}


@asynccontextmanager
async def under_load(scene: Scene) -> AsyncIterator[Fault]:
    """One card was accepted and gets no answer, hundreds wait behind it, and a customer goes on writing."""
    await scene.restart(**SLOW)
    held = await scene.api.fault("accepted_hold", method="sendMessage")
    await scene.rows.until(QUEUED, lambda found: found[0][0] > 200)
    await held.struck()
    async with asyncio.TaskGroup() as group:
        group.create_task(_goes_on(scene))
        yield held
    await scene.api.clear_faults()


async def _goes_on(scene: Scene) -> None:
    (anna,) = await scene.crowd(1)
    for number in range(MORE):
        await scene.says(anna, number)


async def unready(scene: Scene) -> None:
    """Wait until the process says that it serves nobody any more."""
    while (await scene.program.get("/readyz"))[0] != 503:
        pass


async def stopped_once(scene: Scene) -> None:
    """It ends what is under way, and soon."""
    async with under_load(scene) as held:
        began = time.monotonic()
        scene.program.signal(signal.SIGTERM)
        await unready(scene)
        await held.release()
        assert await scene.program.ended() == 0
        assert time.monotonic() - began < 30
    assert await scene.rows.value(UNDER_WAY) == 0


async def stopped_twice(scene: Scene) -> None:
    """It ends at once, as at a power failure."""
    async with under_load(scene):
        scene.program.signal(signal.SIGTERM)
        await unready(scene)
        scene.program.signal(signal.SIGTERM)
        assert await scene.program.ended() == 1


async def killed(scene: Scene) -> None:
    """It ends without a word."""
    async with under_load(scene):
        scene.program.signal(signal.SIGKILL)
        assert await scene.program.ended() == KILLED


async def test_10_a_stop_a_second_one_and_a_kill_lose_nothing_of_hundreds_of_waiting_sends(scene: Scene) -> None:
    await scene.restart(**SLOW)
    for customer in await scene.crowd(CROWD):
        await scene.says(customer)
    for end in (stopped_once, stopped_twice, killed):
        await end(scene)
    await scene.restart(**QUICK)
    await scene.quiet()
    await scene.check(fair=True)
