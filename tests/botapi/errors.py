"""What Telegram answers instead of a result; when it does so is decided elsewhere."""

from typing import Any


class ApiError(Exception):
    """A call that gets `"ok": false`, with Telegram's own code and words."""

    def __init__(self, code: int, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """The answer as Telegram words it."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


def bad_request(reason: str) -> ApiError:
    """A refusal of what was asked."""
    return ApiError(400, f"Bad Request: {reason}")


def unauthorized() -> ApiError:
    """A refusal of the token."""
    return ApiError(401, "Unauthorized")


def blocked() -> ApiError:
    """A refusal because the person does not want to hear from the bot."""
    return ApiError(403, "Forbidden: bot was blocked by the user")


def not_found() -> ApiError:
    """A refusal of a method that does not exist."""
    return ApiError(404, "Not Found")


def conflict(reason: str) -> ApiError:
    """A refusal of one of two ways to read the same updates."""
    return ApiError(409, f"Conflict: {reason}")


def terminated_by_other() -> ApiError:
    """What the earlier of two pollers hears."""
    return conflict("terminated by other getUpdates request; make sure that only one bot instance is running")
