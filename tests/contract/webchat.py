"""The web chat's rig: visitors ask over HTTP, and what is sent to them goes the way of every message of ours."""

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import select

from inbox import marking, outcomes
from inbox.channel import Batch, Delivered, Incoming, Kept, Limits, Reason, Refused, Sending, Written
from inbox.channels.webchat import WebChat
from inbox.correcting import rewrite, take_away, what_we_said
from inbox.models import attachment, conversation, message, outgoing
from inbox.outcomes import Result
from inbox.visitors import key_of
from inbox.writing import write
from tests.contract.rig import Seen
from tests.contract.telegram import BODIES
from tests.running.visitor import Visitor, visiting
from tests.unit.office import Office
from web.chat.asking import CHAT
from web.chat.listening import Listeners
from web.live import Hub
from web.server import Readiness, application, serve
from web.site import Site

BYTES = {
    "photo": b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0" * 40,
    "animation": b"GIF89a" + b"\0" * 40,
    "video": b"\0\0\0\x18ftypmp42" + b"\0" * 40,
    "voice": b"OggS" + b"\0" * 24 + b"OpusHead" + b"\0" * 40,
    "audio": b"ID3\x03" + b"\0" * 40,
    "document": b"document",
}
PHONE = {"phone": "+48600700800", "first_name": "Jan Nowak", "last_name": ""}
_NAMES = itertools.count(1)
New = Callable[[], Awaitable[Visitor]]


class ThroughTheRows:
    """The channel as the program works it: what comes is read from its rows, what goes out is written into them."""

    kind: ClassVar[str] = WebChat.kind
    label: ClassVar[str] = WebChat.label
    limits: ClassVar[Limits] = WebChat.limits

    def __init__(self, office: Office, media: Path) -> None:
        self._office = office
        self._media = media
        self._channel = WebChat()

    async def name(self) -> str:
        return await self._channel.name()

    async def read(self, offset: int | None) -> Batch:
        async with self._office.database.reading() as uow:
            rows = await uow.rows(
                select(message, conversation.c.chat_key, attachment.c.path, attachment.c.kind.label("file_kind"))
                .join(conversation, conversation.c.id == message.c.conversation_id)
                .outerjoin(attachment, attachment.c.message_id == message.c.id)
                .where(message.c.direction == "in", message.c.id >= (offset or 0))
                .order_by(message.c.id)
            )
        return Batch([_incoming(row) for row in rows], rows[-1].id + 1 if rows else offset)

    async def deliver(self, sending: Sending) -> Delivered:
        await self.write(sending)
        return await self.leave()

    async def write(self, sending: Sending) -> None:
        """Do what a person or an automatic reply does before anything is sent."""
        async with self._office.database.unit() as uow:
            talk_id = await uow.value(select(conversation.c.id).where(conversation.c.chat_key == sending.chat_key))
            if sending.op == "send":
                album = str(next(_NAMES))
                for one in sending.content.get("parts", [sending.content]):
                    said = _written(one, album if "parts" in sending.content else None)
                    key = f"board:{next(_NAMES)}"
                    question = select(message.c.id).where(message.c.external_id == (sending.reply_to or ""))
                    answered = await uow.value(question)
                    await write(uow, talk_id, written=said, actor="staff:1", client_key=key, reply_to_id=answered)
            else:
                ours = select(message.c.id).where(message.c.external_id == sending.target)
                one_said = await what_we_said(uow, await uow.value(ours))
                assert one_said is not None
                if sending.op == "delete":
                    await take_away(uow, one_said, actor="staff:1", act=str(next(_NAMES)))
                else:
                    said = _written(sending.content, None)
                    await rewrite(uow, one_said, said, actor="staff:1", edit=str(next(_NAMES)))

    async def leave(self) -> Delivered:
        """Send what waits."""
        # An album waits for its last part.
        self._office.clock.move(seconds=2)
        names: tuple[str, ...] = ()
        async with self._office.database.unit() as uow:
            here = (outgoing.c.channel_id == self._office.webchat_id) & (outgoing.c.state == "queued")
            waiting = await uow.rows(select(outgoing.c.id).where(here).order_by(outgoing.c.id))
            marked = await marking.mark(uow, [row.id for row in waiting], epoch=1, media=self._media)
            results = []
            for one in marked:
                assert one.sending is not None
                results.append(Result(one, await self._channel.deliver(one.sending)))
                names += results[-1].delivered.names
            await outcomes.write(uow, self._office.webchat_id, results, retry_seconds=())
        return Delivered(names)

    async def show_typing(self, chat_key: str) -> None:
        await self._channel.show_typing(chat_key)

    async def fetch(self, external_ref: str, to: Path, *, most: int) -> None:
        raise Refused(Reason.FILE, "files lie here already")

    async def close(self) -> None:
        await self._channel.close()


