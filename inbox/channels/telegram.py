"""Telegram as a channel: updates into our words, our words into calls of the Bot API; no screens of the staff.

Facts: https://core.telegram.org/bots/api
"""

import asyncio
import dataclasses
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import structlog
from aiogram import Bot, methods
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import (
    BufferedInputFile,
    Contact,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaAnimation,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaUnion,
    InputMediaVideo,
    InputPollOption,
    Location,
    MediaUnion,
    Message,
    MessageEntity,
    MessageReactionUpdated,
    Poll,
    ReactionTypeEmoji,
    ReactionTypePaid,
    ReactionTypeUnion,
    ReplyParameters,
    Update,
    User,
)
from aiohttp import ClientConnectorError, ClientError, ClientTimeout, StreamReader
from pydantic import ValidationError

from core.storable import storable_json
from inbox.channel import (
    CUSTOM_EMOJI,
    PAID_REACTION,
    Batch,
    Crowded,
    Edited,
    File,
    Incoming,
    Limits,
    Paused,
    Person,
    Pressed,
    Reachability,
    Reacted,
    Reason,
    Refused,
    Retry,
    Sending,
    Started,
    Unanswered,
    Written,
)

log = structlog.get_logger()

# Named in full at every reading: an omitted list keeps what an earlier program asked for.
ALLOWED_UPDATES = ["message", "edited_message", "message_reaction", "callback_query", "my_chat_member"]
INVITATION = "inv_"
CHUNK = 64 * 1024
# https://core.telegram.org/bots/api#reactiontypeemoji: with no other can a bot react.
_REACTIONS = """
    ❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣
    ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅
    🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡
"""
BOT_REACTIONS = frozenset(_REACTIONS.split())

# An animation also has a document, so the order counts.
FILE_KINDS = ("photo", "animation", "video", "video_note", "voice", "audio", "document", "sticker")
SERVICE = frozenset(
    {
        "pinned_message",
        "message_auto_delete_timer_changed",
        "write_access_allowed",
        "chat_background_set",
        "users_shared",
        "chat_shared",
        "passport_data",
        "proximity_alert_triggered",
        "boost_added",
    }
)


# https://core.telegram.org/bots/api#sending-files, #sendmessage, #sendmediagroup, #getfile
LIMITS = Limits(
    text=4096,
    caption=1024,
    sends=frozenset({"text", "location", "venue", "contact", "poll", *FILE_KINDS}),
    captioned=frozenset({"photo", "animation", "video", "voice", "audio", "document"}),
    albums=(frozenset({"photo", "video"}), frozenset({"document"}), frozenset({"audio"})),
    album_parts=10,
    upload=50 * 1024 * 1024,
    download=20 * 1024 * 1024,
)


