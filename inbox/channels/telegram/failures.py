"""What an error of the Bot API means for what was asked: try again, give up, or nobody knows."""

from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiohttp import ClientConnectorError

from inbox.channel import Paused, Reason, Refused, Retry, Unanswered


def failure_of(error: TelegramAPIError | ClientDecodeError) -> Exception:
    """What an error of the Bot API means for a send: try again, give up, or nobody knows."""
    match error:
        case TelegramRetryAfter():
            return Retry("429", after=float(error.retry_after))
        case TelegramUnauthorizedError():
            return Paused("token")
        case TelegramForbiddenError():
            gone = "deactivated" in error.message
            return Refused(Reason.GONE if gone else Reason.BLOCKED, error.message)
        case TelegramBadRequest():
            return Refused(_reason(error.message), error.message)
        case TelegramNotFound():
            return Refused(Reason.UNSUPPORTED, error.message)
        case TelegramEntityTooLarge():
            return Refused(Reason.TOO_LARGE, error.message)
        case TelegramNetworkError() if isinstance(error.__cause__, ClientConnectorError):
            # The connection was never made: nothing was handed over.
            return Retry(type(error.__cause__).__name__, everywhere=True)
        case TelegramNetworkError() | TelegramServerError() | ClientDecodeError():
            return Unanswered(type(error).__name__)
        case _:
            return Refused(Reason.REFUSED, error.message)


_REASONS = (
    ("chat not found", Reason.GONE),
    ("user is deactivated", Reason.GONE),
    ("REACTION_INVALID", Reason.REACTION),
    ("message to edit not found", Reason.TARGET),
    ("message can't be edited", Reason.TARGET),
    ("message to delete not found", Reason.TARGET),
    ("message to react not found", Reason.TARGET),
    ("too long", Reason.TOO_LARGE),
    ("too big", Reason.TOO_LARGE),
    ("file", Reason.FILE),
)


def _reason(description: str) -> Reason:
    return next((reason for part, reason in _REASONS if part in description), Reason.REFUSED)
