"""Telegram as a channel: updates into our words, our words into calls of the Bot API; no screens of the staff.

Facts: https://core.telegram.org/bots/api
"""

from inbox.channels.telegram.channel import Telegram
from inbox.channels.telegram.reading import INVITATION, parse, written
from inbox.channels.telegram.sending import BOT_REACTIONS, keyboard

__all__ = ["BOT_REACTIONS", "CHANNEL", "INVITATION", "Telegram", "keyboard", "parse", "written"]

CHANNEL = Telegram
