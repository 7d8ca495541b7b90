"""What Telegram refuses, in its own words."""

from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MessageEntity,
    ReactionTypeCustomEmoji,
    ReactionTypeEmoji,
    ReplyParameters,
)

from tests.botapi.client import BotApi, User
from tests.botapi_server.conftest import Raw


def refused(reason: str) -> Any:
    return pytest.raises(TelegramBadRequest, match=reason)


def buttons(data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Go", callback_data=data)]])


async def test_a_bot_cannot_write_first(api: BotApi, bot: Bot) -> None:
    stranger = await api.user(7009, "Stranger")
    for chat_id in (stranger.id, 404):
        with refused("Bad Request: chat not found"):
            await bot.send_message(chat_id, "hi")


async def test_a_person_who_blocks_the_bot_hears_nothing_until_he_unblocks_it(bot: Bot, anna: User) -> None:
    await anna.blocks()
    with pytest.raises(TelegramForbiddenError, match="Forbidden: bot was blocked by the user"):
        await bot.send_message(anna.id, "hi")
    await anna.unblocks()
    await bot.send_message(anna.id, "hi")
    changes = [update.my_chat_member for update in await bot.get_updates() if update.my_chat_member]
    assert [change.new_chat_member.status for change in changes] == ["kicked", "member"]


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "<b> </b>"])
async def test_an_empty_text_is_refused(bot: Bot, anna: User, text: str) -> None:
    with refused("Bad Request: message text is empty"):
        await bot.send_message(anna.id, text, parse_mode="HTML")


async def test_texts_are_measured_in_utf16_units(bot: Bot, anna: User) -> None:
    await bot.send_message(anna.id, "😀" * 2048)
    with refused("Bad Request: message is too long"):
        await bot.send_message(anna.id, "😀" * 2048 + "!")
    photo = await anna.sends_photo()
    await bot.copy_message(anna.id, anna.id, photo, caption="a" * 1024)
    with refused("Bad Request: message caption is too long"):
        await bot.copy_message(anna.id, anna.id, photo, caption="😀" * 513)


async def test_html_becomes_text_and_entities(bot: Bot, anna: User) -> None:
    html = '<b>😀 <i>you</i></b> &lt;3 <a href="https://example.org/?a=1&amp;b=2">here</a>'
    sent = await bot.send_message(anna.id, html, parse_mode="HTML")
    assert sent.text == "😀 you <3 here"
    assert [(entity.type, entity.offset, entity.length, entity.url) for entity in sent.entities or []] == [
        ("bold", 0, 6, None),
        ("italic", 3, 3, None),
        ("text_link", 10, 4, "https://example.org/?a=1&b=2"),
    ]


@pytest.mark.parametrize(
    "html", ["<b>bold", "bold</b>", "<b><i>x</b></i>", "<blink>x</blink>", "1 < 2", "<span>x</span>"]
)
async def test_broken_html_is_refused(bot: Bot, anna: User, html: str) -> None:
    with refused("Bad Request: can't parse entities: "):
        await bot.send_message(anna.id, html, parse_mode="HTML")


async def test_entities_stay_where_they_were_when_white_space_is_cut_off(bot: Bot, anna: User) -> None:
    bold = MessageEntity(type="bold", offset=1, length=6)
    sent = await bot.send_message(anna.id, "  bold  ", entities=[bold])
    assert [(entity.offset, entity.length) for entity in sent.entities or []] == [(0, 4)]


@pytest.mark.parametrize(
    ("offset", "length", "reason"),
    [
        (0, 6, "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 6"),
        (-1, 2, "invalid length"),
        (0, 0, "invalid length"),
        (2, 2, "begins in a middle of a UTF-16 symbol"),
        (0, 2, "ends in a middle of a UTF-16 symbol"),
    ],
)
async def test_an_entity_that_does_not_fit_is_refused(
    bot: Bot, anna: User, offset: int, length: int, reason: str
) -> None:
    with refused(reason):
        await bot.send_message(anna.id, "a😀bc", entities=[MessageEntity(type="bold", offset=offset, length=length)])


async def test_a_lone_surrogate_is_refused(raw: Raw, anna: User) -> None:
    status, body = await raw.call("sendMessage", chat_id=anna.id, text="\ud800")
    assert (status, body["description"]) == (400, "Bad Request: strings must be encoded in UTF-8")


async def test_an_edit_that_changes_nothing_is_refused(bot: Bot, anna: User) -> None:
    sent = await bot.send_message(anna.id, "one", reply_markup=buttons("go"))
    with refused("message is not modified: specified new message content and reply markup are exactly the same"):
        await bot.edit_message_text("one", chat_id=anna.id, message_id=sent.message_id, reply_markup=buttons("go"))
    with refused("message is not modified"):
        await bot.edit_message_reply_markup(chat_id=anna.id, message_id=sent.message_id, reply_markup=buttons("go"))
    await bot.edit_message_text("one", chat_id=anna.id, message_id=sent.message_id, reply_markup=buttons("stay"))


