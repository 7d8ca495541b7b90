"""What a form takes for a parameter of a trigger's part, and what it refuses."""

from typing import Any

import pytest

from bot.admin import callbacks
from bot.admin.half_trigger import HalfTrigger
from bot.admin.trigger_form import _after
from core.durations import TooLong
from core.errors import Unreadable
from core.texts import texts
from triggers.actions.hand_out import HandOut
from triggers.conditions.source import FromSource
from triggers.occasions.no_reply import OnNoReply
from triggers.occasions.stage_entered import OnStageEntered
from triggers.parts import Names, Part
from triggers.reading import picked_value, typed_value

NAMES = Names(stages={1: "New"}, people={1: "Anna", 2: "Boris"}, channels={}, reasons={})


def typed(part: type[Part], words: str) -> Any:
    return typed_value(texts("en"), part, part.parameters()[0], words, NAMES)


@pytest.mark.parametrize("part", [OnStageEntered, FromSource, HandOut])
@pytest.mark.parametrize("words", ["", ", ,", ";"])
def test_separators_alone_name_nothing(part: type[Part], words: str) -> None:
    with pytest.raises(Unreadable):
        typed(part, words)


def test_somebody_named_twice_counts_once() -> None:
    assert typed(HandOut, "Anna, boris, an") == [1, 2]


@pytest.mark.parametrize("seconds", ["999999999999999999", "9" * 40])
def test_a_button_says_no_length_that_nobody_may_type(seconds: str) -> None:
    with pytest.raises(TooLong):
        picked_value(OnNoReply, OnNoReply.parameters()[0], seconds, NAMES)
    half = HalfTrigger(step="delay", occasion=OnStageEntered(stages=(1,)).stored())
    with pytest.raises(TooLong):
        _after(half, callbacks.FormPick(turn=0, value=seconds), NAMES)
