"""Tasks on a phone: added from a card, listed by colour, done, moved, given to another."""

from datetime import UTC, datetime
from typing import Any

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold, Text

from bot import callbacks, task_callbacks
from bot.cards import COLOURS
from bot.marks import client_key
from bot.operator.drawing import on_card
from bot.screens import Screen
from bot.task_cards import task_card
from bot.texts import Buttons, content
from bot.waiting import WaitsFor
from core.database import UnitOfWork
from core.errors import Unreadable
from core.moments import read_beginning, read_moment
from core.texts import N_, Texts, plain
from core.words import shortened
from pipeline.deals import see
from pipeline.staff.handing_over import colleagues
from pipeline.staff.rights import Right, Staff
from pipeline.staff.talking import Desk, set_screen
from pipeline.work.kinds import TaskKind, task_kinds
from pipeline.work.tasks import (
    Colour,
    TaskPlace,
    TaskView,
    add_task,
    count_tasks,
    finish_task,
    give_task,
    list_tasks,
    move_task,
    see_task,
    task_views,
)
from pipeline.work.times import USUAL_TIMES, local, usual_time

NEW, LATER = "task", "task_later"
PAGE = 8
MOST_PEOPLE = 20
EXAMPLE = "/deal 12 task tomorrow 10 call"


def make_router() -> Router:
    """The router of these screens."""
    router = Router(name="tasks")
    router.callback_query.register(new_pressed, task_callbacks.NewTask.filter())
    router.callback_query.register(at_pressed, task_callbacks.TaskAt.filter())
    router.message.register(new_waited_for, WaitsFor(NEW), F.text)
    router.message.register(tasks, Command("tasks"))
    router.callback_query.register(page, task_callbacks.Tasks.filter())
    router.callback_query.register(of_deal, task_callbacks.DealTasks.filter())
    router.callback_query.register(task_pressed, task_callbacks.Task.filter())
    router.callback_query.register(back_pressed, callbacks.TaskBack.filter())
    router.callback_query.register(done_pressed, task_callbacks.TaskDone.filter())
    router.callback_query.register(later_pressed, task_callbacks.TaskLater.filter())
    router.message.register(later_waited_for, WaitsFor(LATER), F.text)
    router.callback_query.register(give_pressed, task_callbacks.TaskGive.filter())
    return router


