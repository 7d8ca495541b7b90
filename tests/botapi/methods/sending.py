"""The methods that post something new into a chat."""

import itertools
from typing import Any

from tests.botapi import texts
from tests.botapi.bot import Bot
from tests.botapi.calls import Call
from tests.botapi.chats import Chat, Posted
from tests.botapi.errors import ApiError, bad_request
from tests.botapi.files import Medium
from tests.botapi.keyboards import inline_fields, reply_rows
from tests.botapi.methods.registry import METHODS, Method, method

_WITHOUT_CAPTION = frozenset({"sticker", "video_note"})
_DETAILS = ("duration", "width", "height", "length", "title", "performer", "emoji")
_ALBUM_SIZE = range(2, 11)
_ALBUM_KINDS = frozenset({"photo", "video", "document", "audio"})
_LONGEST_QUESTION, _LONGEST_OPTION, _POLL_OPTIONS = 300, 100, range(1, 13)
_POLLS = itertools.count(5_000_000_000_000_000_002)
_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


def post(bot: Bot, call: Call, content: dict[str, Any]) -> Posted:
    """Post one message of the bot as the call asks, or refuse it."""
    chat = bot.chat_to_write(call.params.get("chat_id"))
    markup = call.params.get("reply_markup")
    fields = content | _reply_fields(chat, call.params) | inline_fields(markup)
    bot.limits.admit(chat.person.id, 1)
    posted = _add(bot, chat, call, fields)
    posted.keyboard = reply_rows(markup)
    bot.pulse.beat()
    return posted


def _add(bot: Bot, chat: Chat, call: Call, fields: dict[str, Any]) -> Posted:
    silent = bool(call.params.get("disable_notification"))
    return chat.post(bot.as_user(), fields, from_bot=True, silent=silent)


def _reply_fields(chat: Chat, params: dict[str, Any]) -> dict[str, Any]:
    reply = params.get("reply_parameters") or {"message_id": params.get("reply_to_message_id")}
    message_id = reply.get("message_id")
    if not message_id:
        return {}
    lenient = reply.get("allow_sending_without_reply") or params.get("allow_sending_without_reply")
    try:
        fields = chat.reply_fields(message_id)
    except ApiError:
        if lenient:
            return {}
        raise
    if quote := reply.get("quote"):
        fields["quote"] = {"text": quote, "position": reply.get("quote_position") or 0, "is_manual": True}
    return fields


def medium_content(bot: Bot, call: Call, kind: str, source: str) -> dict[str, Any]:
    """The content of a media message: an upload of this call or a file the bot has seen before, with its caption."""
    if source.startswith("attach://"):
        medium = _uploaded(bot, call, kind, source.removeprefix("attach://"))
    else:
        medium = bot.files.medium(source, kind)
    content = {kind: medium.shown}
    if kind == "animation":
        content["document"] = {name: medium.shown[name] for name in ("file_id", "file_unique_id", "file_size")}
    if call.params.get("has_spoiler"):
        content["has_media_spoiler"] = True
    return content if kind in _WITHOUT_CAPTION else content | texts.caption(call.params)


def _uploaded(bot: Bot, call: Call, kind: str, name: str) -> Medium:
    upload = call.uploads.get(name)
    if upload is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if not upload.content:
        raise bad_request("file must be non-empty")
    details = {name: call.params[name] for name in _DETAILS if name in call.params}
    if kind == "document":
        details["mime_type"] = upload.mime_type
    return bot.files.add(kind, upload.content, name=upload.name, size=None, details=details)


@method("sendMessage")
def send_message(bot: Bot, call: Call) -> Any:
    """Post a text."""
    return post(bot, call, texts.text_fields(*texts.message_text(call.params))).raw


def _send_medium(kind: str) -> Method:
    def send(bot: Bot, call: Call) -> Any:
        return post(bot, call, medium_content(bot, call, kind, call.params[kind])).raw

    return send


for _name, _kind in {
    "sendPhoto": "photo",
    "sendVoice": "voice",
    "sendVideo": "video",
    "sendAudio": "audio",
    "sendAnimation": "animation",
    "sendVideoNote": "video_note",
    "sendDocument": "document",
    "sendSticker": "sticker",
}.items():
    METHODS[_name] = _send_medium(_kind)


