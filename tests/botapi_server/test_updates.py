"""getUpdates: batches, offsets, acknowledgements, waiting, conflicts, fallen and repeated ids, raw texts."""

import asyncio
import json

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramConflictError

from tests.botapi.client import BotApi, User
from tests.botapi_server.conftest import Raw

POLL = 40


async def test_updates_come_again_until_a_higher_offset_acknowledges_them(api: BotApi, raw: Raw, anna: User) -> None:
    (first,) = await raw.updates()
    assert await raw.updates(offset=first) == [first]
    await anna.sends("more")
    assert await raw.updates(offset=first + 1) == [first + 1]
    acknowledged = await api.ledger(kind="acknowledged")
    assert [entry.update_ids for entry in acknowledged] == [[first]]
    offered = await api.ledger(kind="offered")
    assert [(entry.update_ids, entry.again) for entry in offered] == [
        ([first], []),
        ([first], [first]),
        ([first + 1], []),
    ]


async def test_a_batch_is_no_larger_than_its_limit(raw: Raw, anna: User) -> None:
    for number in range(3):
        await anna.sends(str(number))
    first = (await raw.updates(limit=1))[0]
    assert await raw.updates(limit=2) == [first, first + 1]
    assert await raw.updates(limit=0) == [first, first + 1, first + 2, first + 3]


async def test_a_negative_offset_forgets_all_but_the_last(api: BotApi, raw: Raw, anna: User) -> None:
    await anna.sends("two")
    await anna.sends("three")
    ids = await api.waiting_updates()
    assert await raw.updates(offset=-1) == ids[-1:]
    assert await api.waiting_updates() == ids[-1:]


async def test_a_long_poll_answers_as_soon_as_something_is_there(api: BotApi, bot: Bot, anna: User) -> None:
    first = await api.next_update_id()
    poll = asyncio.create_task(bot.get_updates(offset=first, timeout=POLL))
    await api.wait_acknowledged(first - 1)
    assert not poll.done()
    await anna.sends("now")
    (update,) = await poll
    assert update.message is not None
    assert update.message.text == "now"


async def test_the_earlier_of_two_polls_is_terminated(api: BotApi, bot: Bot, raw: Raw, anna: User) -> None:
    nothing_yet = await api.next_update_id()
    earlier = asyncio.create_task(bot.get_updates(offset=nothing_yet, timeout=POLL))
    await api.wait_acknowledged(nothing_yet - 1)
    later = asyncio.create_task(raw.updates(nothing_yet, timeout=POLL))
    with pytest.raises(TelegramConflictError, match="terminated by other getUpdates request; make sure that only one"):
        await earlier
    await anna.sends("for the later one")
    assert await later == [nothing_yet]


async def test_a_poll_that_was_given_up_is_no_conflict(api: BotApi, raw: Raw, anna: User) -> None:
    nothing_yet = await api.next_update_id()
    given_up = asyncio.create_task(raw.updates(nothing_yet, timeout=POLL))
    await api.wait_acknowledged(nothing_yet - 1)
    given_up.cancel()
    await asyncio.wait([given_up])
    await anna.sends("hello?")
    assert await raw.updates(nothing_yet) == [nothing_yet]
    assert await api.ledger(kind="refused") == []


async def test_every_poll_can_be_made_a_conflict(api: BotApi, bot: Bot, anna: User) -> None:
    fault = await api.fault("409", method="getUpdates", times=None)
    for _ in range(2):
        with pytest.raises(TelegramConflictError):
            await bot.get_updates()
    await fault.clear()
    assert len(await bot.get_updates()) == 1


