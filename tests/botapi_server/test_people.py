"""People as tests play them: what they do parses as updates, what they see can be waited for."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from tests.botapi.client import BotApi, Button, Part, User


@pytest.mark.parametrize(
    ("kind", "act"),
    [
        ("photo", lambda user: user.sends_photo("look")),
        ("voice", lambda user: user.sends_voice()),
        ("document", lambda user: user.sends_document("offer.pdf", "read")),
        ("sticker", lambda user: user.sends_sticker()),
        ("location", lambda user: user.sends_location(50.06, 19.94)),
        ("video", lambda user: user.sends_video("watch")),
        ("audio", lambda user: user.sends_audio()),
        ("animation", lambda user: user.sends_animation()),
        ("video_note", lambda user: user.sends_video_note()),
        ("contact", lambda user: user.sends_contact("+48123456789", "Anna", own=True)),
        ("venue", lambda user: user.sends_venue(50.06, 19.94, title="Shop", address="Main street 1")),
        ("poll", lambda user: user.sends_poll("Red or blue?", ["red", "blue"])),
        ("dice", lambda user: user.sends_dice(6)),
    ],
)
async def test_each_kind_of_message_is_an_update_that_aiogram_reads(
    bot: Bot, anna: User, kind: str, act: Callable[[User], Awaitable[int]]
) -> None:
    message_id = await act(anna)
    message = (await bot.get_updates())[-1].message
    assert message is not None
    assert (message.content_type, message.message_id) == (kind, message_id)
    assert (await anna.chat())[-1].kind == kind


async def test_files_have_ids_by_which_they_are_fetched(bot: Bot, anna: User) -> None:
    await anna.sends_photo(content=b"pixels")
    message = (await bot.get_updates())[-1].message
    assert message is not None
    assert message.photo is not None
    assert len({size.file_unique_id for size in message.photo}) == 3
    assert (await anna.chat())[-1].file_id == message.photo[-1].file_id
    downloaded = await bot.download(message.photo[-1])
    assert downloaded is not None
    assert downloaded.read() == b"pixels"


async def test_a_command_is_marked_as_one(bot: Bot, anna: User) -> None:
    await anna.start("spring-ad")
    message = (await bot.get_updates())[-1].message
    assert message is not None
    assert message.text == "/start spring-ad"
    assert [(entity.type, entity.offset, entity.length) for entity in message.entities or []] == [("bot_command", 0, 6)]


async def test_an_album_is_one_update_for_each_part(bot: Bot, anna: User) -> None:
    ids = await anna.sends_album([Part(kind="photo", caption="two"), Part(kind="video")], reply_to=1)
    messages = [update.message for update in (await bot.get_updates())[1:]]
    assert [message.message_id for message in messages if message] == ids
    assert len({message.media_group_id for message in messages if message}) == 1
    assert [part.reply_to for part in (await anna.chat())[1:]] == [1, 1]


async def test_an_edit_is_an_update_and_is_seen(bot: Bot, anna: User) -> None:
    await anna.edits(1, "hello there")
    photo = await anna.sends_photo("one")
    await anna.edits(photo, "two")
    updates = await bot.get_updates()
    assert updates[1].edited_message is not None
    assert updates[1].edited_message.text == "hello there"
    assert updates[3].edited_message is not None
    assert updates[3].edited_message.caption == "two"
    assert (await anna.sees("hello there", from_bot=False)).edited


async def test_a_press_waits_for_its_answer(api: BotApi, bot: Bot, anna: User) -> None:
    rows = [
        [InlineKeyboardButton(text="Take it", callback_data="take:1")],
        [InlineKeyboardButton(text="Site", url="https://example.org")],
    ]
    await bot.send_message(anna.id, "deal", reply_markup=InlineKeyboardMarkup(inline_keyboard=rows))
    seen = await anna.sees("deal", button="Take")
    assert seen.buttons == [[Button("Take it", "take:1", None)], [Button("Site", None, "https://example.org")]]
    press = asyncio.create_task(anna.presses(seen.id, "Take it"))
    await api.wait_ledger(kind="queued", count=2)
    query = (await bot.get_updates())[-1].callback_query
    assert query is not None
    assert (query.data, query.from_user.id, query.message and query.message.message_id) == ("take:1", anna.id, seen.id)
    await bot.answer_callback_query(query.id, text="Boris took it", show_alert=True)
    answer = await press
    assert (answer.text, answer.show_alert, answer.answered) == ("Boris took it", True, True)


async def test_a_press_may_carry_data_that_no_button_has(bot: Bot, anna: User) -> None:
    await anna.presses_data(1, "take:foreign", timeout=0)
    query = (await bot.get_updates())[-1].callback_query
    assert query is not None
    assert query.data == "take:foreign"


async def test_a_button_that_is_not_there_cannot_be_pressed(anna: User) -> None:
    with pytest.raises(AssertionError, match="message 1 has no button 'Go'"):
        await anna.presses(1, "Go")


async def test_waiting_ends_when_the_message_comes(bot: Bot, anna: User) -> None:
    waiting = asyncio.create_task(anna.sees("welcome"))
    await bot.send_message(anna.id, "welcome")
    assert (await waiting).text == "welcome"


async def test_waiting_in_vain_prints_the_chat(api: BotApi, bot: Bot, anna: User) -> None:
    await bot.send_message(anna.id, "welcome")
    with pytest.raises(
        AssertionError, match=r"does not see 'goodbye'(.|\n)*person text: 'hello'(.|\n)*bot +text: 'wel"
    ):
        await anna.sees("goodbye", timeout=0)
    with pytest.raises(AssertionError, match="does not see 'welcome'"):
        await anna.sees("welcome", after=2, timeout=0)
    with pytest.raises(AssertionError, match="still sees 'welcome'"):
        await anna.no_longer_sees("welcome", timeout=0)
    with pytest.raises(AssertionError, match="does not see 👌 on 1"):
        await anna.sees_reaction(1, "👌", timeout=0)
    with pytest.raises(AssertionError, match="the ledger has no 2 entries like"):
        await api.wait_ledger(kind="accepted", count=2, timeout=0)


async def test_waiting_for_the_ledger_ends_with_the_last_entry_needed(api: BotApi, bot: Bot, anna: User) -> None:
    waiting = asyncio.create_task(
        api.wait_ledger(kind="accepted", method="sendMessage", chat_id=anna.id, text_contains="part", count=2)
    )
    for text in ("part 1", "other", "part 2"):
        await bot.send_message(anna.id, text)
    assert [entry.text for entry in await waiting] == ["part 1", "part 2"]


async def test_a_person_met_again_keeps_the_chat_under_a_new_name(api: BotApi, bot: Bot, anna: User) -> None:
    renamed = await api.user(anna.id, "Ania", username=None)
    assert [message.text for message in await renamed.chat()] == ["hello"]
    await renamed.sends("me again")
    message = (await bot.get_updates())[-1].message
    assert message is not None
    assert message.chat.first_name == "Ania"


async def test_a_person_cannot_reply_to_nothing(anna: User) -> None:
    with pytest.raises(AssertionError, match="message to be replied not found"):
        await anna.sends("hi", reply_to=99)


async def test_a_person_who_has_blocked_the_bot_does_not_write(anna: User) -> None:
    await anna.blocks()
    with pytest.raises(AssertionError, match="Anna has blocked the bot"):
        await anna.sends("hi")


async def test_reactions_come_only_to_a_bot_that_asks_for_them(bot: Bot, anna: User) -> None:
    sent = await bot.send_message(anna.id, "Look")
    await anna.reacts(sent.message_id, "❤")
    assert not any(one.message_reaction for one in await bot.get_updates(timeout=0))
    await bot.get_updates(timeout=0, allowed_updates=["message_reaction"])
    await anna.reacts(sent.message_id, "❤", "party")
    reaction = (await bot.get_updates())[-1].message_reaction
    assert reaction is not None
    assert [one.type for one in reaction.old_reaction] == ["emoji"]
    assert [one.type for one in reaction.new_reaction] == ["emoji", "custom_emoji"]


async def test_what_is_older_than_two_days_is_neither_edited_nor_deleted(bot: Bot, anna: User) -> None:
    sent = await bot.send_message(anna.id, "Look")
    await anna.ages(sent.message_id, hours=49)
    with pytest.raises(TelegramBadRequest, match="can't be edited"):
        await bot.edit_message_text("See", chat_id=anna.id, message_id=sent.message_id)
    with pytest.raises(TelegramBadRequest, match="can't be deleted"):
        await bot.delete_message(anna.id, sent.message_id)
