"""Starts the program again and again without paying for its imports: a process that has them forks each time.

What is forked is the program in a process of its own, from its command line on. `python -m tests.running.nursery PATH`
listens on that socket until its standard input ends. A connection is one program: it sends one line of JSON (arguments,
folder, environment, log) and gets the process id, the program's standard output and, behind a NUL, the exit code.
"""

import json
import os
import select
import signal
import socket
import sys
from typing import Any

import bot.dispatcher
from app.__main__ import main


def serve(path: str) -> None:
    """Fork a program for each connection until the standard input ends."""
    # Aiogram makes its models usable at the first use, which takes long and is the same every time.
    bot.dispatcher.routers()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen(64)
        print("ready", flush=True)  # noqa: T201 - whoever started us waits for it
        while sys.stdin not in select.select([sys.stdin, door], [], [])[0]:
            connection, _ = door.accept()
            if os.fork() == 0:
                door.close()
                _stand_by(connection)
            connection.close()


def _stand_by(connection: socket.socket) -> None:
    """Fork the program, wait for its end and tell how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    asked = json.loads(connection.makefile().readline())
    child = os.fork()
    if child == 0:
        _become(connection, asked)
        sys.exit(main(asked["arguments"]))
    connection.sendall(f"{child}\n".encode())
    _, status = os.waitpid(child, 0)
    connection.sendall(f"\0{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(connection: socket.socket, asked: dict[str, Any]) -> None:
    """Look like a process that was started for this alone."""
    log = os.open(asked["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for ours, standard in ((os.open(os.devnull, os.O_RDONLY), 0), (connection.fileno(), 1), (log, 2)):
        os.dup2(ours, standard)
    os.closerange(3, max(log, connection.fileno()) + 1)
    connection.detach()
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])


if __name__ == "__main__":
    serve(sys.argv[1])
