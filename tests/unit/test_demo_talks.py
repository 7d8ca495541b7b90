"""What the people of the demonstration say is sound: each talk begins with a customer, is answered, and has an end."""

import random
from collections import Counter

import pytest

from app.demo.shop import Crowd
from app.demo.talks import CUSTOMER, LOST, NOT_A_LEAD, OFFER, US, WON, Talk, book, new_story
from core.texts import LANGUAGES
from pipeline.stages import DEFAULT_REASONS

TALKS = book().talks


def test_there_are_enough_talks_in_every_language() -> None:
    counted = Counter(talk.language for talk in TALKS)
    assert counted.keys() == set(LANGUAGES)
    assert min(counted.values()) >= 8
    assert len({talk.name for talk in TALKS}) == len(TALKS) >= 36


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: talk.name)
def test_a_talk_can_be_had(talk: Talk) -> None:
    assert talk.lines[0].who == CUSTOMER
    assert 3 <= len(talk.lines) <= 10
    assert any(line.who == US for line in talk.lines)
    assert talk.ends in (WON, LOST, NOT_A_LEAD)
    assert (talk.ends == LOST) == (talk.reason in {name for name, _ in DEFAULT_REASONS})
    assert talk.ends != WON or any(OFFER in line.marks for line in talk.lines)
    assert len(book().names[talk.language]) >= 15
    assert book().answers[talk.language]


def test_a_story_is_told_in_turns_with_everything_filled_in() -> None:
    chance = random.Random(3)
    crowd = Crowd(book(), chance, 3)
    for talk in TALKS:
        story = new_story(book(), talk, crowd.customer(talk.language), None, chance)
        said = []
        while not story.is_over:
            his = story.is_customers_turn
            turn = story.turn()
            assert {line.who == CUSTOMER for line in turn} == {his}
            said += turn
        assert len(said) == len(talk.lines)
        assert not [line for line in said if "{" in line.text]


def test_the_same_seed_brings_the_same_people() -> None:
    def crowd(seed: int) -> list[object]:
        made = Crowd(book(), random.Random(seed), seed)
        return [(made.next_talk().name, made.customer("pl"), made.source()) for _ in range(40)]

    assert crowd(1) == crowd(1)
    assert crowd(1) != crowd(2)