async def test_polling_is_a_conflict_while_a_webhook_is_set(bot: Bot, anna: User) -> None:
    await bot.set_webhook("https://example.org/hook", allowed_updates=["message"])
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count, info.allowed_updates) == ("https://example.org/hook", 1, ["message"])
    with pytest.raises(TelegramConflictError, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == []


async def test_unwanted_kinds_of_updates_are_not_queued_and_the_wish_is_remembered(
    api: BotApi, raw: Raw, anna: User
) -> None:
    await raw.updates(-1, allowed_updates=["edited_message"])
    await anna.sends("unwanted")
    await raw.updates()
    message_id = await anna.sends("unwanted too")
    await anna.edits(message_id, "wanted")
    assert [entry.description for entry in await api.ledger(kind="queued")] == ["message", "edited_message"]


async def test_an_offset_far_ahead_is_answered_from_the_head(api: BotApi, raw: Raw, anna: User) -> None:
    (only,) = await api.waiting_updates()
    assert await raw.updates(offset=only + 11) == [only]
    assert await api.ledger(kind="acknowledged") == []
    assert await raw.updates(offset=only + 10) == []


async def test_ids_that_have_fallen_are_read_by_the_old_offset(api: BotApi, raw: Raw) -> None:
    await api.next_update_id(900_000_000)
    anna = await api.user(7001, "Anna")
    await anna.sends("before the fall")
    assert await raw.updates() == [900_000_000]
    await api.next_update_id(1000)
    await anna.sends("after the fall")
    await anna.sends("and again")
    # The offset acknowledges what arrived before the fall and nothing that arrived after it ...
    assert await raw.updates(offset=900_000_001) == [1000, 1001]
    # ... as often as it is sent, ...
    assert await raw.updates(offset=900_000_001) == [1000, 1001]
    # ... and the new numbering goes on by itself.
    assert await raw.updates(offset=1001) == [1001]
    assert await raw.updates(offset=1002) == []
    assert [entry.update_ids for entry in await api.ledger(kind="acknowledged")] == [[900_000_000], [1000], [1001]]


async def test_ids_that_fall_while_a_poll_waits_are_offered_to_it(api: BotApi, raw: Raw, anna: User) -> None:
    offset = await api.next_update_id()
    poll = asyncio.create_task(raw.updates(offset, timeout=POLL))
    await api.wait_acknowledged(offset - 1)
    await api.next_update_id(1000)
    await anna.sends("after the fall")
    assert await poll == [1000]


async def test_an_offset_passes_the_newest_of_two_updates_with_one_id(api: BotApi, raw: Raw, anna: User) -> None:
    (twin,) = await api.waiting_updates()
    await api.next_update_id(twin)
    await anna.sends("same id")
    assert await raw.updates() == [twin, twin]
    assert await raw.updates(offset=twin + 1) == []


async def test_acknowledged_updates_are_delivered_again(api: BotApi, raw: Raw, anna: User) -> None:
    await anna.sends("two")
    first, second = await raw.updates()
    assert await raw.updates(offset=second + 1) == []
    assert await api.offer_again([first]) == [first]
    await anna.sends("three")
    # An offset that would pass it does not: it has not been seen again yet.
    assert await raw.updates(offset=second + 1) == [first, second + 1]
    assert await raw.updates(offset=second + 2) == []
    offered = (await api.ledger(kind="offered"))[-1]
    assert offered.again == [first]
    assert await api.offer_again() == [second, first, second + 1]


async def test_held_updates_are_served_at_once(api: BotApi, raw: Raw, anna: User) -> None:
    await api.hold_updates()
    await anna.sends("two")
    assert await raw.updates() == []
    waiting = await api.waiting_updates()
    poll = asyncio.create_task(raw.updates(timeout=POLL))
    await api.release_updates()
    assert await poll == waiting
    assert len(waiting) == 2


@pytest.mark.parametrize(
    "text",
    [
        '{"update_id": 555, "novelty": {"nested": [1, 2]}}',
        '{"update_id":555,  "message":{"text":"\\u0000 \\ud800 \\uD83D"}}',
        '{"update_id":555,"message":"no object"}',
        '{ "update_id" : 555 , "message" : { "text" : "тест" } }',
    ],
)
async def test_a_raw_update_is_served_byte_for_byte(api: BotApi, raw: Raw, text: str) -> None:
    assert await api.push_raw(text) == 555
    assert await raw.text("getUpdates") == f'{{"ok":true,"result":[{text}]}}'
    assert await raw.updates(offset=556) == []
    await api.wait_acknowledged(555)


async def test_a_raw_update_without_an_id_goes_when_its_successor_goes(api: BotApi, raw: Raw, anna: User) -> None:
    hidden = await api.push_raw('{"novelty": true}')
    await anna.sends("next")
    body = json.loads(await raw.text("getUpdates"))
    assert body["result"][1] == {"novelty": True}
    assert await raw.updates(offset=hidden + 2) == []


async def test_waiting_for_nothing_to_wait_tells_what_does(api: BotApi, anna: User) -> None:
    (only,) = await api.waiting_updates()
    with pytest.raises(AssertionError, match=f"not acknowledged: \\[{only}\\]"):
        await api.wait_acknowledged(timeout=0)


async def test_get_and_form_requests_are_understood(api: BotApi, anna: User) -> None:
    address = f"{api.base}/bot{api.token}"
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{address}/getupdates", params={"limit": "1", "allowed_updates": "[]"}) as response:
            assert len((await response.json())["result"]) == 1
        form = {"chat_id": str(anna.id), "text": "[1]", "disable_notification": "true"}
        async with session.post(f"{address}/sendMessage", data=form) as response:
            assert (await response.json())["result"]["text"] == "[1]"
    assert (await anna.sees("[1]")).silent
