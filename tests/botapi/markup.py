"""Telegram's HTML as text and entities: the tags of the Bot API, closed in order; Markdown is not spoken here."""

import html
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from tests.botapi.errors import bad_request

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
}
_TOKEN = re.compile(r"<[^<>]*>|<|[^<]+")
_OPENING = re.compile(r"<([a-z][a-z0-9-]*)((?:\s[^<>]*)?)>", re.IGNORECASE)
_CLOSING = re.compile(r"</([a-z][a-z0-9-]*)\s*>", re.IGNORECASE)
_HREF = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-f]+);", re.IGNORECASE)


@dataclass(slots=True)
class _Open:
    tag: str
    attributes: str
    offset: int


def parse_html(markup: str) -> tuple[str, list[dict[str, Any]]]:
    """Return the text and its entities, or raise Telegram's "can't parse entities"."""
    text = ""
    offset = 0
    opened: list[_Open] = []
    entities: list[dict[str, Any]] = []
    for token in _TOKEN.findall(markup):
        if opening := _OPENING.fullmatch(token):
            opened.append(_opened(opening, offset))
        elif closing := _CLOSING.fullmatch(token):
            entities += _closed(opened, closing[1].lower(), offset)
        elif token.startswith("<"):
            _fail(f'Unsupported start tag "{token.strip("<>")}" at UTF-16 offset {offset}')
        else:
            plain = _REFERENCE.sub(lambda reference: html.unescape(reference[0]), token)
            text += plain
            offset += len(plain.encode("utf-16-le")) // 2
    if opened:
        _fail(f'Can\'t find end tag corresponding to start tag "{opened[-1].tag}"')
    return text, sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _opened(token: re.Match[str], offset: int) -> _Open:
    tag = token[1].lower()
    if tag not in _TAGS or (tag == "span" and "tg-spoiler" not in token[2]):
        _fail(f'Unsupported start tag "{tag}" at UTF-16 offset {offset}')
    return _Open(tag, token[2], offset)


def _closed(opened: list[_Open], tag: str, offset: int) -> list[dict[str, Any]]:
    if not opened or opened[-1].tag != tag:
        _fail(f'Unmatched end tag "{tag}" at UTF-16 offset {offset}')
    start = opened.pop()
    if start.offset == offset:
        return []
    entity: dict[str, Any] = {"type": _TAGS[tag], "offset": start.offset, "length": offset - start.offset}
    if tag == "a":
        address = _HREF.search(start.attributes)
        # Telegram drops a link without an address and keeps its text.
        return [entity | {"url": html.unescape(address[1] or address[2] or "")}] if address else []
    if tag == "blockquote" and "expandable" in start.attributes:
        entity["type"] = "expandable_blockquote"
    return [entity]


def _fail(reason: str) -> NoReturn:
    raise bad_request(f"can't parse entities: {reason}")
