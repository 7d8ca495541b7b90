"""Misfortunes on request, and Telegram's limits."""

import asyncio

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import InputMediaPhoto
from aiohttp import ClientError, ClientResponseError

from tests.botapi.client import BotApi, User
from tests.botapi.faults import FaultKind


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("400", TelegramBadRequest),
        ("401", TelegramUnauthorizedError),
        ("403", TelegramForbiddenError),
        ("429", TelegramRetryAfter),
        ("5xx", TelegramServerError),
        ("unknown_method", TelegramNotFound),
    ],
)
async def test_a_refusal_happens_before_anything_is_accepted(
    api: BotApi, bot: Bot, anna: User, kind: FaultKind, error: type[TelegramAPIError]
) -> None:
    fault = await api.fault(kind, times=1)
    with pytest.raises(error):
        await bot.send_message(anna.id, "hi")
    await fault.struck()
    assert await api.ledger(kind="accepted") == []
    await bot.send_message(anna.id, "hi")
    assert len(await api.ledger(kind="accepted")) == 1


async def test_the_details_of_a_refusal_can_be_chosen(api: BotApi, bot: Bot, anna: User) -> None:
    await api.fault("429", retry_after=7)
    await api.fault("400", description="Bad Request: PEER_FLOOD")
    await api.fault("5xx", code=503)
    with pytest.raises(TelegramRetryAfter) as flood:
        await bot.send_message(anna.id, "hi")
    assert flood.value.retry_after == 7
    with pytest.raises(TelegramBadRequest, match="PEER_FLOOD"):
        await bot.send_message(anna.id, "hi")
    with pytest.raises(TelegramServerError):
        await bot.send_message(anna.id, "hi")
    assert [entry.error_code for entry in await api.ledger(kind="refused")] == [429, 400, 503]


async def test_a_fault_strikes_only_what_it_means(api: BotApi, bot: Bot, anna: User) -> None:
    boris = await api.user(7002, "Boris")
    await boris.start()
    await api.fault("403", method="send*", chat_id=boris.id, times=None)
    assert len(await bot.get_updates()) == 2
    await bot.send_message(anna.id, "hi")
    for _ in range(2):
        with pytest.raises(TelegramForbiddenError):
            await bot.send_message(boris.id, "hi")
    await api.clear_faults()
    await bot.send_message(boris.id, "hi")


async def test_any_method_spares_the_poller(api: BotApi, bot: Bot, anna: User) -> None:
    await api.fault("5xx")
    assert len(await bot.get_updates()) == 1
    with pytest.raises(TelegramServerError):
        await bot.get_me()


async def test_accepted_and_no_answer_is_a_timeout_and_one_acceptance(api: BotApi, bot: Bot, anna: User) -> None:
    await api.fault("accepted_no_answer", method="sendMessage")
    send = bot.send_message(anna.id, "hi", request_timeout=1)
    with pytest.raises(TelegramNetworkError, match="Request timeout error"):
        await send
    await anna.sees("hi")
    (accepted,) = await api.ledger(kind="accepted")
    assert (accepted.method, accepted.chat_id, accepted.text) == ("sendMessage", anna.id, "hi")


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("accepted_reset", TelegramNetworkError),
        ("accepted_502", TelegramServerError),
        ("accepted_garbage", ClientDecodeError),
    ],
)
async def test_a_spoiled_answer_is_one_acceptance(
    api: BotApi, bot: Bot, anna: User, kind: FaultKind, error: type[Exception]
) -> None:
    await api.fault(kind)
    with pytest.raises(error):
        await bot.send_message(anna.id, "hi")
    assert len(await api.ledger(kind="accepted")) == 1
    await anna.sees("hi")


async def test_a_refused_call_does_not_use_up_a_fault_of_accepted_ones(api: BotApi, bot: Bot, anna: User) -> None:
    await api.fault("accepted_502")
    with pytest.raises(TelegramBadRequest):
        await bot.send_message(404, "hi")
    with pytest.raises(TelegramServerError):
        await bot.send_message(anna.id, "hi")


async def test_a_slow_call_is_accepted_in_the_end(api: BotApi, bot: Bot, anna: User) -> None:
    await api.fault("slow", seconds=0.05)
    await bot.send_message(anna.id, "hi")
    struck, accepted = (await api.ledger())[-2:]
    assert (struck.kind, accepted.kind) == ("fault", "accepted")
    assert accepted.monotonic - struck.monotonic >= 0.05


