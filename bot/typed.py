"""Lines that people type, taken apart: words, quoted ones together, which of ours is meant; no line's sense is here."""

import shlex

from core.errors import Unreadable
from core.texts import Texts
from core.words import bare

_QUOTES = str.maketrans({"“": '"', "”": '"', "«": '"', "»": '"', "„": '"'})


def words_of(line: str, *, example: str) -> list[str]:
    """A line in words, quoted ones together. Raises Unreadable for a quote that does not end."""
    lexer = shlex.shlex(line.translate(_QUOTES), posix=True)
    # An apostrophe is no quote.
    lexer.quotes, lexer.escape, lexer.commenters, lexer.whitespace_split = '"', "", "", True
    try:
        return list(lexer)
    except ValueError:
        raise Unreadable(part=line, example=example) from None


def said(t: Texts, typed: str, *words: str) -> str | None:
    """Which of our words somebody typed, in English or in his own language."""
    meant = bare(typed)
    return next((word for word in words if meant in (bare(word), bare(t(word)))), None)
