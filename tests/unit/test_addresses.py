"""From where somebody comes, as limits count it."""

from ipaddress import ip_network
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from core.clock import SystemClock
from core.database import Database
from core.redis import Wakeups
from web.live import Hub
from web.site import SITE, Site, address_of


def counted(tmp_path: Path, *told: str) -> str:
    """What limits call whoever a proxy of ours says that somebody is."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/voronka.db", SystemClock())
    hub = Hub(database, Wakeups(None), sweep_seconds=5)
    app = web.Application()
    app[SITE] = Site(
        database, Wakeups(None), SystemClock(), tmp_path, "en", "UTC", hub, trusted=[ip_network("127.0.0.0/8")]
    )
    lines = CIMultiDict(("X-Forwarded-For", line) for line in told)
    request = make_mocked_request("GET", "/", headers=lines, app=app)
    return address_of(request.clone(remote="127.0.0.1"))


@pytest.mark.parametrize(
    ("told", "counts_as"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:40001", "192.0.2.7"),
        ("[2001:db8:1:2::9]:40001", "2001:db8:1:2::/64"),
        ("192.0.2.9, 192.0.2.7", "192.0.2.7"),
        # Whoever cannot be read counts as the proxy that says so.
        ("unknown", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_a_subscriber_counts_once_whatever_address_of_his_network_he_takes(
    tmp_path: Path, told: str, counts_as: str
) -> None:
    assert counted(tmp_path, told) == counts_as


def test_a_line_that_somebody_has_made_up_stands_before_that_of_our_proxy(tmp_path: Path) -> None:
    assert counted(tmp_path, "203.0.113.1", "192.0.2.7") == "192.0.2.7"
