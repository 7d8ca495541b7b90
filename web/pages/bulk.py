"""One act on many deals: what is asked before it, how far it has come, and what failed and why."""

import secrets
from dataclasses import replace

from aiohttp import web

from core.errors import Unreadable
from pipeline.board import pipelines_seen
from pipeline.bulk import Act, AddTags, AddTask, Assign, PutInStage, RemoveTags, progress, start
from pipeline.staff.handing_over import assignable
from pipeline.stages import reasons, stages_of
from pipeline.tags import make_tag, words
from pipeline.work.kinds import task_kinds
from pipeline.work.times import USUAL_TIMES
from web.pages.acts import read_to
from web.pages.board import MOST_TAGS, wanted_of
from web.pages.talk import key_of
from web.pages.tasks import moment_of
from web.site import Visit, get, post

ALL = "all"
ACTS = ("stage", "tags", "assignee", "task")


async def asked(visit: Visit) -> web.StreamResponse:
    """What an act needs to know."""
    act = visit.query.text("act")
    if act not in ACTS:
        raise web.HTTPNotFound
    pipeline_id = visit.id("pipeline")
    if pipeline_id not in {one.id for one in await pipelines_seen(visit.uow, visit.by)}:
        raise web.HTTPNotFound
    _, address = wanted_of(visit, visit.now)
    return visit.page(
        "dialog_bulk.html",
        act=act,
        count=visit.query.number("count") or 1,
        pipeline_id=pipeline_id,
        query=address.query,
        key=secrets.token_hex(12),
        stages=await stages_of(visit.uow, pipeline_id),
        reasons=await reasons(visit.uow),
        tags=await words(visit.uow, limit=MOST_TAGS),
        people=await assignable(visit.uow, visit.by, pipeline_id),
        kinds=await task_kinds(visit.uow),
        times=USUAL_TIMES,
    )


async def begun(visit: Visit) -> web.StreamResponse:
    """The act begins, on the chosen cards or on all that the filter finds."""
    form = visit.form
    wanted, _ = wanted_of(visit, visit.now)
    everything = replace(wanted, pipeline_id=visit.id("pipeline"), group=wanted.group or "active")
    bulk_id = await start(
        visit.uow,
        visit.by,
        await _act(visit),
        deals=form.numbers("ids"),
        wanted=everything if form.text("ids") == ALL else None,
        client_key=key_of(visit),
    )
    found = await progress(visit.uow, visit.by, bulk_id)
    return visit.page("dialog_progress.html", progress=found, is_new=True)


async def going(visit: Visit) -> web.StreamResponse:
    """How far it has come."""
    return visit.page(
        "dialog_progress.html", progress=await progress(visit.uow, visit.by, visit.id("bulk")), is_new=False
    )


async def in_short(visit: Visit) -> web.StreamResponse:
    """The same in a few words, for somebody who has closed the dialog or come back to the board."""
    return visit.page("acting.html", progress=await progress(visit.uow, visit.by, visit.id("bulk")))


async def _act(visit: Visit) -> Act:
    """What is to be done. Raises Unreadable, MomentPassed, TooLong, NameEmpty, NameTooLong."""
    form = visit.form
    match form.text("act"):
        case "stage":
            return PutInStage(form.number("stage") or 0, form.number("reason"), form.text("words") or None)
        case "tags" if form.text("how") == "remove":
            return RemoveTags(tuple(form.numbers("tag")))
        case "tags":
            return AddTags(await _tags(visit))
        case "assignee":
            return Assign(read_to(visit))
        case "task":
            return AddTask(moment_of(visit), form.number("kind"), form.text("text") or None)
        case other:
            raise Unreadable(part=other, example="stage")


async def _tags(visit: Visit) -> tuple[int, ...]:
    """The chosen tags and those that were typed, with commas between; there is one at least."""
    chosen = visit.form.numbers("tag")
    typed = visit.form.listed("new") if visit.form.text("new") or not chosen else []
    return (*chosen, *[await make_tag(visit.uow, name) for name in typed])


ROUTES = (
    get("/board/{pipeline}/bulk", asked),
    post("/board/{pipeline}/bulk", begun),
    get("/board/bulks/{bulk}", going),
    get("/board/bulks/{bulk}/short", in_short),
)
