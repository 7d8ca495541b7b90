"""What screens need to know of the installation; read once at start."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class House:
    """The bot's own name, what newcomers get until they choose, and how long things last."""

    bot_name: str
    language: str
    timezone: str
    invitation: timedelta
    idle: timedelta
