"""As fast as the messenger allows and no faster, in order in each chat; and when it shuts the door for everybody."""

from pathlib import Path

from tests.botapi.client import User
from tests.running.conftest import opened
from tests.running.shop import Shop

CHANNEL = "SELECT state, reason FROM channel WHERE kind = 'telegram'"


async def words_for(customer: User) -> list[str]:
    return [message.text for message in await customer.chat() if message.from_bot]


async def test_many_answers_keep_telegrams_limits_and_their_order(
    tmp_path: Path, bot_api_server: str, nursery_socket: Path, database_url: str
) -> None:
    pace = {"PACE_CHAT_PER_SECOND": "1", "PACE_CHAT_BURST": "20", "PACE_BOT_PER_SECOND": "30"}
    async with opened(bot_api_server, tmp_path, database_url, nursery=nursery_socket, **pace) as shop:
        await shop.api.limits(chat_per_second=1, chat_burst=20, bot_per_second=30)
        await shop.on_shift(shop.admin)
        anna, card = await shop.handed("Anna", shop.admin)
        bela, other = await shop.handed("Bela", shop.admin)
        for number in range(22):
            last = await shop.admin.sends(f"Anna {number}", reply_to=card.id)
            if number < 5:
                await shop.admin.sends(f"Bela {number}", reply_to=other.id)
        await anna.sees("Anna 21")
        await shop.admin.sees_reaction(last, "👌")
        assert await words_for(anna) == [f"Anna {number}" for number in range(22)]
        assert await words_for(bela) == [f"Bela {number}" for number in range(5)]
        assert await shop.api.ledger(kind="limited") == []
        accepted = await shop.api.ledger(kind="accepted", method="sendMessage", chat_id=anna.id)
        # One a second from the first one on would take 19 seconds.
        assert accepted[19].monotonic - accepted[0].monotonic < 15
        assert accepted[21].monotonic - accepted[0].monotonic >= 1.9


async def test_a_revoked_token_holds_everything_until_it_works_again(
    tmp_path: Path, bot_api_server: str, nursery_socket: Path, database_url: str
) -> None:
    async with opened(bot_api_server, tmp_path, database_url, nursery=nursery_socket) as shop:
        await shop.on_shift(shop.admin)
        anna, card = await shop.handed("Anna", shop.admin)
        held = await shop.api.fault("hold", method="sendMessage", chat_id=anna.id)
        await shop.admin.sends("First", reply_to=card.id)
        await held.struck()
        await shop.admin.sends("Second", reply_to=card.id)
        await shop.api.wait_acknowledged()
        await shop.api.revoke()
        await held.release()
        await paused(shop)
        status, answer = await shop.program.get("/readyz")
        assert (status, answer["degraded"]["telegram"]) == (200, "paused: token")
        await anna.sends("Anybody?")
        await shop.api.restore()
        await shop.admin.sees("Anybody?", timeout=20)
        await shop.admin.sees("The bot's token is refused.")
        await anna.sees("Second")
        assert await words_for(anna) == ["First", "Second"]
        assert len([one for one in await shop.admin.chat() if "token is refused" in one.text]) == 1


async def paused(shop: Shop) -> None:
    await shop.rows.until(CHANNEL, lambda found: found == [("paused", "token")])


async def test_a_second_poller_and_a_silent_messenger_cost_no_message(
    tmp_path: Path, bot_api_server: str, nursery_socket: Path, database_url: str
) -> None:
    async with opened(bot_api_server, tmp_path, database_url, nursery=nursery_socket) as shop:
        await shop.on_shift(shop.admin)
        crowded = await shop.api.fault("409", method="getUpdates", times=None)
        (anna,) = await shop.customers("Anna")
        await anna.sends("Hello")
        await crowded.struck()
        await degraded(shop, "another program reads this channel")
        await crowded.clear()
        await shop.card(anna, shop.admin, button="Stage")
        silent = await shop.api.fault("5xx", method="getUpdates", times=1)
        await anna.sends("Hello again")
        await silent.struck()
        await shop.admin.sees("Hello again")


async def degraded(shop: Shop, words: str) -> None:
    status, answer = await shop.program.get("/readyz")
    assert (status, answer) == (200, {"status": "degraded", "degraded": {"telegram": words}})


async def test_a_webhook_is_told_of_once_and_a_pause_ends_with_a_restart_too(
    tmp_path: Path, bot_api_server: str, database_url: str, nursery_socket: Path
) -> None:
    async with opened(bot_api_server, tmp_path, database_url, nursery=nursery_socket) as shop:
        hooked = await shop.api.fault(
            "409", method="getUpdates", times=3, description="Conflict: can't use getUpdates while webhook is active"
        )
        await shop.admin.sends("/help")
        await hooked.struck(times=3, timeout=30)
        await shop.admin.sees("Another program has set a webhook for this bot.", timeout=20)
        await shop.rows.until(CHANNEL, lambda found: found == [("on", None)])
        await shop.settled()
        assert len([one for one in await shop.admin.chat() if "set a webhook" in one.text]) == 1
        await shop.api.revoke()
        await paused(shop)
        await shop.program.kill()
        await shop.api.restore()
        await shop.program.start()
        await shop.admin.sends("/help")
        await shop.rows.until(CHANNEL, lambda found: found == [("on", None)])
        assert (await shop.program.get("/readyz"))[1]["degraded"] == {}
