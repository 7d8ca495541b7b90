"""A trigger as a form of fields: what a page sends, and what is wrong where."""

import pytest

from core.texts import texts
from triggers.parts import Names
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
