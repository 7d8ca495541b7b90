"""Every method of the server, called through aiogram, whose types read the answers."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    KeyboardButton,
    MessageOriginUser,
    ReactionTypeEmoji,
    ReplyKeyboardMarkup,
)

from tests.botapi.client import BotApi, User

FILE = BufferedInputFile(b"the content", "file.bin")
BUTTONS = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Go", callback_data="go")]])

Send = Callable[[Bot, int], Awaitable[Any]]


@pytest.mark.parametrize(
    ("kind", "caption", "send"),
    [
        ("photo", "look", lambda bot, chat: bot.send_photo(chat, FILE, caption="look")),
        ("voice", "listen", lambda bot, chat: bot.send_voice(chat, FILE, caption="listen", duration=9)),
        ("video", "watch", lambda bot, chat: bot.send_video(chat, FILE, caption="watch", width=8, height=9)),
        ("audio", "sing", lambda bot, chat: bot.send_audio(chat, FILE, caption="sing", title="Song")),
        ("animation", "loop", lambda bot, chat: bot.send_animation(chat, FILE, caption="loop")),
        ("document", "read", lambda bot, chat: bot.send_document(chat, FILE, caption="read")),
        ("video_note", "", lambda bot, chat: bot.send_video_note(chat, FILE, length=100)),
        ("sticker", "", lambda bot, chat: bot.send_sticker(chat, FILE, emoji="🙂")),
        ("location", "", lambda bot, chat: bot.send_location(chat, 50.06, 19.94)),
        ("venue", "", lambda bot, chat: bot.send_venue(chat, 50.06, 19.94, "Shop", "Main street 1")),
        ("contact", "", lambda bot, chat: bot.send_contact(chat, "+48123456789", "Jan", last_name="Nowak")),
    ],
)
async def test_a_message_of_each_kind_arrives(bot: Bot, anna: User, kind: str, caption: str, send: Send) -> None:
    message = await send(bot, anna.id)
    assert getattr(message, kind) is not None
    seen = await anna.sees(caption, kind=kind)
    assert (seen.kind, seen.text, seen.id) == (kind, caption, message.message_id)


async def test_an_upload_can_be_downloaded_and_sent_again_by_its_id(api: BotApi, bot: Bot, anna: User) -> None:
    sent = await bot.send_document(anna.id, FILE)
    assert sent.document is not None
    assert (sent.document.file_name, sent.document.file_size) == ("file.bin", 11)
    file = await bot.get_file(sent.document.file_id)
    assert file.file_path is not None
    downloaded = await bot.download_file(file.file_path)
    assert downloaded is not None
    assert downloaded.read() == b"the content"
    again = await bot.send_document(anna.id, sent.document.file_id, caption="again")
    assert again.document == sent.document


async def test_a_file_that_claims_to_be_too_big_cannot_be_fetched(bot: Bot, anna: User) -> None:
    await anna.sends_document("film.mkv", file_size=20 * 1024 * 1024 + 1)
    file_id = (await anna.chat())[-1].file_id
    assert file_id is not None
    with pytest.raises(TelegramBadRequest, match="file is too big"):
        await bot.get_file(file_id)
    await bot.send_document(anna.id, file_id)


async def test_a_download_from_nowhere_is_not_found(api: BotApi) -> None:
    address = f"{api.base}/file/bot{api.token}/documents/file_999"
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        assert response.status == 404


async def test_an_album_is_several_messages_with_one_key(bot: Bot, anna: User) -> None:
    photo = (await bot.send_photo(anna.id, FILE)).photo
    assert photo is not None
    album = await bot.send_media_group(
        anna.id, [InputMediaPhoto(media=photo[-1].file_id, caption="both"), InputMediaVideo(media=FILE)]
    )
    assert album[0].media_group_id is not None
    assert [part.media_group_id for part in album] == [album[0].media_group_id] * 2
    assert [(part.text, part.kind, part.album) for part in (await anna.chat())[-2:]] == [
        ("both", "photo", album[0].media_group_id),
        ("", "video", album[0].media_group_id),
    ]


async def test_an_album_is_refused_whole(bot: Bot, anna: User) -> None:
    with pytest.raises(TelegramBadRequest, match="can't mix"):
        await bot.send_media_group(anna.id, [InputMediaPhoto(media=FILE), InputMediaDocument(media=FILE)])
    with pytest.raises(TelegramBadRequest, match="2-10 items"):
        await bot.send_media_group(anna.id, [InputMediaPhoto(media=FILE)])
    with pytest.raises(TelegramBadRequest, match="wrong file identifier"):
        await bot.send_media_group(anna.id, [InputMediaPhoto(media=FILE), InputMediaPhoto(media="invented")])
    assert len(await anna.chat()) == 1


async def test_a_copy_is_the_bots_own_and_may_have_another_caption(bot: Bot, anna: User) -> None:
    photo = await anna.sends_photo("mine")
    copied = await bot.copy_message(anna.id, anna.id, photo)
    assert (await anna.sees("mine")).id == copied.message_id
    await bot.copy_message(anna.id, anna.id, photo, caption="yours", reply_markup=BUTTONS)
    assert (await anna.sees("yours", button="Go")).kind == "photo"


async def test_a_forward_names_its_author(bot: Bot, anna: User) -> None:
    forwarded = await bot.forward_message(anna.id, anna.id, 1)
    assert isinstance(forwarded.forward_origin, MessageOriginUser)
    assert (forwarded.text, forwarded.forward_origin.sender_user.id) == ("hello", anna.id)


async def test_typing_is_shown_and_recorded(api: BotApi, bot: Bot, anna: User) -> None:
    assert await bot.send_chat_action(anna.id, "typing") is True
    (accepted,) = await api.ledger(kind="accepted", method="sendChatAction")
    assert accepted.params["action"] == "typing"
    with pytest.raises(TelegramBadRequest, match="wrong parameter action"):
        await bot.send_chat_action(anna.id, "singing")


async def test_a_caption_a_keyboard_and_a_medium_can_be_edited(bot: Bot, anna: User) -> None:
    sent = await bot.send_photo(anna.id, FILE, caption="one")
    edited = await bot.edit_message_caption(
        chat_id=anna.id, message_id=sent.message_id, caption="two", reply_markup=BUTTONS
    )
    assert not isinstance(edited, bool)
    assert (edited.caption, edited.edit_date is None) == ("two", False)
    assert (await anna.sees("two", button="Go")).edited
    await bot.edit_message_reply_markup(chat_id=anna.id, message_id=sent.message_id)
    assert (await anna.sees("two")).buttons == []
    await bot.edit_message_media(
        InputMediaDocument(media=FILE, caption="three"), chat_id=anna.id, message_id=sent.message_id
    )
    assert (await anna.sees("three")).kind == "document"


async def test_a_reaction_is_set_changed_and_taken_away(bot: Bot, anna: User) -> None:
    for emoji in ("👀", "👌", "🤷‍♂"):
        assert await bot.set_message_reaction(anna.id, 1, [ReactionTypeEmoji(emoji=emoji)]) is True
        await anna.sees_reaction(1, emoji)
    await bot.set_message_reaction(anna.id, 1, [])
    await anna.sees_reaction(1, None)


async def test_menus_are_kept_by_scope_and_language(api: BotApi, bot: Bot, anna: User) -> None:
    help_, take = BotCommand(command="help", description="Help"), BotCommand(command="take", description="Take")
    chat = BotCommandScopeChat(chat_id=anna.id)
    await bot.set_my_commands([help_])
    await bot.set_my_commands([help_, take], scope=chat, language_code="pl")
    await bot.set_my_commands([take], scope=BotCommandScopeAllPrivateChats())
    assert await api.commands() == ["help"]
    assert await api.commands(anna.id, "pl") == ["help", "take"]
    assert await api.commands(scope="all_private_chats") == ["take"]
    menu = await bot.get_my_commands(scope=chat, language_code="pl")
    assert [(item.command, item.description) for item in menu] == [("help", "Help"), ("take", "Take")]
    assert await bot.get_my_commands(scope=chat) == []
    await bot.delete_my_commands(scope=chat, language_code="pl")
    assert await api.commands(anna.id, "pl") == []
    assert len(await api.ledger(kind="accepted", method="setMyCommands")) == 3


@pytest.mark.parametrize(("command", "reason"), [("Help", "BOT_COMMAND_INVALID"), ("a b", "BOT_COMMAND_INVALID")])
async def test_a_wrong_command_is_refused(bot: Bot, command: str, reason: str) -> None:
    with pytest.raises(TelegramBadRequest, match=reason):
        await bot.set_my_commands([BotCommand(command=command, description="What")])


async def test_a_chat_tells_who_it_is_with(bot: Bot, anna: User) -> None:
    chat = await bot.get_chat(anna.id)
    assert (chat.first_name, chat.username, chat.type) == ("Anna", "anna_k", "private")


async def test_the_remaining_methods_say_yes(api: BotApi, bot: Bot) -> None:
    assert await bot.close() is True
    assert await bot.log_out() is True
    assert [entry.method for entry in await api.ledger(kind="accepted")] == ["close", "logOut"]


async def test_a_reply_keyboard_is_shown(bot: Bot, anna: User) -> None:
    rows = [[KeyboardButton(text="My number", request_contact=True), KeyboardButton(text="No")]]
    await bot.send_message(anna.id, "Your number?", reply_markup=ReplyKeyboardMarkup(keyboard=rows))
    assert (await anna.sees("Your number?")).keyboard == [["My number", "No"]]
