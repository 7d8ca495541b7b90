"""The methods that change or remove what is in a chat already."""

from typing import Any

from tests.botapi import texts
from tests.botapi.bot import Bot
from tests.botapi.calls import Call
from tests.botapi.chats import Posted, now
from tests.botapi.errors import bad_request
from tests.botapi.files import MEDIA_KINDS
from tests.botapi.keyboards import inline_fields
from tests.botapi.methods.registry import method
from tests.botapi.methods.sending import medium_content
from tests.botapi.reactions import ALLOWED

_UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)
_CAPTION = ("caption", "caption_entities")


@method("editMessageText")
def edit_message_text(bot: Bot, call: Call) -> Any:
    """Put another text in the place of a text."""
    new = texts.text_fields(*texts.message_text(call.params))
    posted = _own_message(bot, call)
    if "text" not in posted.raw:
        raise bad_request("there is no text in the message to edit")
    return _edit(bot, call, posted, new)


@method("editMessageCaption")
def edit_message_caption(bot: Bot, call: Call) -> Any:
    """Put another caption under a medium."""
    new = texts.caption(call.params)
    posted = _own_message(bot, call)
    if not MEDIA_KINDS & posted.raw.keys():
        raise bad_request("there is no caption in the message to edit")
    rest = {name: value for name, value in posted.content().items() if name not in _CAPTION}
    return _edit(bot, call, posted, rest | new)


@method("editMessageMedia")
def edit_message_media(bot: Bot, call: Call) -> Any:
    """Put another medium with its caption in the place of a medium or of a text."""
    media = call.params["media"]
    posted = _own_message(bot, call)
    return _edit(bot, call, posted, medium_content(bot, call.part(media), media["type"], media["media"]))


@method("editMessageReplyMarkup")
def edit_message_reply_markup(bot: Bot, call: Call) -> Any:
    """Put other buttons under a message, or none."""
    posted = _own_message(bot, call)
    return _edit(bot, call, posted, posted.content())


def _own_message(bot: Bot, call: Call) -> Posted:
    chat = bot.chat_to_write(call.params.get("chat_id"))
    posted = chat.messages.get(call.params.get("message_id", 0))
    if posted is None:
        raise bad_request("message to edit not found")
    if not posted.from_bot or posted.is_old:
        raise bad_request("message can't be edited")
    return posted


def _edit(bot: Bot, call: Call, posted: Posted, content: dict[str, Any]) -> Any:
    """Change the message to this content and to the buttons of the call: an edit that names no buttons removes them."""
    buttons = inline_fields(call.params.get("reply_markup"))
    unchanged = content == posted.content() and buttons.get("reply_markup") == posted.raw.get("reply_markup")
    if unchanged:
        raise bad_request(_UNCHANGED)
    bot.limits.admit(int(posted.raw["chat"]["id"]), 1)
    gone = {*posted.content(), "reply_markup"}
    kept = {name: value for name, value in posted.raw.items() if name not in gone}
    posted.raw = kept | content | buttons | {"edit_date": now()}
    bot.pulse.beat()
    return posted.raw


@method("deleteMessage")
def delete_message(bot: Bot, call: Call) -> Any:
    """Remove a message of either side."""
    chat = bot.chat_to_write(call.params.get("chat_id"))
    posted = chat.messages.get(call.params["message_id"])
    if posted is None:
        raise bad_request("message to delete not found")
    if posted.is_old:
        raise bad_request("message can't be deleted")
    del chat.messages[posted.id]
    bot.pulse.beat()
    return True


@method("setMessageReaction")
def set_message_reaction(bot: Bot, call: Call) -> Any:
    """Put the bot's reaction on a message, or take it away."""
    posted = bot.chat_to_write(call.params.get("chat_id")).messages.get(call.params["message_id"])
    if posted is None:
        raise bad_request("message to react not found")
    reactions = call.params.get("reaction") or []
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    emoji = [reaction.get("emoji") for reaction in reactions]
    if not ALLOWED.issuperset(emoji):
        raise bad_request("REACTION_INVALID")
    posted.reaction = emoji[0] if emoji else None
    bot.pulse.beat()
    return True
