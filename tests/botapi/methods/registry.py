"""The table of methods that this server knows."""

from collections.abc import Callable
from typing import Any

from tests.botapi.bot import Bot
from tests.botapi.calls import Call

Method = Callable[[Bot, Call], Any]

METHODS: dict[str, Method] = {}


def method(name: str) -> Callable[[Method], Method]:
    """Put a function into the table under Telegram's name for it."""

    def add(function: Method) -> Method:
        METHODS[name] = function
        return function

    return add
