"""G6, G7 and G8: how late delayed jobs start, ours against the peers' on the same Redis-compatible server.

A burst is many jobs due at one instant, a spread a few jobs a second; there is one worker and the jobs do nothing.
Rounds are interleaved and a figure is the median of its rounds; benchmarks/trial.py says how one run is measured.
"""

import math
import sys
from collections.abc import Mapping, Sequence

from benchmarks.goals import Goal, Report
from benchmarks.peer import Peer
from benchmarks.trial import Contender, Load, Outcome, Track, Unfit, median, track

ARQ = Peer("arq")
ARQ_AS_SHIPPED = Peer("arq", "--as-shipped", name="arq as shipped")
HUEY = Peer("huey")
CELERY = Peer("celery")

BURST, BURST_ROUNDS = Load(10_000), 2
SPREAD, SPREAD_ROUNDS = Load(200, spread=20), 1
QUICK_BURST, QUICK_SPREAD, QUICK_ROUNDS = Load(2_000), Load(50, spread=5), 1

Results = dict[str, Outcome | Unfit]


async def measure(ours: Contender | None = None, *, quick: bool = False) -> Report:
    """Run everybody; without `ours` there is nothing to reach, and the peers' figures are orientation."""
    us = [ours] if ours else []
    in_bursts: list[Contender] = [*us, ARQ, HUEY, CELERY]
    # As shipped, arq starts 200 jobs a second at most: that is what its burst would show, for a minute a round.
    in_spreads: list[Contender] = [*us, ARQ_AS_SHIPPED, ARQ, HUEY, CELERY]
    burst, spread = (QUICK_BURST, QUICK_SPREAD) if quick else (BURST, SPREAD)
    not_installed = await _install(in_spreads)
    async with track() as place:
        bursts = await _rounds(place, in_bursts, burst, QUICK_ROUNDS if quick else BURST_ROUNDS, not_installed)
        spreads = await _rounds(place, in_spreads, spread, QUICK_ROUNDS if quick else SPREAD_ROUNDS, not_installed)
    return Report(
        goals=goals(ours.name, bursts, spreads) if ours else [],
        orientation=[*_lines(burst, bursts), *_lines(spread, spreads)],
    )


async def _install(contenders: Sequence[Contender]) -> Mapping[str, Unfit]:
    """Who could not be installed."""
    failed: dict[str, Unfit] = {}
    for one in contenders:
        try:
            await one.install()
        except Unfit as why:
            failed[one.name] = why
    return failed


async def _rounds(
    place: Track, contenders: Sequence[Contender], load: Load, rounds: int, not_installed: Mapping[str, Unfit]
) -> Results:
    outcomes: dict[str, list[Outcome]] = {one.name: [] for one in contenders}
    unfit = dict(not_installed)
    for number in range(1, rounds + 1):
        for one in contenders:
            if one.name in unfit:
                continue
            print(f"delayed: {one.name}, {load.count:,} jobs, round {number} of {rounds}", file=sys.stderr)
            try:
                outcomes[one.name].append(await place.run(one, load))
            except Unfit as why:
                unfit[one.name] = why
    return {name: unfit[name] if name in unfit else median(runs) for name, runs in outcomes.items()}


def goals(us: str, bursts: Results, spreads: Results) -> list[Goal]:
    """G6: our drain to arq's, to huey's. G7: our p99 of a burst to the best peer's. G8: that of a spread, and to arq's.

    Whatever we lose, repeat or start early misses all goals of that load.
    """
    our_drain, our_burst = _ours(bursts[us])
    _, our_spread = _ours(spreads[us])
    peers = [one.p99 for name, one in bursts.items() if name != us and isinstance(one, Outcome)]
    return [
        Goal("G6 arq", _ratio(our_drain, _measured(bursts[ARQ.name], "drain")), ">=", 8),
        Goal("G6 huey", _ratio(our_drain, _measured(bursts[HUEY.name], "drain")), ">=", 4),
        Goal("G7", _ratio(our_burst, min(peers, default=None)), "<=", 0.25),
        Goal("G8 ms", our_spread, "<=", 50),
        Goal("G8 arq", _ratio(our_spread, _measured(spreads[ARQ_AS_SHIPPED.name], "p99")), "<=", 0.1),
    ]


def _ours(result: Outcome | Unfit) -> tuple[float, float]:
    """Drain and p99, of a run that deserves it."""
    if isinstance(result, Unfit) or not result.is_clean:
        return math.nan, math.nan
    return result.drain, result.p99


def _measured(result: Outcome | Unfit, figure: str) -> float | None:
    return None if isinstance(result, Unfit) else float(getattr(result, figure))


def _ratio(ours: float, theirs: float | None) -> float | None:
    return None if theirs is None else ours / theirs


def _lines(load: Load, results: Results) -> list[str]:
    what = f"spread of {load.count:,} over {load.spread:g} s" if load.spread else f"burst of {load.count:,}"
    return [f"{what}, {name}: {_line(result, drains=not load.spread)}" for name, result in results.items()]


def _line(result: Outcome | Unfit, *, drains: bool) -> str:
    if isinstance(result, Unfit):
        return f"not measured, it {result}"
    late = f"{result.p50:,.1f} / {result.p95:,.1f} / {result.p99:,.1f} / {result.worst:,.1f}"
    flaws = {"lost": result.lost, "repeated": result.repeated, "early": result.early}
    wrong = "".join(f", {count:,} {flaw}" for flaw, count in flaws.items() if count)
    rate = f"{result.drain:,.0f}/s, " if drains else ""
    return f"{rate}late by {late} ms (p50 / p95 / p99 / most){wrong}"
