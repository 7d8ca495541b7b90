"""The chat for visitors of web sites: a page, a script to paste into any site, and what the two of them ask for."""

from web.chat.mounting import add_chat

__all__ = ["add_chat"]
