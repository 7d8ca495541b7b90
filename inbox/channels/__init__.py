"""One module or package for each messenger, found by its place; nothing else is shared here."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from inbox.channel import Channel, Limits


@cache
def kinds() -> list[str]:
    """The kinds of channels that there are, in alphabetical order."""
    return sorted(module.name for module in iter_modules(__path__))


@cache
def _channel(kind: str) -> type[Channel]:
    channel: type[Channel] = import_module(f"{__name__}.{kind}").CHANNEL
    return channel


def limits_of(kind: str) -> Limits:
    """What the messenger of a channel of this kind takes."""
    return _channel(kind).limits


def label_of(kind: str) -> str:
    """What people call its messenger, to be translated; its own name for one that is not here any more."""
    return _channel(kind).label if kind in kinds() else kind