async def new_pressed(
    press: CallbackQuery, callback_data: task_callbacks.NewTask, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """Ask what and when, on the card itself: one tap on a usual time is enough."""
    deal_id, kinds = callback_data.deal, await task_kinds(uow)
    chosen = next((one for one in kinds if one.id == callback_data.task_kind), kinds[0] if kinds else None)
    await see(uow, by, deal_id)
    await set_screen(uow, desk, {"kind": NEW, "deal": deal_id, "task_kind": chosen.id if chosen else None})
    asked = t("What and when? Tap a time, or type: {example}", example=t("tomorrow 15:00 call about the price"))
    return await on_card(uow, by, t, deal_id, _new_buttons(t, deal_id, kinds, chosen), more=["", asked])


def _new_buttons(t: Texts, deal_id: int, kinds: list[TaskKind], chosen: TaskKind | None) -> Buttons:
    named = [
        (f"{'✓ ' if one == chosen else ''}{one.name}", task_callbacks.NewTask(deal=deal_id, task_kind=one.id))
        for one in kinds
    ]
    times = [
        (t(words), task_callbacks.TaskAt(deal=deal_id, task_kind=chosen.id if chosen else 0, at=name))
        for name, words in USUAL_TIMES.items()
    ]
    rows: Buttons = [named[start : start + 3] for start in range(0, len(named), 3)]
    rows += [times[start : start + 2] for start in range(0, len(times), 2)]
    return [*rows, [(t("Back"), callbacks.Card(deal=deal_id))]]


async def at_pressed(
    press: CallbackQuery, callback_data: task_callbacks.TaskAt, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """Add the task at a usual time; its card is redrawn by itself."""
    due = usual_time(callback_data.at, uow.now, by.timezone)
    made = await add_task(
        uow, by, callback_data.deal, due_at=due, kind_id=callback_data.task_kind or None, client_key=f"press:{press.id}"
    )
    await set_screen(uow, desk, None)
    view = (await task_views(uow, [made] if made else [])).get(made or 0)
    toast = _in_short(t, view, uow.now) if view else None
    return await on_card(uow, by, t, callback_data.deal, toast=toast)


async def new_waited_for(
    message: Message, kept: dict[str, Any], uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """What the screen asked for; words that name no moment are asked for again."""
    screen = await task_typed(uow, by, t, desk, kept["deal"], message, message.text or "", kind_id=kept["task_kind"])
    await set_screen(uow, desk, None)
    return screen


async def task_typed(
    uow: UnitOfWork,
    by: Staff,
    t: Texts,
    desk: Desk,
    deal_id: int,
    message: Message,
    words: str,
    *,
    kind_id: int | None = None,
) -> Screen:
    """`/deal 12 task tomorrow 10 call about the price`: when first, then what; a kind's name makes it of that kind."""
    due, text = read_beginning(words, local(uow, by))
    kinds = await task_kinds(uow)
    named = next((one for one in kinds if text.casefold().startswith(one.name.casefold())), None)
    if named is not None:
        kind_id, text = named.id, text[len(named.name) :].strip()
    key = f"task:{client_key(desk.channel_id, desk.external_id, str(message.message_id))}"
    made = await add_task(uow, by, deal_id, due_at=due, kind_id=kind_id, text=text, client_key=key)
    view = (await task_views(uow, [made] if made else [])).get(made or 0)
    return Screen(task_card(t, view, by, uow.now)) if view else Screen()


def _in_short(t: Texts, view: TaskView, now: datetime) -> str:
    return f"{COLOURS[view.colour(now)]} {view.kind} · {t.clock(view.due_at, now)}"


NAMES = {Colour.RED: N_("overdue"), Colour.YELLOW: N_("due now"), Colour.GREEN: N_("later")}


async def tasks(message: Message, command: CommandObject, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """His tasks, what is overdue first."""
    if command.args:
        raise Unreadable(part=command.args, example="/tasks")
    return Screen(await _list(uow, by, t, task_callbacks.Tasks()))


async def page(
    press: CallbackQuery, callback_data: task_callbacks.Tasks, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Another colour, the team's, or the next page, in the same message."""
    return Screen(await _list(uow, by, t, callback_data), instead=True)


async def _list(uow: UnitOfWork, by: Staff, t: Texts, asked: task_callbacks.Tasks) -> dict[str, Any]:
    colour = _colour(asked.colour)
    after = TaskPlace(_instant(asked.due), asked.after) if asked.after else None
    team = asked.team and by.may(Right.SEE_ALL)
    found = await list_tasks(uow, by, everybody=team, colour=colour, after=after, limit=PAGE + 1)
    counts = await count_tasks(uow, by, everybody=team)
    rows: Buttons = [[(_line(t, one, uow.now), task_callbacks.Task(id=one.id))] for one in found[:PAGE]]
    if len(found) > PAGE:
        last = found[PAGE - 1]
        due = round(last.due_at.timestamp() * 1_000_000)
        rows.append([(t("More"), task_callbacks.Tasks(colour=asked.colour, team=team, due=due, after=last.id))])
    rows.append(
        [
            (f"{COLOURS[one]} {t(NAMES[one])} {counts[one]}", task_callbacks.Tasks(colour=str(one), team=team))
            for one in NAMES
            if one is not colour
        ]
    )
    ways = [(t("All colours"), task_callbacks.Tasks(team=team))] if colour or after else []
    if by.may(Right.SEE_ALL):
        ways.append((t("Mine"), task_callbacks.Tasks()) if team else (t("The team's"), task_callbacks.Tasks(team=True)))
    heading = t("Tasks of the team") if team else t("My tasks")
    if colour is not None:
        heading = f"{heading} · {COLOURS[colour]} {t(NAMES[colour])}"
    nothing = "" if found else "\n" + t("Nothing is to be done here. A task is added from a deal's card.")
    return content(Text(Bold(heading), nothing), [*rows, *([ways] if ways else [])])


def _colour(name: str) -> Colour | None:
    if not name:
        return None
    try:
        return Colour(name)
    except ValueError:
        raise Unreadable(part=name, example="/tasks") from None


def _instant(microseconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(microseconds / 1_000_000, UTC)
    except (ValueError, OverflowError, OSError):
        raise Unreadable(part=str(microseconds), example="/tasks") from None


def _line(t: Texts, one: TaskView, now: datetime) -> str:
    what = shortened(one.what, 40)
    return f"{COLOURS[one.colour(now)]} {t.clock(one.due_at, now)} · {what} · {plain(one.customer)}"


async def of_deal(
    press: CallbackQuery, callback_data: task_callbacks.DealTasks, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """What is to be done about one deal, on its card."""
    found = await list_tasks(uow, by, deal_id=callback_data.deal, limit=PAGE)
    rows: Buttons = [[(_line(t, one, uow.now), task_callbacks.Task(id=one.id))] for one in found]
    rows.append([(t("New task"), task_callbacks.NewTask(deal=callback_data.deal))])
    rows.append([(t("Back"), callbacks.Card(deal=callback_data.deal))])
    return await on_card(uow, by, t, callback_data.deal, rows)


async def task_pressed(
    press: CallbackQuery, callback_data: task_callbacks.Task, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """One task, new at the bottom."""
    view = await see_task(uow, by, callback_data.id)
    return Screen(task_card(t, view, by, uow.now))


async def back_pressed(
    press: CallbackQuery, callback_data: callbacks.TaskBack, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """The task again, instead of the question; no answer to it is waited for any more."""
    await set_screen(uow, desk, None)
    return Screen(task_card(t, await see_task(uow, by, callback_data.id), by, uow.now), instead=True)


async def done_pressed(
    press: CallbackQuery, callback_data: task_callbacks.TaskDone, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """The task is done."""
    await finish_task(uow, by, callback_data.id)
    return Screen(task_card(t, await see_task(uow, by, callback_data.id), by, uow.now), instead=True)


async def later_pressed(
    press: CallbackQuery, callback_data: task_callbacks.TaskLater, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """Choose another time, or have it at one of the usual ones."""
    task_id = callback_data.id
    if callback_data.at:
        view = await move_task(uow, by, task_id, due_at=usual_time(callback_data.at, uow.now, by.timezone))
        await set_screen(uow, desk, None)
        return Screen(task_card(t, view, by, uow.now), instead=True)
    view = await see_task(uow, by, task_id)
    await set_screen(uow, desk, {"kind": LATER, "task": task_id})
    times = [(t(words), task_callbacks.TaskLater(id=task_id, at=name)) for name, words in USUAL_TIMES.items()]
    rows: Buttons = [times[start : start + 2] for start in range(0, len(times), 2)]
    rows.append([(t("Back"), callbacks.TaskBack(id=task_id))])
    asked = t("When? Tap a time, or type it: {example}", example=t("tomorrow 15:00"))
    return Screen(task_card(t, view, by, uow.now, buttons=rows, more=asked), instead=True)


async def later_waited_for(
    message: Message, kept: dict[str, Any], uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """The time that the screen asked for."""
    view = await move_task(uow, by, kept["task"], due_at=read_moment(message.text or "", local(uow, by)))
    await set_screen(uow, desk, None)
    return Screen(task_card(t, view, by, uow.now))


async def give_pressed(
    press: CallbackQuery, callback_data: task_callbacks.TaskGive, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Choose whose task it is, or give it to him."""
    view = await see_task(uow, by, callback_data.id)
    if callback_data.to:
        view = await give_task(uow, by, view.id, to=callback_data.to)
        return Screen(task_card(t, view, by, uow.now), instead=True)
    deal = await see(uow, by, view.deal_id)
    people = [one for one in await colleagues(uow, deal.pipeline_id) if one.id != view.assignee_id][:MOST_PEOPLE]
    rows: Buttons = [
        [(f"{'🟢' if one.on_shift else '⚪'} {plain(one.name)}", task_callbacks.TaskGive(id=view.id, to=one.id))]
        for one in people
    ]
    rows.append([(t("Back"), callbacks.TaskBack(id=view.id))])
    return Screen(task_card(t, view, by, uow.now, buttons=rows, more=t("Whose task is it?")), instead=True)
