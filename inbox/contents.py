"""What a channel is given to send a message: as itself where it can, else its words; in as many rows as it takes.

Who gets it and why is not known here.
"""

from collections.abc import Sequence
from typing import Any

from core.words import bare
from inbox.channel import Limits
from inbox.splitting import split, units

Content = dict[str, Any]

# A text in more parts than these is easier to read as a file.
MOST_PARTS = 10
TEXT_FILE = "message.txt"
INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff")


def contents_of(limits: Limits, kind: str, body: dict[str, Any], source: Content | None = None) -> list[Content]:
    """A message as what is sent one after another, with the `source` of its file; none for what has nothing to see."""
    if kind == "text" or kind not in limits.sends:
        text, entities = (body.get("text", ""), body.get("entities", [])) if kind == "text" else (words(kind, body), [])
        return text_rows(limits, text, entities)
    itself = {"kind": kind, **body} | (source or {})
    return medium_rows(limits, itself)


def medium_rows(limits: Limits, itself: Content) -> list[Content]:
    """A medium with its caption; a caption that is too long follows as text."""
    text, entities = itself.get("text", ""), itself.get("entities", [])
    if not text or (itself["kind"] in limits.captioned and units(text) <= limits.caption):
        return [itself]
    alone = {name: value for name, value in itself.items() if name not in ("text", "entities")}
    return counted([alone, *text_rows(limits, text, entities)])


def text_rows(limits: Limits, text: str, entities: Sequence[Any]) -> list[Content]:
    """A text as messages, or as a file where it takes too many of them."""
    if units(text) > MOST_PARTS * limits.text and "document" in limits.sends:
        return [{"kind": "document", "written": text, "name": TEXT_FILE}]
    parts = split(text, entities, most=limits.text)
    # A part without anything to see would be refused; where that is all there is, it has to be.
    parts = [part for part in parts if is_visible(part.text)] or parts[:1]
    return counted([{"kind": "text", "text": part.text} | _formatted(part.entities) for part in parts])


def _formatted(entities: Sequence[Any]) -> Content:
    return {"entities": list(entities)} if entities else {}


def counted(rows: list[Content]) -> list[Content]:
    """Rows that say of how many they are one, as the message is delivered with the last of them."""
    return rows if len(rows) < 2 else [row | {"rows": len(rows)} for row in rows]


def is_visible(text: str) -> bool:
    """Whether a text has anything to see; messengers refuse one that is only spaces and zero-width characters."""
    return any(char.isprintable() and not char.isspace() and char not in INVISIBLE for char in text)


def words(kind: str, body: dict[str, Any]) -> str:
    """What a message without a file says, in no language; nothing for what has no words."""
    match kind:
        case "venue":
            return f"{body['title']}, {body['address']}\n{_point(body)}"
        case "location":
            return _point(body)
        case "contact":
            return f"{body['first_name']} {body['last_name']}".strip() + f"\n{body['phone']}"
        case "poll":
            return "\n".join([body["question"], *(f"– {option}" for option in body["options"])])
        case "dice":
            return f"{body['emoji']} {body['value']}"
        case _:
            text: str = body.get("text", "")
            return text


def _point(body: dict[str, Any]) -> str:
    return f"📍 {body['latitude']}, {body['longitude']}"


def searchable(body: dict[str, Any]) -> str | None:
    """What a message is found by."""
    text = body.get("text")
    return (bare(text) or None) if text else None
