"""What a deal says of itself, changed where it stands: its worth, tags, customer's phone and zone, stage, assignee."""

from aiohttp import web

from pipeline.amounts import set_amount
from pipeline.another import open_another
from pipeline.customers import save_phone, set_timezone
from pipeline.deals import see
from pipeline.moving import close, move, reopen
from pipeline.staff.handing_over import give_back_to_turn, hand_over
from pipeline.staff.taking import take
from pipeline.stages import LOST, reasons
from pipeline.tags import find_tag, tag_by_name, untag_deal
from web.site import Visit, get, post

DONE = 204


async def worth(visit: Visit) -> web.StreamResponse:
    """What it is worth, as typed; nothing wipes it."""
    await set_amount(visit.uow, visit.by, visit.id("deal"), visit.form.text("amount") or None)
    return web.Response(status=DONE)


async def tagged(visit: Visit) -> web.StreamResponse:
    """One tag more."""
    await tag_by_name(visit.uow, visit.by, visit.id("deal"), visit.form.text("tag"))
    return web.Response(status=DONE)


async def untagged(visit: Visit) -> web.StreamResponse:
    """One tag less."""
    await untag_deal(visit.uow, visit.by, visit.id("deal"), await find_tag(visit.uow, visit.form.text("tag")))
    return web.Response(status=DONE)


async def phoned(visit: Visit) -> web.StreamResponse:
    """How the customer is called."""
    await save_phone(visit.uow, visit.by, visit.id("deal"), visit.form.text("phone"))
    return web.Response(status=DONE)


async def zoned(visit: Visit) -> web.StreamResponse:
    """Where the customer lives."""
    await set_timezone(visit.uow, visit.by, visit.id("deal"), visit.form.text("timezone"))
    return web.Response(status=DONE)


async def moved(visit: Visit) -> web.StreamResponse:
    """Into another stage."""
    await move(visit.uow, visit.by, visit.id("deal"), stage_id=visit.form.number("stage") or 0)
    return web.Response(status=DONE)


async def asked_why(visit: Visit) -> web.StreamResponse:
    """Why it is lost, as a question."""
    view = await see(visit.uow, visit.by, visit.id("deal"))
    return visit.page("dialog_lost.html", deal=view, group=LOST, reasons=await reasons(visit.uow))


async def closed(visit: Visit) -> web.StreamResponse:
    """The deal has ended."""
    await close(
        visit.uow,
        visit.by,
        visit.id("deal"),
        group=visit.form.text("group"),
        reason_id=visit.form.number("reason"),
        words=visit.form.text("words") or None,
    )
    return web.Response(status=DONE)


async def reopened(visit: Visit) -> web.StreamResponse:
    """It goes on."""
    await reopen(visit.uow, visit.by, visit.id("deal"))
    return web.Response(status=DONE)


async def taken(visit: Visit) -> web.StreamResponse:
    """It is his now who asks."""
    await take(visit.uow, visit.by, visit.id("deal"))
    return web.Response(status=DONE)


async def handed(visit: Visit) -> web.StreamResponse:
    """A colleague's now, or, without one, whose turn it is."""
    to, why = visit.form.number("to"), visit.form.text("why") or None
    if to is None:
        await give_back_to_turn(visit.uow, visit.by, visit.id("deal"), why=why)
    else:
        await hand_over(visit.uow, visit.by, visit.id("deal"), to=to, why=why)
    return web.Response(status=DONE)


async def another(visit: Visit) -> web.StreamResponse:
    """One more deal of the same customer."""
    made = await open_another(visit.uow, visit.by, visit.id("deal"))
    return web.Response(status=DONE, headers={"HX-Redirect": f"/deals/{made}"})


ROUTES = (
    post("/deals/{deal}/amount", worth),
    post("/deals/{deal}/tags", tagged),
    post("/deals/{deal}/tags/remove", untagged),
    post("/deals/{deal}/phone", phoned),
    post("/deals/{deal}/timezone", zoned),
    post("/deals/{deal}/stage", moved),
    get("/deals/{deal}/end", asked_why),
    post("/deals/{deal}/close", closed),
    post("/deals/{deal}/reopen", reopened),
    post("/deals/{deal}/take", taken),
    post("/deals/{deal}/assignee", handed),
    post("/deals/{deal}/another", another),
)
