"""Puts the demonstration together: the past is lived through, then the loops are added that let it go on."""

from collections.abc import Sequence
from random import Random

from app.channels import add_quiet_channel
from app.demo.at_once import MovedClock, OneUnit
from app.demo.living import Living
from app.demo.messenger import Messenger
from app.demo.past import Past
from app.demo.pictures import Pictures
from app.demo.shop import NAME
from app.demo.talks import book
from app.program import MEDIA, Program
from core.clock import SystemClock
from pipeline.staff.sessions import link_for


async def furnish(program: Program, *, seed: int, kept: bool) -> None:
    """Fill an empty installation, and let people act in it once it runs. The same seed tells the same past."""
    settings, clock, chance = program.settings, SystemClock(), Random(seed)
    program.announce(f"Living through three weeks of {NAME}, which takes some seconds ...")
    past_clock = MovedClock(clock.now())
    past_database = OneUnit(settings.database_url, past_clock)
    past = Past(past_database, past_clock, told=book(), chance=chance, seed=seed)
    try:
        actors = await past.live(Pictures.drawn_in(settings.data_dir / MEDIA), settings.voronka_timezone)
    finally:
        await past_database.close()
    await add_quiet_channel(program, Messenger(chance), alone=True)
    living = Living(
        program.database,
        program.wakeups,
        clock,
        actors,
        told=book(),
        crowd=past.crowd,
        stories=past.stories,
        chance=chance,
    )
    program.loops["web"].append(living.run)
    stays = f"its folder {settings.data_dir} stays" if kept else "it is gone when you stop it"

    async def hello() -> Sequence[str]:
        async with program.database.unit() as uow:
            token = await link_for(uow, actors.shop.admin.id)
        return [
            f"Admin link: {program.url}/enter/{token}",
            f"Demo: {NAME}, a throw-away shop whose people act by themselves; {stays} (Ctrl-C).",
        ]

    program.hello = hello
