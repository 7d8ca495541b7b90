"""Words as people type them, made comparable or short; knows no language and no meaning."""

import re
import unicodedata

# With the apostrophe that is typed inside Ukrainian words, and a letter to Unicode.
_DROPPED = re.compile("[^\\w\\s]|[_\u02bc]")
# A stream of messages goes through here, and most of their letters are these.
_PLAIN = {code: chr(code).lower() if chr(code).isalnum() or chr(code).isspace() else None for code in range(128)}


def bare(words: str) -> str:
    """The letters and digits alone: without case, accents, dots and apostrophes, one space between words."""
    if words.isascii():
        return " ".join(words.translate(_PLAIN).split())
    # The only letter of our languages that Unicode does not take apart.
    letters = unicodedata.normalize("NFKD", words.casefold()).replace("ł", "l")
    return " ".join(_DROPPED.sub("", letters).split())


def shortened(text: str, most: int) -> str:
    """A text on one line, cut with an ellipsis behind `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
