"""Visitors of a site and their talks: what each side has seen, who types, what is set up, and who waits."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from core.errors import NotAllowed, Unreadable
from core.journal import Origin, after, event, newest_position
from inbox.channel import Kept, Written
from inbox.events import ContactNamed, ContactStated
from inbox.models import conversation, message, outgoing, upload
from inbox.presence import Typing, typing_topic
from inbox.seeing import seen_by_customer, seen_by_us
from inbox.stating import read_email
from inbox.uploads import throw_away_unused
from inbox.writing import Automatic, write, write_automatically
from pipeline.deals import answer
from pipeline.staff.inviting import invite, join_by_name
from pipeline.staff.rights import Role, Staff
from pipeline.staff.shifts import start_shift
from pipeline.webchat import allow_site, configure, forbid_site, read_origin, settings_for, webchat_settings
from tests.contract.webchat import WebChatRig, webchat_rig
from tests.running.visitor import Visitor
from tests.unit.office import Office

OPERATOR = Staff(9, "Olga", Role.OPERATOR, "en", "UTC")


@pytest.fixture
async def rig() -> AsyncIterator[WebChatRig]:
    async with webchat_rig() as made:
        yield made


async def talk_and_message(shop: Office) -> tuple[int, int]:
    async with shop.database.reading() as uow:
        row = await uow.row(select(message.c.conversation_id, message.c.id).order_by(message.c.id.desc()))
        assert row is not None
        return row.conversation_id, row.id


async def seen_events(shop: Office) -> list[dict[str, object]]:
    async with shop.database.reading() as uow:
        rows = await uow.rows(select(event.c.data).where(event.c.kind == "ConversationSeen").order_by(event.c.id))
        return [row.data for row in rows]


async def test_what_is_seen_grows_and_is_told_once(rig: WebChatRig) -> None:
    visitor, shop = await rig.visitor(), rig.office
    await visitor.says("One")
    await visitor.says("Two")
    talk_id, last = await talk_and_message(shop)
    async with shop.database.unit() as uow:
        assert await seen_by_us(uow, talk_id, last - 1, actor="staff:1")
        assert await seen_by_us(uow, talk_id, last + 100, actor="staff:1")
        assert not await seen_by_us(uow, talk_id, last, actor="staff:2")
        assert not await seen_by_us(uow, talk_id, last - 1, actor="staff:2")
        # There is nothing of ours that he could have seen.
        assert not await seen_by_customer(uow, talk_id, last)
    told = [(one["message_id"], one["by"]) for one in await seen_events(shop)]
    assert told == [(last - 1, "us"), (last, "us")]
    assert (await visitor.polls())["seen"] == last


async def test_what_is_not_sent_yet_is_neither_shown_nor_seen(rig: WebChatRig) -> None:
    visitor, shop = await rig.visitor(), rig.office
    await visitor.says("Hello")
    await rig.answers("Good day", leaves=False)
    _, ours = await talk_and_message(shop)
    assert [one["text"] for one in (await visitor.opens())["messages"]] == ["Hello"]
    await visitor.asks("POST", "seen", json={"up_to": ours})
    assert [one["by"] for one in await seen_events(shop)] == ["us"]
    await rig.leave()
    assert (await visitor.reads("Good day"))["id"] == ours
    await visitor.asks("POST", "seen", json={"up_to": ours})
    async with shop.database.reading() as uow:
        assert await uow.value(select(conversation.c.seen_by_customer_id)) == ours


async def test_who_answers_is_told_by_his_first_name_unless_the_company_hides_it(rig: WebChatRig) -> None:
    visitor, shop = await rig.visitor(), rig.office
    await visitor.says("Hello")
    await rig.answers("Good day")
    assert (await visitor.reads("Good day"))["from"] == "Admin"
    async with shop.database.unit() as uow:
        await configure(uow, await shop.admin(), names=False)
    await visitor.opens()
    assert (await visitor.reads("Good day"))["from"] is None


async def test_only_what_a_person_wrote_says_that_somebody_is_there(rig: WebChatRig) -> None:
    visitor, shop = await rig.visitor(), rig.office
    await visitor.says("Hello")
    talk_id, _ = await talk_and_message(shop)
    async with shop.database.unit() as uow:
        await configure(uow, await shop.admin(), names=False)
        await write_automatically(uow, [Automatic(talk_id, "We will answer soon", "trigger:1", Origin("trigger:1"))])
    await rig.leave()
    await rig.answers("Good day")
    assert not (await visitor.reads("We will answer soon"))["person"]
    assert (await visitor.reads("Good day"))["person"]


async def test_typing_is_told_both_ways_and_kept_nowhere(rig: WebChatRig) -> None:
    visitor = await rig.visitor()
    await visitor.says("Hello")
    await visitor.opens()
    talk_id, _ = await talk_and_message(rig.office)
    heard: list[str] = []
    rig.site.wakeups.listen("typing", heard.append)
    assert (await visitor.asks("POST", "typing", json={}))[0] == 200
    assert heard == [f"{talk_id}:customer"]
    waiting = asyncio.create_task(visitor.polls())
    await rig.until_listening()
    await rig.site.wakeups.ring(typing_topic(Typing(talk_id, "staff:1")))
    assert (await waiting)["typing"] == "Admin"


async def test_five_hundred_open_talks_are_woken_one_by_one_and_cost_nothing_while_they_wait(rig: WebChatRig) -> None:
    first, second = await rig.visitor(), await rig.visitor()
    await first.says("Hello")
    await first.opens()
    others = [await rig.visitor() for _ in range(498)]
    await second.says("Hello")
    await second.opens()
    for number, one in enumerate(others):
        one.address = f"192.0.2.{number % 200}"
    polls = [asyncio.create_task(one.polls()) for one in (first, second, *others)]
    await rig.until_listening(500)
    before = time.process_time()
    await asyncio.sleep(0.5)
    assert time.process_time() - before < 0.25
    await first.says("One more")
    assert [one["text"] for one in (await polls[0])["messages"]] == ["One more"]
    assert not any(one.done() for one in polls[1:])
    rig.site.hub.close()
    ended = await asyncio.wait_for(asyncio.gather(*polls[1:], return_exceptions=True), 5)
    # Nothing is new, and nobody may wait any longer.
    assert all(isinstance(one, AssertionError) for one in ended)


async def test_one_visitor_listens_only_so_many_times_and_the_newest_are_heard(rig: WebChatRig) -> None:
    visitor = await rig.visitor()
    await visitor.says("Hello")
    await visitor.opens()
    tabs = []
    for number in range(1, 10):
        tabs.append(asyncio.create_task(visitor.asks("GET", f"poll?after={visitor.number}")))
        await rig.until_listening(min(number, 8))
    assert (await tabs[0])[0] == 429
    await visitor.says("Still there")
    assert {status for status, _ in await asyncio.gather(*tabs[1:])} == {200}


async def test_whoever_listens_while_the_program_stops_is_told_when_to_come_again(rig: WebChatRig) -> None:
    visitor = await rig.visitor()
    begun = asyncio.create_task(visitor.asks("GET", "poll"))
    await rig.until_listening(1)
    rig.site.hub.close()
    assert (await begun)[0] == 503
    async with visitor._session.get(f"{rig.url}/chat/api/poll", headers=visitor.headers) as response:
        assert response.status == 503
        assert int(response.headers["Retry-After"]) > 0


async def test_one_address_listens_only_so_many_times_whatever_its_tokens(rig: WebChatRig) -> None:
    polls = [asyncio.create_task((await rig.visitor()).asks("GET", "poll")) for _ in range(200)]
    await rig.until_listening(200)
    visitor = await rig.visitor()
    async with visitor._session.get(f"{rig.url}/chat/api/poll", headers=visitor.headers) as response:
        assert response.status == 429
        assert int(response.headers["Retry-After"]) > 0
    visitor.address = "192.0.2.7"
    elsewhere = asyncio.create_task(visitor.asks("GET", "poll"))
    await rig.until_listening(201)
    rig.site.hub.close()
    assert {status for status, _ in await asyncio.gather(elsewhere, *polls)} == {503}


async def test_one_address_asks_only_so_often_whatever_it_asks_for(rig: WebChatRig) -> None:
    visitor = await rig.visitor()
    await visitor.says("Hello")
    asked = ["talk", "messages?before=9", "files/1"]
    statuses = [(await visitor.asks("GET", asked[number % 3]))[0] for number in range(1_500)]
    assert (statuses[:3], statuses[-1]) == ([200, 200, 404], 429)
    async with visitor._session.post(f"{rig.url}/chat/api/start") as response:
        assert response.status == 429
    visitor.address = "192.0.2.7"
    assert (await visitor.asks("GET", "talk"))[0] == 200


async def test_one_address_sends_only_so_many_files_at_once(rig: WebChatRig) -> None:
    ending = asyncio.Event()

    async def waiting() -> AsyncIterator[bytes]:
        yield b"half of it"
        await ending.wait()

    senders = [await rig.visitor() for _ in range(13)]
    tasks = [asyncio.create_task(one.upload(waiting())) for one in senders]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    assert [one.result()[0] for one in done] == [429]
    ending.set()
    assert sorted(status for status, _ in await asyncio.gather(*tasks)) == [201] * 12 + [429]


async def test_an_album_of_ours_says_nothing_of_who_sent_it(rig: WebChatRig) -> None:
    visitor, shop = await rig.visitor(), rig.office
    await visitor.says("Hello")
    talk_id, _ = await talk_and_message(shop)
    async with shop.database.unit() as uow:
        for number in range(2):
            said = Written("", shop.clock.now(), "photo", {}, [Kept("photo", f"aa/{number}")], album="web:1")
            await write(uow, talk_id, written=said, actor="staff:1", client_key=f"board:{number}", reply_to_id=None)
    await rig.leave()
    ours = [one for one in (await visitor.opens())["messages"] if not one["his"]]
    assert len(ours) == 2
    assert len({one["album"] for one in ours}) == 1
    assert "staff" not in json.dumps(ours)
    assert "web:1" not in json.dumps(ours)


async def test_who_leaves_his_name_and_number_is_told_to_open_boards_once(rig: WebChatRig) -> None:
    visitor, shop = await rig.visitor(), rig.office
    await visitor.says("Hello")
    await shop.settle()
    async with shop.database.reading() as uow:
        position = await newest_position(uow)
    form = {"key": "contact-1", "name": " Jan  Nowak ", "contact": "jan@shop.example"}
    assert await visitor.asks("POST", "contact", json=form) == (201, {"contact": "jan@shop.example"})
    assert (await visitor.asks("POST", "contact", json=form))[0] == 201
    other = form | {"name": "Boss", "contact": "boss@evil.example"}
    assert (await visitor.asks("POST", "contact", json=other))[0] == 201
    await shop.settle()
    async with shop.database.reading() as uow:
        told = [item.event for _, item in await after(uow, position, most=100)]
    about = [one for one in told if isinstance(one, ContactNamed | ContactStated)]
    assert sorted(type(one).__name__ for one in about) == ["ContactNamed", "ContactStated"]
    assert {one.actor for one in about} == {"customer"}
    (deal,) = await shop.deals()
    async with rig.site.hub.watching(1, 1, since=position) as page:
        changes = await page.wait(5)
    assert changes is not None
    assert deal.id in changes.deals


@pytest.mark.parametrize("typed", ["a@b.example", "jan.nowak+x@sub.shop.example", "o'hara@shop.example"])
def test_an_email_is_taken_as_it_is_typed(typed: str) -> None:
    assert read_email(f" {typed} ") == typed


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "@",
        '"',
        "a@b",
        "a@b.",
        "a@.b",
        "a@b.c",
        "a b@c.example",
        "a@b c.example",
        "a@@b.example",
        "<a@b.example>",
        "a@b.example,c",
        "a(x)@b.example",
        "a@[1.2.3.4]",
        "x" * 65 + "@b.example",
        "a@b.example\nBcc: c@d.example",
    ],
)
def test_what_is_no_email_is_not_taken(typed: str) -> None:
    assert read_email(typed) is None


async def test_what_no_message_used_is_thrown_away(rig: WebChatRig) -> None:
    visitor, shop = await rig.visitor(), rig.office
    await visitor.uploads(b"unused")
    await visitor.says(uploads=[await visitor.uploads(b"used")])
    await throw_away_unused(shop.database, rig.site.media)
    shop.clock.move(hours=2)
    await throw_away_unused(shop.database, rig.site.media)
    assert [one.read_bytes() for one in files_in(rig.site.media)] == [b"used"]
    async with shop.database.reading() as uow:
        assert await uow.rows(select(upload)) == []


def files_in(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


async def test_whoever_missed_too_much_is_told_to_begin_anew(rig: WebChatRig) -> None:
    visitor = await rig.visitor()
    await visitor.says("Hello")
    talk_id, _ = await talk_and_message(rig.office)
    await visitor.opens()
    async with rig.office.database.unit() as uow:
        for _ in range(201):
            await uow.execute(update(conversation).values(seen_by_us_id=None))
            newest = (await talk_and_message(rig.office))[1]
            await seen_by_us(uow, talk_id, newest, actor="staff:1")
    assert await visitor.polls() == {"again": True}


async def test_whoever_is_ahead_of_the_talk_is_told_to_begin_anew_at_once(rig: WebChatRig) -> None:
    visitor = await rig.visitor()
    await visitor.says("Hello")
    await rig.answers("Good day")
    newest = (await visitor.opens())["number"]
    for number in (newest + 1, 1_000):
        assert await visitor.asks("GET", f"poll?after={number}") == (200, {"again": True})
    visitor.number = newest
    waiting = asyncio.create_task(visitor.polls())
    await rig.until_listening(1)
    await rig.answers("Still there")
    assert [one["text"] for one in (await waiting)["messages"]] == ["Still there"]


async def test_only_an_admin_sets_the_chat_up(rig: WebChatRig) -> None:
    shop = rig.office
    async with shop.database.unit() as uow:
        for act in (configure(uow, OPERATOR, name="x"), allow_site(uow, OPERATOR, "https://a.example")):
            with pytest.raises(NotAllowed):
                await act
        admin = await shop.admin()
        now = await configure(uow, admin, name=" Atelier \n Lipa ", colour="#ABC", greeting="Hi")
        assert (now.name, now.colour, now.greeting) == ("Atelier Lipa", "#aabbcc", "Hi")
        with pytest.raises(Unreadable):
            await configure(uow, admin, colour="red; background: url(x)")
        await allow_site(uow, admin, "Shop.Example/lamps?x=1")
        assert (await allow_site(uow, admin, "https://shop.example:443")).sites == ("https://shop.example",)
        assert await settings_for(uow, admin) == await webchat_settings(uow)
        assert (await forbid_site(uow, admin, "shop.example")).sites == ()


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("магазин.example", "https://xn--80aairftm.example"),
        ("https://[::1]:81", "https://[::1]:81"),
    ],
)
def test_a_site_is_named_as_browsers_name_it(typed: str, origin: str) -> None:
    assert read_origin(typed) == origin


@pytest.mark.parametrize("typed", ["", "*", "javascript:alert(1)", "https://", "https://a b", "https://u:p@x.y"])
def test_what_is_no_site_is_refused(typed: str) -> None:
    with pytest.raises(Unreadable):
        read_origin(typed)


async def test_the_script_carries_what_is_chosen_and_nothing_that_ends_it(rig: WebChatRig) -> None:
    name = '</script><script>alert(1)</script>"\\\u2028'
    async with rig.office.database.unit() as uow:
        await configure(uow, await rig.office.admin(), name=name)
    visitor: Visitor = await rig.visitor()
    async with visitor._session.get(f"{rig.url}/widget.js") as response:
        script = await response.text()
        assert response.headers["Content-Type"].startswith("text/javascript")
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        tag = response.headers["ETag"]
    async with visitor._session.get(f"{rig.url}/widget.js", headers={"If-None-Match": tag}) as response:
        assert response.status == 304
    look = json.loads(script.split("const LOOK = ", 1)[1].split(";\n", 1)[0])
    assert look["name"] == " ".join(name.split())
    async with visitor._session.get(f"{rig.url}/chat", headers={"Accept-Language": "pl"}) as response:
        html = await response.text()
    assert "<script>alert" not in html
    assert '<html lang="pl">' in html


async def test_people_without_any_messenger_are_handed_the_talks_of_visitors(rig: WebChatRig) -> None:
    visitor, shop = await rig.visitor(), rig.office
    async with shop.database.unit() as uow:
        token = await invite(uow, await shop.admin(), role=Role.OPERATOR, valid=timedelta(days=1))
        olga = await join_by_name(uow, token, name="Olga Board", language="en", timezone="UTC")
        await start_shift(uow, olga)
    await visitor.says("Hello", uploads=[await visitor.uploads(b"%PDF-1.7 plan", "plan.pdf")])
    await shop.settle()
    (deal,) = await shop.deals()
    assert deal.assignee_id == olga.id
    async with shop.database.unit() as uow:
        said = Written("", shop.clock.now(), "document", {"text": "Here"}, [Kept("document", "aa/bb")])
        await answer(uow, olga, deal.id, written=said, client_key="board:1")
    await rig.leave()
    assert (await visitor.reads("Here"))["from"] == "Olga"
    async with shop.database.reading() as uow:
        assert await uow.rows(select(event.c.id).where(event.c.parked.is_not(None))) == []
        to_staff = outgoing.c.channel_id != shop.webchat_id
        assert await uow.rows(select(outgoing.c.id).where(to_staff, outgoing.c.chat_key != "1")) == []
