"""Who is typing, told to whoever looks at the talk at this moment: rung like a wake-up, kept nowhere."""

from typing import NamedTuple

TYPING = "typing"
# How long it holds once it was said.
SECONDS = 6.0


class Typing(NamedTuple):
    """Somebody types in a conversation; `actor` is "customer" or "staff:3"."""

    conversation_id: int
    actor: str


def typing_topic(one: Typing) -> str:
    """What is rung."""
    return f"{TYPING}:{one.conversation_id}:{one.actor}"


def read_typing(rest: str) -> Typing:
    """The same from what stands behind the first colon of the topic."""
    number, _, actor = rest.partition(":")
    return Typing(int(number), actor)
