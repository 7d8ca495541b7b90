"""What is done to one deal from wherever its card is: stage, end, taking, handing over. Its fields are in `fields`."""

import json

from aiohttp import web

from core.errors import Unreadable
from core.texts import N_
from pipeline.deals import see
from pipeline.moving import close, move, reopen
from pipeline.staff.handing_over import assignable, give_back_to_turn, hand_over
from pipeline.staff.taking import take, take_next
from pipeline.stages import ACTIVE, LOST, NOT_A_LEAD, WON, reasons, stages_of
from web.site import Visit, get, post

# In the place of a colleague: whoever is next in turn.
TURN = "turn"
ENDED = {WON: N_("Won."), LOST: N_("Closed as lost."), NOT_A_LEAD: N_("Closed as not a lead.")}


def done(words: str = "", *, undo: dict[str, str] | None = None) -> web.Response:
    """Something was done; a page that listens shows what has changed by itself, and the words as a note.

    `undo` has the `url` of the act that takes it back, and its `words`.
    """
    headers = {"HX-Trigger": json.dumps({"said": {"words": words, "undo": undo}})} if words else {}
    return web.Response(status=204, headers=headers)


async def menu(visit: Visit) -> web.StreamResponse:
    """Everything that can be done to a deal, where one cannot drag."""
    deal = await see(visit.uow, visit.by, visit.id("deal"))
    stages = await stages_of(visit.uow, deal.pipeline_id)
    return visit.page(
        "deal_menu.html",
        deal=deal,
        active=[one for one in stages if one.group == ACTIVE],
        ends=[one for one in stages if one.group != ACTIVE],
        seen_in=visit.query.number("from"),
    )


async def handing(visit: Visit) -> web.StreamResponse:
    """The question who gets it."""
    deal = await see(visit.uow, visit.by, visit.id("deal"))
    people = await assignable(visit.uow, visit.by, deal.pipeline_id)
    return visit.page("dialog_handing.html", deal=deal, people=people)


async def moved(visit: Visit) -> web.StreamResponse:
    """Another stage; one that ends deals asks for what it needs."""
    deal_id, stage_id = visit.id("deal"), visit.form.number("stage") or 0
    await move(visit.uow, visit.by, deal_id, stage_id=stage_id, seen_in=visit.form.number("from"))
    return done()


async def ending(visit: Visit) -> web.StreamResponse:
    """The question why a deal is lost."""
    deal = await see(visit.uow, visit.by, visit.id("deal"))
    return visit.page(
        "dialog_lost.html",
        deal=deal,
        reasons=await reasons(visit.uow),
        group=LOST,
        seen_in=visit.query.number("from") or deal.stage_id,
    )


async def closed(visit: Visit) -> web.StreamResponse:
    """The end of a deal, which can be taken back."""
    form, deal_id = visit.form, visit.id("deal")
    await close(
        visit.uow,
        visit.by,
        deal_id,
        group=form.text("group"),
        reason_id=form.number("reason"),
        words=form.text("words") or None,
        seen_in=form.number("from"),
    )
    undo = {"url": f"/deals/{deal_id}/reopen", "words": visit.t("Undo")}
    return done(visit.t(ENDED[form.text("group")]), undo=undo)


async def reopened(visit: Visit) -> web.StreamResponse:
    """It goes on."""
    await reopen(visit.uow, visit.by, visit.id("deal"))
    return done(visit.t("Deal #{deal} goes on.", deal=visit.id("deal")))


async def taken(visit: Visit) -> web.StreamResponse:
    """A deal that nobody had is his."""
    await take(visit.uow, visit.by, visit.id("deal"))
    return done(visit.t("It is yours."))


async def next_taken(visit: Visit) -> web.StreamResponse:
    """The one that waits longest is his, and opens."""
    deal_id = await take_next(visit.uow, visit.by)
    return web.Response(headers={"HX-Redirect": f"/deals/{deal_id}"})


async def assigned(visit: Visit) -> web.StreamResponse:
    """Somebody else has it, or the turn. Raises Unreadable."""
    to = read_to(visit)
    if to is None:
        await give_back_to_turn(visit.uow, visit.by, visit.id("deal"), why=visit.form.text("why") or None)
        return done(visit.t("It waits for the next one in turn."))
    await hand_over(visit.uow, visit.by, visit.id("deal"), to=to, why=visit.form.text("why") or None)
    return done(visit.t("Handed over."))


def read_to(visit: Visit) -> int | None:
    """Who gets it; None for the turn. Raises Unreadable for whatever names neither."""
    said = visit.form.text("to")
    if said == TURN:
        return None
    if (to := visit.form.number("to")) is None:
        raise Unreadable(part=said, example=TURN)
    return to


ROUTES = (
    get("/deals/{deal}/menu", menu),
    post("/deals/{deal}/stage", moved),
    get("/deals/{deal}/end", ending),
    post("/deals/{deal}/close", closed),
    post("/deals/{deal}/reopen", reopened),
    post("/deals/{deal}/take", taken),
    post("/board/next", next_taken),
    get("/deals/{deal}/handing", handing),
    post("/deals/{deal}/assignee", assigned),
)
