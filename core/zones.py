"""Time zones as people type them; what the time is there is said elsewhere."""

from collections.abc import Mapping
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from core.errors import Unreadable

EXAMPLE = "Europe/Warsaw"


def read_zone(words: str, *, example: str = EXAMPLE) -> str:
    """The IANA zone that the words name, in any case: `europe/warsaw`, `Warsaw`, `New York`. Raises Unreadable."""
    zone = _zones().get(_key(words))
    if zone is None:
        raise Unreadable(part=words.strip(), example=example)
    return zone


def is_here(zone: str) -> bool:
    """Whether this machine knows a zone; what another one has stored it may not."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _key(words: str) -> str:
    return "_".join(words.split()).casefold()


@cache
def _zones() -> Mapping[str, str]:
    known = sorted(available_timezones())
    # A city alone is enough; where two zones have one, the first of a continent counts, and none of the old groups.
    cities = {_key(name.rpartition("/")[2]): name for name in reversed(known) if "/" in name and "Etc/" not in name}
    return cities | {_key(name): name for name in known}
