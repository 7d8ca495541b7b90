"""Named places where a process under test kills itself; without VORONKA_FAILPOINT they do nothing."""

import os
import signal

_armed: dict[str, int] = {}


def arm(spec: str) -> None:
    """Make this process die by SIGKILL at the n-th passing of a place.

    `spec` is "name" or "name:n", several separated by commas; n counts from 1.
    """
    for part in spec.split(","):
        name, _, count = part.strip().partition(":")
        _armed[name] = int(count or 1)


def failpoint(name: str) -> None:
    """Pass the place called `name`; the process ends here if that was asked for."""
    if name not in _armed:
        return
    _armed[name] -= 1
    if _armed[name] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
