"""What a test is given to look at: messages as a person sees them, and answers to his presses."""

from dataclasses import dataclass
from typing import Any

# An animation is also a document and a venue also a location: the more telling name comes first.
_KINDS = (
    "text",
    "photo",
    "voice",
    "animation",
    "video",
    "audio",
    "video_note",
    "sticker",
    "document",
    "venue",
    "location",
    "contact",
    "poll",
    "dice",
)


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message."""

    text: str
    callback_data: str | None
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """One message as the person sees it now; `text` is its text or its caption, `raw` what the Bot API shows of it."""

    id: int
    kind: str
    text: str
    from_bot: bool
    entities: list[dict[str, Any]]
    buttons: list[list[Button]]
    keyboard: list[list[str]]
    reply_to: int | None
    reaction: str | None
    edited: bool
    silent: bool
    file_id: str | None
    location: tuple[float, float] | None
    album: str | None
    raw: dict[str, Any]

    @classmethod
    def of(cls, seen: dict[str, Any]) -> "ChatMessage":
        """The message from the answer of the control interface."""
        raw = seen["raw"]
        kind = next((kind for kind in _KINDS if kind in raw), "unknown")
        place = raw.get("location")
        return cls(
            id=raw["message_id"],
            kind=kind,
            text=raw.get("text") or raw.get("caption") or "",
            from_bot=seen["from_bot"],
            entities=raw.get("entities") or raw.get("caption_entities") or [],
            buttons=_buttons(raw.get("reply_markup") or {}),
            keyboard=seen["keyboard"],
            reply_to=raw.get("reply_to_message", {}).get("message_id"),
            reaction=seen["reaction"],
            edited="edit_date" in raw,
            silent=seen["silent"],
            file_id=_file_id(raw.get(kind)),
            location=(place["latitude"], place["longitude"]) if place else None,
            album=raw.get("media_group_id"),
            raw=raw,
        )

    def __str__(self) -> str:
        author = "bot" if self.from_bot else "person"
        marks = [
            f"re {self.reply_to}" if self.reply_to else "",
            "edited" if self.edited else "",
            self.reaction or "",
            " ".join(f"[{button.text}]" for row in self.buttons for button in row),
        ]
        return " ".join([f"{self.id:>4} {author:<6} {self.kind}: {self.text!r}", *(mark for mark in marks if mark)])


def _buttons(markup: dict[str, Any]) -> list[list[Button]]:
    return [
        [Button(button["text"], button.get("callback_data"), button.get("url")) for button in row]
        for row in markup.get("inline_keyboard", [])
    ]


def _file_id(medium: Any) -> str | None:
    # The last size of a photo is the largest.
    largest = medium[-1] if isinstance(medium, list) else medium
    return largest.get("file_id") if isinstance(largest, dict) else None


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """What the person sees after a press; all empty if the bot did not answer in time (`answered` is False then)."""

    text: str | None = None
    show_alert: bool | None = None
    url: str | None = None
    answered: bool = True
