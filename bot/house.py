"""What screens need to know of the installation; read once at start."""

from dataclasses import dataclass
from datetime import timedelta

from inbox.channels.telegram import INVITATION


@dataclass(frozen=True, slots=True)
class House:
    """The bot's own name, what newcomers get until they choose, and how long things last."""

    bot_name: str
    language: str
    timezone: str
    invitation: timedelta
    idle: timedelta
    # Where the web is.
    web: str

    def invitation_link(self, token: str) -> str:
        """What somebody opens to use an invitation."""
        return f"https://t.me/{self.bot_name}?start={INVITATION}{token}"
