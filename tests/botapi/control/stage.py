"""What tests do to the server itself: its updates, faults, limits and menus; and what they read in its ledger."""

import json
from typing import Any

from tests.botapi.bot import Bot
from tests.botapi.control.acts import act
from tests.botapi.ledger import Wanted
from tests.botapi.methods.answering import menu_key


@act
def fault(bot: Bot, **wishes: Any) -> int:
    """Order a fault and return its number."""
    return bot.faults.order(**wishes).id


@act
def clear_faults(bot: Bot, fault_id: int | None) -> None:
    """Call off one fault, or all of them, and let go what they hold."""
    bot.faults.clear(fault_id)


@act
def limits(bot: Bot, chat_per_second: float | None, chat_burst: float, bot_per_second: float | None) -> None:
    """Switch Telegram's limits on or off."""
    bot.limits.switch(chat_per_second=chat_per_second, chat_burst=chat_burst, bot_per_second=bot_per_second)


@act
def ledger(bot: Bot, after: int, wanted: dict[str, Any]) -> list[dict[str, Any]]:
    """What has happened."""
    return [entry.as_json() for entry in bot.ledger.entries(Wanted(**wanted), after=after)]


@act
async def wait_ledger(
    bot: Bot, after: int, wanted: dict[str, Any], count: int, timeout: float
) -> list[dict[str, Any]] | None:
    """Wait until something has happened often enough."""
    found = await bot.ledger.wait(Wanted(**wanted), count=count, after=after, timeout=timeout)
    return None if found is None else [entry.as_json() for entry in found]


@act
def push_raw(bot: Bot, text: str) -> int:
    """Queue a text as one update, to be served byte for byte; its id is the one it names, if it names one."""
    return bot.queue.put_raw(text, _update_id_in(text))


def _update_id_in(text: str) -> int | None:
    try:
        update = json.loads(text)
    except (ValueError, RecursionError):
        return None
    named = update.get("update_id") if isinstance(update, dict) else None
    return named if isinstance(named, int) else None


@act
def next_update_id(bot: Bot, number: int | None) -> int:
    """Set the id that the next update gets, upwards or downwards, and return it."""
    bot.queue.next_id = bot.queue.next_id if number is None else number
    return bot.queue.next_id


@act
def offer_again(bot: Bot, update_ids: list[int] | None) -> list[int]:
    """Put acknowledged updates back into the queue."""
    return bot.queue.offer_again(update_ids)


@act
def hold_updates(bot: Bot, held: bool) -> None:
    """Hide updates from getUpdates, or show all of them at once."""
    bot.queue.hold(held)


@act
def waiting_updates(bot: Bot) -> list[int]:
    """The ids of the updates that are not acknowledged."""
    return bot.queue.waiting_ids()


@act
async def wait_empty(bot: Bot, timeout: float) -> bool | None:
    """Wait until every update has been acknowledged."""
    return await bot.pulse.until(lambda: None if len(bot.queue) else True, timeout)


@act
def commands(bot: Bot, scope: dict[str, Any], language: str) -> list[dict[str, Any]]:
    """The menu that was set for a scope and a language."""
    return bot.commands.get(menu_key(scope, language), [])


@act
def rename(bot: Bot, username: str) -> None:
    """Give the bot another username."""
    bot.username = username
