"""What people write, as HTML: their formatting stays, what they meant as markup is text, links lead out safely."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from markupsafe import Markup, escape

# More of them than any messenger lets through are nobody's formatting.
MOST_MARKS = 200
_ADDRESS = re.compile(r"https?://[^\s<>\"“”«»]+", re.IGNORECASE)
_BEHIND = ".,:;!?…)]}'"
_TAGS = {"bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "code": "code"}
_CLASSES = {"pre": "pre", "spoiler": "spoiler", "blockquote": "quoted", "expandable_blockquote": "quoted"}


class _Mark(NamedTuple):
    start: int
    end: int
    opening: Markup
    closing: Markup


def rich(text: str, entities: Sequence[Mapping[str, Any]] = ()) -> Markup:
    """A text with its entities in our own form, which count in UTF-16 units; bare addresses become links."""
    marks = list(_marks(text, entities[:MOST_MARKS]))
    linked = [(one.start, one.end) for one in marks if one.closing == _LINK_END]
    marks += [one for one in _bare(text) if all(one.end <= start or one.start >= end for start, end in linked)]
    cuts = sorted({0, len(text), *(one.start for one in marks), *(one.end for one in marks)})
    return Markup("").join(_piece(text, start, end, marks) for start, end in pairwise(cuts))


_LINK_END = Markup("</a>")


def _piece(text: str, start: int, end: int, marks: Sequence[_Mark]) -> Markup:
    piece = escape(text[start:end])
    for one in marks:
        if one.start <= start and end <= one.end:
            piece = one.opening + piece + one.closing
    return piece


def _marks(text: str, entities: Sequence[Mapping[str, Any]]) -> Iterator[_Mark]:
    places = _places(text) if entities else []
    for one in entities:
        first, last = one.get("offset", 0), one.get("offset", 0) + one.get("length", 0)
        if not 0 <= first < last < len(places):
            continue
        start, end, kind = places[first], places[last], one.get("type", "")
        if kind in _TAGS:
            yield _Mark(start, end, Markup(f"<{_TAGS[kind]}>"), Markup(f"</{_TAGS[kind]}>"))
        elif kind in _CLASSES:
            yield _Mark(start, end, Markup(f'<span class="{_CLASSES[kind]}">'), Markup("</span>"))
        elif kind in ("url", "text_link"):
            said = one.get("url") if kind == "text_link" else text[start:end]
            if link := _link(start, end, str(said)):
                yield link


def _places(text: str) -> list[int]:
    """The index of the character at each UTF-16 unit, and the end behind the last one."""
    places: list[int] = []
    for index, char in enumerate(text):
        places += [index] * (2 if ord(char) > 0xFFFF else 1)
    return [*places, len(text)]


def _bare(text: str) -> Iterator[_Mark]:
    for number, found in enumerate(_ADDRESS.finditer(text)):
        if number == MOST_MARKS:
            return
        said = found[0].rstrip(_BEHIND)
        if link := _link(found.start(), found.start() + len(said), said):
            yield link


def _link(start: int, end: int, said: str) -> _Mark | None:
    address = said if "://" in said else f"https://{said}"
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return None
    opening = Markup('<a href="{0}" title="{0}" target="_blank" rel="noopener noreferrer nofollow">').format(address)
    return _Mark(start, end, opening, _LINK_END)
