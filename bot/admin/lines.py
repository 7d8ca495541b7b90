"""The one-line forms of what an admin sets up: what was typed becomes what a use case takes; nothing is done here."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.typed import said
from core.durations import read_duration
from core.errors import Unreadable
from core.texts import N_, Texts
from core.words import bare
from triggers.conditions.text_contains import read_words
from triggers.parts import Stop
from triggers.presets import CLOSED, GREETING, KEYWORD, UNANSWERED, AutoReply
from triggers.reading import whole_length

ADD, DELETE, ALWAYS, QUIET = N_("add"), N_("delete"), N_("always"), N_("quiet")
ON, OFF = N_("on"), N_("off")
CASES = {GREETING: N_("greeting"), CLOSED: N_("closed"), KEYWORD: N_("keyword"), UNANSWERED: N_("unanswered")}
WHEN, STAGE, AFTER, UNLESS, SEND = N_("when"), N_("stage"), N_("after"), N_("unless"), N_("send")
STOPPED_BY = {
    N_("answered"): frozenset({Stop.CUSTOMER_WROTE, Stop.STAFF_WROTE}),
    N_("moved"): frozenset({Stop.LEFT_STAGE}),
}

REPLY_EXAMPLE = N_("/autoreply add keyword price, cost: Our prices begin at 10 €.")
TRIGGER_EXAMPLE = N_('/triggers add when stage "Offer sent" after 10 min unless answered, moved send: Any news?')

_QUOTES = str.maketrans(dict.fromkeys("“”«»„", '"'))
_TOKEN = re.compile(r'"[^"]*"|[^\s,"]+')


def read_autoreply(t: Texts, line: str) -> AutoReply:
    """`add keyword price, cost: TEXT` and its kin. Raises Unreadable, TooLong, TooManyWords."""
    head, colon, text = line.partition(":")
    tokens = head.split()
    _expect(t, tokens, [ADD], REPLY_EXAMPLE)
    case = _expect(t, tokens, list(CASES.values()), REPLY_EXAMPLE)
    preset = next(preset for preset, word in CASES.items() if word == case)
    rest = " ".join(tokens)
    if not colon or (rest and preset in (GREETING, CLOSED)) or (not rest and preset in (KEYWORD, UNANSWERED)):
        raise Unreadable(part=rest or head.strip(), example=t(REPLY_EXAMPLE))
    if preset == KEYWORD:
        return AutoReply(preset=preset, text=text.strip(), words=_some_words(t, rest))
    after = whole_length(rest) if preset == UNANSWERED else None
    return AutoReply(preset=preset, text=text.strip(), after=after)


def _some_words(t: Texts, typed: str) -> tuple[str, ...]:
    words = read_words(typed)
    if not words:
        raise Unreadable(part=typed, example=t(REPLY_EXAMPLE))
    return words


@dataclass(frozen=True, slots=True)
class TriggerLine:
    """A follow-up as it was typed; the stage by its name."""

    stage: str
    delay: timedelta
    stops_on: frozenset[Stop]
    text: str


def read_trigger(t: Texts, line: str) -> TriggerLine:
    """`when stage "Offer sent" after 10 min unless answered, moved send: TEXT`. Raises Unreadable, TooLong."""
    sends = re.search(rf"(?<!\w)(?:{_either(t, SEND)})\s*:", line, re.IGNORECASE)
    if sends is None:
        raise Unreadable(part=line.strip() or t(WHEN), example=t(TRIGGER_EXAMPLE))
    tokens = _TOKEN.findall(line[: sends.start()].translate(_QUOTES))
    _expect(t, tokens, [WHEN], TRIGGER_EXAMPLE)
    if said(t, tokens[0] if tokens else "", STAGE) is None:
        raise Unreadable(part=" ".join(tokens[:1]) or t(WHEN), example=t(TRIGGER_EXAMPLE))
    sections = _sections(t, tokens)
    if not sections[STAGE]:
        raise Unreadable(part=t(STAGE), example=t(TRIGGER_EXAMPLE))
    return TriggerLine(
        stage=" ".join(sections[STAGE]),
        delay=read_duration(" ".join(sections[AFTER])) if AFTER in sections else timedelta(),
        stops_on=frozenset().union(*(_stops(t, one) for one in sections.get(UNLESS, []))),
        text=line[sends.end() :].strip(),
    )


def _sections(t: Texts, tokens: Sequence[str]) -> Mapping[str, list[str]]:
    """What stands behind each of the words that lead a part of the line."""
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    left = list(tokens)
    while left:
        word, length = _leads(t, left)
        if word is not None and word not in sections:
            current = sections.setdefault(word, [])
            left = left[length:]
        else:
            current.append(left.pop(0).strip('"'))
    return sections


def _leads(t: Texts, tokens: Sequence[str]) -> tuple[str | None, int]:
    for word in (STAGE, AFTER, UNLESS):
        for spelled in _spellings(t, word):
            length = len(spelled.split())
            if bare(" ".join(tokens[:length])) == bare(spelled) and not tokens[0].startswith('"'):
                return word, length
    return None, 0


def _stops(t: Texts, typed: str) -> frozenset[Stop]:
    word = said(t, typed, *STOPPED_BY)
    if word is None:
        raise Unreadable(part=typed, example=t(TRIGGER_EXAMPLE))
    return STOPPED_BY[word]


def _spellings(t: Texts, word: str) -> Iterator[str]:
    yield word
    yield t(word)


def _either(t: Texts, word: str) -> str:
    return "|".join(re.escape(one) for one in _spellings(t, word))


def _expect(t: Texts, tokens: list[str], words: Sequence[str], example: str) -> str:
    """Which of our words comes next; it is taken off the tokens. Raises Unreadable."""
    found = said(t, tokens[0], *words) if tokens else None
    if found is None:
        raise Unreadable(part=tokens[0] if tokens else t(words[0]), example=t(example))
    del tokens[0]
    return found
