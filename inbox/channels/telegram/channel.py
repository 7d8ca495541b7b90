"""The bot as a channel: its connections, and what is asked over them."""

import asyncio
import json
import math
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.enums import ChatAction
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.types import Message, User
from aiohttp import ClientError, ClientTimeout, StreamReader

from core.storable import storable, storable_json
from inbox.channel import (
    UPLOADS_TAKE,
    Batch,
    Crowded,
    Delivered,
    Incoming,
    Limits,
    Paused,
    Reason,
    Refused,
    Retry,
    Sending,
    Unanswered,
)
from inbox.channels.telegram.failures import failure_of
from inbox.channels.telegram.reading import FILE_KINDS, parse, written
from inbox.channels.telegram.sending import method_of

# Named in full at every reading: an omitted list keeps what an earlier program asked for.
ALLOWED_UPDATES = ["message", "edited_message", "message_reaction", "callback_query", "my_chat_member"]
CHUNK = 64 * 1024

# https://core.telegram.org/bots/api#sending-files, #sendmessage, #sendmediagroup, #getfile
LIMITS = Limits(
    text=4096,
    caption=1024,
    sends=frozenset({"text", "location", "venue", "contact", "poll", *FILE_KINDS}),
    captioned=frozenset({"photo", "animation", "video", "voice", "audio", "document"}),
    albums=(frozenset({"photo", "video"}), frozenset({"document"}), frozenset({"audio"})),
    album_parts=10,
    upload=50 * 1024 * 1024,
    download=20 * 1024 * 1024,
)


class Telegram:
    """One bot."""

    kind: ClassVar[str] = "telegram"
    label: ClassVar[str] = "Telegram"
    limits: ClassVar[Limits] = LIMITS

    def __init__(self, token: str, *, api_base: str | None, poll_seconds: float, timeout_seconds: float) -> None:
        """`api_base` is the address of a Bot API server, None for Telegram's own."""
        server = TelegramAPIServer.from_base(api_base) if api_base else PRODUCTION
        self._session = AiohttpSession(api=server, timeout=timeout_seconds)
        self.bot = Bot(token, session=self._session)
        self._poll_seconds = poll_seconds
        self._timeout = timeout_seconds
        self._upload_timeout = int(timeout_seconds * UPLOADS_TAKE) + 1

    async def name(self) -> str:
        """The bot's id. Raises Paused for a refused token, Retry when Telegram cannot be reached."""
        return str((await self.me()).id)

    async def me(self) -> User:
        """The bot as Telegram describes it. Raises as `name`."""
        try:
            return await self.bot.get_me()
        except (TelegramUnauthorizedError, TelegramNotFound) as error:
            raise Paused("token") from error
        except TelegramRetryAfter as error:
            raise Retry("429", after=float(error.retry_after), everywhere=True) from error
        except (TelegramAPIError, ClientDecodeError) as error:
            raise Retry(type(error).__name__, everywhere=True) from error

    async def read(self, offset: int | None) -> Batch:
        """Long-poll. What came is acknowledged by the next call with the batch's offset."""
        answer = await self._get_updates(offset, most=100)
        try:
            raw = _updates_of(answer)
        except _Spoilt:
            return await self._read_one(offset)
        updates = [parse(one, self.bot) for one in raw]
        ids = [one["update_id"] for one in raw if isinstance(one, dict) and isinstance(one.get("update_id"), int)]
        # Telegram restarts its numbers after a quiet week: the next one may be lower.
        return Batch([one for one in updates if one is not None], ids[-1] + 1 if ids else offset)

    async def _read_one(self, offset: int | None) -> Batch:
        """One update can spoil an answer for all: the first is asked for alone, and put aside if it is the one."""
        answer = await self._get_updates(offset, most=1)
        try:
            raw = _updates_of(answer)
        except _Spoilt:
            found = _NUMBER.search(answer)
            if found is None:
                raise Retry("the answer is not JSON") from None
            number = int(found[1])
            return Batch([Incoming(str(number), {"raw": storable(answer)}, unreadable="spoilt")], number + 1)
        read = [one for one in (parse(one, self.bot) for one in raw) if one is not None]
        return Batch(read, int(read[0].external_id) + 1 if read else offset)

    async def _get_updates(self, offset: int | None, *, most: int) -> str:
        session = await self._session.create_session()
        asked = {"timeout": int(self._poll_seconds), "allowed_updates": ALLOWED_UPDATES, "limit": most}
        if offset is not None:
            asked["offset"] = offset
        try:
            async with session.post(
                self._session.api.api_url(self.bot.token, "getUpdates"),
                json=asked,
                timeout=ClientTimeout(total=self._poll_seconds + self._timeout),
            ) as response:
                return storable_json(await response.text())
        except (ClientError, TimeoutError) as error:
            # The message of such an error holds the address, and the address the token.
            raise Retry(type(error).__name__) from None

    async def deliver(self, sending: Sending) -> Delivered:
        """Do one thing in a chat; the ids of the new messages and of the files that were uploaded with them."""
        uploads = sending.uploads
        if not await asyncio.to_thread(lambda: all(path.is_file() for path in uploads)):
            raise Refused(Reason.FILE, "the file is not there any more")
        try:
            result = await self._made(sending, timeout=self._upload_timeout if uploads else None)
        except (TelegramAPIError, ClientDecodeError) as error:
            if isinstance(error, TelegramBadRequest) and "message is not modified" in error.message:
                return Delivered()
            raise failure_of(error) from None
        made = [one for one in (result if isinstance(result, list) else [result]) if isinstance(one, Message)]
        return Delivered(tuple(str(one.message_id) for one in made), _new_files(sending, made) if uploads else ())

    async def _made(self, sending: Sending, *, timeout: int | None) -> Any:
        """What a call answers. A picture of ours that Telegram cannot show is sent as a file."""
        try:
            return await self.bot(method_of(sending), request_timeout=timeout)
        except TelegramBadRequest as error:
            if not (timeout and sending.content.get("kind") == "photo" and _NO_PHOTO.search(error.message)):
                raise
            as_file = replace(sending, content=sending.content | {"kind": "document"})
            return await self.bot(method_of(as_file), request_timeout=timeout)

    async def show_typing(self, chat_key: str) -> None:
        """Show it for five seconds or until the next message: https://core.telegram.org/bots/api#sendchataction."""
        try:
            await self.bot.send_chat_action(int(chat_key), ChatAction.TYPING)
        except (TelegramAPIError, ClientDecodeError) as error:
            raise failure_of(error) from None

    async def fetch(self, external_ref: str, to: Path, *, most: int) -> None:
        """Download a file. What Telegram says of its size is not relied on."""
        try:
            path = (await self.bot.get_file(external_ref)).file_path
        except (TelegramAPIError, ClientDecodeError) as error:
            failure = failure_of(error)
            # Asking once more does no harm here.
            raise Retry(failure.args[0]) if isinstance(failure, Unanswered) else failure from None
        if path is None:
            raise Refused(Reason.FILE, "Telegram names no place to download it from")
        await self._download(path, to, most)

    async def _download(self, path: str, to: Path, most: int) -> None:
        session = await self._session.create_session()
        address = self._session.api.file_url(self.bot.token, path)
        try:
            # How long it may take is the caller's affair.
            async with session.get(address, allow_redirects=False, timeout=ClientTimeout(total=None)) as response:
                if response.status in (400, 403, 404, 410):
                    raise Refused(Reason.FILE, str(response.status))
                if response.status != 200:
                    raise Retry(str(response.status))
                await _store(response.content, to, most)
        except ClientError as error:
            # The message of such an error holds the address, and the address the token.
            raise Retry(type(error).__name__) from None

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()


