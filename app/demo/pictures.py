"""Small pictures of lamps and tables, and an offer on paper, all drawn here."""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import NamedTuple

from inbox.channel import Kept
from inbox.media import new_path

WIDTH, HEIGHT = 640, 480
FLOOR = 350

Colour = tuple[int, int, int]


class Shape(NamedTuple):
    """A figure with straight upper and lower edges: (left, right) above and below, on a row between them in between."""

    top: int
    bottom: int
    above: tuple[float, float]
    below: tuple[float, float]
    colour: Colour

    def span(self, row: int) -> tuple[int, int]:
        """From where to where it reaches in a row."""
        part = (row - self.top) / max(1, self.bottom - self.top)
        left, right = (a + (b - a) * part for a, b in zip(self.above, self.below, strict=True))
        return max(0, round(left)), min(WIDTH, round(right))


def _lamp(x: int, colour: Colour) -> list[Shape]:
    light = (255, 236, 179)
    return [
        Shape(190, FLOOR + 20, (x - 60, x + 60), (x - 150, x + 150), light),
        Shape(180, FLOOR + 20, (x - 4, x + 4), (x - 4, x + 4), (58, 48, 42)),
        Shape(FLOOR + 10, FLOOR + 24, (x - 40, x + 40), (x - 52, x + 52), (58, 48, 42)),
        Shape(90, 190, (x - 40, x + 40), (x - 84, x + 84), colour),
    ]


def _table(x: int, colour: Colour) -> list[Shape]:
    dark = (colour[0] * 3 // 4, colour[1] * 3 // 4, colour[2] * 3 // 4)
    return [
        Shape(268, 420, (x - 170, x - 150), (x - 186, x - 172), dark),
        Shape(268, 420, (x + 150, x + 170), (x + 172, x + 186), dark),
        Shape(246, 272, (x - 215, x + 215), (x - 205, x + 205), colour),
        Shape(196, 246, (x - 18, x + 14), (x - 26, x + 22), (236, 240, 238)),
        Shape(150, 200, (x - 30, x + 8), (x - 6, x + 0), (96, 139, 98)),
        Shape(140, 200, (x + 2, x + 30), (x - 2, x + 4), (122, 165, 116)),
    ]


_SCENES: tuple[tuple[Colour, list[Shape]], ...] = (
    ((214, 222, 226), _lamp(320, (196, 88, 62))),
    ((233, 224, 209), _lamp(250, (62, 94, 120))),
    ((52, 58, 74), _lamp(340, (226, 178, 84))),
    ((226, 231, 222), _table(320, (176, 124, 78))),
    ((238, 228, 222), _table(310, (122, 84, 58))),
    ((204, 214, 220), _table(320, (206, 168, 120))),
)


def drawn(wall: Colour, shapes: Sequence[Shape]) -> bytes:
    """A picture of something before a wall, as PNG."""
    rows = b"".join(b"\0" + row for row in _rows(wall, shapes))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 6)) + _chunk(b"IEND", b"")
    )


def _rows(wall: Colour, shapes: Sequence[Shape]) -> Iterator[bytes]:
    for number in range(HEIGHT):
        ground = wall if number < FLOOR else (wall[0] * 4 // 5, wall[1] * 3 // 4, wall[2] * 7 // 10)
        # Light falls from above.
        shade = 1.06 - 0.16 * number / HEIGHT
        row = bytearray(bytes(min(255, int(part * shade)) for part in ground) * WIDTH)
        for one in shapes:
            if one.top <= number < one.bottom:
                left, right = one.span(number)
                row[left * 3 : right * 3] = bytes(one.colour) * (right - left)
        yield bytes(row)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


_WORDS = (
    (20, 760, "Atelier Lipa"),
    (11, 735, "Lamps and furniture, made by hand"),
    (16, 680, "Offer"),
    (11, 650, "Made to order in three weeks, delivery included."),
    (11, 630, "Valid for fourteen days."),
)


def offer() -> bytes:
    """An offer on a sheet of paper, as PDF."""
    text = "".join(f"BT /F {size} Tf 72 {y} Td ({words}) Tj ET\n" for size, y, words in _WORDS)
    bodies = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}endstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    made, places = "%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"trailer\n<< /Size {len(bodies) + 1} /Root 1 0 R >>\nstartxref\n{len(made)}\n%%EOF\n"
    return f"{made}xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{table}{end}".encode("ascii")


@dataclass(slots=True)
class Pictures:
    """The files that people of the shop send each other, as they lie in its media folder."""

    photos: Sequence[Kept]
    pdf: Kept

    @classmethod
    def drawn_in(cls, folder: Path) -> "Pictures":
        """All of them, drawn."""
        photos = [
            _kept(folder, drawn(*scene), "photo", "image/png", f"photo-{n}.png") for n, scene in enumerate(_SCENES)
        ]
        return cls(photos, _kept(folder, offer(), "document", "application/pdf", "Offer Atelier Lipa.pdf"))

    def photo(self, chance: Random) -> Kept:
        """One of the photos."""
        return chance.choice(self.photos)


def _kept(folder: Path, content: bytes, kind: str, mime: str, name: str) -> Kept:
    path = new_path()
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return Kept(kind, path, mime=mime, name=name, size=len(content))
