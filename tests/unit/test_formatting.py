"""What people write, as HTML: nothing of it is markup but what we make of their formatting."""

import html
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.formatting import rich

OURS = re.compile(
    r"</?(?:b|i|u|s|code|span)>|<span class=\"(?:pre|spoiler|quoted)\">|</a>"
    r"|<a href=\"https?://[^\"<>]*\" title=\"[^\"<>]*\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">",
    re.IGNORECASE,
)
KINDS = ("bold", "italic", "code", "pre", "spoiler", "blockquote", "url", "text_link", "mention", "made up")
ADDRESSES = ("https://example.com", "javascript:alert(1)", "tg://user?id=1", "http://[", "//x", 'https://x/"><b>')
ENTITIES = st.fixed_dictionaries(
    {"type": st.sampled_from(KINDS), "offset": st.integers(-3, 60), "length": st.integers(-3, 60)},
    optional={"url": st.sampled_from(ADDRESSES)},
)
TEXTS = st.lists(st.sampled_from(["<script>", "&amp;", "😀", "a b", "\n", '"', "'", "https://example.com/?a=1&b=2"]))


@given(TEXTS.map("".join), st.lists(ENTITIES, max_size=6))
def test_the_words_stay_and_every_tag_is_ours(text: str, entities: list[dict[str, Any]]) -> None:
    made = str(rich(text, entities))
    left = OURS.sub("", made)
    assert "<" not in left
    assert html.unescape(left) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see https://example.com.", ">https://example.com</a>."),
        ("HTTPS://EXAMPLE.COM/a", ">HTTPS://EXAMPLE.COM/a</a>"),
        ("(https://example.com/a)", ">https://example.com/a</a>)"),
        ("ftp://example.com", "ftp://example.com"),
        ("https://", "https://"),
    ],
)
def test_an_address_is_a_link_without_the_marks_around_it(text: str, shown: str) -> None:
    assert shown in rich(text)


def test_places_are_counted_as_messengers_do() -> None:
    assert rich("😀😀 yes", [{"type": "bold", "offset": 5, "length": 3}]) == "😀😀 <b>yes</b>"
