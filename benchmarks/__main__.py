"""Runs the benchmarks, all or those that are named, and prints a line for each goal, then what is orientation only."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from functools import partial

from benchmarks import board, delayed, growth, ingest, killed, live, pages
from benchmarks.contender import Ours
from benchmarks.goals import Report

BENCHMARKS: dict[str, Callable[..., Awaitable[Report]]] = {
    "ingest": ingest.measure,
    "delayed": partial(delayed.measure, Ours()),
    "growth": growth.measure,
    "board": board.measure,
    "live": live.measure,
    "pages": pages.measure,
    "killed": killed.measure,
}


async def main() -> int:
    """Measure; 1 if a goal is missed."""
    words = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    words.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all if none is given")
    words.add_argument("--quick", action="store_true", help="small loads and few rounds: shows that it works, no more")
    words.add_argument("--deals", type=int, default=board.LARGE, help="how many the board's large shop has")
    chosen = words.parse_args()
    if unknown := set(chosen.names) - BENCHMARKS.keys():
        words.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    if task := asyncio.current_task():
        # Otherwise SIGTERM would leave the processes of a benchmark behind.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)

    measures = BENCHMARKS | {"board": partial(board.measure, large=chosen.deals)}
    orientation: list[str] = []
    missed = False
    for name, measure in measures.items():
        if not chosen.names or name in chosen.names:
            report = await measure(quick=chosen.quick)
            for goal in report.goals:
                print(goal, flush=True)
                missed |= goal.missed
            orientation += report.orientation
    print(*orientation, sep="\n")
    return int(missed)


sys.exit(asyncio.run(main()))