@method("sendLocation")
def send_location(bot: Bot, call: Call) -> Any:
    """Post a point on the map."""
    return post(bot, call, {"location": _picked(call, "latitude", "longitude", "horizontal_accuracy")}).raw


@method("sendVenue")
def send_venue(bot: Bot, call: Call) -> Any:
    """Post a place with its name."""
    location = _picked(call, "latitude", "longitude")
    venue = {"location": location} | _picked(call, "title", "address", "foursquare_id", "google_place_id")
    return post(bot, call, {"venue": venue, "location": location}).raw


@method("sendContact")
def send_contact(bot: Bot, call: Call) -> Any:
    """Post a telephone number."""
    return post(bot, call, {"contact": _picked(call, "phone_number", "first_name", "last_name", "vcard")}).raw


@method("sendPoll")
def send_poll(bot: Bot, call: Call) -> Any:
    """Post a question with its answers."""
    question, options = call.params["question"], [one["text"] for one in call.params["options"]]
    if not 1 <= texts.units(question) <= _LONGEST_QUESTION:
        raise bad_request("poll question must be 1-300 characters")
    if len(options) not in _POLL_OPTIONS:
        raise bad_request("poll must have 1-12 options")
    if any(not 1 <= texts.units(one) <= _LONGEST_OPTION for one in options):
        raise bad_request("poll options length must not exceed 100")
    answers = [{"persistent_id": str(place), "text": one, "voter_count": 0} for place, one in enumerate(options)]
    poll = {"id": str(next(_POLLS)), "question": question, "options": answers, "type": "regular"}
    flags = dict.fromkeys(("is_closed", "allows_revoting", "members_only"), False)
    several = {"allows_multiple_answers": bool(call.params.get("allows_multiple_answers"))}
    return post(bot, call, {"poll": poll | flags | several | {"is_anonymous": True, "total_voter_count": 0}}).raw


def _picked(call: Call, *names: str) -> dict[str, Any]:
    return {name: call.params[name] for name in names if name in call.params}


@method("sendMediaGroup")
def send_media_group(bot: Bot, call: Call) -> Any:
    """Post an album, wholly or not at all."""
    media = call.params["media"]
    kinds = {item["type"] for item in media}
    if len(media) not in _ALBUM_SIZE:
        raise bad_request("group must include 2-10 items")
    if not kinds <= _ALBUM_KINDS:
        raise bad_request("can't use media of these types in an album")
    if len(kinds) > 1 and not kinds <= {"photo", "video"}:
        raise bad_request("can't mix media of these types in an album")
    chat = bot.chat_to_write(call.params.get("chat_id"))
    contents = [medium_content(bot, call.part(item), item["type"], item["media"]) for item in media]
    shared = {"media_group_id": bot.new_album()} | _reply_fields(chat, call.params)
    bot.limits.admit(chat.person.id, len(media))
    posted = [_add(bot, chat, call, content | shared) for content in contents]
    bot.pulse.beat()
    return [one.raw for one in posted]


@method("copyMessage")
def copy_message(bot: Bot, call: Call) -> Any:
    """Post what another message says as the bot's own."""
    content = _source(bot, call, "message to copy not found").content()
    if "caption" in call.params:
        content = {name: value for name, value in content.items() if name not in ("caption", "caption_entities")}
        content |= texts.caption(call.params)
    return {"message_id": post(bot, call, content).id}


@method("forwardMessage")
def forward_message(bot: Bot, call: Call) -> Any:
    """Post another message with the name of its author."""
    source = _source(bot, call, "message to forward not found")
    origin = {"type": "user", "sender_user": source.raw["from"], "date": source.raw["date"]}
    return post(bot, call, source.content() | {"forward_origin": origin}).raw


def _source(bot: Bot, call: Call, missing: str) -> Posted:
    source = bot.chat_to_read(call.params["from_chat_id"]).messages.get(call.params["message_id"])
    if source is None:
        raise bad_request(missing)
    return source


@method("sendChatAction")
def send_chat_action(bot: Bot, call: Call) -> Any:
    """Show that the bot is busy."""
    bot.chat_to_write(call.params.get("chat_id"))
    if call.params["action"] not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True
