"""The HTTP side of the Bot API: token, faults, method, ledger, answer; what the methods do is not known here."""

import asyncio
import contextlib
import inspect
import socket
import struct
from typing import Any, NoReturn

from aiohttp import web

from tests.botapi.bot import Bot, Bots
from tests.botapi.calls import Call, read
from tests.botapi.errors import ApiError, not_found, unauthorized
from tests.botapi.faults import AFTER, BEFORE, Fault
from tests.botapi.ledger import dumps
from tests.botapi.limits import TooFastError
from tests.botapi.methods.registry import METHODS

# Telegram takes uploads of up to 50 MB.
MAX_BODY = 64 * 1024 * 1024

# A zero linger time turns the closing of a socket into a reset.
_RESET = struct.pack("ii", 1, 0)


class Telegram:
    """Answers the requests of bots."""

    def __init__(self, bots: Bots) -> None:
        self._bots = bots

    def routes(self) -> list[web.RouteDef]:
        """Where bots call."""
        return [
            web.route("*", "/bot{token:[^/]*}/{method}", self._call),
            web.get("/file/bot{token:[^/]*}/{path:.+}", self._download),
        ]

    async def _call(self, request: web.Request) -> web.StreamResponse:
        token = request.match_info["token"]
        bot = self._bots.by_token(token)
        if bot is None:
            return _refusal(unauthorized())
        call = Call(method=request.match_info["method"])
        try:
            if not self._bots.accepts(token):
                raise unauthorized()
            call = await read(request)
            body = await _perform(bot, call)
        except ApiError as refused:
            _record_refusal(bot, call, refused)
            return _refusal(refused)
        answer = web.Response(text=body, content_type="application/json")
        return await _after(bot, call.method, call.chat_id, request, answer)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        token = request.match_info["token"]
        bot = self._bots.by_token(token)
        if bot is None or not self._bots.accepts(token):
            return _refusal(unauthorized())
        try:
            await _before(bot, "download", None)
        except ApiError as refused:
            return _refusal(refused)
        stored = bot.files.at(request.match_info["path"])
        if stored is None:
            return _refusal(not_found())
        answer = web.Response(body=stored.content, content_type="application/octet-stream")
        return await _after(bot, "download", None, request, answer)


def _refusal(refused: ApiError) -> web.Response:
    return web.Response(text=dumps(refused.body()), status=refused.code, content_type="application/json")


async def _perform(bot: Bot, call: Call) -> str:
    method = METHODS.get(call.method)
    if method is None:
        raise not_found()
    await _before(bot, call.method, call.chat_id)
    result = method(bot, call)
    if inspect.isawaitable(result):
        result = await result
    if not call.method.startswith("get"):
        bot.ledger.write(
            "accepted",
            method=call.method,
            chat_id=call.chat_id,
            params=call.params,
            message_ids=_message_ids(call, result),
        )
    served = f"[{','.join(result)}]" if call.method == "getUpdates" else dumps(result)
    return f'{{"ok":true,"result":{served}}}'


def _message_ids(call: Call, result: Any) -> list[int]:
    messages = result if isinstance(result, list) else [result]
    made = [message["message_id"] for message in messages if isinstance(message, dict) and "message_id" in message]
    touched = [call.params["message_id"]] if "message_id" in call.params else []
    return made or touched


def _record_refusal(bot: Bot, call: Call, refused: ApiError) -> None:
    for kind in ("limited", "refused") if isinstance(refused, TooFastError) else ("refused",):
        bot.ledger.write(
            kind,
            method=call.method,
            chat_id=call.chat_id,
            params=call.params,
            error_code=refused.code,
            description=refused.description,
        )


async def _before(bot: Bot, method: str, chat_id: int | None) -> None:
    """Let the call suffer what was ordered for it before it is accepted."""
    fault = bot.faults.strike(BEFORE, method, chat_id)
    if fault is None:
        return
    if refusal := fault.refusal():
        raise refusal
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds or 1.0)
    elif fault.kind == "hold":
        await _until_released(bot, fault)


async def _after(
    bot: Bot, method: str, chat_id: int | None, request: web.Request, answer: web.Response
) -> web.StreamResponse:
    """Let the answer suffer what was ordered for it after the call was accepted."""
    fault = bot.faults.strike(AFTER, method, chat_id)
    match fault.kind if fault else None:
        case "accepted_no_answer":
            await _hang()
        case "accepted_reset":
            return _reset(request)
        case "accepted_502":
            return _refusal(ApiError(502, "Bad Gateway"))
        case "accepted_garbage":
            return web.Response(text="<html>not what you expect</html>", content_type="text/html")
        case "accepted_hold" if fault:
            await _until_released(bot, fault)
        case "drip":
            return await _stream(request, b".", pause=0.2)
        case "endless":
            return await _stream(request, bytes(1024 * 1024), pause=0)
    return answer


async def _stream(request: web.Request, chunk: bytes, *, pause: float) -> web.StreamResponse:
    """Answer with the same bytes again and again, for as long as anybody listens."""
    answer = web.StreamResponse()
    await answer.prepare(request)
    with contextlib.suppress(ConnectionError):
        while True:
            await answer.write(chunk)
            await asyncio.sleep(pause)
    return answer


async def _until_released(bot: Bot, fault: Fault) -> None:
    await bot.pulse.until(lambda: fault.released or None, None)


async def _hang() -> NoReturn:
    # The handler is cancelled when the client gives up.
    await asyncio.get_running_loop().create_future()
    raise AssertionError("nobody completes this future")


def _reset(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        request.transport.abort()
    return web.Response()