class Telegram:
    """One bot."""

    kind: ClassVar[str] = "telegram"
    limits: ClassVar[Limits] = LIMITS

    def __init__(self, token: str, *, api_base: str | None, poll_seconds: float, timeout_seconds: float) -> None:
        """`api_base` is the address of a Bot API server, None for Telegram's own."""
        server = TelegramAPIServer.from_base(api_base) if api_base else PRODUCTION
        self._session = AiohttpSession(api=server, timeout=timeout_seconds)
        self.bot = Bot(token, session=self._session)
        self._poll_seconds = poll_seconds
        self._timeout = timeout_seconds

    async def name(self) -> str:
        """The bot's id. Raises Paused for a refused token, Retry when Telegram cannot be reached."""
        return str((await self.me()).id)

    async def me(self) -> User:
        """The bot as Telegram describes it. Raises as `name`."""
        try:
            return await self.bot.get_me()
        except (TelegramUnauthorizedError, TelegramNotFound) as error:
            raise Paused("token") from error
        except TelegramRetryAfter as error:
            raise Retry("429", after=float(error.retry_after), everywhere=True) from error
        except (TelegramAPIError, ClientDecodeError) as error:
            raise Retry(type(error).__name__, everywhere=True) from error

    async def read(self, offset: int | None) -> Batch:
        """Long-poll. What came is acknowledged by the next call with the batch's offset."""
        raw = await self._get_updates(offset)
        updates = [parse(one, self.bot) for one in raw]
        ids = [one["update_id"] for one in raw if isinstance(one, dict) and isinstance(one.get("update_id"), int)]
        # Telegram restarts its numbers after a quiet week: the next one may be lower.
        return Batch([one for one in updates if one is not None], ids[-1] + 1 if ids else offset)

    async def _get_updates(self, offset: int | None) -> list[Any]:
        session = await self._session.create_session()
        asked = {"timeout": int(self._poll_seconds), "allowed_updates": ALLOWED_UPDATES, "limit": 100}
        if offset is not None:
            asked["offset"] = offset
        try:
            async with session.post(
                self._session.api.api_url(self.bot.token, "getUpdates"),
                json=asked,
                timeout=ClientTimeout(total=self._poll_seconds + self._timeout),
            ) as response:
                answer = storable_json(await response.text())
        except (ClientError, TimeoutError) as error:
            # The message of such an error holds the address, and the address the token.
            raise Retry(type(error).__name__) from None
        return _updates_of(answer)

    async def deliver(self, sending: Sending) -> tuple[str, ...]:
        """Do one thing in a chat; the ids of the new messages."""
        try:
            result = await self.bot(_OPERATIONS[sending.op](sending))
        except TelegramBadRequest as error:
            if "message is not modified" in error.message:
                return ()
            raise Refused(_reason(error.message), error.message) from None
        except (TelegramAPIError, ClientDecodeError) as error:
            raise failure_of(error) from None
        made = result if isinstance(result, list) else [result]
        return tuple(str(one.message_id) for one in made if isinstance(one, Message))

    async def fetch(self, external_ref: str, to: Path, *, most: int) -> None:
        """Download a file. What Telegram says of its size is not relied on."""
        try:
            path = (await self.bot.get_file(external_ref)).file_path
        except TelegramBadRequest as error:
            raise Refused(_reason(error.message), error.message) from None
        except (TelegramAPIError, ClientDecodeError) as error:
            failure = failure_of(error)
            # Asking once more does no harm here.
            raise Retry(failure.args[0]) if isinstance(failure, Unanswered) else failure from None
        if path is None:
            raise Refused(Reason.FILE, "Telegram names no place to download it from")
        await self._download(path, to, most)

    async def _download(self, path: str, to: Path, most: int) -> None:
        session = await self._session.create_session()
        address = self._session.api.file_url(self.bot.token, path)
        try:
            # How long it may take is the caller's affair.
            async with session.get(address, allow_redirects=False, timeout=ClientTimeout(total=None)) as response:
                if response.status in (400, 403, 404, 410):
                    raise Refused(Reason.FILE, str(response.status))
                if response.status != 200:
                    raise Retry(str(response.status))
                await _store(response.content, to, most)
        except ClientError as error:
            # The message of such an error holds the address, and the address the token.
            raise Retry(type(error).__name__) from None

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()


CHANNEL = Telegram


async def _store(content: StreamReader, to: Path, most: int) -> None:
    size = 0
    with await asyncio.to_thread(to.open, "wb") as file:
        async for chunk in content.iter_chunked(CHUNK):
            size += len(chunk)
            if size > most:
                raise Refused(Reason.TOO_LARGE, f"more than {most} bytes")
            await asyncio.to_thread(file.write, chunk)
        file.flush()
        await asyncio.to_thread(os.fsync, file.fileno())


