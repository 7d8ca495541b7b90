"""Text that every database keeps: without NUL characters and lone surrogates, which PostgreSQL refuses."""

import json
import re
from typing import Any

_UNCLEAN = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


def storable(value: Any) -> Any:
    """A value as JSON has them, with what cannot be kept replaced in every text and key."""
    match value:
        case str():
            return _UNCLEAN.sub(_REPLACEMENT, value)
        case list():
            return [storable(one) for one in value]
        case dict():
            return {_UNCLEAN.sub(_REPLACEMENT, key): storable(one) for key, one in value.items()}
        case _:
            return value


def storable_json(text: str) -> str:
    """JSON text whose values are storable; what is no JSON, or nested too deeply to be read, stays as it is."""
    if "\\u0000" not in text and "\\ud" not in text.lower() and not _UNCLEAN.search(text):
        return text
    try:
        return json.dumps(storable(json.loads(text)))
    except (ValueError, RecursionError):
        return text
