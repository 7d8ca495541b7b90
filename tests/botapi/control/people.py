"""What people do in their chats with the bot, and what they see there."""

import base64
import re
from typing import Any

from tests.botapi.bot import Bot
from tests.botapi.chats import Chat, Person, Posted, now
from tests.botapi.control.acts import ImpossibleError, act
from tests.botapi.files import MEDIA_KINDS
from tests.botapi.texts import text_fields, units

_COMMAND = re.compile(r"/[A-Za-z0-9_]{1,64}(@\w+)?")


@act
def meet(bot: Bot, **person: Any) -> None:
    """Make a person known; the bot cannot write to him before he has written."""
    bot.meet(Person(**person))


@act
def says(bot: Bot, user_id: int, content: dict[str, Any], reply_to: int | None = None) -> int:
    """Post a message of the person with this content and return its number."""
    return _post(bot, user_id, content, reply_to)


@act
def says_text(
    bot: Bot, user_id: int, text: str, entities: list[dict[str, Any]] | None = None, reply_to: int | None = None
) -> int:
    """Post a text of the person; a command in front gets its entity, as Telegram does it."""
    return _post(bot, user_id, _text_content(text, entities), reply_to)


@act
def sends_media(bot: Bot, user_id: int, media: list[dict[str, Any]], reply_to: int | None = None) -> list[int]:
    """Post one medium, or several as an album; return the numbers of the messages."""
    shared = {"media_group_id": bot.new_album()} if len(media) > 1 else {}
    return [_post(bot, user_id, _medium_content(bot, **medium) | shared, reply_to) for medium in media]


@act
def edits(bot: Bot, user_id: int, message_id: int, text: str) -> None:
    """Change the text or the caption of a message of the person."""
    is_text = "text" in _message(bot, user_id, message_id).raw
    _become(bot, user_id, message_id, _text_content(text, None) if is_text else {"caption": text}, gone=set())


@act
def edits_medium(bot: Bot, user_id: int, message_id: int, medium: dict[str, Any]) -> None:
    """Put another medium, with its caption, in the place of a medium of the person."""
    _become(bot, user_id, message_id, _medium_content(bot, **medium), gone={*MEDIA_KINDS, "caption"})


def _become(bot: Bot, user_id: int, message_id: int, new: dict[str, Any], *, gone: set[str]) -> None:
    posted = _message(bot, user_id, message_id)
    if posted.from_bot:
        raise ImpossibleError(f"message {message_id} is the bot's")
    gone = gone | {"entities", "caption_entities"}
    posted.raw = {name: value for name, value in posted.raw.items() if name not in gone} | new | {"edit_date": now()}
    bot.queue.put("edited_message", posted.raw, user_id)


@act
def reacts(bot: Bot, user_id: int, message_id: int, reactions: list[dict[str, Any]]) -> None:
    """Put these reactions of the person on a message, in the place of those that he had there."""
    posted = _message(bot, user_id, message_id)
    old, posted.reactions = posted.reactions, reactions
    chat = _chat(bot, user_id)
    body = {"chat": chat.person.as_chat(), "message_id": message_id, "user": chat.person.as_user(), "date": now()}
    bot.queue.put("message_reaction", body | {"old_reaction": old, "new_reaction": reactions}, user_id)


@act
def ages(bot: Bot, user_id: int, message_id: int, hours: float) -> None:
    """Let a message have been sent so many hours earlier."""
    posted = _message(bot, user_id, message_id)
    posted.raw = posted.raw | {"date": int(posted.raw["date"] - hours * 3600)}


@act
def blocks(bot: Bot, user_id: int, blocked: bool) -> None:
    """Let the person block the bot or unblock it, and tell the bot."""
    chat = _chat(bot, user_id)
    if chat.blocked == blocked:
        return
    chat.blocked = blocked
    gone = {"user": bot.as_user(), "status": "kicked", "until_date": 0}
    there = {"user": bot.as_user(), "status": "member"}
    old, new = (there, gone) if blocked else (gone, there)
    body = {"chat": chat.person.as_chat(), "from": chat.person.as_user(), "date": now()}
    bot.queue.put("my_chat_member", body | {"old_chat_member": old, "new_chat_member": new}, user_id)


@act
async def presses(
    bot: Bot,
    user_id: int,
    message_id: int,
    timeout: float,
    button: str | None = None,
    data: str | None = None,
) -> dict[str, Any] | None:
    """Press a button, or send data that no button has, and return the bot's answer to it."""
    posted = _message(bot, user_id, message_id)
    query = bot.new_callback()
    body = {
        "id": query.id,
        "from": _chat(bot, user_id).person.as_user(),
        "message": posted.raw,
        "chat_instance": str(-user_id),
        "data": _data_of(posted, button) if button is not None else data,
    }
    bot.queue.put("callback_query", body, user_id)
    return await bot.pulse.until(lambda: query.answer, timeout)


