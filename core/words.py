"""Words as people type them, made comparable; knows no language and no meaning."""

import unicodedata

# The only letter of our languages that Unicode does not take apart.
_WITHOUT_STROKE = str.maketrans("ł", "l")
# Typed for an apostrophe inside Ukrainian words, and a letter to Unicode.
_APOSTROPHE = "\u02bc"


# A stream of messages goes through here, and most of their letters are these.
_PLAIN = {code: chr(code).lower() if chr(code).isalnum() or chr(code).isspace() else None for code in range(128)}


def bare(words: str) -> str:
    """The letters and digits alone: without case, accents, dots and apostrophes, one space between words."""
    if words.isascii():
        return " ".join(words.translate(_PLAIN).split())
    letters = unicodedata.normalize("NFKD", words.casefold()).translate(_WITHOUT_STROKE)
    return " ".join("".join(c for c in letters if c.isspace() or (c.isalnum() and c != _APOSTROPHE)).split())
