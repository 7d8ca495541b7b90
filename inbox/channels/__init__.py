"""One module or package for each messenger, found by its place; nothing else is shared here."""

from functools import cache
from importlib import import_module

from inbox.channel import Channel, Limits


@cache
def limits_of(kind: str) -> Limits:
    """What the messenger of a channel of this kind takes."""
    channel: type[Channel] = import_module(f"{__name__}.{kind}").CHANNEL
    return channel.limits
