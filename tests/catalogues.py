"""What the source tree says and what the catalogues answer; `python -m tests.catalogues` brings the two together."""

import tomllib
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from core.texts import LANGUAGES

ROOT = Path(__file__).parent.parent
TRANSLATED = LANGUAGES[1:]
KEYWORDS = {"t": None, "N_": None, "plural": (1, 2)}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"extensions": "jinja2.ext.do,jinja2.ext.loopcontrols", "trimmed": "true"}}


def source() -> Catalog:
    """Every text that the packages of the wheel hold."""
    catalogue = Catalog()
    for package in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"][
        "packages"
    ]:
        for _, _, text, _, _ in extract_from_dir(ROOT / package, METHODS, OPTIONS, keywords=KEYWORDS):
            catalogue.add(text)
    return catalogue


def translated(language: str) -> Catalog:
    """One language's catalogue as it is in the tree."""
    with _file(language).open("rb") as lines:
        return read_po(lines, locale=language)


def refresh() -> None:
    """Add what the source tree gained, drop what it lost, keep every translation."""
    template = source()
    for language in TRANSLATED:
        catalogue = translated(language)
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        with _file(language).open("wb") as lines:
            write_po(lines, catalogue, width=120, no_location=True, sort_output=True, ignore_obsolete=True)


def _file(language: str) -> Path:
    return ROOT / "locales" / f"{language}.po"


if __name__ == "__main__":
    refresh()
