"""What the benchmarks conclude from what they saw; the measuring itself is not run here."""

import math

import pytest

from benchmarks.delayed import Results, goals
from benchmarks.goals import Goal
from benchmarks.trial import Load, Outcome, Unfit, judge, median

PEERS: Results = {
    "arq": Outcome(2000, 2500, 4900, 5000, 5100),
    "huey": Outcome(4000, 1500, 2700, 2800, 2900),
    "celery": Unfit("can't be installed: no network"),
}
SPREADS: Results = PEERS | {"arq as shipped": Outcome(10, 250, 450, 480, 490)}
OURS = Outcome(20000, 200, 380, 400, 410)


def test_a_clean_run_is_told_by_its_rate_and_its_lateness() -> None:
    outcome = judge(Load(100), [(number, 50.0, 50.0 + (number + 1) / 100) for number in range(100)])
    assert outcome.is_clean
    assert outcome.drain == pytest.approx(100)
    assert outcome.p50 == pytest.approx(505)
    assert outcome.worst == pytest.approx(1000)
    assert 980 < outcome.p99 < 1000


def test_what_was_lost_repeated_or_early_is_counted() -> None:
    outcome = judge(Load(5), [(0, 50.0, 50.1), (1, 50.0, 49.9), (2, 50.0, 50.2), (2, 50.0, 50.3)])
    assert (outcome.lost, outcome.repeated, outcome.early) == (2, 1, 1)
    assert outcome.worst == pytest.approx(200)


def test_a_run_without_a_start_is_infinitely_late() -> None:
    outcome = judge(Load(5), [])
    assert (outcome.drain, outcome.p99, outcome.lost) == (0, math.inf, 5)


def test_one_bad_round_is_not_hidden_by_good_ones() -> None:
    assert not median([OURS, OURS, Outcome(30000, 100, 150, 160, 170, lost=1)]).is_clean


def test_we_are_held_against_each_peer_that_could_be_measured() -> None:
    shown = [str(goal) for goal in goals("ours", PEERS | {"ours": OURS}, SPREADS | {"ours": Outcome(10, 2, 5, 60, 70)})]
    assert shown == [
        "G6 arq 10.00 >= 8 ok",
        "G6 huey 5.00 >= 4 ok",
        "G7 0.14 <= 0.25 ok",
        "G8 ms 60.00 <= 50 MISSED",
        "G8 arq 0.12 <= 0.1 MISSED",
    ]


def test_a_peer_that_is_away_is_said_and_misses_nothing() -> None:
    away: Results = dict.fromkeys(SPREADS, PEERS["celery"]) | {"ours": OURS}
    first, *_ = goals("ours", away, away)
    assert str(first) == "G6 arq >= 8 not measured"
    assert not first.missed


@pytest.mark.parametrize("ours", [Unfit("does not start"), Outcome(20000, 2, 3, 4, 5, lost=1)])
def test_a_loss_of_ours_misses_every_goal(ours: Outcome | Unfit) -> None:
    assert all(goal.missed for goal in goals("ours", PEERS | {"ours": ours}, SPREADS | {"ours": ours}))


def test_a_bound_itself_is_reached() -> None:
    assert not Goal("G", 4.0, ">=", 4).missed
    assert not Goal("G", 0.1, "<=", 0.1).missed
    assert Goal("G", math.nan, "<=", 0.1).missed
