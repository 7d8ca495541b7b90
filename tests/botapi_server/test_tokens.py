"""Where the server is, who is a bot, and what is no method and no field."""

from pathlib import Path

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramUnauthorizedError

from tests.botapi.client import BotApi, User
from tests.botapi_server.conftest import Raw


def test_the_port_is_printed_and_left_in_a_file(base: str, port_file: Path) -> None:
    assert base == f"http://127.0.0.1:{port_file.read_text()}"


@pytest.mark.parametrize("token", ["", "12", "12:", ":secret", "twelve:secret"])
async def test_what_is_no_token_is_unauthorized(base: str, token: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{base}/bot{token}/getMe") as response:
        assert response.status == 401
        assert await response.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


async def test_any_token_of_the_right_form_is_a_bot(base: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{base}/bot12:anything/getMe") as response:
        assert (await response.json())["result"]["id"] == 12


async def test_a_revoked_token_is_unauthorized_until_it_is_restored(api: BotApi, bot: Bot) -> None:
    await api.revoke()
    with pytest.raises(TelegramUnauthorizedError):
        await bot.get_me()
    (refused,) = await api.ledger(kind="refused")
    assert refused.error_code == 401
    await api.restore()
    assert (await bot.get_me()).id == api.bot_id


async def test_another_token_of_the_same_digits_is_the_same_bot(api: BotApi, anna: User) -> None:
    async with BotApi.connect(api.base, f"{api.bot_id}:another") as other:
        assert await other.waiting_updates() == await api.waiting_updates()


async def test_bots_do_not_meet(base: str, anna: User) -> None:
    async with BotApi.connect(base) as other:
        assert await other.waiting_updates() == []


async def test_an_unknown_method_is_not_found(api: BotApi, raw: Raw) -> None:
    assert await raw.call("sendTelepathy") == (404, {"ok": False, "error_code": 404, "description": "Not Found"})
    assert await raw.call("sendDice", chat_id=1) == (404, {"ok": False, "error_code": 404, "description": "Not Found"})


async def test_an_unknown_field_is_refused(raw: Raw, anna: User) -> None:
    status, body = await raw.call("sendMessage", chat_id=anna.id, text="hi", colour="red")
    assert (status, body["description"]) == (400, "Bad Request: unknown field colour")
    button = {"text": "Go", "callback_dat": "go"}
    status, body = await raw.call(
        "sendMessage", chat_id=anna.id, text="hi", reply_markup={"inline_keyboard": [[button]]}
    )
    assert (status, body["description"]) == (400, "Bad Request: unknown field callback_dat")


async def test_a_wrong_or_missing_field_is_refused(raw: Raw, anna: User) -> None:
    assert (await raw.call("sendMessage", text="hi"))[1]["description"] == "Bad Request: chat_id is empty"
    assert (await raw.call("sendPhoto", chat_id=anna.id))[1]["description"] == "Bad Request: field photo is required"
    status, body = await raw.call("deleteMessage", chat_id=anna.id, message_id="one")
    assert (status, body["description"]) == (400, "Bad Request: can't parse message_id JSON object")