def _incoming(row: Any) -> Incoming:
    files = [Kept(row.file_kind, row.path)] if row.path else []
    written = Written(row.external_id, row.at, row.kind, row.body, files, album=row.album)
    return Incoming(row.external_id, {}, row.chat_key, None, written)


def _written(content: dict[str, Any], album: str | None) -> Written:
    body: dict[str, Any] = {name: content[name] for name in ("text", "entities") if name in content}
    files = [Kept(content["kind"], content["file"])] if "file" in content else []
    return Written("", datetime.now(UTC), content["kind"], body, files, album=album)


class WebCustomer:
    """A visitor of a site."""

    def __init__(self, visitor: Visitor, office: Office) -> None:
        self._visitor = visitor
        self._office = office
        self.chat_key = key_of(visitor.token) or ""

    async def writes(self, kind: str, text: str = "", *, reply_to: str | None = None) -> str:
        if kind == "contact":
            form = {"key": f"contact-{next(_NAMES)}", "name": "Jan Nowak", "contact": "+48 600 700 800"}
            assert (await self._visitor.asks("POST", "contact", json=form))[0] == 201
            return f"{form['key']}:0"
        uploads = [] if kind == "text" else [await self._visitor.uploads(BYTES[kind])]
        return f"{await self._visitor.says(text, uploads=uploads)}:0"

    async def writes_album(self, kinds: Sequence[str]) -> list[str]:
        uploads = [await self._visitor.uploads(BYTES[kind]) for kind in kinds]
        key = await self._visitor.says("0", uploads=uploads)
        return [f"{key}:{place}" for place in range(len(kinds))]

    async def writes_unknown(self) -> str:
        raise NotImplementedError

    async def edits(self, name: str, text: str) -> None:
        raise NotImplementedError

    async def replaces(self, name: str) -> None:
        raise NotImplementedError

    async def reacts(self, name: str, *emoji: str) -> None:
        raise NotImplementedError

    async def sees(self) -> list[Seen]:
        shown = (await self._visitor.opens())["messages"]
        return [await self._seen(one) for one in shown if not one["his"]]

    async def _seen(self, one: dict[str, Any]) -> Seen:
        answered = message.alias("answered")
        async with self._office.database.reading() as uow:
            row = await uow.row(
                select(
                    message.c.external_id, message.c.body, attachment.c.path, answered.c.external_id.label("answered")
                )
                .outerjoin(answered, answered.c.id == message.c.reply_to_id)
                .outerjoin(attachment, attachment.c.message_id == message.c.id)
                .where(message.c.id == one["id"])
            )
        assert row is not None
        if "file" in one:
            status, _, _ = await self._visitor.file(one["file"]["id"])
            assert status == 200
        bold = [entity for entity in row.body.get("entities", []) if entity["type"] == "bold"]
        return Seen(
            external_id=row.external_id,
            kind=one["kind"],
            text=one["text"],
            edited=one["edited"],
            replies_to=row.answered if one["answers"] is not None else None,
            reaction=None,
            bold=tuple(one["text"][entity["offset"] :][: entity["length"]] for entity in bold),
            file=row.path,
            location=None,
            details=(),
            album=one["album"],
            forwarded=False,
        )

    async def sees_typing(self) -> bool:
        raise NotImplementedError

    async def blocks(self) -> None:
        raise NotImplementedError


