"""What is wrong, old, too large or too slow: a clear answer with the right status, and nothing half-done."""

import asyncio
import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.running.desk import Desk, desk_of, stranger
from tests.running.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(company: Shop) -> AsyncIterator[Desk]:
    """The admin's browser."""
    async with desk_of(company, company.admin) as made:
        yield made


@pytest.mark.parametrize(
    "query",
    [
        "colour=blue",
        "assignee=somebody",
        "tag=vip",
        "days=13",
        "channel=../../etc",
        "waits=perhaps",
        "nonsense=1",
        "tag=99999999999999999999999",
        "&".join(f"tag={number}" for number in range(1, 1000)),
        "source=x%00",
        "q=%00%ff",
        "who=%3Cscript%3Ealert(1)%3C/script%3E",
    ],
)
async def test_a_filter_that_says_nothing_is_named_and_left_out(shop: Shop, desk: Desk, query: str) -> None:
    answer = await desk.get(f"/board?{query}")
    assert answer.status == 200
    assert "<script>alert" not in answer.text
    if not query.startswith(("q=", "source=")):
        assert "says nothing and was left out" in answer.text


async def test_a_pipeline_or_a_stage_that_is_not_there_is_a_page_that_says_so(shop: Shop, desk: Desk) -> None:
    for path in ("/board?pipeline=999", "/board/stages/999", "/deals/999999", "/board/bulks/999", "/no/such/page"):
        answer = await desk.get(path)
        assert answer.status == 404, path
        assert "To the board" in answer.text


async def test_a_keyset_place_that_is_none_is_the_beginning(shop: Shop, desk: Desk) -> None:
    stage = await shop.rows.value("SELECT id FROM stage ORDER BY id")
    for place in ("x", "1.2.3", "-1.5", "99999999999999999999.1", "9999999999999999.1", "999999999999999999.1"):
        answer = await desk.get(f"/board/stages/{stage}/cards?after={place}")
        assert answer.status == 200, place


async def test_too_large_too_slow_and_of_another_kind(shop: Shop, desk: Desk) -> None:
    own = {"X-CSRF-Token": desk.token, "Origin": desk.url}
    large = await desk.ask("POST", "/board/empty", data=io.BytesIO(b"on=" + b"1" * 5_000_000), headers=own | FORM)
    assert (large.status, "too large" in large.text) == (413, True)
    text = await desk.ask("POST", "/board/empty", data='{"on": "1"}', headers=own | {"Content-Type": "text/plain"})
    assert text.status == 415
    json_ = await desk.ask(
        "POST", "/board/empty", data='{"on": "1"}', headers=own | {"Content-Type": "application/json"}
    )
    assert json_.status == 415

    async def drop_by_drop() -> AsyncIterator[bytes]:
        yield b"on="
        await asyncio.Event().wait()

    async with asyncio.timeout(10):
        slow = await desk.ask("POST", "/board/empty", data=drop_by_drop(), headers=own | FORM)
    assert slow.status == 408


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def test_a_cookie_that_opens_nothing_leads_to_the_door(shop: Shop) -> None:
    async with stranger(shop) as desk:
        for value in ("", "x", "A" * 5000, "%00", "\u00e9"):
            answer = await desk.ask("GET", "/board", headers={"Cookie": f"voronka={value}", "Accept": "text/html"})
            assert (answer.status, answer.headers.get("Location")) == (303, "/enter"), value[:20]


async def test_more_fields_than_are_asked_for_change_nothing(shop: Shop) -> None:
    operator = await shop.operator("Greedy")
    async with desk_of(shop, operator) as desk:
        fields = {"name": "Greedy", "language": "en", "timezone": "UTC", "role": "admin", "staff_id": "1"}
        assert (await desk.post("/settings/me", fields)).status == 200
        assert (await desk.get("/triggers")).status == 403
    assert await shop.rows.value("SELECT role FROM staff WHERE name = 'Greedy'") == "operator"


async def test_a_bulk_on_deals_that_are_not_there_is_refused_in_words(shop: Shop, desk: Desk) -> None:
    pipeline = await shop.rows.value("SELECT id FROM pipeline ORDER BY id")
    fields = {"act": "stage", "stage": "2", "ids": "999999", "key": "0123456789"}
    answer = await desk.post(f"/board/{pipeline}/bulk", fields)
    assert (answer.status, "No deal is chosen" in answer.text) == (422, True)
    answer = await desk.post(f"/board/{pipeline}/bulk", fields | {"act": "explode"})
    assert answer.status == 422
