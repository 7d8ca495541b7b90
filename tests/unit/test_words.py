"""Words on one line."""

from core.words import shortened


def test_a_long_text_is_cut_to_one_line_with_an_ellipsis() -> None:
    assert shortened("a\n\n b", 140) == "a b"
    assert shortened("word " * 100, 12) == "word word w…"
