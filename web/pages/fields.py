"""What a deal says of itself, changed where it stands: its worth, its tags, its customer's phone and zone."""

from aiohttp import web

from pipeline.amounts import set_amount
from pipeline.another import open_another
from pipeline.customers import name_customer, save_phone, set_timezone
from pipeline.tags import find_tag, tag_by_name, untag_deal
from web.pages.acts import done
from web.site import Visit, post


async def worth(visit: Visit) -> web.StreamResponse:
    """What it is worth, as typed; nothing wipes it."""
    await set_amount(visit.uow, visit.by, visit.id("deal"), visit.form.text("amount") or None)
    return done()


async def tagged(visit: Visit) -> web.StreamResponse:
    """One tag more, or several with commas between."""
    for name in visit.form.listed("tag"):
        await tag_by_name(visit.uow, visit.by, visit.id("deal"), name)
    return done()


async def untagged(visit: Visit) -> web.StreamResponse:
    """One tag less."""
    await untag_deal(visit.uow, visit.by, visit.id("deal"), await find_tag(visit.uow, visit.form.text("tag")))
    return done()


async def named(visit: Visit) -> web.StreamResponse:
    """Another name for the customer."""
    await name_customer(visit.uow, visit.by, visit.id("deal"), visit.form.text("name"))
    return done()


async def phoned(visit: Visit) -> web.StreamResponse:
    """How the customer is called."""
    await save_phone(visit.uow, visit.by, visit.id("deal"), visit.form.text("phone"))
    return done()


async def zoned(visit: Visit) -> web.StreamResponse:
    """Where the customer lives."""
    await set_timezone(visit.uow, visit.by, visit.id("deal"), visit.form.text("timezone"))
    return done()


async def another(visit: Visit) -> web.StreamResponse:
    """One more deal of the same customer."""
    made = await open_another(visit.uow, visit.by, visit.id("deal"))
    return web.Response(headers={"HX-Redirect": f"/deals/{made}"})


ROUTES = (
    post("/deals/{deal}/amount", worth),
    post("/deals/{deal}/tags", tagged),
    post("/deals/{deal}/tags/remove", untagged),
    post("/deals/{deal}/name", named),
    post("/deals/{deal}/phone", phoned),
    post("/deals/{deal}/timezone", zoned),
    post("/deals/{deal}/another", another),
)