def failure_of(error: TelegramAPIError | ClientDecodeError) -> Exception:
    """What an error of the Bot API means for a send: try again, give up, or nobody knows."""
    match error:
        case TelegramRetryAfter():
            return Retry("429", after=float(error.retry_after))
        case TelegramUnauthorizedError():
            return Paused("token")
        case TelegramForbiddenError():
            gone = "deactivated" in error.message
            return Refused(Reason.GONE if gone else Reason.BLOCKED, error.message)
        case TelegramNotFound():
            return Refused(Reason.UNSUPPORTED, error.message)
        case TelegramEntityTooLarge():
            return Refused(Reason.TOO_LARGE, error.message)
        case TelegramNetworkError() if isinstance(error.__cause__, ClientConnectorError):
            # The connection was never made: nothing was handed over.
            return Retry(type(error.__cause__).__name__, everywhere=True)
        case TelegramNetworkError() | TelegramServerError() | ClientDecodeError():
            return Unanswered(type(error).__name__)
        case _:
            return Refused(Reason.REFUSED, error.message)


_REASONS = (
    ("chat not found", Reason.GONE),
    ("user is deactivated", Reason.GONE),
    ("REACTION_INVALID", Reason.REACTION),
    ("message to edit not found", Reason.TARGET),
    ("message can't be edited", Reason.TARGET),
    ("message to delete not found", Reason.TARGET),
    ("message to react not found", Reason.TARGET),
    ("too long", Reason.TOO_LARGE),
    ("too big", Reason.TOO_LARGE),
    ("file", Reason.FILE),
)


def _reason(description: str) -> Reason:
    return next((reason for part, reason in _REASONS if part in description), Reason.REFUSED)


def _updates_of(answer: str) -> list[Any]:
    """The updates of an answer to getUpdates. Raises Paused, Crowded or Retry for any other answer."""
    try:
        read = json.loads(answer)
    except ValueError:
        raise Retry("the answer is not JSON") from None
    match read:
        case {"ok": True, "result": list() as updates}:
            return updates
        case {"error_code": 409, "description": str() as description} if "webhook" in description:
            raise Paused("webhook")
        case {"error_code": 409}:
            raise Crowded
        case {"error_code": 401 | 404}:
            raise Paused("token")
        case {"error_code": 429, "parameters": {"retry_after": int() | float() as after}}:
            raise Retry("429", after=float(after))
        case _:
            raise Retry("the answer is not what the Bot API says")


def parse(raw: Any, bot: Bot | None = None) -> Incoming | None:
    """One update in our words; None for what has no number and so cannot even be put aside by it."""
    if not isinstance(raw, dict) or not isinstance(raw.get("update_id"), int):
        log.warning("telegram.update_without_number")
        return None
    number = str(raw["update_id"])
    try:
        update = Update.model_validate(raw, context={"bot": bot})
        return _incoming(number, raw, update)
    except (ValidationError, ValueError, TypeError, RecursionError) as error:
        return Incoming(number, raw, unreadable=type(error).__name__)


def _incoming(number: str, raw: dict[str, Any], update: Update) -> Incoming:
    if update.callback_query:
        user = update.callback_query.from_user
        return Incoming(number, raw, str(user.id), _person(user), Pressed())
    if member := update.my_chat_member:
        reachable = member.new_chat_member.status not in ("kicked", "left")
        content = Reachability(reachable) if member.chat.type == "private" else None
        return Incoming(number, raw, str(member.chat.id), _person(member.from_user), content)
    if reaction := update.message_reaction:
        return _reaction(number, raw, reaction)
    message = update.message or update.edited_message
    if message is None or message.from_user is None or message.chat.type != "private":
        return Incoming(number, raw)
    if update.edited_message:
        return Incoming(number, raw, str(message.chat.id), _person(message.from_user), _edited(message))
    return Incoming(number, raw, str(message.chat.id), _person(message.from_user), _content(message))


def _reaction(number: str, raw: dict[str, Any], update: MessageReactionUpdated) -> Incoming:
    if update.user is None or update.chat.type != "private":
        return Incoming(number, raw)
    before = [_emoji(one) for one in update.old_reaction]
    now = [_emoji(one) for one in update.new_reaction]
    # The newest one counts; where one of several was taken away, the last that is left.
    new = [one for one in now if one not in before] or now
    content = Reacted(str(update.message_id), new[-1] if new else None)
    return Incoming(number, raw, str(update.chat.id), _person(update.user), content)


