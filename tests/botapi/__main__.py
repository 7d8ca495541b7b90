"""The command line of the server: `python -m tests.botapi --port 0 [--port-file PATH]`."""

import argparse
import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

import tests.botapi.control
import tests.botapi.methods  # noqa: F401  # both packages fill their tables when they are imported
from tests.botapi.bot import Bots
from tests.botapi.control.acts import Control
from tests.botapi.server import MAX_BODY, Telegram


def application() -> web.Application:
    """The server with an empty world."""
    bots = Bots()
    app = web.Application(client_max_size=MAX_BODY)
    app.add_routes([*Telegram(bots).routes(), *Control(bots).routes()])
    return app


async def serve(port: int, announce: Callable[[int], None]) -> None:
    """Serve on the loopback address until a signal comes; the port is announced as soon as it answers."""
    # A client that gives up must end its poll at once, or it would look like a second poller.
    runner = web.AppRunner(application(), handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    announce(runner.addresses[0][1])
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await stop.wait()
    await runner.cleanup()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.botapi", description="A Bot API server for tests.")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--port-file", type=Path, help="a file that gets the number of the port")
    arguments = parser.parse_args()

    def announce(port: int) -> None:
        if arguments.port_file:
            arguments.port_file.write_text(str(port))
        print(f"Bot API server: http://127.0.0.1:{port}", flush=True)  # noqa: T201  # the one line that it promises

    asyncio.run(serve(arguments.port, announce))


if __name__ == "__main__":
    main()
