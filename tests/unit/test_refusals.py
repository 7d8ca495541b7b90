"""What a refused person reads fits into one message, however much he typed."""

from datetime import UTC, datetime

import pytest

from bot.admin.lines import read_autoreply, read_trigger
from core.errors import Refusal, Unreadable
from core.texts import LANGUAGES, texts
from inbox.splitting import units
from triggers.templates import LONGEST, checked

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("letter", ["x", "🙂"])
def test_a_refusal_of_a_long_text_names_its_next_step(language: str, letter: str) -> None:
    t, typed = texts(language), letter * (LONGEST // units(letter))
    for refusal in (
        _of(read_trigger, t, typed),
        _of(read_autoreply, t, typed),
        Unreadable(part=typed, example="5 min"),
    ):
        told = refusal.told(t, NOW)
        assert units(told) <= LONGEST
        assert refusal.told(t, NOW).endswith(str(refusal.values["example"]))


def test_a_long_placeholder_is_named_in_short() -> None:
    told = _of(checked, "{" + "x" * 4094 + "}").told(texts("en"), NOW)
    assert len(told) <= LONGEST
    assert "{name}, {operator}, {deal}" in told


def _of(act: object, *given: object) -> Refusal:
    with pytest.raises(Refusal) as refused:
        act(*given)  # type: ignore[operator]
    return refused.value
