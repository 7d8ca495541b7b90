"""Permits to send: bursts, then the slow pace; edits beside sends; people's screens first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.pacing import MARGIN, Pace, Pacer

TELEGRAM = Pace(chat_per_second=1, chat_burst=20, account_per_second=30)


class Stopwatch:
    """Monotonic seconds that a test moves."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def pacer(pace: Pace = TELEGRAM) -> tuple[Pacer, Stopwatch]:
    watch = Stopwatch()
    return Pacer(pace, watch), watch


def test_a_chat_has_a_burst_and_then_its_pace() -> None:
    paced, watch = pacer()
    assert [paced.permit("a") for _ in range(19)] == [0.0] * 19
    assert paced.permit("a") == pytest.approx(MARGIN)
    watch.at += MARGIN + 0.001
    assert paced.permit("a") == 0.0
    assert paced.permit("a") == pytest.approx(1.0, abs=0.01)
    watch.at += 1.0
    assert paced.permit("a") == 0.0
    assert paced.permit("a") > 0


def test_an_album_is_paid_for_with_what_it_shows() -> None:
    paced, _ = pacer()
    assert paced.permit("a") == 0.0
    paced.landed("a", messages=10)
    assert [paced.permit("a") for _ in range(9)] == [0.0] * 9
    assert paced.permit("a") > 0
    paced, _ = pacer()
    assert [paced.permit(chat) for chat in "abc"] == [0.0] * 3
    for chat in "abc":
        paced.landed(chat, messages=10)
    assert paced.permit("d") > 0


def test_one_slow_chat_does_not_hold_another() -> None:
    paced, _ = pacer()
    for _ in range(20):
        paced.permit("a")
    assert paced.permit("b") == 0.0


def test_edits_leave_the_chat_its_burst_but_count_for_the_account() -> None:
    paced, _ = pacer()
    assert [paced.permit("a", counts=False) for _ in range(30)] == [0.0] * 30
    assert paced.permit("b", counts=False) == pytest.approx(1.0 + MARGIN)


def test_what_was_sent_before_a_restart_is_remembered() -> None:
    paced, _ = pacer()
    paced.seed({"a": [0.5] * 20})
    assert paced.permit("a") == pytest.approx(0.5 + MARGIN)
    assert [paced.permit("b") for _ in range(10)] == [0.0] * 10
    assert paced.permit("c") > 0


async def test_a_screen_takes_its_permit_from_the_same_window() -> None:
    paced, _ = pacer()
    await paced.wait_for_screen("a")
    assert [paced.permit("b") for _ in range(19)] == [0.0] * 19
    assert [paced.permit("c") for _ in range(10)] == [0.0] * 10
    assert paced.permit("d") > 0


def test_a_burst_counts_from_when_it_arrived() -> None:
    paced, watch = pacer()
    assert paced.permit("a") == 0.0
    watch.at += 0.5
    paced.landed("a")
    for _ in range(18):
        assert paced.permit("a") == 0.0
        paced.landed("a")
    assert paced.permit("a") == pytest.approx(MARGIN)
    watch.at += 2 * MARGIN
    assert paced.permit("a") == 0.0
    assert paced.permit("a") == pytest.approx(1.0 - MARGIN)


def test_a_permit_that_was_not_used_costs_nothing() -> None:
    paced, _ = pacer()
    for _ in range(100):
        assert paced.permit("a") == 0.0
        paced.unused("a")
    assert [paced.permit("b", counts=False) for _ in range(30)] == [0.0] * 30


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 0.4), st.floats(0, 2), st.booleans()), max_size=400))
def test_no_second_ever_holds_more_than_the_limits(steps: list[tuple[str, float, float, bool]]) -> None:
    paced, watch = pacer()
    sent: list[tuple[float, str, bool]] = []
    for chat, pause, travels, counts in steps:
        watch.at += pause
        if paced.permit(chat, counts=counts) == 0.0:
            watch.at += travels
            sent.append((watch.at, chat, counts))
            paced.landed(chat, counts=counts)
    for at, _, _ in sent:
        assert sum(1 for other, _, _ in sent if at <= other < at + 1) <= 30
    for chat in "abc":
        times = [at for at, name, counts in sent if name == chat and counts]
        for index, at in enumerate(times):
            assert sum(1 for other in times[index:] if other < at + 10) <= 20 + 10
