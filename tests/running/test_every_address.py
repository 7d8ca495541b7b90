"""What holds for every address of the staff, asked of each in the table, so that a new one is asked by itself."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from pipeline.staff.rights import RIGHTS, Role
from tests.botapi.client import User
from tests.running.desk import Desk, desk_of, stranger
from tests.running.shop import Shop
from web.pages import ROUTES
from web.site import IDS, Route

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "canary-of-a-colleague"
NUMBER = re.compile(r"\{(\w+):[^/]*\}")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def named(route: Route) -> str:
    """A route as a test's name."""
    return " ".join((route.method, NUMBER.sub(r"{\1}", route.path)))


def numbers_in(route: Route) -> list[str]:
    """The kinds of things whose numbers its path holds."""
    return NUMBER.findall(route.path)


# Whatever an act asks for, so that only whose it is can be wrong.
FILLED_IN = {
    "group": "won",
    "to": "1",
    "stage": "2",
    "text": "x",
    "key": "0123456789abcdef",
    "phone": "+48601234567",
    "timezone": "Europe/Warsaw",
    "when": "tomorrow 10:00",
    "at": "2030-01-01T10:00",
    "amount": "100",
    "tag": "1",
    "kind": "1",
    "up_to": "1",
}
WITH_IDS = [route for route in ROUTES if numbers_in(route)]


class Company:
    """Two operators; one of them has a customer, with everything that has a number."""

    def __init__(self, shop: Shop, owner: User, foreign: dict[str, int]) -> None:
        self.shop = shop
        self.owner = owner
        self.foreign = foreign

    def path(self, route: Route) -> str:
        """An address with the numbers of what is the colleague's."""
        return NUMBER.sub(lambda found: str(self.foreign[found[1]]), route.path)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(company: Shop) -> AsyncIterator[Company]:
    """Made once, as nothing that is asked here may change it."""
    shop = company
    owner = await shop.operator("Owner")
    await shop.on_shift(owner)
    customer = await shop.person(SECRET)
    await customer.sends(SECRET)
    card = await shop.card(customer, owner, button="Stage")
    await owner.sends(SECRET, reply_to=card.id)
    await customer.sees(SECRET)
    await shop.settled()
    deal = await shop.rows.value("SELECT max(id) FROM deal")
    asked = await owner.sends(f"/deal {deal} note {SECRET}")
    await owner.sees("", after=asked)
    foreign = dict.fromkeys(IDS, 10**9)
    foreign["deal"] = deal
    for name, query in {
        "message": "SELECT max(id) FROM message",
        "outgoing": "SELECT max(id) FROM outgoing WHERE message_id IS NOT NULL AND op = 'send'",
        "session": "SELECT max(id) FROM session",
    }.items():
        foreign[name] = await shop.rows.value(query) or 10**9
    yield Company(shop, owner, foreign)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def operator(house: Company) -> AsyncIterator[Desk]:
    """An operator of the same pipeline who has nothing."""
    person = await house.shop.operator("Empty")
    async with desk_of(house.shop, house.owner) as other:
        house.foreign["session"] = await house.shop.rows.value("SELECT max(id) FROM session")
        async with desk_of(house.shop, person) as desk:
            yield desk
        del other


async def test_every_kind_of_number_is_known() -> None:
    assert {name for route in ROUTES for name in numbers_in(route)} <= set(IDS)


@pytest.mark.parametrize("route", ROUTES, ids=named)
async def test_nobody_gets_anywhere_without_a_session(house: Company, route: Route) -> None:
    async with stranger(house.shop) as desk:
        answer = await desk.ask(route.method, house.path(route), headers={"Origin": desk.url})
    assert answer.status == 401
    assert SECRET not in answer.text


@pytest.mark.parametrize("route", WITH_IDS, ids=named)
async def test_what_is_a_colleagues_is_not_there(house: Company, operator: Desk, route: Route) -> None:
    before = await house.shop.rows.all("SELECT id, stage_id, assignee_id, version, amount, closed_at FROM deal")
    if route.method == "GET":
        answer = await operator.get(house.path(route))
    else:
        answer = await operator.post(house.path(route), FILLED_IN)
    if not RIGHTS[Role.OPERATOR] >= {route.right}:
        assert answer.status == 403
    elif set(numbers_in(route)) - {"pipeline", "stage"}:
        assert answer.status == 404, answer
    assert SECRET not in answer.text
    after = await house.shop.rows.all("SELECT id, stage_id, assignee_id, version, amount, closed_at FROM deal")
    assert after == before


@pytest.mark.parametrize("route", [one for one in ROUTES if one.method == "POST"], ids=named)
async def test_an_act_is_not_taken_from_another_site_nor_without_its_token(
    house: Company, operator: Desk, route: Route
) -> None:
    path = house.path(route)
    foreign = await operator.post(path, Origin="https://evil.example")
    assert foreign.status == 403
    nowhere = await operator.post(path, Origin="null")
    assert nowhere.status == 403
    forged = await operator.post(path, None, **{"X-CSRF-Token": "0" * 64})
    assert forged.status == 403
    if not any(other.path == route.path for other in ROUTES if other.method == "GET"):
        assert (await operator.get(path)).status in (404, 405)


@pytest.mark.parametrize("route", [one for one in ROUTES if one.method == "GET"], ids=named)
async def test_every_page_keeps_scripts_frames_and_caches_out(house: Company, operator: Desk, route: Route) -> None:
    path = house.path(route)
    async with operator.http.get(operator.url + path, allow_redirects=False) as answer:
        headers = answer.headers
        assert HEADERS.items() <= {name: headers.get(name) for name in HEADERS}.items()
        assert "no-store" in headers["Cache-Control"] or "no-cache" in headers["Cache-Control"]
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy or "sandbox" in policy
        assert "unsafe" not in policy
        assert "Server" not in headers
        if answer.content_type == "text/html":
            text = await answer.text()
            assert "/file/bot" not in text
            assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=", text)
