"""How everything is logged, ours and the libraries'; decides nothing about what is logged.

A line never holds a secret and never more than one record, whatever a customer writes.
"""

import logging
import re
import sys
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Literal
from urllib.parse import quote

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

BOT_TOKEN = r"\d{6,}(?::|%3A)[A-Za-z0-9_-]{30,}"
TOKEN_IN_ADDRESS = r"(?<=/bot)\d+(?::|%3A)[^/\s?\"']+"
MASK = "***"
HANDLER = "voronka"

# At lower levels these print whole statements with their values, which are customers' words.
QUIET = {"aiosqlite": logging.INFO, "sqlalchemy": logging.WARNING, "asyncpg": logging.INFO}

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def configure(level: str, fmt: Literal["console", "json"], secrets: Sequence[str]) -> None:
    """Send structlog and the standard library's logging to stderr in one form, with the secrets masked."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_last_steps(fmt, secrets))
    _replace_handler(level, formatter)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # a record that fails to format would be printed raw, its values included
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(max(least, logging.getLogger().level))
    sys.excepthook = _log_uncaught


def _replace_handler(level: str, formatter: logging.Formatter) -> None:
    handler = logging.StreamHandler()
    handler.name = HANDLER
    handler.setFormatter(formatter)
    root = logging.getLogger()
    for older in [other for other in root.handlers if other.name == HANDLER]:
        root.removeHandler(older)
    root.addHandler(handler)
    root.setLevel(level)


def _last_steps(fmt: Literal["console", "json"], secrets: Sequence[str]) -> list[Processor]:
    common: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        _Masking(secrets),
    ]
    if fmt == "json":
        return [*common, structlog.processors.JSONRenderer()]
    plain = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
    return [*common, _one_line, plain]


class _Masking:
    """Replaces the known secrets, and anything that looks like a bot's token, wherever it stands in a record."""

    def __init__(self, secrets: Sequence[str]) -> None:
        known = {form for secret in secrets if secret for form in (secret, repr(secret)[1:-1], quote(secret, safe=""))}
        longest_first = sorted(known, key=len, reverse=True)
        self._secret = re.compile("|".join([*map(re.escape, longest_first), BOT_TOKEN, TOKEN_IN_ADDRESS]))

    def __call__(self, logger: WrappedLogger, method: str, record: EventDict) -> EventDict:
        return {key: self._masked(value) for key, value in record.items()}

    def _masked(self, value: object) -> object:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping):
            return {self._text(key): self._masked(part) for key, part in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._masked(part) for part in value]
        return self._text(value)

    def _text(self, value: object) -> str:
        if isinstance(value, bytes):
            value = value.decode(errors="backslashreplace")
        return self._secret.sub(MASK, value if isinstance(value, str) else repr(value))


def _one_line(logger: WrappedLogger, method: str, record: EventDict) -> EventDict:
    """Show control characters as escapes; a traceback keeps its lines, each marked as a part of the record."""
    trace = record.pop("exception", None)
    shown = {key: _escaped(value) for key, value in record.items()}
    if trace is not None:
        shown["exception"] = "\n".join(f"  | {_escaped(line)}" for line in str(trace).splitlines())
    return shown


def _escaped(value: object) -> object:
    if isinstance(value, str):
        return CONTROL.sub(lambda character: ascii(character[0])[1:-1], value)
    return value


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        structlog.get_logger(__name__).critical("Stopped by an error", exc_info=(kind, error, trace))
