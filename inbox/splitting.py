"""Cuts a long text into parts that a messenger takes; what is sent and how is not known here.

Lengths and offsets are UTF-16 units, as messengers count them.
"""

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

Entity = dict[str, Any]

_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)


class Part(NamedTuple):
    """A piece of a text with the entities on it, counted from its own beginning."""

    text: str
    entities: list[Entity]


def units(text: str) -> int:
    """The length of a text as messengers count it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(text: str, entities: Sequence[Entity], *, most: int) -> list[Part]:
    """A text as parts of at most `most` units (two or more), which joined give it back.

    A part ends at a line or a word, outside of entities, where one allows it; an entity that had to be cut goes on in
    the next part. A character is never cut.
    """
    if units(text) <= most:
        return [Part(text, list(entities))]
    starts = [0, *accumulate(1 if char < "\U00010000" else 2 for char in text)]
    # One that no part can hold is cut wherever the words allow it.
    whole = [
        (bisect_left(starts, one["offset"]), bisect_left(starts, one["offset"] + one["length"]))
        for one in entities
        if one["length"] <= most
    ]
    parts, begin = [], 0
    while begin < len(text):
        limit = bisect_right(starts, starts[begin] + most) - 1
        end = limit if limit >= len(text) else _cut(text, begin, limit, whole)
        parts.append(Part(text[begin:end], list(_within(entities, starts[begin], starts[end]))))
        begin = end
    return parts


def _cut(text: str, begin: int, limit: int, whole: Sequence[tuple[int, int]]) -> int:
    """Where a part that begins at `begin` ends, at `limit` at the latest: the best of the last places."""
    near = [one for one in whole if one[0] < limit and one[1] > begin]

    def is_outside(place: int) -> bool:
        return not any(first < place < last for first, last in near)

    late = begin + (limit - begin) // 2
    places = range(limit, begin, -1)
    found = (
        next((one for one in places if one >= late and text[one - 1] == "\n" and is_outside(one)), None)
        or next((one for one in places if text[one - 1].isspace() and is_outside(one)), None)
        or next((one for one in places if text[one - 1].isspace()), None)
        or next((one for one in places if _is_border(text, one) and is_outside(one)), None)
        or next((one for one in places if _is_border(text, one)), None)
    )
    return found or limit


def _is_border(text: str, place: int) -> bool:
    """Whether what a person takes for one character ends here; rules for the usual ones, not for every script."""
    before, after = text[place - 1], text[place]
    joined = before == _JOINER or after == _JOINER or ord(after) in _SKIN_TONES
    flag = ord(before) in _FLAG_LETTERS and ord(after) in _FLAG_LETTERS
    return not (joined or flag or unicodedata.category(after).startswith("M"))


def _within(entities: Sequence[Entity], begin: int, end: int) -> Iterator[Entity]:
    for one in entities:
        first, last = max(one["offset"], begin), min(one["offset"] + one["length"], end)
        if first < last:
            yield one | {"offset": first - begin, "length": last - first}
