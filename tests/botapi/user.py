"""A person at the other end of the chat, as a test plays him."""

import base64
from dataclasses import dataclass, field
from typing import Any

from tests.botapi.views import CallbackAnswer, ChatMessage
from tests.botapi.wire import Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One medium of an album, or a medium on its own; `file_size` may claim more than the content holds."""

    kind: str
    caption: str | None = None
    content: bytes = b"content"
    file_name: str | None = None
    file_size: int | None = None
    details: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The part as the control interface takes it."""
        return {
            "kind": self.kind,
            "caption": self.caption,
            "content": base64.b64encode(self.content).decode(),
            "file_name": self.file_name,
            "file_size": self.file_size,
            "details": self.details,
        }


class User:
    """One person: what he does becomes updates, what he sees is waited for in the server."""

    def __init__(self, wire: Wire, user_id: int, first_name: str) -> None:
        self.id = user_id
        self.first_name = first_name
        self._wire = wire

    async def _act(self, name: str, **arguments: Any) -> Any:
        return await self._wire.act(name, user_id=self.id, **arguments)

    async def sends(
        self, text: str, *, reply_to: int | None = None, entities: list[dict[str, Any]] | None = None
    ) -> int:
        """Send a text and return its message id."""
        return int(await self._act("says_text", text=text, entities=entities, reply_to=reply_to))

    async def start(self, payload: str = "") -> int:
        """Press Start, or follow a link with a payload."""
        return await self.sends(f"/start {payload}".rstrip())

    async def sends_album(self, parts: list[Part], *, reply_to: int | None = None) -> list[int]:
        """Send several media at once; each is a message and an update of its own."""
        ids = await self._act("sends_media", media=[part.as_json() for part in parts], reply_to=reply_to)
        return [int(message_id) for message_id in ids]

    async def sends_medium(self, part: Part, *, reply_to: int | None = None) -> int:
        """Send one medium of any kind."""
        return (await self.sends_album([part], reply_to=reply_to))[0]

    async def sends_photo(
        self, caption: str | None = None, *, content: bytes = b"photo", reply_to: int | None = None
    ) -> int:
        """Send a photo."""
        return await self.sends_medium(Part(kind="photo", caption=caption, content=content), reply_to=reply_to)

    async def sends_voice(
        self,
        caption: str | None = None,
        *,
        content: bytes = b"voice",
        duration: int = 3,
        reply_to: int | None = None,
    ) -> int:
        """Send a voice message."""
        part = Part(kind="voice", caption=caption, content=content, details={"duration": duration})
        return await self.sends_medium(part, reply_to=reply_to)

    async def sends_document(
        self,
        file_name: str = "offer.pdf",
        caption: str | None = None,
        *,
        content: bytes = b"document",
        mime_type: str = "application/pdf",
        file_size: int | None = None,
        reply_to: int | None = None,
    ) -> int:
        """Send a file."""
        part = Part(
            kind="document",
            caption=caption,
            content=content,
            file_name=file_name,
            file_size=file_size,
            details={"mime_type": mime_type},
        )
        return await self.sends_medium(part, reply_to=reply_to)

    async def sends_video(self, caption: str | None = None, *, content: bytes = b"video") -> int:
        """Send a video."""
        return await self.sends_medium(Part(kind="video", caption=caption, content=content, file_name="video.mp4"))

    async def sends_audio(self, caption: str | None = None, *, content: bytes = b"audio") -> int:
        """Send a piece of music."""
        return await self.sends_medium(Part(kind="audio", caption=caption, content=content, file_name="song.mp3"))

    async def sends_animation(self, caption: str | None = None, *, content: bytes = b"animation") -> int:
        """Send a silent looping video."""
        return await self.sends_medium(Part(kind="animation", caption=caption, content=content, file_name="loop.mp4"))

    async def sends_video_note(self, *, content: bytes = b"video note") -> int:
        """Send a round video."""
        return await self.sends_medium(Part(kind="video_note", content=content))

    async def sends_sticker(self, emoji: str = "👍", *, content: bytes = b"sticker") -> int:
        """Send a sticker."""
        return await self.sends_medium(Part(kind="sticker", content=content, details={"emoji": emoji}))

    async def says(self, content: dict[str, Any], *, reply_to: int | None = None) -> int:
        """Send a message with any content fields of the Bot API's Message."""
        return int(await self._act("says", content=content, reply_to=reply_to))

    async def sends_location(self, lat: float, lon: float) -> int:
        """Send a point on the map."""
        return await self.says({"location": {"latitude": lat, "longitude": lon}})

    async def sends_venue(self, lat: float, lon: float, *, title: str, address: str) -> int:
        """Send a place with its name."""
        location = {"latitude": lat, "longitude": lon}
        return await self.says(
            {"venue": {"location": location, "title": title, "address": address}, "location": location}
        )

    async def sends_contact(
        self, phone_number: str, first_name: str, *, last_name: str | None = None, own: bool = False
    ) -> int:
        """Send a telephone number, his own one or another person's."""
        contact: dict[str, Any] = {"phone_number": phone_number, "first_name": first_name}
        contact |= {"last_name": last_name} if last_name else {}
        return await self.says({"contact": contact | ({"user_id": self.id} if own else {})})

    async def sends_poll(self, question: str, options: list[str]) -> int:
        """Send a poll."""
        answers = [{"persistent_id": str(place), "text": text, "voter_count": 0} for place, text in enumerate(options)]
        poll = {"id": "5000000000000000001", "question": question, "options": answers, "type": "regular"}
        flags = dict.fromkeys(("is_closed", "allows_multiple_answers", "allows_revoting", "members_only"), False)
        return await self.says({"poll": poll | flags | {"is_anonymous": True, "total_voter_count": 0}})

    async def sends_dice(self, value: int = 6, emoji: str = "🎲") -> int:
        """Throw a die that shows this value."""
        return await self.says({"dice": {"emoji": emoji, "value": value}})

    async def edits(self, message_id: int, text: str) -> None:
        """Change the text or the caption of a message he has sent."""
        await self._act("edits", message_id=message_id, text=text)

    async def replaces(self, message_id: int, part: Part) -> None:
        """Put another medium in the place of one that he has sent."""
        await self._act("edits_medium", message_id=message_id, medium=part.as_json())

    async def reacts(self, message_id: int, *emoji: str) -> None:
        """Have these reactions on a message and no others; a word stands for a custom emoji, "⭐" for a paid one."""
        await self._act("reacts", message_id=message_id, reactions=[_reaction(one) for one in emoji])

    async def ages(self, message_id: int, *, hours: float) -> None:
        """Let a message of his chat be so many hours older."""
        await self._act("ages", message_id=message_id, hours=hours)

    async def blocks(self) -> None:
        """Block the bot: it is told, and whatever it sends him is refused."""
        await self._act("blocks", blocked=True)

    async def unblocks(self) -> None:
        """Let the bot write again."""
        await self._act("blocks", blocked=False)

    async def presses(self, message_id: int, button_text: str, *, timeout: float = 15) -> CallbackAnswer:
        """Press the button with that text and wait for the bot's answer."""
        return self._answer(await self._act("presses", message_id=message_id, button=button_text, timeout=timeout))

    async def presses_data(self, message_id: int, raw_data: str, *, timeout: float = 15) -> CallbackAnswer:
        """Send callback data that no button need have, and wait for the bot's answer."""
        return self._answer(await self._act("presses", message_id=message_id, data=raw_data, timeout=timeout))

    def _answer(self, answer: dict[str, Any] | None) -> CallbackAnswer:
        return CallbackAnswer(answered=False) if answer is None else CallbackAnswer(**answer)

    async def chat(self) -> list[ChatMessage]:
        """The chat as he sees it now: edits applied, deleted messages gone."""
        return [ChatMessage.of(seen) for seen in await self._act("chat")]

    async def sees(
        self,
        text_contains: str = "",
        *,
        after: int = 0,
        from_bot: bool | None = True,
        button: str | None = None,
        kind: str | None = None,
        timeout: float = 15,
    ) -> ChatMessage:
        """Wait until a message with an id above `after` is like this, edits included, and return the first such."""
        seen = await self._act(
            "sees", text=text_contains, after=after, from_bot=from_bot, button=button, kind=kind, timeout=timeout
        )
        if seen is None:
            wish = f"{text_contains!r} (button {button!r}, kind {kind!r}, after {after})"
            raise await self._disappointed(f"does not see {wish}")
        return ChatMessage.of(seen)

    async def sees_reaction(self, message_id: int, emoji: str | None, *, timeout: float = 15) -> None:
        """Wait until the bot's reaction on a message is this one; None waits until it is taken away."""
        if not await self._act("sees_reaction", message_id=message_id, emoji=emoji, timeout=timeout):
            raise await self._disappointed(f"does not see {emoji} on {message_id}")

    async def no_longer_sees(self, text: str, *, timeout: float = 15) -> None:
        """Wait until no message contains the text."""
        if not await self._act("no_longer_sees", text=text, timeout=timeout):
            raise await self._disappointed(f"still sees {text!r}")

    async def _disappointed(self, complaint: str) -> AssertionError:
        lines = "\n".join(str(message) for message in await self.chat())
        return AssertionError(f"{self.first_name} ({self.id}) {complaint}; the chat is:\n{lines or '(empty)'}")


def _reaction(emoji: str) -> dict[str, Any]:
    if emoji == "⭐":
        return {"type": "paid"}
    if emoji.isalnum():
        return {"type": "custom_emoji", "custom_emoji_id": emoji}
    return {"type": "emoji", "emoji": emoji}
