"""What a board is narrowed by, as its address says it and back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from pipeline.filters import DealFilter, Scope
from pipeline.staff.rights import Staff
from pipeline.work.tasks import Colour
from web.site import whole_number

LONGEST_TEXT = 100
MOST_TAGS = 10
DAYS = ("1", "7", "30", "90")
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Address:
    """The words of a filter, in the order in which an address has them, and those of them that say nothing to us."""

    words: tuple[tuple[str, str], ...] = ()
    faults: tuple[str, ...] = ()
    # The page that is narrowed.
    path: str = "/board"

    @property
    def query(self) -> str:
        """What stands behind the question mark."""
        return urlencode(self.words)

    def has(self, name: str, value: object) -> bool:
        """Whether the filter says this."""
        return (name, str(value)) in self.words

    def of(self, name: str) -> str:
        """What is said under a name, if anything is."""
        return next((value for word, value in self.words if word == name), "")

    def values(self, name: str) -> list[str]:
        """All that is said under a name."""
        return [value for word, value in self.words if word == name]

    def on(self, path: str) -> str:
        """Another page that is narrowed by the same; of which pipeline a stage is it knows by itself."""
        return _to(path, tuple(one for one in self.words if one[0] != "pipeline"))

    @property
    def narrows(self) -> bool:
        """Whether anything is left out; the pipeline is what is looked at."""
        return any(name != "pipeline" for name, _ in self.words)

    @property
    def cleared(self) -> str:
        """An address that narrows nothing."""
        return _to(self.path, tuple(one for one in self.words if one[0] == "pipeline"))

    def without(self, name: str, value: object = None) -> str:
        """An address that says all but this."""
        return _to(self.path, tuple(one for one in self.words if one[0] != name or value not in (None, one[1])))

    def also(self, name: str, value: object, *, several: bool = False) -> str:
        """An address that says this too, or instead of what it said under that name."""
        kept = tuple(one for one in self.words if several or one[0] != name)
        return _to(self.path, (*kept, (name, str(value))))


def _to(path: str, words: tuple[tuple[str, str], ...]) -> str:
    return f"{path}?{urlencode(words)}" if words else path


def read_filter(said: Mapping[str, list[str]], now: datetime, by: Staff) -> tuple[DealFilter, Address]:
    """The filter of an address; what cannot be read narrows nothing and is named in the address's faults."""
    wanted = DealFilter(Scope.EVERY)
    words: list[tuple[str, str]] = []
    faults: list[str] = []
    for name, value in _pairs(said):
        narrowed = _narrowed(wanted, name, value, now, by)
        if narrowed is None:
            faults.append(f"{name}={value}"[:LONGEST_TEXT])
            continue
        wanted = narrowed
        words.append((name, value))
    return wanted, Address(tuple(words), tuple(faults))


def _pairs(said: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    for name, values in said.items():
        if name not in ("since", "after"):
            yield from ((name, value.strip()) for value in values if value.strip())


def _narrowed(wanted: DealFilter, name: str, value: str, now: datetime, by: Staff) -> DealFilter | None:
    match name:
        case "who" if value == "mine":
            return replace(wanted, assignee_id=by.id)
        case "waits" if value == "1":
            return replace(wanted, waits=True)
        case "pipeline" if number := whole_number(value):
            return replace(wanted, pipeline_id=number)
        case "assignee" if value == NOBODY:
            return replace(wanted, nobodys=True)
        case "assignee" if number := whole_number(value):
            return replace(wanted, assignee_id=number)
        case "tag" if (number := whole_number(value)) and len(wanted.tag_ids) < MOST_TAGS:
            return replace(wanted, tag_ids=(*wanted.tag_ids, number))
        case "channel" if value.isascii() and value.isalnum():
            return replace(wanted, channel_kind=value)
        case "source":
            return replace(wanted, source=value[:LONGEST_TEXT])
        case "colour" if value in tuple(Colour):
            return replace(wanted, colour=Colour(value))
        case "days" if value in DAYS:
            return replace(wanted, opened_from=now - timedelta(days=int(value)))
        case "q":
            return replace(wanted, text=value[:LONGEST_TEXT])
        case _:
            return None
