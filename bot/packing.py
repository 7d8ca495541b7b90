"""Values of buttons that carry many of them, in few characters; which buttons those are is not known here."""

import string
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, PlainSerializer

from pipeline.filters import Scope
from pipeline.work.tasks import Colour

_DIGITS: Final = string.digits + string.ascii_lowercase
_SCOPES: Final = {one[0]: one for one in Scope}
_COLOURS: Final = {one[0]: one for one in Colour}


def _packed(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits or "0"


# A number in as few characters as letters and digits allow.
Packed = Annotated[
    int,
    Field(ge=0, le=2**53),
    BeforeValidator(lambda value: int(value, len(_DIGITS)) if isinstance(value, str) else value),
    PlainSerializer(_packed),
]
ScopeLetter = Annotated[
    Scope, BeforeValidator(lambda value: _SCOPES.get(value, value)), PlainSerializer(lambda one: one[0])
]
ColourLetter = Annotated[
    Colour | None,
    BeforeValidator(lambda value: _COLOURS.get(value, value)),
    PlainSerializer(lambda one: one[0] if one else None),
]
