"""Somebody who sets things up in the staff's bot with one thumb: how often he taps or types is counted."""

from tests.botapi.client import ChatMessage, User


class Thumb:
    """One person in front of the newest screen that answered him."""

    def __init__(self, person: User) -> None:
        self.person = person
        self.acts = 0
        self.screen = 0

    async def types(self, text: str, *, sees: str = "", button: str | None = None) -> ChatMessage:
        """Send a text; the screen that answers it."""
        self.acts += 1
        sent = await self.person.sends(text)
        seen = await self.person.sees(sees, after=sent, button=button)
        self.screen = seen.id
        return seen

    async def taps(self, label: str, *, sees: str = "", button: str | None = None) -> ChatMessage:
        """Press a button of the screen; what the screen becomes."""
        self.acts += 1
        await self.person.presses(self.screen, label)
        return await self.person.sees(sees, after=self.screen - 1, button=button)
