"""The keyboards that a bot puts under its messages, by Telegram's rules; which message is not known here."""

from typing import Any

from tests.botapi.errors import bad_request

MAX_DATA_BYTES = 64

# A button does exactly one thing; these are the things.
_DEEDS = frozenset(
    {
        "url",
        "callback_data",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "copy_text",
        "callback_game",
        "pay",
    }
)


def inline_fields(markup: dict[str, Any] | None) -> dict[str, Any]:
    """The field of a message that holds its buttons, none if it has none."""
    rows = (markup or {}).get("inline_keyboard")
    if not rows:
        return {}
    for row in rows:
        for button in row:
            _check(button)
    return {"reply_markup": {"inline_keyboard": rows}}


def reply_rows(markup: dict[str, Any] | None) -> list[list[str]]:
    """The texts of the keyboard that the person sees instead of letters."""
    rows = (markup or {}).get("keyboard") or []
    return [[button if isinstance(button, str) else button["text"] for button in row] for row in rows]


def _check(button: dict[str, Any]) -> None:
    if not button["text"].strip():
        raise bad_request("can't parse inline keyboard button: Text buttons must have a non-empty text")
    if len(_DEEDS & button.keys()) != 1:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= MAX_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
