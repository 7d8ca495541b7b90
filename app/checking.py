"""`voronka check`: settings, schema, Redis and each channel, one line each."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from redis.exceptions import RedisError
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from app.channels import bot_id, telegram
from app.migrating import schema_is_newest
from core.clock import SystemClock
from core.database import Database
from core.redis import connect
from core.settings import Settings
from inbox.accounts import OtherAccount, same_account
from inbox.channel import Paused, Retry
from inbox.channels.telegram import Telegram


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the check."""

    what: str
    fine: bool
    words: str


async def check(settings: Settings) -> AsyncIterator[Finding]:
    """Look at everything that can be wrong before a start; nothing is changed."""
    yield Finding("settings", True, "complete")
    yield await _database(settings)
    yield await _redis(settings)
    yield await _telegram(settings)


async def _database(settings: Settings) -> Finding:
    if settings.uses_sqlite and not _file_exists(settings.database_url):
        return Finding("database", True, "will be made at the first start")
    database = Database(settings.database_url, SystemClock())
    try:
        if not await schema_is_newest(database):
            return Finding("database", True, "will be brought to the newest schema at the next start")
        if settings.telegram_bot_token is not None:
            async with database.reading() as uow:
                await same_account(uow, Telegram.kind, bot_id(settings))
    except OtherAccount as other:
        return Finding("database", False, other_bot(other))
    except (SQLAlchemyError, OSError) as error:
        return Finding("database", False, f"cannot be used: {type(error).__name__}. Is DATABASE_URL right?")
    finally:
        await database.close()
    return Finding("database", True, "newest schema")


def _file_exists(database_url: str) -> bool:
    return Path(make_url(database_url).database or "").exists()


def other_bot(other: OtherAccount) -> str:
    """Why a token of another bot is refused."""
    return (
        f"TELEGRAM_BOT_TOKEN belongs to bot {other.given}, but the chats in this database to bot {other.known}. "
        f"Put a token of bot {other.known} back, or start with an empty DATA_DIR; nothing was changed."
    )


async def _redis(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return Finding("redis", True, "embedded")
    redis = connect(settings.redis_url)
    try:
        await redis.ping()
    except (RedisError, OSError) as error:
        return Finding("redis", False, f"does not answer: {type(error).__name__}. Is REDIS_URL right?")
    finally:
        await redis.aclose()
    return Finding("redis", True, "answers")


async def _telegram(settings: Settings) -> Finding:
    if settings.telegram_bot_token is None:
        return Finding("telegram", True, "not connected: TELEGRAM_BOT_TOKEN is not set")
    channel = telegram(settings)
    try:
        me = await channel.me()
    except Paused:
        return Finding("telegram", False, "the token is refused: copy it anew from @BotFather")
    except Retry:
        return Finding("telegram", False, "cannot be reached: is the network up, is TELEGRAM_API_BASE right?")
    finally:
        await channel.close()
    return Finding("telegram", True, f"@{me.username}")
