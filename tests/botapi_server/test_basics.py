"""A conversation from the first word to the last, seen from both sides."""

from aiogram import Bot
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters

from tests.botapi.client import BotApi, User


def keyboard(**data: str) -> InlineKeyboardMarkup:
    row = [InlineKeyboardButton(text=text, callback_data=value) for text, value in data.items()]
    return InlineKeyboardMarkup(inline_keyboard=[row])


async def test_bot_knows_itself(api: BotApi, bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.username, me.is_bot) == (api.bot_id, "voronka_test_bot", True)


async def test_person_writes_and_bot_reads(bot: Bot, anna: User) -> None:
    (update,) = await bot.get_updates()
    message = update.message
    assert message is not None
    assert message.from_user is not None
    assert (message.text, message.chat.id, message.chat.type) == ("hello", anna.id, "private")
    assert (message.from_user.full_name, message.from_user.language_code) == ("Anna Kowalska", "pl")


async def test_bot_writes_and_person_reads(bot: Bot, anna: User) -> None:
    sent = await bot.send_message(
        anna.id, "welcome", reply_parameters=ReplyParameters(message_id=1), disable_notification=True
    )
    seen = await anna.sees("welcome")
    assert (seen.id, seen.reply_to, seen.silent, seen.from_bot) == (sent.message_id, 1, True, True)
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "hello"


async def test_both_sides_share_one_numbering(bot: Bot, anna: User) -> None:
    sent = await bot.send_message(anna.id, "welcome")
    assert (sent.message_id, await anna.sends("thanks")) == (2, 3)


async def test_person_sees_an_edit(bot: Bot, anna: User) -> None:
    sent = await bot.send_message(anna.id, "one", reply_markup=keyboard(Go="go"))
    await bot.edit_message_text("two", chat_id=anna.id, message_id=sent.message_id)
    seen = await anna.sees("two")
    assert (seen.id, seen.edited, seen.buttons) == (sent.message_id, True, [])


async def test_person_sees_a_deletion(bot: Bot, anna: User) -> None:
    sent = await bot.send_message(anna.id, "one")
    await bot.delete_message(anna.id, sent.message_id)
    await anna.no_longer_sees("one")


async def test_ledger_tells_the_story_in_order(api: BotApi, bot: Bot, anna: User) -> None:
    (update,) = await bot.get_updates()
    await bot.get_updates(offset=update.update_id + 1)
    await bot.send_message(anna.id, "welcome")
    entries = await api.ledger()
    assert [entry.kind for entry in entries] == ["queued", "offered", "acknowledged", "accepted"]
    assert (entries[3].method, entries[3].text, entries[3].message_ids) == ("sendMessage", "welcome", [2])
    assert [entry.seq for entry in entries] == [1, 2, 3, 4]
    assert entries[2].update_ids == [update.update_id]
