"""The log: one form for all, no secret in it, one record a line."""

import contextlib
import io
import json
import logging
import sys
import warnings
from collections.abc import Iterator
from typing import Any, Literal

import aiohttp
import pytest
import structlog

from core import logs

TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"
PASSWORD = "pa/ss wörd"


class Log:
    """What was written since `configure`."""

    def __init__(self) -> None:
        self._stream = io.StringIO()

    def configure(self, fmt: Literal["console", "json"], level: str = "DEBUG") -> None:
        with contextlib.redirect_stderr(self._stream):
            logs.configure(level, fmt, [PASSWORD])

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def last(self) -> dict[str, Any]:
        record: dict[str, Any] = json.loads(self.lines[-1])
        return record


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    root = logging.getLogger()
    level = root.level
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(logging, "raiseExceptions", logging.raiseExceptions)
    yield Log()
    logging.captureWarnings(False)
    structlog.reset_defaults()
    root.setLevel(level)
    for handler in [handler for handler in root.handlers if handler.name == logs.HANDLER]:
        root.removeHandler(handler)


@pytest.fixture(params=["console", "json"])
def either(request: pytest.FixtureRequest, log: Log) -> Log:
    log.configure(request.param)
    return log


def test_ours_and_the_libraries_lines_have_one_form(log: Log) -> None:
    log.configure("json")
    structlog.get_logger("inbox.intake").info("Stored", messages=3)
    ours = log.last
    logging.getLogger("aiogram.event").warning("Took %s ms", 15)
    theirs = log.last
    assert (ours["event"], ours["logger"], ours["level"], ours["messages"]) == ("Stored", "inbox.intake", "info", 3)
    assert (theirs["event"], theirs["logger"], theirs["level"]) == ("Took 15 ms", "aiogram.event", "warning")
    assert ours["timestamp"].endswith("Z")
    assert theirs["timestamp"].endswith("Z")


def test_a_higher_level_silences_both(log: Log) -> None:
    log.configure("console", level="WARNING")
    structlog.get_logger("ours").info("hidden")
    logging.getLogger("theirs").info("hidden")
    assert log.text == ""


@pytest.mark.parametrize(
    "secret",
    [
        TOKEN,
        TOKEN.replace(":", "%3A"),
        PASSWORD,
        "pa%2Fss%20w%C3%B6rd",
        f"/file/bot{TOKEN}/photo.jpg",
        "/bot42:ab/getMe",
    ],
)
def test_a_secret_is_masked_wherever_it_stands(either: Log, secret: str) -> None:
    ours = structlog.get_logger("ours")
    ours.info(f"said {secret} twice {secret}")
    ours.info(
        "field", address=f"https://x{secret}", nested={"list": [secret, (secret,)], secret: 1}, raw=secret.encode()
    )
    logging.getLogger("theirs").warning("argument %s", secret)
    try:
        raise ValueError(f"refused {secret}") from RuntimeError(secret)
    except ValueError:
        ours.exception("failed")
        logging.getLogger("theirs").exception("failed")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"beware of {secret}", stacklevel=1)
    assert len(either.lines) >= 6
    assert "beware" in either.text
    for form in ("AAbb", "pa/ss", "pa%2F", "42:ab"):
        assert form not in either.text


async def test_a_network_error_does_not_tell_the_token_of_its_address(either: Log) -> None:
    async with aiohttp.ClientSession() as session:
        try:
            await session.get(f"http://127.0.0.1:1/bot{TOKEN}/getUpdates")
        except aiohttp.ClientError as error:
            structlog.get_logger("channel").warning("away", error=error, exc_info=True)
        try:
            await session.get(f"nothing:/bot{TOKEN}/getUpdates")
        except aiohttp.ClientError:
            logging.getLogger("asyncio").exception("away")
    assert "Traceback" in either.text
    assert "AAbb" not in either.text


def test_an_error_that_ends_the_program_is_masked_too(either: Log) -> None:
    try:
        raise ValueError(TOKEN)
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    assert "Stopped by an error" in either.text
    assert "AAbb" not in either.text


def test_what_a_customer_writes_stays_in_its_line(either: Log) -> None:
    name = "Ann\r\n2026-01-01 [info] forged\u2028\x1b[2Jx"
    structlog.get_logger("ours").info(f"from {name}", name=name)
    logging.getLogger("theirs").info("from %s", name)
    assert len(either.lines) == 2
    assert "\x1b" not in either.text


def test_a_traceback_cannot_forge_a_record(log: Log) -> None:
    log.configure("console")
    try:
        raise ValueError("no\n2026-01-01 [info] forged")
    except ValueError:
        structlog.get_logger("ours").exception("failed")
    assert all(line.startswith("  | ") for line in log.lines[1:])


def test_a_record_that_cannot_be_written_is_not_printed_raw(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("console")
    logging.getLogger("theirs").info("%d", TOKEN)
    assert "AAbb" not in log.text + capsys.readouterr().err


def test_statements_with_customers_words_are_not_logged(log: Log) -> None:
    log.configure("console", level="DEBUG")
    for name in ("aiosqlite", "sqlalchemy.engine.Engine"):
        logging.getLogger(name).debug("INSERT 'a private word'")
    assert log.text == ""
