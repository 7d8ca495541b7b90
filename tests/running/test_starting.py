"""Starting, checking, stopping: what the command line says, and what it refuses in words."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.botapi.client import BotApi
from tests.running.conftest import new, opened
from tests.running.program import voronka

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
async def api(bot_api_server: str) -> AsyncIterator[BotApi]:
    async with BotApi.connect(bot_api_server) as api:
        yield api


async def test_check_names_each_part_before_the_first_start(api: BotApi, tmp_path: Path) -> None:
    code, said = await voronka(
        tmp_path, "check", TELEGRAM_API_BASE=api.base, TELEGRAM_BOT_TOKEN=api.token, LOG_LEVEL="WARNING"
    )
    assert said.splitlines() == [
        "ok   settings: complete",
        "ok   database: will be made at the first start",
        "ok   redis: embedded",
        "ok   telegram: @voronka_test_bot",
    ]
    assert code == 0


async def test_check_says_what_is_wrong_and_what_to_look_at(api: BotApi, tmp_path: Path) -> None:
    await api.revoke()
    wrong = {
        "TELEGRAM_API_BASE": api.base,
        "TELEGRAM_BOT_TOKEN": api.token,
        "DATABASE_URL": "postgresql+asyncpg://x:hidden-word@127.0.0.1:9/x",
        "REDIS_URL": "redis://127.0.0.1:9",
    }
    code, said = await voronka(tmp_path, "check", LOG_LEVEL="WARNING", **wrong)
    assert code == 1
    _, database, redis, telegram = said.splitlines()
    assert (database[:14], database[-22:]) == ("FAIL database:", "Is DATABASE_URL right?")
    assert (redis[:11], redis[-19:]) == ("FAIL redis:", "Is REDIS_URL right?")
    assert telegram == "FAIL telegram: the token is refused: copy it anew from @BotFather"
    assert "hidden-word" not in said


async def test_check_tells_no_network_from_a_wrong_token(tmp_path: Path) -> None:
    told = {"TELEGRAM_API_BASE": NOWHERE, "TELEGRAM_BOT_TOKEN": "123:abc"}
    code, said = await voronka(tmp_path, "check", LOG_LEVEL="WARNING", **told)
    assert said.splitlines()[-1].startswith("FAIL telegram: cannot be reached")
    assert code == 1


async def test_settings_that_cannot_be_used_are_refused_in_words(tmp_path: Path) -> None:
    code, said = await voronka(tmp_path, "run", TELEGRAM_MODE="webhook", TELEGRAM_BOT_TOKEN="my token")
    assert code == 1
    assert "TELEGRAM_MODE can't be webhook yet: use polling" in said
    assert "TELEGRAM_BOT_TOKEN is not a bot token" in said
    assert "Traceback" not in said


async def test_roles_cannot_run_apart_on_sqlite_and_are_refused_in_words(tmp_path: Path) -> None:
    code, said = await voronka(tmp_path, "run", "--roles", "relay")
    assert code == 1
    assert said.splitlines()[-1].startswith("Roles can run apart only on PostgreSQL and Redis")


async def test_without_a_token_it_runs_and_says_what_is_missing(tmp_path: Path, bot_api_server: str) -> None:
    async with new(bot_api_server, tmp_path, f"sqlite+aiosqlite:///{tmp_path}/voronka.db") as shop:
        await shop.program.start(TELEGRAM_BOT_TOKEN="")
        await shop.program.stop()
        said = "\n".join(shop.program.said)
        assert "\nTelegram: not connected. Get a token from @BotFather" in said


async def test_a_second_run_in_the_same_folder_is_refused_and_the_first_goes_on(
    tmp_path: Path, bot_api_server: str
) -> None:
    async with opened(bot_api_server, tmp_path, f"sqlite+aiosqlite:///{tmp_path}/voronka.db") as shop:
        code, said = await voronka(tmp_path, "run", **shop.program.settings)
        assert code == 1
        assert said.splitlines()[-1].startswith("Voronka runs in this folder already")
        await shop.admin.sends("/help")
        await shop.admin.sees("How everything works")


async def test_a_token_of_another_bot_is_refused_and_the_chats_are_kept(tmp_path: Path, api: BotApi) -> None:
    async with opened(api.base, tmp_path, f"sqlite+aiosqlite:///{tmp_path}/voronka.db") as shop:
        await shop.program.stop()
        other = shop.program.settings | {"TELEGRAM_BOT_TOKEN": api.token}
        for command in ("run", "check"):
            code, said = await voronka(tmp_path, command, **other)
            assert code == 1
            assert f"TELEGRAM_BOT_TOKEN belongs to bot {api.bot_id}, but the chats in this database to bot" in said
        await shop.program.start()
        asked = await shop.admin.sends("/help")
        await shop.admin.sees("How everything works", after=asked)


async def test_it_is_soon_ready_stops_with_a_send_under_way_and_goes_on_after_it(
    tmp_path: Path, bot_api_server: str, database_url: str
) -> None:
    async with opened(bot_api_server, tmp_path, database_url) as shop:
        await shop.on_shift(shop.admin)
        anna, card = await shop.handed("Anna", shop.admin)
        assert await shop.program.get("/healthz") == (200, {"status": "ok"})
        assert await shop.program.get("/readyz") == (200, {"status": "ready", "degraded": {}})
        held = await shop.api.fault("hold", method="sendMessage", chat_id=anna.id)
        await shop.admin.sends("Nine EUR", reply_to=card.id)
        await held.struck()
        assert await shop.program.stop() < 10
        await held.release()
        # Most of a start is the interpreter loading libraries, and two tests run at a time.
        assert await shop.program.start() < 10
        told = await shop.admin.sees("Delivery is not confirmed", button="Send again")
        await shop.admin.presses(told.id, "Send again")
        await anna.sees("Nine EUR")


async def test_neither_the_token_nor_a_customers_words_are_logged(
    tmp_path: Path, bot_api_server: str, database_url: str
) -> None:
    async with opened(bot_api_server, tmp_path, database_url, LOG_LEVEL="DEBUG") as shop:
        await shop.on_shift(shop.admin)
        anna, card = await shop.handed("Canary-name", shop.admin, "canary-of-a-customer")
        for kind in ("400", "5xx", "429", "accepted_reset"):
            await shop.api.fault(kind, chat_id=anna.id, description="Bad Request: canary-of-a-server")
            await shop.admin.sends("canary-of-an-operator", reply_to=card.id)
        await shop.api.fault("5xx", method="getUpdates")
        await shop.api.fault("accepted_garbage", method="getUpdates")
        await anna.sees("canary-of-an-operator")
        number = await shop.api.next_update_id()
        await shop.api.push_raw(f'{{"update_id": {number}, "message": {{"text": "canary-unread"}}}}')
        await shop.admin.sees("could not be read")
        await shop.program.stop()
        secret = shop.api.token.partition(":")[2]
        for word in (secret, "canary-of-a-customer", "canary-of-an-operator", "canary-unread", "Canary-name"):
            assert word not in shop.program.log
