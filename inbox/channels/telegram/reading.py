"""Updates of the Bot API in our words; what is refused or not answered is `failures`' affair."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import structlog
from aiogram import Bot
from aiogram.types import (
    Contact,
    Location,
    Message,
    MessageReactionUpdated,
    Poll,
    ReactionTypeEmoji,
    ReactionTypePaid,
    ReactionTypeUnion,
    Update,
    User,
)
from pydantic import ValidationError

from inbox.channel import (
    CUSTOM_EMOJI,
    PAID_REACTION,
    Edited,
    File,
    Incoming,
    Person,
    Pressed,
    Reachability,
    Reacted,
    Started,
    Written,
)

log = structlog.get_logger()

INVITATION = "inv_"
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


def written(message: Message, channel_id: int | None = None) -> Written:
    """A message in our own form; `channel_id` says which bot's names its files have, should it leave for elsewhere."""
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
        files=[_file(kind, message, channel_id)] if kind in FILE_KINDS else [],
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


def _file(kind: str, message: Message, channel_id: int | None) -> File:
    file = message.photo[-1] if kind == "photo" and message.photo else getattr(message, kind)
    return File(
        kind,
        file.file_id,
        mime=getattr(file, "mime_type", None),
        name=getattr(file, "file_name", None),
        size=file.file_size,
        channel_id=channel_id,
    )