async def test_a_held_send_is_frozen_until_it_is_released(api: BotApi, bot: Bot, anna: User) -> None:
    hold = await api.fault("hold", method="sendMessage")
    send = asyncio.create_task(bot.send_message(anna.id, "hi"))
    await hold.struck()
    assert await api.ledger(kind="accepted") == []
    await hold.release()
    assert (await send).text == "hi"


async def test_a_held_send_that_is_given_up_is_never_accepted(api: BotApi, bot: Bot, anna: User) -> None:
    hold = await api.fault("hold", method="sendMessage")
    send = asyncio.create_task(bot.send_message(anna.id, "hi"))
    await hold.struck()
    send.cancel()
    await asyncio.wait([send])
    await bot.send_message(anna.id, "after")
    await hold.release()
    assert [entry.text for entry in await api.ledger(kind="accepted")] == ["after"]


async def test_an_answer_can_be_held_after_acceptance(api: BotApi, bot: Bot, anna: User) -> None:
    hold = await api.fault("accepted_hold", method="sendMessage")
    send = asyncio.create_task(bot.send_message(anna.id, "hi"))
    await anna.sees("hi")
    assert not send.done()
    await hold.release()
    assert (await send).text == "hi"


async def test_a_download_can_fail_too(api: BotApi, bot: Bot, anna: User) -> None:
    await anna.sends_photo(content=b"pixels")
    photo = (await anna.chat())[-1].file_id
    assert photo is not None
    await api.fault("5xx", method="download")
    with pytest.raises(ClientResponseError, match="500"):
        await bot.download(photo)
    # aiohttp asks again by itself after a reset GET on a used connection: the second reset is the one it reports.
    resets = await api.fault("accepted_reset", method="download", times=2)
    with pytest.raises(ClientError):
        await bot.download(photo)
    await resets.struck(times=2)
    downloaded = await bot.download(photo)
    assert downloaded is not None
    assert downloaded.read() == b"pixels"


async def test_edits_count_as_messages_and_typing_does_not(api: BotApi, bot: Bot, anna: User) -> None:
    await api.limits(chat_per_second=0.1)
    sent = await bot.send_message(anna.id, "one")
    with pytest.raises(TelegramRetryAfter):
        await bot.edit_message_text("two", chat_id=anna.id, message_id=sent.message_id)
    await bot.send_chat_action(anna.id, "typing")
    assert (await anna.sees("one")).edited is False


async def test_limits_are_off_until_they_are_switched_on(api: BotApi, bot: Bot, anna: User) -> None:
    for _ in range(5):
        await bot.send_message(anna.id, "hi")
    await api.limits(chat_per_second=0.1, chat_burst=2)
    for _ in range(2):
        await bot.send_message(anna.id, "hi")
    with pytest.raises(TelegramRetryAfter) as flood:
        await bot.send_message(anna.id, "hi")
    assert flood.value.retry_after == 10
    (limited,) = await api.ledger(kind="limited")
    assert (limited.method, limited.chat_id, limited.error_code) == ("sendMessage", anna.id, 429)
    await api.limits()
    await bot.send_message(anna.id, "hi")


async def test_the_limit_of_the_bot_counts_all_chats_and_each_part_of_an_album(
    api: BotApi, bot: Bot, anna: User
) -> None:
    boris = await api.user(7002, "Boris")
    await boris.sends_photo()
    photo = (await boris.chat())[0].file_id
    assert photo is not None
    await api.limits(bot_per_second=2)
    await bot.send_media_group(anna.id, [InputMediaPhoto(media=photo) for _ in range(5)])
    with pytest.raises(TelegramRetryAfter) as flood:
        await bot.send_message(boris.id, "hi")
    assert flood.value.retry_after == 2


async def test_a_download_can_drip_or_never_end(api: BotApi, bot: Bot, anna: User) -> None:
    await anna.sends_photo(content=b"small")
    file = await bot.get_file((await anna.chat())[-1].file_id or "")
    address = f"{api.base}/file/bot{api.token}/{file.file_path}"
    await api.fault("drip", method="download")
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        assert await response.content.readexactly(2) == b".."
    await api.fault("endless", method="download")
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        assert len(await response.content.readexactly(21 * 1024 * 1024)) == 21 * 1024 * 1024
