"""The only reader of the environment and `.env`; opens nothing and checks no server.

Every setting has the lower-case name of its variable. What each one means stands in `.env.example`.
"""

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

OWN_PREFIXES = ("TELEGRAM_", "VORONKA_")
DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")
REDIS_SCHEMES = ("redis", "rediss", "unix")

# Pydantic speaks of inputs and instances; the person who edits `.env` needs other words.
WORDS = {
    "int_parsing": "is not a whole number",
    "float_parsing": "is not a number",
    "finite_number": "must be a finite number",
    "literal_error": "must be {expected}",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "too_short": "must hold at least one number",
    "value_error": "{error}",
}


class SettingsFaulty(Exception):
    """Some settings can't be used; the message names them all, one a line, and shows no secret."""


def _comma_separated(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(gt=0)]


class Settings(BaseModel):
    """Everything an installation can be told; frozen, complete and already checked."""

    model_config = ConfigDict(frozen=True, validate_default=True, extra="forbid")

    telegram_bot_token: SecretStr | None = None
    telegram_api_base: str | None = None
    telegram_admin_ids: Annotated[tuple[Count, ...], BeforeValidator(_comma_separated)] = ()
    telegram_mode: Literal["polling"] = "polling"

    data_dir: Path = Path("data")
    database_url: str = Field(default="", repr=False)
    redis_url: str | None = Field(default=None, repr=False)

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    public_url: str | None = None
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], BeforeValidator(_comma_separated)] = ()

    voronka_language: Literal["en", "ru", "uk", "pl"] = "en"
    voronka_timezone: str = "UTC"
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = "INFO"
    log_format: Literal["console", "json"] = "console"

    lease_seconds: Seconds = 30
    sweep_seconds: Seconds = 5
    poll_seconds: Seconds = 25
    send_timeout_seconds: Seconds = 20
    fetch_timeout_seconds: Seconds = 30
    fetch_retry_seconds: Seconds = 60
    stop_seconds: Seconds = 25
    retry_seconds: Annotated[tuple[Seconds, ...], BeforeValidator(_comma_separated), Field(min_length=1)] = (
        5,
        300,
        1800,
        7200,
        18000,
        36000,
        36000,
    )
    event_retry_seconds: Seconds = 2
    pace_chat_per_second: Seconds = 1.0
    pace_chat_burst: Count = 20
    pace_bot_per_second: Seconds = 30.0
    invitation_hours: Seconds = 48
    idle_minutes: Seconds = 15
    body_seconds: Seconds = 15

    voronka_failpoint: str | None = None

    @classmethod
    def load(
        cls,
        env_file: Path | None = Path(".env"),
        environ: Mapping[str, str] | None = None,
        *,
        over: Mapping[str, str] | None = None,
    ) -> Self:
        """Read the file, then the environment over it, then `over`; an empty value means the default.

        Raises SettingsFaulty with every fault at once.
        """
        given = _read(env_file) | dict(os.environ if environ is None else environ) | dict(over or {})
        names = {field.upper(): field for field in cls.model_fields}
        faults = list(_unknown_names(given, list(names)))
        try:
            settings = cls.model_validate(
                {names[name]: value for name, value in given.items() if value and name in names}
            )
        except ValidationError as invalid:
            raise SettingsFaulty("\n".join([*faults, *_in_words(invalid)])) from None
        if faults:
            raise SettingsFaulty("\n".join(faults))
        return settings

    @property
    def uses_sqlite(self) -> bool:
        """Whether the database is one file, and so belongs to one process."""
        return self.database_url.startswith("sqlite")

    @property
    def web_url(self) -> str:
        """Where people reach the web, as far as the settings know."""
        host = f"[{self.http_host}]" if ":" in self.http_host else self.http_host
        return self.public_url or f"http://{host}:{self.http_port}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every text among the settings that must never be shown or logged."""
        token = self.telegram_bot_token.get_secret_value() if self.telegram_bot_token else None
        passwords = (urlsplit(url).password for url in (self.database_url, self.redis_url) if url)
        return tuple(unquote(secret) for secret in (token, *passwords) if secret)

    @field_validator("telegram_bot_token")
    @classmethod
    def _has_the_form_of_a_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", token.get_secret_value()):
            raise ValueError("is not a bot token: copy it from BotFather, digits, a colon and letters")
        return token

    @field_validator("telegram_api_base", "public_url")
    @classmethod
    def _is_a_web_address(cls, address: str | None) -> str | None:
        if address is None:
            return None
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("is no address: it must begin with http:// or https://")
        return address.rstrip("/")

    @field_validator("telegram_mode", mode="before")
    @classmethod
    def _has_no_webhook_yet(cls, mode: object) -> object:
        if mode == "webhook":
            raise ValueError("can't be webhook yet: use polling")
        return mode

    @field_validator("database_url")
    @classmethod
    def _is_a_database_we_know(cls, address: str, info: ValidationInfo) -> str:
        if not address:
            file = info.data["data_dir"] / "voronka.db"
            return URL.create(DRIVERS[0], database=str(file)).render_as_string()
        try:
            driver = make_url(address).drivername
        except ArgumentError:
            raise ValueError("is no database address") from None
        if driver not in DRIVERS:
            raise ValueError(f"must begin with {' or '.join(f'{name}://' for name in DRIVERS)}")
        return address

    @field_validator("redis_url")
    @classmethod
    def _is_a_redis_address(cls, address: str | None) -> str | None:
        if address is not None and urlsplit(address).scheme not in REDIS_SCHEMES:
            raise ValueError(f"must begin with {' or '.join(f'{name}://' for name in REDIS_SCHEMES)}")
        return address

    @field_validator("voronka_timezone")
    @classmethod
    def _is_a_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError("is no time zone: use a name such as Europe/Warsaw") from None
        return name

    @field_validator("send_timeout_seconds")
    @classmethod
    def _ends_within_the_lease(cls, timeout: float, info: ValidationInfo) -> float:
        # A send that outlives its lease could be taken over and sent twice.
        if timeout >= info.data.get("lease_seconds", timeout + 1):
            raise ValueError("must be less than LEASE_SECONDS")
        return timeout


def _read(env_file: Path | None) -> dict[str, str]:
    if env_file is None:
        return {}
    try:
        # A password may well hold "${": nothing in a value stands for another value.
        lines = dotenv_values(env_file, interpolate=False)
    except (OSError, UnicodeError) as error:
        raise SettingsFaulty(f"{env_file} can't be read: {error}") from None
    return {name: value for name, value in lines.items() if value is not None}


def _unknown_names(given: Mapping[str, str], known: list[str]) -> Iterator[str]:
    for name in sorted(given):
        if name.upper().startswith(OWN_PREFIXES) and name not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            yield f"{name} is no setting" + (f": did you mean {near[0]}?" if near else "")


def _in_words(invalid: ValidationError) -> Iterator[str]:
    for fault in invalid.errors(include_input=False, include_url=False):
        context: dict[str, Any] = fault.get("ctx", {})
        field, *place = fault["loc"]
        part = f" (number {int(place[0]) + 1})" if place else ""
        yield f"{str(field).upper()}{part} {WORDS.get(fault['type'], fault['msg']).format_map(context)}"
