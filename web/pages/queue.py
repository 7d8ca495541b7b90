"""The list of talks beside the open one: those that wait for an answer, one's own, all."""

from collections.abc import Mapping
from typing import Final

from core.texts import N_
from pipeline.board import cards
from pipeline.filters import DealFilter, Scope
from pipeline.lists import ListPlace, count_deals, list_deals
from web.site import Visit, whole_number
from web.words import instant_of, micros

WAITING, MINE, ALL = "waiting", "mine", "all"
LISTS: Final[Mapping[str, DealFilter]] = {
    WAITING: DealFilter(Scope.ALL, waits=True),
    MINE: DealFilter(Scope.MINE),
    ALL: DealFilter(Scope.ALL),
}
NAMES: Final = {WAITING: N_("Waiting"), MINE: N_("Mine"), ALL: N_("All")}
PAGE = 30


async def queue_values(visit: Visit, *, here: int) -> dict[str, object]:
    """What the template of the list needs; `here` is the deal that is open."""
    uow, by = visit.uow, visit.by
    chosen = visit.query.text("list")
    chosen = chosen if chosen in LISTS else WAITING
    place = _place(visit.query.text("behind"))
    further = place is not None
    # What comes is put below what stands there.
    found = await list_deals(uow, by, LISTS[chosen], place=place, else_first=False, limit=PAGE)
    ids = [one.id for one in found.deals]
    if further:
        ids = [one for one in ids if one != here]
    elif here and here not in ids:
        # What is open stays in sight, though it does not wait any more, or stands further down.
        ids = [here, *ids]
    known = await cards(uow, by, ids)
    return {
        "list": chosen,
        "lists": NAMES,
        "counts": {one: await count_deals(uow, by, LISTS[one]) for one in (WAITING, MINE)},
        "queue": [known[one] for one in ids if one in known],
        "behind": _told(found.last) if found.last else "",
        "open_deal": here,
        "further": further,
    }


def _told(place: ListPlace) -> str:
    return f"{int(place.answered)}.{micros(place.since)}.{place.id}"


def _place(told: str) -> ListPlace | None:
    """The place that an address names; None for whatever names none."""
    numbers = [whole_number(part) for part in told.split(".")]
    match numbers:
        case [int(answered), int(since), int(deal_id)]:
            moment = instant_of(since)
            return ListPlace(bool(answered), moment, deal_id) if moment else None
        case _:
            return None