def _emoji(reaction: ReactionTypeUnion) -> str:
    match reaction:
        case ReactionTypeEmoji(emoji=emoji):
            return emoji
        case ReactionTypePaid():
            return PAID_REACTION
        case _:
            return CUSTOM_EMOJI


def _edited(message: Message) -> Edited | None:
    # A live location is edited every few seconds as it moves; Start is no message, however it is spelled at last.
    if message.location or message.content_type in SERVICE or (message.text or "").split()[:1] == ["/start"]:
        return None
    now = written(message)
    fields = {one.name: getattr(now, one.name) for one in dataclasses.fields(now)}
    edited_at = datetime.fromtimestamp(message.edit_date, UTC) if message.edit_date else message.date
    return Edited(**fields, edited_at=edited_at)


def _person(user: User) -> Person:
    return Person(str(user.id), user.full_name, user.username, user.language_code)


def _content(message: Message) -> Written | Started | Pressed | None:
    if message.content_type in SERVICE:
        return None
    command, _, payload = (message.text or "").partition(" ")
    if command == "/start":
        payload = payload.strip()
        if payload.startswith(INVITATION):
            return Pressed()
        # No link carries spaces: somebody typed it, and it is a message.
        if len(payload.split()) < 2:
            return Started(payload or None)
    return written(message)


def written(message: Message) -> Written:
    """A message in our own form."""
    kind = _kind(message)
    body: dict[str, Any] = {}
    if text := message.text or message.caption:
        entities = message.entities or message.caption_entities or []
        body = {"text": text, "entities": [one.model_dump(exclude_none=True, mode="json") for one in entities]}
    if kind in _BODIES:
        body = _BODIES[kind](getattr(message, kind))
    reply = message.reply_to_message
    return Written(
        external_id=str(message.message_id),
        at=message.date,
        kind=kind,
        body=body,
        files=[_file(kind, message)] if kind in FILE_KINDS else [],
        reply_to=str(reply.message_id) if reply else None,
        album=message.media_group_id,
    )


def _kind(message: Message) -> str:
    if message.text:
        return "text"
    return next((name for name in (*FILE_KINDS, *_BODIES) if getattr(message, name)), "unsupported")


def _of_location(one: Location) -> dict[str, Any]:
    return {"latitude": one.latitude, "longitude": one.longitude}


def _of_contact(one: Contact) -> dict[str, Any]:
    return {"phone": one.phone_number, "first_name": one.first_name, "last_name": one.last_name or ""}


def _of_poll(one: Poll) -> dict[str, Any]:
    return {
        "question": one.question,
        "options": [option.text for option in one.options],
        "multiple": one.allows_multiple_answers,
    }


# A venue also has a location, so the order counts.
_BODIES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "venue": lambda one: _of_location(one.location) | {"title": one.title, "address": one.address},
    "location": _of_location,
    "contact": _of_contact,
    "poll": _of_poll,
    "dice": lambda one: {"emoji": one.emoji, "value": one.value},
}


def _file(kind: str, message: Message) -> File:
    file = message.photo[-1] if kind == "photo" and message.photo else getattr(message, kind)
    return File(
        kind,
        file.file_id,
        mime=getattr(file, "mime_type", None),
        name=getattr(file, "file_name", None),
        size=file.file_size,
    )


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
            return methods.SendSticker(**common, sticker=content["file"])
        case "video_note":
            return methods.SendVideoNote(**common, video_note=content["file"])
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


def _source(content: dict[str, Any]) -> str | BufferedInputFile:
    """The name of a file that the messenger has, or a text that goes as a file."""
    if "file" in content:
        name: str = content["file"]
        return name
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
        return methods.EditMessageMedia(**place, media=_REPLACING[kind](media=content["file"], **caption))
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
