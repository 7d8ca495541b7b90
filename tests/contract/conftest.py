"""Every channel's rig; a new channel is one more line."""

from collections.abc import AsyncIterator

import pytest

from tests.botapi.client import BotApi
from tests.botapi_server.conftest import base, port_file  # noqa: F401 - the server's own fixtures
from tests.contract.rig import Rig
from tests.contract.telegram import TelegramRig
from tests.contract.webchat import WebChatRig, webchat_rig

RIGS = ("telegram", "webchat")


@pytest.fixture(params=RIGS)
async def rig(request: pytest.FixtureRequest, base: str) -> AsyncIterator[Rig]:  # noqa: F811
    """A channel with a server of its messenger."""
    needed = {name for mark in request.node.iter_markers("needs") for name in mark.args}
    if request.param == "webchat":
        if lacking := needed & WebChatRig.lacks:
            pytest.skip(f"the web chat has no {', '.join(sorted(lacking))}")
        async with webchat_rig() as webchat:
            yield webchat
        return
    async with BotApi.connect(base) as api:
        made = TelegramRig(api)
        yield made
        await made.channel.close()
