"""The text of a message with its formatting, by Telegram's rules; where the text goes is not known here."""

from typing import Any

from tests.botapi.errors import bad_request
from tests.botapi.markup import parse_html

Entities = list[dict[str, Any]]

MAX_TEXT = 4096
MAX_CAPTION = 1024


def units(text: str) -> int:
    """The length as Telegram counts it: in UTF-16 code units."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def message_text(params: dict[str, Any]) -> tuple[str, Entities]:
    """The text of a message, or the refusal that it deserves."""
    text, entities = _formatted(params, "text", "entities")
    if not text:
        raise bad_request("message text is empty")
    if units(text) > MAX_TEXT:
        raise bad_request("message is too long")
    return text, entities


def caption(params: dict[str, Any]) -> dict[str, Any]:
    """The caption fields of a media message, none if there is no caption."""
    text, entities = _formatted(params, "caption", "caption_entities")
    if units(text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return _without_empty({"caption": text, "caption_entities": entities})


def text_fields(text: str, entities: Entities) -> dict[str, Any]:
    """The fields of a message that hold its text."""
    return _without_empty({"text": text, "entities": entities})


def _without_empty(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def _formatted(params: dict[str, Any], text_name: str, entities_name: str) -> tuple[str, Entities]:
    text = params.get(text_name) or ""
    mode = params.get("parse_mode")
    if not mode:
        entities = [dict(entity) for entity in params.get(entities_name) or []]
        _check_entities(text, entities)
    elif mode.lower() == "html":
        text, entities = parse_html(text)
    else:
        raise bad_request("unsupported parse_mode")
    return _trimmed(text, entities)


def _check_entities(text: str, entities: Entities) -> None:
    borders = _borders(text)
    end_of_text = units(text)
    for entity in entities:
        start, end = entity["offset"], entity["offset"] + entity["length"]
        if start < 0 or entity["length"] <= 0:
            raise bad_request(f"entity at UTF-16 offset {start} has an invalid length")
        if end > end_of_text:
            raise bad_request(
                f"entity beginning at UTF-16 offset {start} ends after the end of the text at UTF-16 offset {end}"
            )
        if start not in borders:
            raise bad_request(f"entity begins in a middle of a UTF-16 symbol at UTF-16 offset {start}")
        if end not in borders:
            raise bad_request(f"entity ends in a middle of a UTF-16 symbol at UTF-16 offset {end}")


def _borders(text: str) -> set[int]:
    borders, position = {0}, 0
    for letter in text:
        position += units(letter)
        borders.add(position)
    return borders


def _trimmed(text: str, entities: Entities) -> tuple[str, Entities]:
    """Telegram cuts white space off both ends and moves the entities along."""
    cut = len(text) - len(text.lstrip())
    text = text.strip()
    length = units(text)
    kept = []
    for entity in entities:
        start = max(entity["offset"] - cut, 0)
        end = min(entity["offset"] + entity["length"] - cut, length)
        if start < end:
            kept.append(entity | {"offset": start, "length": end - start})
    return text, kept
