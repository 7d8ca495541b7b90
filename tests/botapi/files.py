"""The files of one bot and the objects that describe them in messages; the messages are not known here."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from tests.botapi.errors import bad_request

# For each kind: how its file ids begin, where its files lie, what an object of it looks like.
_KINDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "photo": ("AgACAgIAAxkBAA", "photos/file_{}.jpg", {}),
    "voice": ("AwACAgIAAxkBAA", "voice/file_{}.oga", {"duration": 3, "mime_type": "audio/ogg"}),
    "video": (
        "BAACAgIAAxkBAA",
        "videos/file_{}.mp4",
        {"width": 640, "height": 360, "duration": 5, "mime_type": "video/mp4"},
    ),
    "audio": ("CQACAgIAAxkBAA", "music/file_{}.mp3", {"duration": 60, "mime_type": "audio/mpeg"}),
    "animation": (
        "CgACAgIAAxkBAA",
        "animations/file_{}.mp4",
        {"width": 320, "height": 240, "duration": 2, "mime_type": "video/mp4"},
    ),
    "video_note": ("DQACAgIAAxkBAA", "video_notes/file_{}.mp4", {"length": 240, "duration": 4}),
    "document": ("BQACAgIAAxkBAA", "documents/file_{}", {}),
    "sticker": (
        "CAACAgIAAxkBAA",
        "stickers/file_{}.webp",
        {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": "👍"},
    ),
}
MEDIA_KINDS = frozenset(_KINDS)
_NAMED = frozenset({"document", "audio", "video", "animation"})
_PHOTO_SIZES = ((90, 67), (320, 240), (800, 600))
MAX_DOWNLOAD = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """One downloadable file and the medium that it belongs to."""

    file_id: str
    file_unique_id: str
    path: str
    size: int
    content: bytes
    medium: "Medium"

    def as_file(self) -> dict[str, Any]:
        """The answer to getFile."""
        return self.ids() | {"file_path": self.path}

    def ids(self) -> dict[str, Any]:
        """What every object that describes this file begins with."""
        return {"file_id": self.file_id, "file_unique_id": self.file_unique_id, "file_size": self.size}


@dataclass(slots=True)
class Medium:
    """A photo, a voice message, a document: `shown` is the value of the message's field of that kind."""

    kind: str
    shown: Any = field(default_factory=dict)


class Files:
    """Everything that was sent to or by one bot; a file id of another bot is as wrong as an invented one."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def add(self, kind: str, content: bytes, *, name: str | None, size: int | None, details: dict[str, Any]) -> Medium:
        """Store a file of the kind and return what a message shows of it; `size` may claim more than there is."""
        medium = Medium(kind)
        claimed = len(content) if size is None else size
        if kind == "photo":
            medium.shown = [
                self._store(medium, content, claimed).ids() | {"width": width, "height": height}
                for width, height in _PHOTO_SIZES
            ]
            return medium
        named = {"file_name": name} if name and kind in _NAMED else {}
        medium.shown = self._store(medium, content, claimed).ids() | _KINDS[kind][2] | named | details
        return medium

    def _store(self, medium: Medium, content: bytes, size: int) -> StoredFile:
        prefix, path, _ = _KINDS[medium.kind]
        stored = StoredFile(
            file_id=prefix + secrets.token_urlsafe(42),
            file_unique_id="AQAD" + secrets.token_urlsafe(9),
            path=path.format(len(self._by_path)),
            size=size,
            content=content,
            medium=medium,
        )
        self._by_id[stored.file_id] = self._by_path[stored.path] = stored
        return stored

    def get(self, file_id: str) -> StoredFile:
        """The file with that id, or Telegram's refusal."""
        if stored := self._by_id.get(file_id):
            return stored
        raise bad_request("wrong file identifier/HTTP URL specified")

    def medium(self, file_id: str, kind: str) -> Medium:
        """What to show for a file id in a place where a certain kind belongs."""
        medium = self.get(file_id).medium
        if medium.kind != kind:
            raise bad_request(f"can't use file of type {medium.kind.title()} as {kind.title()}")
        return medium

    def at(self, path: str) -> StoredFile | None:
        """The file to download from that path."""
        return self._by_path.get(path)
