"""What a visitor's script asks for: his talk, what is new in it, and what he himself says, sends and has seen."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from core.database import UnitOfWork
from inbox import visitor_talks, visitors
from inbox.contacts import NUMBER
from inbox.presence import Typing, typing_topic
from inbox.seeing import seen_by_customer
from inbox.stating import has_stated, leave_contact, read_reachable
from inbox.visitor_numbers import message_at
from inbox.visitor_talks import Shown
from inbox.visitors import Saying, Talk, Visitor
from pipeline.webchat import presence, public_names
from triggers.hours import company_hours
from web.chat.asking import MESSAGES, NEW_TALKS, SMALL_THINGS, Asked, Wrong, read_json, text_in
from web.site import address_of

POLL_SECONDS = 25.0
# More than any message takes: what is longer is cut, and not refused, when it is stored.
LONGEST_TEXT = 40_000
LONGEST_CONTACT = 120
MOST_UPLOADS = 10


async def start(asked: Asked) -> web.StreamResponse:
    """Give a new visitor his token. Nothing is stored until he writes."""
    return web.json_response({"token": visitors.new_token()})


async def talk(asked: Asked) -> web.StreamResponse:
    """The newest page of his talk and what goes with it."""
    async with asked.site.database.reading() as uow:
        found = await visitors.talk_of(uow, asked.key)
        # The number first: what comes meanwhile is told twice rather than never.
        number = await visitor_talks.last_number(uow, found) if found else 0
        shown = await visitor_talks.newest(uow, found) if found else []
        now = await presence(
            uow,
            asked.settings,
            is_open=(await company_hours(uow)).open_at(uow.now),
            is_reachable=found is not None and await has_stated(uow, found),
        )
        page = await _page(uow, asked, shown)
        seen = await visitor_talks.seen_by_us(uow, found) if found else 0
    return web.json_response(page | {"number": number, "seen": seen, "there": now.there, "asks": now.asks})


async def older(asked: Asked) -> web.StreamResponse:
    """The page before a message."""
    before = asked.number("before")
    if before is None:
        raise Wrong(400, "before")
    async with asked.site.database.reading() as uow:
        found = await _his(uow, asked)
        return web.json_response(await _page(uow, asked, await visitor_talks.newest(uow, found, before=before)))


async def poll(asked: Asked) -> web.StreamResponse:
    """What is new behind an event, as soon as there is something; nothing after a while.

    Raises TooManyAtOnce when he has begun too many others since, Stopping as the program stops.
    """
    after, seen = asked.number("after") or 0, asked.number("seen") or 0
    async with asked.site.database.reading() as uow:
        found = await visitors.talk_of(uow, asked.key)
    ref = f"conversation:{found.id}" if found else f"visitor:{asked.key}"
    until = asyncio.get_running_loop().time() + POLL_SECONDS
    with asked.chat.listeners.listening(ref, address_of(asked.request)) as ear:
        while True:
            news: dict[str, Any] = await _news(asked, after, seen) if found else {"number": after}
            after = news.get("number", after)
            if ear.typing:
                news["typing"] = await _first_name(asked, ear.typing)
            left = until - asyncio.get_running_loop().time()
            if left <= 0 or len(news) > 1 or "number" not in news:
                return web.json_response(news)
            ear.check()
            await ear.wait(left)


async def _news(asked: Asked, after: int, seen: int) -> dict[str, Any]:
    """The number alone where nothing is new; without a number there is too much to tell."""
    async with asked.site.database.reading() as uow:
        found = await _his(uow, asked)
        changes = await visitor_talks.changes(uow, found, after=after)
        if changes.number is None:
            return {"again": True}
        news: dict[str, Any] = {"number": changes.number}
        if changes.messages:
            news["messages"] = (await _page(uow, asked, changes.messages))["messages"]
        if changes.gone:
            news["gone"] = list(changes.gone)
        if (up_to := await visitor_talks.seen_by_us(uow, found)) > seen:
            news["seen"] = up_to
        return news


async def _first_name(asked: Asked, actor: str) -> str:
    if not asked.settings.names:
        return ""
    async with asked.site.database.reading() as uow:
        return (await public_names(uow, [actor])).get(actor, "")


async def _his(uow: UnitOfWork, asked: Asked) -> Talk:
    found = await visitors.talk_of(uow, asked.key)
    if found is None:
        raise Wrong(404, "talk")
    return found


async def _page(uow: UnitOfWork, asked: Asked, shown: Sequence[Shown]) -> dict[str, Any]:
    actors = {one.actor for one in shown if not one.is_his}
    names = await public_names(uow, actors) if asked.settings.names else {}
    return {"messages": [_told(one, names) for one in shown], "more": len(shown) == visitor_talks.PAGE}


def _told(one: Shown, names: dict[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": one.id,
        "his": one.is_his,
        "kind": one.kind,
        "text": one.text,
        "at": one.at.isoformat(),
        "edited": one.edited,
        "album": one.album,
        "key": one.client_key,
        "from": names.get(one.actor),
        "person": one.is_by_person,
        "answers": one.answers,
    }
    if one.file is not None:
        file = one.file
        told["file"] = {
            "id": file.id,
            "kind": file.kind,
            "mime": file.mime,
            "name": file.name,
            "size": file.size,
            "state": file.state,
        }
    return told


async def say(asked: Asked) -> web.StreamResponse:
    """Take in a message; a repeat of it is no other one."""
    read = await read_json(asked)
    saying = Saying(
        client_key=text_in(read, "key", 64), text=text_in(read, "text", LONGEST_TEXT), uploads=_uploads(read)
    )
    if not saying.is_well_formed:
        raise Wrong(400, "message")
    await asked.count("message", MESSAGES)
    await _let_in(asked)
    async with asked.site.database.unit() as uow:
        await visitors.say(uow, _visitor(asked, text_in(read, "source", 200)), saying)
    return web.json_response({}, status=201)


def _uploads(read: dict[str, Any]) -> list[str]:
    names = read.get("uploads") or []
    if not isinstance(names, list) or len(names) > MOST_UPLOADS or not all(isinstance(one, str) for one in names):
        raise Wrong(400, "uploads")
    if len(set(names)) != len(names):
        raise Wrong(400, "uploads")
    return names


async def _let_in(asked: Asked) -> None:
    """Somebody new is counted by his address, as a token costs nothing. Raises TooMany."""
    async with asked.site.database.reading() as uow:
        found = await visitors.talk_of(uow, asked.key)
    if found is None:
        await asked.count("talk", NEW_TALKS, address_of(asked.request))


def _visitor(asked: Asked, source: str) -> Visitor:
    return Visitor(
        key=asked.key,
        name=asked.site.texts("Visitor {number}", number=NUMBER),
        language=asked.t.language,
        source=source.strip() or None,
    )


async def typing(asked: Asked) -> web.StreamResponse:
    """Tell whoever looks at the talk that its visitor is typing."""
    await read_json(asked)
    await asked.count("typing", SMALL_THINGS)
    async with asked.site.database.reading() as uow:
        found = await visitors.talk_of(uow, asked.key)
    if found is not None:
        await asked.site.wakeups.ring(typing_topic(Typing(found.id, "customer")))
    return web.json_response({})


async def seen(asked: Asked) -> web.StreamResponse:
    """Note how far he has read."""
    up_to = (await read_json(asked)).get("up_to")
    if not isinstance(up_to, int) or isinstance(up_to, bool) or not 0 < up_to < 10**18:
        raise Wrong(400, "up_to")
    await asked.count("seen", SMALL_THINGS)
    async with asked.site.database.unit() as uow:
        his = await _his(uow, asked)
        await seen_by_customer(uow, his.id, await message_at(uow, his.id, up_to) or 0)
    return web.json_response({})


async def contact(asked: Asked) -> web.StreamResponse:
    """Take in where he wants to be answered, as a message that everybody sees, and note it as unverified."""
    read = await read_json(asked)
    name, typed = text_in(read, "name", LONGEST_CONTACT), text_in(read, "contact", LONGEST_CONTACT)
    where = read_reachable(typed)
    key = text_in(read, "key", 64)
    if not where.said(key, name).is_well_formed:
        raise Wrong(400, "key")
    await asked.count("message", MESSAGES)
    await _let_in(asked)
    async with asked.site.database.unit() as uow:
        await leave_contact(uow, _visitor(asked, ""), where, client_key=key, name=name)
    return web.json_response({"contact": where.words}, status=201)
