"""Telegram's rig: the channel over HTTP against the Bot API server."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from inbox.channels.telegram import Telegram
from tests.botapi.client import BotApi, Part, User
from tests.contract.rig import Seen

LOCATION = (50.45, 30.52)
FILES = ("photo", "animation", "video", "voice", "audio", "document")
BODIES: dict[str, dict[str, Any]] = {
    "location": {"latitude": 50.45, "longitude": 30.52},
    "venue": {"latitude": 50.45, "longitude": 30.52, "title": "Shop", "address": "Main street 1"},
    "contact": {"phone": "+48600700800", "first_name": "Jan", "last_name": "Nowak"},
    "poll": {"question": "Red or blue?", "options": ["red", "blue"], "multiple": False},
    "dice": {"emoji": "🎲", "value": 5},
}


class TelegramCustomer:
    """A person in Telegram."""

    def __init__(self, api: BotApi, user: User) -> None:
        self._api = api
        self._user = user
        self.chat_key = str(user.id)

    async def writes(self, kind: str, text: str = "", *, reply_to: str | None = None) -> str:
        answered = int(reply_to) if reply_to else None
        if kind == "text":
            return str(await self._user.sends(text, reply_to=answered))
        if kind == "venue":
            return str(await self._user.sends_venue(*LOCATION, title="Shop", address="Main street 1"))
        if kind == "location":
            return str(await self._user.sends_location(*LOCATION))
        if kind == "contact":
            return str(await self._user.sends_contact("+48600700800", "Jan", last_name="Nowak"))
        if kind == "poll":
            return str(await self._user.sends_poll("Red or blue?", ["red", "blue"]))
        if kind == "photo":
            return str(await self._user.sends_photo(caption=text or None))
        if kind == "document":
            return str(await self._user.sends_document("price.pdf", caption=text or None))
        sends: dict[str, Callable[[], Awaitable[int]]] = {
            "voice": self._user.sends_voice,
            "sticker": self._user.sends_sticker,
            "video": self._user.sends_video,
            "audio": self._user.sends_audio,
            "animation": self._user.sends_animation,
            "video_note": self._user.sends_video_note,
            "dice": lambda: self._user.sends_dice(5),
        }
        return str(await sends[kind]())

    async def writes_album(self, kinds: Sequence[str]) -> list[str]:
        parts = [Part(kind=kind, caption=str(place)) for place, kind in enumerate(kinds)]
        return [str(one) for one in await self._user.sends_album(parts)]

    async def writes_unknown(self) -> str:
        return str(await self._user.says({"game": {"title": "Chess", "description": "A game", "photo": []}}))

    async def edits(self, name: str, text: str) -> None:
        await self._user.edits(int(name), text)

    async def replaces(self, name: str) -> None:
        await self._user.replaces(int(name), Part(kind="photo", content=b"another"))

    async def reacts(self, name: str, *emoji: str) -> None:
        await self._user.reacts(int(name), *emoji)

    async def sees(self) -> list[Seen]:
        return [_seen(one) for one in await self._user.chat() if one.from_bot]

    async def sees_typing(self) -> bool:
        shown = await self._api.ledger(kind="accepted", method="sendChatAction", chat_id=self._user.id)
        return [one.params["action"] for one in shown] == ["typing"]

    async def blocks(self) -> None:
        await self._user.blocks()


def _seen(one: Any) -> Seen:
    text = one.text or ""
    bold = [entity for entity in one.entities if entity["type"] == "bold"]
    return Seen(
        external_id=str(one.id),
        kind=one.kind,
        text=text,
        edited=one.edited,
        replies_to=str(one.reply_to) if one.reply_to else None,
        reaction=one.reaction,
        bold=tuple(text[entity["offset"] : entity["offset"] + entity["length"]] for entity in bold),
        file=one.file_id,
        location=one.location,
        details=_details(one.raw),
        album=one.album,
        forwarded="forward_origin" in one.raw,
    )


def _details(raw: dict[str, Any]) -> tuple[str, ...]:
    match raw:
        case {"venue": {"title": title, "address": address}}:
            return title, address
        case {"contact": {"phone_number": phone, "first_name": first, "last_name": last}}:
            return phone, first, last
        case {"poll": {"question": question, "options": options}}:
            return question, *(one["text"] for one in options)
        case _:
            return ()


class TelegramRig:
    """A bot and its server."""

    lacks: frozenset[str] = frozenset()
    writes = frozenset({"text", "sticker", "video_note", *FILES, *BODIES})

    def __init__(self, api: BotApi) -> None:
        self._api = api
        self._people = 500
        self.channel = Telegram(api.token, api_base=api.base, poll_seconds=0, timeout_seconds=2)

    async def customer(self, name: str) -> TelegramCustomer:
        self._people += 1
        user = await self._api.user(self._people, name)
        await user.start()
        await self.channel.read((await self.channel.read(None)).offset)
        return TelegramCustomer(self._api, user)

    async def breaks(self, how: str, *, after: float | None = None) -> None:
        match how:
            case "limited":
                await self._api.fault("429", method="send*", retry_after=int(after or 1))
            case "refused":
                await self._api.fault("400", method="send*", description="Bad Request: something is wrong")
            case "lost":
                await self._api.fault("accepted_reset", method="send*")
            case _:
                await self._api.fault("5xx", method="send*")

    async def breaks_downloads(self, how: str) -> None:
        match how:
            case "gone":
                await self._api.fault("400", method="download", code=404)
            case "endless":
                await self._api.fault("endless", method="download")
            case _:
                await self._api.fault("5xx", method="download")

    def away(self) -> Telegram:
        return Telegram(self._api.token, api_base="http://127.0.0.1:9", poll_seconds=0, timeout_seconds=2)

    async def offers_again(self) -> None:
        await self._api.offer_again()

    def sample(self, kind: str, reference: str | None) -> dict[str, Any]:
        if kind in BODIES:
            return {"kind": kind} | BODIES[kind]
        if kind == "text":
            return {"kind": kind, "text": "Good day", "entities": [{"type": "bold", "offset": 0, "length": 4}]}
        return {"kind": kind, "file": reference}
