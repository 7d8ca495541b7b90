"""Every channel's rig; a new channel is one more line, and meets everything that it does not say it lacks."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.botapi.client import BotApi
from tests.botapi_server.conftest import base, port_file  # noqa: F401 - the server's own fixtures
from tests.contract.rig import Rig
from tests.contract.telegram import TelegramRig
from tests.contract.webchat import WebChatRig, webchat_rig

RIGS: dict[str, type[TelegramRig] | type[WebChatRig]] = {"telegram": TelegramRig, "webchat": WebChatRig}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask each channel what its messenger has of what it `needs`, and which of the `kinds` people write there."""
    if "rig" not in metafunc.fixturenames:
        return
    needed = {name for mark in metafunc.definition.iter_markers("needs") for name in mark.args}
    able = [name for name, made in RIGS.items() if not needed & made.lacks]
    kinds = metafunc.definition.get_closest_marker("kinds")
    if kinds is None:
        metafunc.parametrize("rig", able, indirect=True)
    else:
        pairs = [(name, kind) for name in able for kind in _had(name, *kinds.args)]
        metafunc.parametrize(("rig", "kind"), pairs, indirect=["rig"])


def _had(name: str, kinds: tuple[str, ...], written: tuple[str, ...]) -> Iterator[str]:
    """Those of the kinds that people write there, where it must be they who do."""
    return (kind for kind in kinds if kind not in written or kind in RIGS[name].writes)


@pytest.fixture
async def rig(request: pytest.FixtureRequest, base: str) -> AsyncIterator[Rig]:  # noqa: F811
    """A channel with a server of its messenger."""
    if request.param == "webchat":
        async with webchat_rig() as webchat:
            yield webchat
        return
    async with BotApi.connect(base) as api:
        made = TelegramRig(api)
        yield made
        await made.channel.close()
