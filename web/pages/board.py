"""The board: the deals of a pipeline by stage, narrowed by what its address says."""

from dataclasses import replace
from datetime import datetime

from aiohttp import web

from core.errors import NotFound
from core.journal import newest_position
from inbox.channels import kinds, label_of
from pipeline.board import Column, board, cards, counters, held, more, pipelines_seen, sources
from pipeline.bulk import progress, under_way
from pipeline.cards import BoardPlace
from pipeline.filters import DealFilter, Scope
from pipeline.staff.boards import fold_stage, show_empty
from pipeline.staff.handing_over import colleagues
from pipeline.stages import ACTIVE
from pipeline.tags import tags
from web.filters import DAYS, NOBODY, Address, read_filter
from web.site import Caller, Visit, get, post, said_in, whole_number
from web.words import WAITS_LONG, WAITS_TOO_LONG, instant_of

CARDS = 30
MOST_TAGS = 40
MOST_CARDS = 200
# In seconds, for the script that lets time pass on an open page.
WAITS = {"waits_long": int(WAITS_LONG.total_seconds()), "waits_too_long": int(WAITS_TOO_LONG.total_seconds())}


async def shown(visit: Visit) -> web.StreamResponse:
    """The whole board."""
    uow, by = visit.uow, visit.by
    position = await newest_position(uow)
    wanted, address = wanted_of(visit, visit.now)
    pipelines = await pipelines_seen(uow, by)
    if not pipelines:
        return visit.page("board_none.html", here="board")
    chosen = next((one for one in pipelines if one.id == wanted.pipeline_id), None)
    if chosen is None and wanted.pipeline_id is not None:
        raise NotFound
    here = chosen or pipelines[0]
    columns = await board(uow, by, here.id, replace(wanted, pipeline_id=None), limit=CARDS)
    return visit.page(
        "board.html",
        here="board",
        position=position,
        address=address,
        pipelines=pipelines,
        pipeline=here,
        active=[one for one in columns if one.stage.group == ACTIVE],
        archive=[one for one in columns if one.stage.group != ACTIVE],
        choices=await _choices(visit, here.id),
        settings=visit.settings,
        acting=[await progress(uow, by, one) for one in await under_way(uow, by)],
        **WAITS,
    )


async def _choices(visit: Visit, pipeline_id: int) -> dict[str, list[tuple[str, str]]]:
    """What the filters of a board offer: values, and how they are called."""
    t = visit.t
    people = [(str(one.id), one.name) for one in await colleagues(visit.uow, pipeline_id)]
    return {
        "assignee": [(NOBODY, t("Nobody")), *people],
        "tag": [(str(one.id), one.name) for one in await tags(visit.uow, limit=MOST_TAGS)],
        "channel": [(kind, t(label_of(kind))) for kind in kinds()],
        "source": [(one, one) for one in await sources(visit.uow, visit.by, pipeline_id)],
        "days": [(days, t.plural("Last {n} day", "Last {n} days", int(days))) for days in DAYS],
    }


async def heads(visit: Visit) -> web.StreamResponse:
    """What the columns hold by now, without their cards."""
    wanted, address = wanted_of(visit, visit.now)
    columns = await counters(visit.uow, visit.by, visit.id("pipeline"), replace(wanted, pipeline_id=None))
    return visit.page(
        "board_heads.html",
        address=address,
        active=[one for one in columns if one.stage.group == ACTIVE],
        archive=[one for one in columns if one.stage.group != ACTIVE],
    )


async def following(visit: Visit) -> web.StreamResponse:
    """The cards of a stage behind a place."""
    wanted, address = wanted_of(visit, visit.now)
    page = await more(
        visit.uow, visit.by, visit.id("stage"), replace(wanted, pipeline_id=None), after=read_place(visit), limit=CARDS
    )
    return visit.page("cards.html", page=page, stage_id=visit.id("stage"), address=address)


async def stage(visit: Visit) -> web.StreamResponse:
    """All deals of one stage, as those that hold what has ended have no column."""
    position = await newest_position(visit.uow)
    wanted, address = wanted_of(visit, visit.now)
    pipeline_id, column = await _held(visit, wanted)
    page = await more(visit.uow, visit.by, column.stage.id, replace(wanted, pipeline_id=None), limit=CARDS)
    return visit.page(
        "stage.html",
        here="board",
        position=position,
        pipeline_id=pipeline_id,
        column=column,
        page=page,
        address=replace(address, path=visit.request.path),
        choices=await _choices(visit, pipeline_id),
        **WAITS,
    )


async def stage_sum(visit: Visit) -> web.StreamResponse:
    """What it holds by now."""
    wanted, _ = wanted_of(visit, visit.now)
    _, column = await _held(visit, wanted)
    return visit.page("stage_sum.html", column=column)


async def _held(visit: Visit, wanted: DealFilter) -> tuple[int, Column]:
    return await held(visit.uow, visit.by, visit.id("stage"), replace(wanted, pipeline_id=None))


async def some(visit: Visit) -> web.StreamResponse:
    """These cards as they are now, for a page that has moved one of them in vain."""
    found = await cards(visit.uow, visit.by, visit.query.numbers("ids")[:MOST_CARDS], DealFilter(Scope.EVERY))
    return visit.page("cards_only.html", cards=list(found.values()))


async def folded(visit: Visit) -> web.StreamResponse:
    """A column of his is folded, or unfolded."""
    await fold_stage(visit.uow, visit.by, visit.id("stage"), folded=visit.form.text("on") == "1")
    return web.Response(status=204)


async def emptied(visit: Visit) -> web.StreamResponse:
    """Columns without cards are shown to him, or not."""
    await show_empty(visit.uow, visit.by, on=visit.form.text("on") == "1")
    return web.Response(status=204)


def wanted_of(caller: Caller, now: datetime) -> tuple[DealFilter, Address]:
    """What the address narrows the board to; of which pipeline it is is said apart."""
    return read_filter(said_in(caller.request), now, caller.by)


def read_place(visit: Visit) -> BoardPlace | None:
    """The card behind which there is more, as `place_of` has written it."""
    moment, _, number = visit.query.text("after").partition(".")
    deal_id, changed_at = whole_number(number), instant_of(whole_number(moment) or 0)
    if changed_at is None or deal_id is None:
        return None
    return BoardPlace(changed_at, deal_id)


ROUTES = (
    get("/board", shown),
    get("/board/{pipeline}/heads", heads),
    get("/board/stages/{stage}", stage),
    get("/board/stages/{stage}/sum", stage_sum),
    get("/board/stages/{stage}/cards", following),
    get("/board/cards", some),
    post("/board/stages/{stage}/fold", folded),
    post("/board/empty", emptied),
)
