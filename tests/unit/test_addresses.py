"""From where somebody comes, as limits count it."""

from ipaddress import ip_network
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from core.clock import SystemClock
from core.database import Database
from core.redis import Wakeups
from web.live import Hub
from web.site import SITE, Site, address_of


def counted(tmp_path: Path, told: str) -> str:
    """What limits call whoever a proxy of ours says that somebody is."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/voronka.db", SystemClock())
    hub = Hub(database, Wakeups(None), sweep_seconds=5)
    app = web.Application()
    app[SITE] = Site(
        database, Wakeups(None), SystemClock(), tmp_path, "en", "UTC", hub, trusted=[ip_network("127.0.0.0/8")]
    )
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": told}, app=app)
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
        ("unknown", "unknown"),
    ],
)
def test_a_subscriber_counts_once_whatever_address_of_his_network_he_takes(
    tmp_path: Path, told: str, counts_as: str
) -> None:
    assert counted(tmp_path, told) == counts_as
