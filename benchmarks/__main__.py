"""Runs every benchmark and prints a line for each goal."""

import asyncio
import sys

from benchmarks import ingest


async def main() -> int:
    """Measure; 1 if a goal is missed."""
    missed = 0
    for name, figure, goal in await ingest.measure():
        fine = figure >= goal
        missed += not fine
        print(f"{name} {figure:.2f} >= {goal:g} {'ok' if fine else 'MISSED'}")
    return 1 if missed else 0


sys.exit(asyncio.run(main()))