class WebChatRig:
    """An office with its web server."""

    # What visitors cannot do here, or what never happens where nothing leaves the machine.
    lacks = frozenset(
        {
            "unknown",
            "visitors' replies",
            "edits",
            "reactions",
            "limits",
            "failures",
            "fetching",
            "captions",
            "typing signs",
        }
    )
    writes = frozenset({"text", "contact", *BYTES})

    def __init__(self, office: Office, site: Site, listeners: Listeners, url: str, new: New) -> None:
        self.office = office
        self.site = site
        self.url = url
        self.visitor = new
        self.channel = ThroughTheRows(office, site.media)
        self._listeners = listeners

    async def customer(self, name: str) -> WebCustomer:
        visitor = await self.visitor()
        await visitor.says(f"{name} has opened the chat")
        return WebCustomer(visitor, self.office)

    async def answers(self, text: str, *, leaves: bool = True) -> None:
        """Write to the visitor who wrote last; it `leaves` at once or by the next `leave`."""
        async with self.office.database.reading() as uow:
            last = select(conversation.c.chat_key).order_by(conversation.c.last_message_id.desc())
            chat_key = await uow.value(last)
        await self.channel.write(Sending(chat_key, "send", {"kind": "text", "text": text}))
        if leaves:
            await self.leave()

    async def leave(self) -> None:
        """Let everything be sent that waits, and what follows happen."""
        await self.channel.leave()
        await self.office.settle()

    async def until_listening(self, visitors: int = 1) -> None:
        """Wait until so many requests wait for something to happen."""
        async with asyncio.timeout(20):
            while self._listeners.count < visitors:  # noqa: ASYNC110 - what waits rings no bell
                await asyncio.sleep(0.01)

    async def breaks(self, how: str, *, after: float | None = None) -> None:
        raise NotImplementedError

    async def breaks_downloads(self, how: str) -> None:
        raise NotImplementedError

    def away(self) -> WebChat:
        raise NotImplementedError

    async def offers_again(self) -> None:
        """What was taken in stands in its rows."""

    def sample(self, kind: str, reference: str | None) -> dict[str, Any]:
        if kind == "text":
            return {"kind": kind, "text": "Good day", "entities": [{"type": "bold", "offset": 0, "length": 4}]}
        bodies = BODIES | {"contact": PHONE}
        return {"kind": kind} | bodies.get(kind, {"file": reference})


@asynccontextmanager
async def webchat_rig(*, body_seconds: float = 15.0) -> AsyncIterator[WebChatRig]:
    """The web chat of an empty installation."""
    with tempfile.TemporaryDirectory() as folder:
        office = Office(f"sqlite+aiosqlite:///{folder}/voronka.db")
        await office.open()
        media, wakeups = Path(folder) / "media", office.wakeups
        office.database.ring = lambda topics: wakeups.ring(*topics)
        hub = Hub(office.database, wakeups, sweep_seconds=0.05)
        site = Site(
            office.database,
            wakeups,
            office.clock,
            media,
            "en",
            "UTC",
            hub,
            body_seconds=body_seconds,
            trusted=[ip_network("127.0.0.0/8")],
        )

        async def ready() -> Readiness:
            return Readiness()

        server = application(ready, site)
        runner, url = await serve(server, "127.0.0.1", 0)
        walking = asyncio.create_task(_walk(office, hub))
        async with visiting(url) as new:
            try:
                yield WebChatRig(office, site, server[CHAT].listeners, url, new)
            finally:
                walking.cancel()
                await asyncio.wait([walking])
                hub.close()
                await runner.cleanup()
                await office.close()


async def _walk(office: Office, hub: Hub) -> None:
    """Hand on what happens, and tell the open pages of it."""
    async with asyncio.TaskGroup() as both:
        both.create_task(hub.run())
        both.create_task(office.relay.run(office.wakeups, 0.05))