def _new_files(sending: Sending, made: Sequence[Message]) -> tuple[str | None, ...]:
    """What files are called from now on; Telegram may have taken one for another kind, which is no name for it."""
    kinds = [one["kind"] for one in sending.content.get("parts", [sending.content])]
    found = [written(one) for one in made]
    return tuple(
        one.files[0].external_ref if one.files and one.kind == kind else None
        for kind, one in zip(kinds, found, strict=False)
    )


async def _store(content: StreamReader, to: Path, most: int) -> None:
    size = 0
    with await asyncio.to_thread(to.open, "wb") as file:
        async for chunk in content.iter_chunked(CHUNK):
            size += len(chunk)
            if size > most:
                raise Refused(Reason.TOO_LARGE, f"more than {most} bytes")
            await asyncio.to_thread(file.write, chunk)
        file.flush()
        await asyncio.to_thread(os.fsync, file.fileno())


# How Telegram says that a picture has a form, a size or bytes that it cannot show.
_NO_PHOTO = re.compile(r"PHOTO_\w+|IMAGE_PROCESS_FAILED")


class _Spoilt(Exception):
    """An answer cannot be read at all."""


_NUMBER = re.compile(r'"update_id"\s*:\s*(\d{1,18})\b')


def _finite(number: str) -> float:
    """A number that JSON can hold. Raises ValueError for what is none, as no database keeps it."""
    read = float(number)
    if not math.isfinite(read):
        raise ValueError(number)
    return read


def _updates_of(answer: str) -> list[Any]:
    """The updates of an answer to getUpdates. Raises _Spoilt, or Paused, Crowded or Retry for any other answer."""
    try:
        read = json.loads(answer, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError):
        raise _Spoilt from None
    match read:
        case {"ok": True, "result": list() as updates}:
            return updates
        case {"error_code": 409, "description": str() as description} if "webhook" in description:
            raise Paused("webhook")
        case {"error_code": 409}:
            raise Crowded
        case {"error_code": 401 | 404}:
            raise Paused("token")
        case {"error_code": 429, "parameters": {"retry_after": int() | float() as after}}:
            raise Retry("429", after=float(after))
        case _:
            raise Retry("the answer is not what the Bot API says")
