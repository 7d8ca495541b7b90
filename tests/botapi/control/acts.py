"""The table of acts and its place under /control; the acts themselves are in the modules beside."""

import inspect
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.botapi.bot import Bot, Bots
from tests.botapi.errors import ApiError
from tests.botapi.ledger import dumps

Act = Callable[..., Any]

_ACTS: dict[str, Act] = {}


def act(function: Act) -> Act:
    """Put a function of a bot and keyword arguments into the table under its own name."""
    _ACTS[function.__name__] = function
    return function


class ImpossibleError(Exception):
    """The test asked for something that cannot be done in the world as it is."""


class Control:
    """Answers the requests of tests."""

    def __init__(self, bots: Bots) -> None:
        self._bots = bots

    def routes(self) -> list[web.RouteDef]:
        """Where tests call."""
        return [
            web.post("/control/fresh_token", self._fresh_token),
            web.post("/control/{token}/revoke", self._revoke),
            web.post("/control/{token}/restore", self._restore),
            web.post(r"/control/{bot_id:\d+}/{act}", self._act),
        ]

    async def _fresh_token(self, request: web.Request) -> web.Response:
        return web.Response(text=dumps(self._bots.fresh_token()), content_type="application/json")

    async def _revoke(self, request: web.Request) -> web.Response:
        self._bots.revoke(request.match_info["token"])
        return web.Response(text="null", content_type="application/json")

    async def _restore(self, request: web.Request) -> web.Response:
        self._bots.restore(request.match_info["token"])
        return web.Response(text="null", content_type="application/json")

    async def _act(self, request: web.Request) -> web.Response:
        bot: Bot = self._bots.by_id(int(request.match_info["bot_id"]))
        try:
            result = _ACTS[request.match_info["act"]](bot, **await request.json())
            if inspect.isawaitable(result):
                result = await result
        except (ImpossibleError, ApiError) as reason:
            return web.Response(text=str(reason), status=409)
        return web.Response(text=dumps(result), content_type="application/json")
