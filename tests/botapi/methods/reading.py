"""The methods by which a bot learns something, and by which it says how it wants to get its updates."""

from typing import Any

from tests.botapi.bot import Bot, Webhook
from tests.botapi.calls import Call
from tests.botapi.errors import bad_request, conflict
from tests.botapi.files import MAX_DOWNLOAD
from tests.botapi.methods.registry import method

_MAX_BATCH = 100
_MAX_POLL_SECONDS = 50


@method("getUpdates")
async def get_updates(bot: Bot, call: Call) -> Any:
    """Acknowledge what the offset has passed and return what waits, as texts to be served byte for byte."""
    if bot.webhook.url:
        raise conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        )
    if "allowed_updates" in call.params:
        bot.queue.allowed = call.params["allowed_updates"] or []
    limit = call.params.get("limit") or _MAX_BATCH
    return await bot.queue.take(
        offset=call.params.get("offset") or 0,
        limit=limit if 1 <= limit <= _MAX_BATCH else _MAX_BATCH,
        timeout=min(call.params.get("timeout") or 0, _MAX_POLL_SECONDS),
    )


@method("getMe")
def get_me(bot: Bot, call: Call) -> Any:
    """The bot itself."""
    return bot.as_user() | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


@method("getChat")
def get_chat(bot: Bot, call: Call) -> Any:
    """Everything about a chat."""
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    return bot.chat_to_read(call.params.get("chat_id")).person.as_chat() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, True),
    }


@method("getFile")
def get_file(bot: Bot, call: Call) -> Any:
    """Where a file can be downloaded."""
    stored = bot.files.get(call.params["file_id"])
    if stored.size > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return stored.as_file()


@method("getWebhookInfo")
def get_webhook_info(bot: Bot, call: Call) -> Any:
    """Whether and where updates would be sent."""
    return {
        "url": bot.webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(bot.queue),
    } | bot.webhook.details


@method("setWebhook")
def set_webhook(bot: Bot, call: Call) -> Any:
    """Remember the address; this server sends nothing there, but getUpdates is refused as long as it stands."""
    kept = ("max_connections", "allowed_updates", "ip_address")
    bot.webhook = Webhook(call.params["url"], {name: call.params[name] for name in kept if name in call.params})
    return _drop_if_asked(bot, call)


@method("deleteWebhook")
def delete_webhook(bot: Bot, call: Call) -> Any:
    """Go back to getUpdates."""
    bot.webhook = Webhook()
    return _drop_if_asked(bot, call)


def _drop_if_asked(bot: Bot, call: Call) -> bool:
    if call.params.get("drop_pending_updates"):
        bot.queue.forget()
    return True


@method("close")
def close(bot: Bot, call: Call) -> Any:
    """Nothing is closed: there is one server only."""
    return True


@method("logOut")
def log_out(bot: Bot, call: Call) -> Any:
    """Nobody is logged out: there is one server only."""
    return True