@act
def expire_callbacks(bot: Bot) -> None:
    """Make every press so far too old to be answered."""
    for query in bot.callbacks.values():
        query.is_old = True


@act
def chat(bot: Bot, user_id: int) -> list[dict[str, Any]]:
    """The chat as the person sees it now."""
    return [_as_seen(posted) for posted in _chat(bot, user_id).messages.values()]


@act
async def sees(
    bot: Bot,
    user_id: int,
    timeout: float,
    text: str,
    after: int,
    from_bot: bool | None,
    button: str | None,
    kind: str | None,
) -> dict[str, Any] | None:
    """Wait until a message like this is in the chat."""
    messages = _chat(bot, user_id).messages

    def look() -> dict[str, Any] | None:
        return next(
            (
                _as_seen(posted)
                for posted in messages.values()
                if posted.id > after
                and from_bot in (None, posted.from_bot)
                and text in _words(posted)
                and (kind is None or kind in posted.raw)
                and (button is None or _find_button(posted, button) is not None)
            ),
            None,
        )

    return await bot.pulse.until(look, timeout)


@act
async def no_longer_sees(bot: Bot, user_id: int, timeout: float, text: str) -> bool | None:
    """Wait until no message of the chat contains the text."""
    messages = _chat(bot, user_id).messages
    return await bot.pulse.until(
        lambda: None if any(text in _words(posted) for posted in messages.values()) else True, timeout
    )


@act
async def sees_reaction(bot: Bot, user_id: int, timeout: float, message_id: int, emoji: str | None) -> bool | None:
    """Wait until the bot's reaction on a message is this one."""
    posted = _message(bot, user_id, message_id)
    return await bot.pulse.until(lambda: posted.reaction == emoji or None, timeout)


def _post(bot: Bot, user_id: int, content: dict[str, Any], reply_to: int | None) -> int:
    chat = _chat(bot, user_id)
    if chat.blocked:
        raise ImpossibleError(f"{chat.person.first_name} has blocked the bot")
    chat.started = True
    reply = chat.reply_fields(reply_to) if reply_to else {}
    posted = chat.post(chat.person.as_user(), reply | content, from_bot=False)
    bot.queue.put("message", posted.raw, user_id)
    bot.pulse.beat()
    return posted.id


def _text_content(text: str, entities: list[dict[str, Any]] | None) -> dict[str, Any]:
    command = _COMMAND.match(text)
    if entities is None and command:
        entities = [{"type": "bot_command", "offset": 0, "length": units(command[0])}]
    return text_fields(text, entities or [])


def _medium_content(
    bot: Bot,
    kind: str,
    content: str,
    file_name: str | None,
    file_size: int | None,
    caption: str | None,
    details: dict[str, Any],
) -> dict[str, Any]:
    medium = bot.files.add(kind, base64.b64decode(content), name=file_name, size=file_size, details=details)
    shown = {kind: medium.shown} | ({"caption": caption} if caption else {})
    return shown | ({"document": medium.shown} if kind == "animation" else {})


def _chat(bot: Bot, user_id: int) -> Chat:
    if user_id not in bot.chats:
        raise ImpossibleError(f"nobody has introduced person {user_id}")
    return bot.chats[user_id]


def _message(bot: Bot, user_id: int, message_id: int) -> Posted:
    posted = _chat(bot, user_id).messages.get(message_id)
    if posted is None:
        raise ImpossibleError(f"there is no message {message_id} in the chat")
    return posted


def _words(posted: Posted) -> str:
    return str(posted.raw.get("text") or posted.raw.get("caption") or "")


def _find_button(posted: Posted, text: str) -> dict[str, Any] | None:
    """The button with that text, or else the first one that contains it."""
    buttons = [button for row in posted.buttons() for button in row]
    exact = [button for button in buttons if button["text"] == text]
    return next(iter(exact or [button for button in buttons if text in button["text"]]), None)


def _data_of(posted: Posted, text: str) -> str:
    button = _find_button(posted, text)
    if button is None or "callback_data" not in button:
        raise ImpossibleError(f"message {posted.id} has no button {text!r} to press: {posted.buttons()}")
    return str(button["callback_data"])


def _as_seen(posted: Posted) -> dict[str, Any]:
    return {
        "raw": posted.raw,
        "from_bot": posted.from_bot,
        "silent": posted.silent,
        "keyboard": posted.keyboard,
        "reaction": posted.reaction,
    }
