"""Every channel's rig; a new channel is one more line."""

from collections.abc import AsyncIterator

import pytest

from tests.botapi.client import BotApi
from tests.botapi_server.conftest import base, port_file  # noqa: F401 - the server's own fixtures
from tests.contract.rig import Rig
from tests.contract.telegram import TelegramRig

RIGS = ("telegram",)


@pytest.fixture(params=RIGS)
async def rig(request: pytest.FixtureRequest, base: str) -> AsyncIterator[Rig]:  # noqa: F811
    """A channel with a server of its messenger."""
    async with BotApi.connect(base) as api:
        made = TelegramRig(api)
        yield made
        await made.channel.close()
