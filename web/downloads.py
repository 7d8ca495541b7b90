"""How files are given out, so that no browser runs anything in them."""

from urllib.parse import quote

# What a browser shows without running anything: nothing that is text, and no SVG, is among them.
INLINE = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/gif",
        "image/webp",
        "audio/mpeg",
        "audio/ogg",
        "audio/mp4",
        "audio/x-m4a",
        "video/mp4",
        "video/webm",
    }
)


def headers_of(mime: str | None, name: str | None) -> dict[str, str]:
    """How a file is given out whose bytes are of a type, under the name that its sender gave it."""
    inline = mime in INLINE
    disposition = "inline" if inline else "attachment"
    return {
        "Content-Type": mime if mime and inline else "application/octet-stream",
        "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(name or 'file', safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-cache",
    }
