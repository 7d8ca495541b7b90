"""Triggers: what happens by itself, a card for each, made and changed in one form that their parts declare."""

from datetime import timedelta

from aiohttp import web

from pipeline.staff.rights import Right
from triggers import editing
from triggers.attaching import attach
from triggers.history import counts, lately, next_due
from triggers.parts import STOPS, actions, conditions, occasions
from triggers.references import names, offered
from triggers.templates import PLACES
from triggers.words import told, why
from web.site import Form, Visit, get, post, question
from web.trigger_forms import Misfilled, TriggerForm, draft_of, of_fields, of_trigger

LATELY = timedelta(days=7)


async def shown(visit: Visit) -> web.StreamResponse:
    """All triggers, and an empty form."""
    return await _page(visit, of_fields(Form(), visit.t, await offered(visit.uow)))


async def edited(visit: Visit) -> web.StreamResponse:
    """The same with one of them in the form."""
    one = await editing.see(visit.uow, visit.by, visit.id("trigger"))
    editing.draft_of(one)
    return await _page(visit, of_trigger(one, visit.t, await offered(visit.uow)))


async def _page(visit: Visit, form: TriggerForm) -> web.StreamResponse:
    found = await editing.triggers(visit.uow, visit.by)
    known = await names(visit.uow)
    return visit.page(
        "triggers.html",
        here="triggers",
        found=[(one, told(visit.t, one, known)) for one in reversed(found)],
        counts=await counts(visit.uow, visit.by, since=visit.now - LATELY),
        why=why,
        **_of_form(form),
    )


def _of_form(form: TriggerForm, fault: Misfilled | None = None) -> dict[str, object]:
    return {
        "form": form,
        "fault": fault,
        "families": {"occasion": occasions(), "condition": conditions(), "action": actions()},
        "stops": STOPS,
        "places": PLACES,
    }


async def redrawn(visit: Visit) -> web.StreamResponse:
    """The form with what was chosen, or with a part more or less; nothing is stored."""
    return visit.page("trigger_form.html", **_of_form(of_fields(visit.form, visit.t, await offered(visit.uow))))


async def added(visit: Visit) -> web.StreamResponse:
    """A new trigger, at work from now on."""
    known = await offered(visit.uow)
    form = of_fields(visit.form, visit.t, known)
    try:
        draft = draft_of(form, visit.t, known, None)
    except Misfilled as fault:
        return _told(visit, form, fault)
    await editing.add(visit.uow, visit.by, await attach(visit.uow, visit.by, draft, form.uploads))
    return _to_the_list()


async def changed(visit: Visit) -> web.StreamResponse:
    """Another form of one that there is; what somebody else changed meanwhile is not written over."""
    known = await offered(visit.uow)
    before = await editing.see(visit.uow, visit.by, visit.id("trigger"))
    form = of_fields(visit.form, visit.t, known)
    if form.version is None:
        raise web.HTTPBadRequest
    try:
        draft = draft_of(form, visit.t, known, before)
    except Misfilled as fault:
        return _told(visit, form, fault)
    draft = await attach(visit.uow, visit.by, draft, form.uploads)
    await editing.change(visit.uow, visit.by, before.id, draft, seen_version=form.version)
    return _to_the_list()


async def switched(visit: Visit) -> web.StreamResponse:
    """On or off."""
    await editing.switch(visit.uow, visit.by, visit.id("trigger"), on=visit.form.text("on") == "1")
    return _to_the_list()


async def deleted(visit: Visit) -> web.StreamResponse:
    """Gone for good."""
    await editing.delete(visit.uow, visit.by, visit.id("trigger"))
    return _to_the_list()


async def runs(visit: Visit) -> web.StreamResponse:
    """What one did last, and will do next."""
    trigger_id = visit.id("trigger")
    await editing.see(visit.uow, visit.by, trigger_id)
    did = await lately(visit.uow, visit.by, trigger_id)
    due = await next_due(visit.uow, visit.by, trigger_id)
    return visit.page("trigger_runs.html", did=did, due=due, why=why)


def _told(visit: Visit, form: TriggerForm, fault: Misfilled) -> web.StreamResponse:
    """The form again, with what is wrong said where it is wrong."""
    answer = visit.page("trigger_form.html", **_of_form(form, fault))
    answer.headers.update({"HX-Retarget": "#trigger-form", "HX-Reswap": "outerHTML"})
    return answer


def _to_the_list() -> web.Response:
    return web.Response(headers={"HX-Redirect": "/triggers"})


ROUTES = (
    get("/triggers", shown, Right.CONFIGURE),
    get("/triggers/{trigger}", edited, Right.CONFIGURE),
    get("/triggers/{trigger}/runs", runs, Right.CONFIGURE),
    question("/triggers/form", redrawn, Right.CONFIGURE),
    post("/triggers/add", added, Right.CONFIGURE),
    post("/triggers/{trigger}/save", changed, Right.CONFIGURE),
    post("/triggers/{trigger}/switch", switched, Right.CONFIGURE),
    post("/triggers/{trigger}/delete", deleted, Right.CONFIGURE),
)
