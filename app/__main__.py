"""The command line: run, demo, migrate, check, login."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence

from app.checking import check, other_bot
from app.migrating import migrate
from app.program import ROLES
from app.running import CannotRun, run
from app.signing_in import link_of
from app.wiring import roles_of
from core.clock import SystemClock
from core.database import Database
from core.embedded import EmbeddedRedisFailed
from core.failpoints import arm
from core.logs import configure
from core.settings import Settings, SettingsFaulty
from inbox.accounts import OtherAccount


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say; the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        if asked.command == "demo":
            return _demo(asked)
        return _do(asked, Settings.load())
    except SettingsFaulty as faulty:
        return _refuse(f"The settings cannot be used:\n{faulty}")
    except OtherAccount as other:
        return _refuse(other_bot(other))
    except (CannotRun, EmbeddedRedisFailed) as reason:
        return _refuse(str(reason))


def _do(asked: argparse.Namespace, settings: Settings) -> int:
    configure(settings.log_level, settings.log_format, settings.secrets)
    # aiogram notes every update, and calls one that was politely refused not handled.
    logging.getLogger("aiogram.event").setLevel(logging.WARNING)
    if settings.voronka_failpoint:
        arm(settings.voronka_failpoint)
    return asyncio.run(_COMMANDS[asked.command](settings, asked))


def _demo(asked: argparse.Namespace) -> int:
    # Only who wants it reads the book of the demonstration.
    from app.demo.folder import demo_folder, settings_in

    with demo_folder(asked.folder) as folder:
        try:
            return _do(asked, settings_in(folder))
        except KeyboardInterrupt:
            # It was stopped while the shop was still being made.
            return 0


def _refuse(words: str) -> int:
    print(words, file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="voronka", description="A messenger inbox with a sales pipeline behind it.")
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run", help="start everything")
    running.add_argument("--roles", metavar="LIST", help=f"only some of: {', '.join(ROLES)}")
    demo = commands.add_parser("demo", help="start a lived-in shop on a throw-away folder, to look at")
    demo.add_argument("--folder", metavar="PATH", help="keep it in this empty folder, instead of one that is removed")
    demo.add_argument("--seed", type=int, default=1, help="another number makes another past")
    commands.add_parser("migrate", help="bring the database to the newest schema")
    login = commands.add_parser("login", help="print a one-time link that opens the board as somebody of the staff")
    login.add_argument("name", metavar="NAME", help="as he is called here; on a new installation he becomes its admin")
    commands.add_parser("check", help="look at settings, database, Redis and channels")
    return parser


async def _run(settings: Settings, asked: argparse.Namespace) -> int:
    try:
        roles = roles_of(asked.roles)
    except ValueError as unknown:
        raise CannotRun(f"There is no role {unknown}: choose from {', '.join(ROLES)}.") from None
    await run(settings, roles)
    return 0


async def _live(settings: Settings, asked: argparse.Namespace) -> int:
    from app.demo.show import furnish

    await run(settings, ROLES, furnish=lambda program: furnish(program, seed=asked.seed, kept=asked.folder is not None))
    return 0


async def _migrate(settings: Settings, asked: argparse.Namespace) -> int:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url, SystemClock())
    try:
        await migrate(database)
    finally:
        await database.close()
    print("The database has the newest schema.")
    return 0


async def _login(settings: Settings, asked: argparse.Namespace) -> int:
    print(await link_of(settings, asked.name))
    return 0


async def _check(settings: Settings, asked: argparse.Namespace) -> int:
    fine = True
    async for finding in check(settings):
        fine = fine and finding.fine
        print(f"{'ok  ' if finding.fine else 'FAIL'} {finding.what}: {finding.words}")
    return 0 if fine else 1


_COMMANDS = {"run": _run, "demo": _live, "migrate": _migrate, "check": _check, "login": _login}


if __name__ == "__main__":
    sys.exit(main())