async def test_only_what_is_there_and_the_bots_own_can_be_edited(bot: Bot, anna: User) -> None:
    with refused("Bad Request: message to edit not found"):
        await bot.edit_message_text("x", chat_id=anna.id, message_id=99)
    with refused("Bad Request: message can't be edited"):
        await bot.edit_message_text("x", chat_id=anna.id, message_id=1)
    with refused("Bad Request: message to delete not found"):
        await bot.delete_message(anna.id, 99)
    await bot.delete_message(anna.id, 1)


async def test_a_text_has_no_caption_and_a_photo_no_text(bot: Bot, anna: User) -> None:
    photo = (await bot.copy_message(anna.id, anna.id, await anna.sends_photo())).message_id
    text = (await bot.send_message(anna.id, "text")).message_id
    with refused("there is no text in the message to edit"):
        await bot.edit_message_text("x", chat_id=anna.id, message_id=photo)
    with refused("there is no caption in the message to edit"):
        await bot.edit_message_caption(chat_id=anna.id, message_id=text, caption="x")


async def test_a_reply_needs_its_message_unless_it_may_do_without(bot: Bot, anna: User) -> None:
    with refused("Bad Request: message to be replied not found"):
        await bot.send_message(anna.id, "x", reply_parameters=ReplyParameters(message_id=99))
    lenient = ReplyParameters(message_id=99, allow_sending_without_reply=True)
    assert (await bot.send_message(anna.id, "x", reply_parameters=lenient)).reply_to_message is None


async def test_a_reply_can_quote(bot: Bot, anna: User) -> None:
    sent = await bot.send_message(anna.id, "x", reply_parameters=ReplyParameters(message_id=1, quote="ell"))
    assert sent.quote is not None
    assert sent.quote.text == "ell"


@pytest.mark.parametrize("data", ["я" * 33, "a" * 65, ""])
async def test_callback_data_has_at_most_64_bytes(bot: Bot, anna: User, data: str) -> None:
    with refused("BUTTON_DATA_INVALID"):
        await bot.send_message(anna.id, "x", reply_markup=buttons(data))
    await bot.send_message(anna.id, "x", reply_markup=buttons("я" * 32))


async def test_a_button_does_exactly_one_thing(bot: Bot, anna: User) -> None:
    idle = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Go")]])
    with refused("Text buttons are unallowed in the inline keyboard"):
        await bot.send_message(anna.id, "x", reply_markup=idle)


async def test_files_are_known_by_their_own_ids_and_kinds(bot: Bot, anna: User) -> None:
    for invented in ("invented", "https://example.org/cat.jpg"):
        with refused("Bad Request: wrong file identifier/HTTP URL specified"):
            await bot.send_photo(anna.id, invented)
    with refused("Bad Request: wrong file identifier/HTTP URL specified"):
        await bot.get_file("invented")
    await anna.sends_photo()
    photo = (await anna.chat())[-1].file_id
    assert photo is not None
    with refused("can't use file of type Photo as Document"):
        await bot.send_document(anna.id, photo)


@pytest.mark.parametrize(
    ("reactions", "reason"),
    [
        ([ReactionTypeEmoji(emoji="✅")], "Bad Request: REACTION_INVALID"),
        ([ReactionTypeCustomEmoji(custom_emoji_id="1")], "Bad Request: REACTION_INVALID"),
        ([ReactionTypeEmoji(emoji="👀"), ReactionTypeEmoji(emoji="👌")], "Bad Request: REACTIONS_TOO_MANY"),
    ],
)
async def test_other_reactions_are_refused(bot: Bot, anna: User, reactions: list[Any], reason: str) -> None:
    with refused(reason):
        await bot.set_message_reaction(anna.id, 1, reactions)
    with refused("message to react not found"):
        await bot.set_message_reaction(anna.id, 99, [])


async def test_a_press_that_is_unknown_or_old_cannot_be_answered(api: BotApi, bot: Bot, anna: User) -> None:
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    with refused(too_old):
        await bot.answer_callback_query("1")
    await bot.send_message(anna.id, "x", reply_markup=buttons("go"))
    assert not (await anna.presses(2, "Go", timeout=0)).answered
    query = (await bot.get_updates())[-1].callback_query
    assert query is not None
    await api.expire_callbacks()
    with refused(too_old):
        await bot.answer_callback_query(query.id)


async def test_refusals_are_in_the_ledger(api: BotApi, bot: Bot, anna: User) -> None:
    with refused("message text is empty"):
        await bot.send_message(anna.id, " ")
    (entry,) = await api.ledger(kind="refused")
    assert (entry.method, entry.chat_id, entry.error_code) == ("sendMessage", anna.id, 400)
    assert (entry.description, entry.params["text"]) == ("Bad Request: message text is empty", " ")
