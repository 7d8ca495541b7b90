"""A trigger as a form of fields: what a page sends, and what is wrong where."""

from datetime import timedelta

import pytest

from core.texts import texts
from inbox.uploads import UploadGone
from triggers.actions.send import Send
from triggers.occasions.deal_opened import OnDealOpened
from triggers.parts import Names
from triggers.trigger import Trigger
from web.site import Form
from web.trigger_forms import MOST_PARTS, Empty, Misfilled, StillToChoose, draft_of, of_fields

T = texts("en", "UTC")
NAMES = Names(stages={1: "New"}, people={}, channels={}, reasons={}, tags={4: "vip"})
WHOLE = {"occasion.0": ["deal_opened"], "action.0": ["add_tags"], "action.0.tags": ["4"]}


def wrong(**fields: list[str]) -> Misfilled:
    """What is said of a form with these fields."""
    with pytest.raises(Misfilled) as said:
        draft_of(of_fields(Form(WHOLE | fields), T, NAMES), T, NAMES, None)
    return said.value


def test_what_is_whole_becomes_a_trigger() -> None:
    draft = draft_of(of_fields(Form(WHOLE), T, NAMES), T, NAMES, None)
    assert len(draft.actions) == 1


def test_a_condition_that_was_not_chosen_is_asked_for() -> None:
    said = wrong(**{"condition.0": [""]})
    assert (said.at, type(said.refusal)) == ("condition.0", StillToChoose)


def test_an_empty_field_is_named_where_it_is() -> None:
    said = wrong(**{"action.0.tags": []})
    assert (said.at, type(said.refusal)) == ("action.0.tags", Empty)


def test_a_delay_that_says_nothing_is_told_at_the_delay() -> None:
    assert wrong(delay=["some day"]).at == "delay"


def test_parts_are_numbered_anew_so_that_none_falls_off_the_end() -> None:
    parts = {f"condition.{place}": ["assigned"] for place in range(MOST_PARTS)}
    full = of_fields(Form(WHOLE | parts | {"more": ["condition"]}), T, NAMES)
    assert len(full.parts["condition"]) == MOST_PARTS
    assert not full.takes_more("condition")
    less = of_fields(Form(WHOLE | parts | {"take": ["condition.3"]}), T, NAMES)
    assert [one.place for one in less.parts["condition"]] == list(range(MOST_PARTS - 1))
    assert less.takes_more("condition")


@pytest.mark.parametrize("kept", ["0", "7", "9" * 5_000, "first"])
def test_a_file_that_the_trigger_does_not_have_is_not_left_out_in_silence(kept: str) -> None:
    send = {"action.0": ["send"], "action.0.text": ["Hello"], "action.0.kept": [kept]}
    before = Trigger(
        1, 1, None, None, OnDealOpened(), (), (Send(text="Hello"),), timedelta(), frozenset(), True, None, False
    )
    with pytest.raises(Misfilled) as said:
        draft_of(of_fields(Form(WHOLE | send), T, NAMES), T, NAMES, before)
    assert (said.value.at, type(said.value.refusal)) == ("action.0", UploadGone)
