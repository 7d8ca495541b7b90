"""The methods for what is neither a message nor an update: answers to presses, and the menu of commands."""

import re
from typing import Any

from tests.botapi.bot import Bot
from tests.botapi.calls import Call
from tests.botapi.errors import bad_request
from tests.botapi.ledger import dumps
from tests.botapi.methods.registry import method

_MAX_ANSWER = 200
_MAX_COMMANDS = 100
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


@method("answerCallbackQuery")
def answer_callback_query(bot: Bot, call: Call) -> Any:
    """Tell the person who pressed a button what came of it; the first answer is the one shown."""
    query = bot.callbacks.get(call.params["callback_query_id"])
    if query is None or query.is_old:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if len(call.params.get("text") or "") > _MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    if query.answer is None:
        query.answer = {name: call.params.get(name) for name in ("text", "show_alert", "url")}
    bot.pulse.beat()
    return True


def menu_key(scope: dict[str, Any] | None, language_code: str | None) -> tuple[str, str]:
    """Under which key the commands of a scope and a language are kept."""
    return dumps(sorted((scope or {"type": "default"}).items())), language_code or ""


@method("setMyCommands")
def set_my_commands(bot: Bot, call: Call) -> Any:
    """Set the menu of one scope in one language."""
    commands = call.params["commands"]
    if len(commands) > _MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not _COMMAND.fullmatch(command["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    bot.commands[_key(bot, call)] = commands
    return True


@method("getMyCommands")
def get_my_commands(bot: Bot, call: Call) -> Any:
    """The menu that was set for exactly this scope and language."""
    return bot.commands.get(_key(bot, call), [])


@method("deleteMyCommands")
def delete_my_commands(bot: Bot, call: Call) -> Any:
    """Remove the menu of one scope in one language."""
    bot.commands.pop(_key(bot, call), None)
    return True


def _key(bot: Bot, call: Call) -> tuple[str, str]:
    scope = call.params.get("scope") or {"type": "default"}
    if "chat_id" in scope:
        bot.chat_to_read(scope["chat_id"])
    return menu_key(scope, call.params.get("language_code"))
