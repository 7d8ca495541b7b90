"""Tasks: one's own or the team's by their time, and what is done with one."""

from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from core.moments import read_moment
from core.texts import N_, Texts
from pipeline.deals import see
from pipeline.staff.handing_over import colleagues
from pipeline.staff.rights import Right
from pipeline.work.tasks import (
    Colour,
    TaskPlace,
    TaskView,
    add_task,
    finish_task,
    give_task,
    list_tasks,
    move_task,
    see_task,
)
from pipeline.work.times import USUAL_TIMES, local, usual_time
from web.pages.acts import done
from web.pages.talk import key_of
from web.site import Visit, get, post, whole_number
from web.words import instant_of, micros

PAGE = 100
GROUPS: Final = {
    "late": N_("Overdue"),
    "turn": N_("Your turn"),
    "today": N_("Today"),
    "later": N_("Later on"),
}


async def shown(visit: Visit) -> web.StreamResponse:
    """What is to be done, by how urgent it is."""
    team = visit.query.text("who") == "team" and visit.by.may(Right.SEE_ALL)
    after = _place(visit.query.text("after"))
    found = await list_tasks(visit.uow, visit.by, everybody=team, after=after, limit=PAGE + 1)
    if after is not None and not found:
        # All that stood there is done.
        after, found = None, await list_tasks(visit.uow, visit.by, everybody=team, limit=PAGE + 1)
    groups: dict[str, list[TaskView]] = {name: [] for name in GROUPS}
    for one in found[:PAGE]:
        groups[group_of(one, visit.t, visit.now)].append(one)
    return visit.page(
        "tasks.html",
        here="tasks",
        team=team,
        groups=groups,
        names=GROUPS,
        times=USUAL_TIMES,
        this_page=_address(team, after),
        next_page=_address(team, TaskPlace(found[PAGE - 1].due_at, found[PAGE - 1].id)) if len(found) > PAGE else None,
    )


def _address(team: bool, place: TaskPlace | None) -> str:
    words = {"who": "team"} if team else {}
    behind = {"after": f"{micros(place.due_at)}.{place.id}"} if place else {}
    return f"/tasks?{urlencode(words | behind)}" if words or behind else "/tasks"


def _place(told: str) -> TaskPlace | None:
    """The place that an address names, wherever its task would stand by now; None for whatever names none."""
    moment, _, number = told.partition(".")
    due_at, task_id = instant_of(whole_number(moment) or 0), whole_number(number)
    return TaskPlace(due_at, task_id) if due_at and task_id is not None else None


def group_of(one: TaskView, t: Texts, now: datetime) -> str:
    """Where a task stands on the page."""
    match one.colour(now):
        case Colour.RED:
            return "late"
        case Colour.YELLOW:
            return "turn"
        case _:
            zone = ZoneInfo(t.timezone)
            return "today" if one.due_at.astimezone(zone).date() == now.astimezone(zone).date() else "later"


async def added(visit: Visit) -> web.StreamResponse:
    """One more task on a deal, at a time that was chosen or typed."""
    await add_task(
        visit.uow,
        visit.by,
        visit.id("deal"),
        due_at=moment_of(visit),
        kind_id=visit.form.number("kind"),
        text=visit.form.text("text") or None,
        client_key=key_of(visit),
    )
    return done()


def moment_of(visit: Visit) -> datetime:
    """When, as it was typed or chosen. Raises Unreadable, MomentPassed, TooLong."""
    typed, chosen = visit.form.text("when"), visit.form.text("at")
    if typed or not chosen:
        return read_moment(typed, local(visit.uow, visit.by))
    return usual_time(chosen, visit.now, visit.by.timezone)


async def finished(visit: Visit) -> web.StreamResponse:
    """It is done."""
    await finish_task(visit.uow, visit.by, visit.id("task"))
    return done()


async def moved(visit: Visit) -> web.StreamResponse:
    """Another time for it."""
    await move_task(visit.uow, visit.by, visit.id("task"), due_at=moment_of(visit))
    return done()


async def givable(visit: Visit) -> web.StreamResponse:
    """Who could have it."""
    task = await see_task(visit.uow, visit.by, visit.id("task"))
    deal = await see(visit.uow, visit.by, task.deal_id)
    people = await colleagues(visit.uow, deal.pipeline_id)
    others = [one for one in people if one.id != task.assignee_id]
    return visit.page("task_people.html", task=task, people=others)


async def given(visit: Visit) -> web.StreamResponse:
    """Somebody else's task from now on."""
    await give_task(visit.uow, visit.by, visit.id("task"), to=visit.form.number("to") or 0)
    return done()


ROUTES = (
    get("/tasks", shown),
    get("/tasks/{task}/people", givable),
    post("/deals/{deal}/tasks", added),
    post("/tasks/{task}/done", finished),
    post("/tasks/{task}/move", moved),
    post("/tasks/{task}/give", given),
)
