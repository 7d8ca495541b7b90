"""Kills for hours what CI kills for seconds: every crash test with many seeds, then processes at random moments.

`make soak ARGS="--seeds 100 --kills 200"`; `--help` says what else. A seed that was printed plays the same again.
"""

import argparse
import asyncio
import random
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from core.embedded import EmbeddedRedis
from tests import postgres
from tests.botapi.client import BotApi, User
from tests.crash.scene import Scene
from tests.crash.test_following_up import all_done, follow_up
from tests.running.forked import nursery
from tests.running.program import CHECKOUT, Program

CUSTOMERS = 20
PER_SECOND = 20
MOVES_PER_SECOND = 3
FOLLOW_UPS = (1, 3)
BETWEEN_KILLS = (0.5, 3.0)
DRAINS_WITHIN = 120


async def kill_at_random(scene: Scene, dice: random.Random, *, kills: int, until: float) -> None:
    """End processes without warning while customers write, deals move and follow-ups fall due; then all rules hold."""
    for seconds in FOLLOW_UPS:
        await scene.trigger(follow_up(seconds, f"After {seconds}?"))
    crowd = await scene.crowd(CUSTOMERS)
    for one in crowd:
        await scene.says(one)
    await scene.quiet()
    writing = asyncio.create_task(_write(crowd, dice))
    moving = asyncio.create_task(_move(scene, crowd, dice))
    for number in range(kills):
        if time.monotonic() > until:
            break
        await asyncio.sleep(dice.uniform(*BETWEEN_KILLS))
        await _kill_one(scene, dice)
        print(f"\r  killed {number + 1} times", end="", flush=True)
    print(flush=True)
    for task in (writing, moving):
        task.cancel()
    await asyncio.wait([writing, moving])
    await scene.quiet(within=DRAINS_WITHIN)
    await all_done(scene, within=DRAINS_WITHIN)
    await scene.check(fair=True)


async def _write(crowd: list[User], dice: random.Random) -> None:
    number = 0
    while True:
        number += 1
        await dice.choice(crowd).sends(f"quetzal {number}")
        await asyncio.sleep(1 / PER_SECOND)


async def _move(scene: Scene, crowd: list[User], dice: random.Random) -> None:
    while True:
        await scene.moves(dice.choice(crowd), dice.choice(["Offer sent", "Offer sent", "In conversation"]))
        await asyncio.sleep(1 / MOVES_PER_SECOND)


async def _kill_one(scene: Scene, dice: random.Random) -> None:
    one: Program = dice.choice([scene.program, *scene.others])
    await one.kill()
    await one.start(*(scene.roles if one is scene.program else ("--roles=relay,delays",)))


@asynccontextmanager
async def one_process(base: str, folder: Path, forks: Path) -> AsyncIterator[Scene]:
    """Everything in one process, on SQLite."""
    async with BotApi.connect(base) as api:
        scene = Scene(api, folder, forks, f"sqlite+aiosqlite:///{folder}/voronka.db")
        yield await scene.open_with_two()
        await scene.close()


@asynccontextmanager
async def several_processes(base: str, folder: Path, forks: Path) -> AsyncIterator[Scene]:
    """One that reads and sends and two that hand on and see to what is due, on PostgreSQL and Redis."""
    cluster = postgres.new_folder()
    redis = EmbeddedRedis(folder / "redis")
    try:
        async with AsyncExitStack() as ending:
            api = await ending.enter_async_context(BotApi.connect(base))
            url = await ending.enter_async_context(postgres.empty_database(postgres.start(cluster)))
            ending.push_async_callback(redis.stop)
            scene = Scene(api, folder, forks, url, REDIS_URL=await redis.start())
            ending.push_async_callback(scene.close)
            await scene.open_with_two()
            await scene.program.stop()
            scene.roles = ["--roles=channels"]
            await scene.restart()
            for _ in range(2):
                await scene.worker("relay", "delays")
            yield scene
    finally:
        postgres.remove(cluster)


async def random_kills(base: str, forks: Path, folder: Path, seed: int, *, kills: int, minutes: float) -> None:
    """Kill at random on each database in turn."""
    for kind in (one_process, several_processes):
        print(f"{kind.__name__.replace('_', ' ')}, seed {seed}", flush=True)
        place = folder / kind.__name__
        place.mkdir()
        async with kind(base, place, forks) as scene:
            until = time.monotonic() + minutes * 60 / 2
            await kill_at_random(scene, random.Random(seed), kills=kills, until=until)


def soak(seed: int, *, kills: int, minutes: float) -> None:
    """Start what the random kills need, and kill."""
    command = [sys.executable, "-m", "tests.botapi", "--port", "0"]
    with (
        tempfile.TemporaryDirectory() as name,
        nursery(Path(name)) as forks,
        subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as server,
    ):
        assert server.stdout is not None
        base = server.stdout.readline().removeprefix("Bot API server: ").strip()
        asyncio.run(random_kills(base, forks, Path(name), seed, kills=kills, minutes=minutes))
        server.terminate()


def main() -> int:
    """Read the arguments, run the tests, then the loop; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Kill the program for long.")
    parser.add_argument("--seeds", type=int, default=20, help="how many seeds each crash test runs with; 0: none")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="of the random kills")
    parser.add_argument("--kills", type=int, default=200, help="how often a process is killed on each database")
    parser.add_argument("--minutes", type=float, default=20, help="the most that the random kills take")
    asked = parser.parse_args()
    if asked.seeds:
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "tests/crash"]
        code = subprocess.run([*command, f"--seeds={asked.seeds}"], cwd=CHECKOUT, check=False).returncode
        if code:
            return code
    soak(asked.seed, kills=asked.kills, minutes=asked.minutes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
