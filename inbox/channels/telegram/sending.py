"""Our words as calls of the Bot API; making them and reading the answers is the channel's affair."""

from collections.abc import Callable
from typing import Any

from aiogram import methods
from aiogram.types import (
    BufferedInputFile,
    FSInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaAnimation,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaUnion,
    InputMediaVideo,
    InputPollOption,
    MediaUnion,
    Message,
    MessageEntity,
    ReactionTypeEmoji,
    ReplyParameters,
)

from inbox.channel import Sending

# https://core.telegram.org/bots/api#reactiontypeemoji: with no other can a bot react.
_REACTIONS = """
    ❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣
    ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅
    🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡
"""
BOT_REACTIONS = frozenset(_REACTIONS.split())


def method_of(sending: Sending) -> methods.TelegramMethod[Any]:
    """The call that does one thing in a chat."""
    return _OPERATIONS[sending.op](sending)


_FILE_METHODS: dict[str, Callable[..., methods.TelegramMethod[Message]]] = {
    "photo": methods.SendPhoto,
    "animation": methods.SendAnimation,
    "video": methods.SendVideo,
    "voice": methods.SendVoice,
    "audio": methods.SendAudio,
    "document": methods.SendDocument,
}


def _send(sending: Sending) -> methods.TelegramMethod[Any]:
    content = sending.content
    common: dict[str, Any] = {
        "chat_id": int(sending.chat_key),
        "reply_parameters": _reply(sending.reply_to),
        "reply_markup": keyboard(content),
        "disable_notification": content.get("silent") or None,
    }
    match content["kind"]:
        case "text":
            return methods.SendMessage(**common, text=content["text"], entities=_entities(content))
        case "sticker":
            return methods.SendSticker(**common, sticker=_source(content))
        case "video_note":
            return methods.SendVideoNote(**common, video_note=_source(content))
        case "location":
            return methods.SendLocation(**common, **_picked(content, "latitude", "longitude"))
        case "venue":
            return methods.SendVenue(**common, **_picked(content, "latitude", "longitude", "title", "address"))
        case "contact":
            names = _picked(content, "first_name", "last_name")
            return methods.SendContact(**common, phone_number=content["phone"], **names)
        case "poll":
            options: list[Any] = [InputPollOption(text=one) for one in content["options"]]
            several = content["multiple"]
            return methods.SendPoll(
                **common, question=content["question"], options=options, allows_multiple_answers=several
            )
        case "forward":
            return methods.ForwardMessage(
                chat_id=common["chat_id"],
                from_chat_id=int(content["chat"]),
                message_id=int(content["message"]),
                disable_notification=common["disable_notification"],
            )
        case "album":
            del common["reply_markup"]
            return methods.SendMediaGroup(**common, media=[_part(one) for one in content["parts"]])
        case kind:
            return _FILE_METHODS[kind](**common, **_caption(content), **{kind: _source(content)})


def _picked(content: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: content[name] for name in names}


def _caption(content: dict[str, Any]) -> dict[str, Any]:
    return {"caption": content.get("text"), "caption_entities": _entities(content)}


def _source(content: dict[str, Any]) -> str | BufferedInputFile | FSInputFile:
    """The name of a file that the messenger has, a file of ours, or a text that goes as a file."""
    if "file" in content:
        name: str = content["file"]
        return name
    if "path" in content:
        return FSInputFile(content["path"], content["name"])
    return BufferedInputFile(content["written"].encode(), content["name"])


_PARTS: dict[str, Callable[..., MediaUnion]] = {
    "photo": InputMediaPhoto,
    "video": InputMediaVideo,
    "document": InputMediaDocument,
    "audio": InputMediaAudio,
}


def _part(content: dict[str, Any]) -> MediaUnion:
    return _PARTS[content["kind"]](media=_source(content), **_caption(content))


_REPLACING: dict[str, Callable[..., InputMediaUnion]] = {
    "photo": InputMediaPhoto,
    "animation": InputMediaAnimation,
    "video": InputMediaVideo,
    "audio": InputMediaAudio,
    "document": InputMediaDocument,
}


def _edit(sending: Sending) -> methods.TelegramMethod[Any]:
    content = sending.content
    place: dict[str, Any] = {
        "chat_id": int(sending.chat_key),
        "message_id": _target(sending),
        "reply_markup": keyboard(content),
    }
    kind = content.get("kind", "text")
    caption: dict[str, Any] = {"caption": content.get("text"), "caption_entities": _entities(content)}
    if content.get("replaced"):
        return methods.EditMessageMedia(**place, media=_REPLACING[kind](media=_source(content), **caption))
    if kind in _FILE_METHODS:
        return methods.EditMessageCaption(**place, **caption)
    if "text" not in content:
        return methods.EditMessageReplyMarkup(**place)
    return methods.EditMessageText(**place, text=content["text"], entities=_entities(content))


def _delete(sending: Sending) -> methods.TelegramMethod[Any]:
    return methods.DeleteMessage(chat_id=int(sending.chat_key), message_id=_target(sending))


def _react(sending: Sending) -> methods.TelegramMethod[Any]:
    return methods.SetMessageReaction(
        chat_id=int(sending.chat_key),
        message_id=_target(sending),
        reaction=[ReactionTypeEmoji(emoji=sending.content["emoji"])],
    )


_OPERATIONS: dict[str, Callable[[Sending], methods.TelegramMethod[Any]]] = {
    "send": _send,
    "edit": _edit,
    "delete": _delete,
    "react": _react,
}


def _target(sending: Sending) -> int:
    if sending.target is None:
        raise ValueError(f"{sending.op} needs a target")
    return int(sending.target)


def _reply(name: str | None) -> ReplyParameters | None:
    return ReplyParameters(message_id=int(name), allow_sending_without_reply=True) if name else None


def _entities(content: dict[str, Any]) -> list[MessageEntity] | None:
    entities = content.get("entities")
    return [MessageEntity(**one) for one in entities] if entities else None


def keyboard(content: dict[str, Any]) -> InlineKeyboardMarkup | None:
    """The buttons of a content: rows of label and data."""
    rows = content.get("buttons")
    if not rows:
        return None
    return InlineKeyboardMarkup(
        inline_keyboard=[[InlineKeyboardButton(text=label, callback_data=data) for label, data in row] for row in rows]
    )
