"""What admins set for everybody: who works here, and the chat on their sites."""

from aiohttp import web

from core.errors import NotFound
from pipeline.staff import people
from pipeline.staff.inviting import invite
from pipeline.staff.rights import Right, Role
from pipeline.webchat import allow_site, configure, forbid_site, settings_for
from web.pages.acts import done
from web.site import Visit, get, post


async def staff(visit: Visit) -> web.StreamResponse:
    """Everybody who works here."""
    members = await people.members(visit.uow, visit.by)
    return visit.page("people.html", here="settings", members=members, roles=list(Role))


async def invited(visit: Visit) -> web.StreamResponse:
    """A link for somebody new; it is shown once."""
    role = _role(visit.form.text("role"))
    token = await invite(visit.uow, visit.by, role=role, valid=visit.site.invitation)
    url = visit.site.public_url or f"{visit.request.scheme}://{visit.request.host}"
    return visit.page("invited.html", link=f"{url}/join/{token}", role=role, until=visit.now + visit.site.invitation)


async def promoted(visit: Visit) -> web.StreamResponse:
    """Another role for somebody."""
    await people.set_role(visit.uow, visit.by, visit.id("person"), role=_role(visit.form.text("role")))
    return web.Response(headers={"HX-Refresh": "true"})


async def let_go(visit: Visit) -> web.StreamResponse:
    """Somebody leaves."""
    await people.disable(visit.uow, visit.by, visit.id("person"))
    return web.Response(headers={"HX-Refresh": "true"})


def _role(name: str) -> Role:
    """Raises NotFound for none of ours."""
    if name not in tuple(Role):
        raise NotFound
    return Role(name)


async def chat(visit: Visit) -> web.StreamResponse:
    """How the chat looks and where it stands, with the tag to paste."""
    url = visit.site.public_url or f"{visit.request.scheme}://{visit.request.host}"
    return visit.page("webchat.html", here="settings", chat=await settings_for(visit.uow, visit.by), url=url)


async def painted(visit: Visit) -> web.StreamResponse:
    """Its name, colour, greeting and what it asks."""
    form = visit.form
    await configure(
        visit.uow,
        visit.by,
        name=form.text("name"),
        colour=form.text("colour"),
        greeting=form.text("greeting"),
        asks_contact=form.text("asks_contact") == "1",
        names=form.text("names") == "1",
    )
    return done(visit.t("Saved."))


async def site_added(visit: Visit) -> web.StreamResponse:
    """One more site where it may stand."""
    await allow_site(visit.uow, visit.by, visit.form.text("site"))
    return web.Response(headers={"HX-Refresh": "true"})


async def site_removed(visit: Visit) -> web.StreamResponse:
    """One less."""
    await forbid_site(visit.uow, visit.by, visit.form.text("site"))
    return web.Response(headers={"HX-Refresh": "true"})


ROUTES = (
    get("/settings/people", staff, Right.CONFIGURE),
    post("/settings/people/invite", invited, Right.CONFIGURE),
    post("/settings/people/{person}/role", promoted, Right.CONFIGURE),
    post("/settings/people/{person}/end", let_go, Right.CONFIGURE),
    get("/settings/webchat", chat, Right.CONFIGURE),
    post("/settings/webchat", painted, Right.CONFIGURE),
    post("/settings/webchat/sites", site_added, Right.CONFIGURE),
    post("/settings/webchat/sites/end", site_removed, Right.CONFIGURE),
)
