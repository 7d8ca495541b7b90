"""Long texts are cut into parts that lose nothing and break as little as they can."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from inbox.splitting import split, units

WORDS = st.text(st.sampled_from("ab \n🙂e\u0301\u200d👍🏽🇵🇱ż"), max_size=120)


@st.composite
def formatted(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    """A text with entities that begin and end at its characters."""
    text = draw(WORDS)
    places = [units(text[:place]) for place in range(len(text) + 1)]
    made = []
    for kind in draw(st.lists(st.sampled_from(["bold", "italic", "code"]), max_size=4)):
        first, last = sorted((draw(st.sampled_from(places)), draw(st.sampled_from(places))))
        if first < last:
            made.append({"type": kind, "offset": first, "length": last - first})
    return text, made


def covered(text: str, entities: list[dict[str, Any]], *, shift: int = 0) -> set[tuple[str, int]]:
    return {
        (one["type"], shift + place)
        for one in entities
        for place in range(one["offset"], one["offset"] + one["length"])
    }


@given(formatted(), st.integers(2, 40))
def test_the_parts_give_the_text_and_its_entities_back(whole: tuple[str, list[dict[str, Any]]], most: int) -> None:
    text, entities = whole
    parts = split(text, entities, most=most)
    assert "".join(part.text for part in parts) == text
    assert all(units(part.text) <= most for part in parts)
    assert all(part.text for part in parts) or not text
    begins = [sum(units(part.text) for part in parts[:place]) for place in range(len(parts))]
    again = [covered(part.text, part.entities, shift=begin) for part, begin in zip(parts, begins, strict=True)]
    assert set().union(*again) == covered(text, entities)
    for part in parts:
        assert all(one["offset"] + one["length"] <= units(part.text) for one in part.entities)


@given(st.lists(st.text("abc", min_size=1, max_size=10), min_size=1), st.integers(11, 40))
def test_no_word_is_cut_that_a_part_can_hold(words: list[str], most: int) -> None:
    parts = split(" ".join(words), [], most=most)
    assert [word for part in parts for word in part.text.split()] == words


@given(st.integers(0, 30), st.integers(1, 12), st.integers(0, 30))
def test_no_entity_is_cut_that_a_part_can_hold(before: int, length: int, after: int) -> None:
    text = "ab " * before + "x" * length + " ab" * after
    link = {"type": "text_link", "offset": 3 * before, "length": length, "url": "https://x.org/"}
    parts = split(text, [link], most=12)
    assert [one["length"] for part in parts for one in part.entities] == [length]


@given(st.text(st.sampled_from("🙂👍🏽🇵🇱"), max_size=40), st.integers(2, 20))
def test_no_pair_of_surrogates_is_cut(text: str, most: int) -> None:
    for part in split(text, [], most=most):
        part.text.encode("utf-8")


def test_a_text_is_cut_at_its_lines() -> None:
    assert [part.text for part in split("one two\nthree four\nfive", [], most=12)] == [
        "one two\n",
        "three four\n",
        "five",
    ]


def test_what_a_person_takes_for_one_character_stays_whole() -> None:
    family = "👨\u200d👩\u200d👧"
    assert [part.text for part in split(family * 3, [], most=units(family) + 3)] == [family] * 3


def test_ten_thousand_combining_marks_are_no_character_to_keep_whole() -> None:
    text = "e" + "\u0301" * 10_000
    assert [len(part.text) for part in split(text, [], most=4096)] == [4096, 4096, 1809]
