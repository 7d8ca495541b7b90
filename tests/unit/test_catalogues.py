"""Each text of the source tree is translated, whole, into each language."""

from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.plurals import get_plural

from core.texts import PLACEHOLDER
from tests.catalogues import TRANSLATED, source, translated


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_answers_every_text(language: str) -> None:
    assert list(faults(translated(language), source())) == []


def test_each_kind_of_fault_is_seen() -> None:
    template, catalogue = Catalog(), Catalog(locale="pl")
    for text in ("missing", "empty", "unsure", "{name} wrote", "line\n", ("{n} deal", "{n} deals")):
        template.add(text)
    catalogue.add("empty", "")
    catalogue.add("unsure", "niepewne", flags=["fuzzy"])
    catalogue.add("{name} wrote", "{imie} pisze")
    catalogue.add("line\n", "linia")
    catalogue.add(("{n} deal", "{n} deals"), ("{n} sprawa", "sprawy", ""))
    catalogue.add("gone", "minęło")
    assert list(faults(catalogue, template)) == [
        "missing: is missing",
        "empty: is not translated",
        "unsure: is fuzzy",
        "{name} wrote: other placeholders",
        "line\n: begins or ends otherwise",
        "{n} deal: other placeholders",
        "{n} deal: is not translated",
        "gone: is no longer in the source",
    ]


def test_a_wrong_plural_rule_is_seen() -> None:
    catalogue = Catalog(locale="pl")
    catalogue.mime_headers = [("Plural-Forms", "nplurals=2; plural=(n != 1);")]
    assert list(faults(catalogue, Catalog())) == ["the header: has another language's Plural-Forms"]


def faults(catalogue: Catalog, template: Catalog) -> Iterator[str]:
    """What is wrong with a catalogue, each in one line that begins with its text."""
    if catalogue.plural_forms != get_plural(catalogue.locale).plural_forms:
        yield "the header: has another language's Plural-Forms"
    for message in _texts(template):
        found = catalogue.get(message.id)
        problems = ["is missing"] if found is None else _problems(found)
        yield from (f"{_first(message)}: {problem}" for problem in problems)
    for message in [*_texts(catalogue), *catalogue.obsolete.values()]:
        if template.get(message.id) is None:
            yield f"{_first(message)}: is no longer in the source"


def _problems(message: Message) -> Iterator[str]:
    original = message.id if isinstance(message.id, str) else message.id[-1]
    for answer in [message.string] if isinstance(message.string, str) else message.string or [""]:
        if not answer:
            yield "is not translated"
        elif set(PLACEHOLDER.findall(answer)) != set(PLACEHOLDER.findall(original)):
            yield "other placeholders"
        elif _edges(answer) != _edges(original):
            yield "begins or ends otherwise"
    if message.fuzzy:
        yield "is fuzzy"


def _texts(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
