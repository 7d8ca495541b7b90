"""`/stats`: what somebody did and has to do, and for those who see everything the same of the team."""

from datetime import datetime, timedelta
from typing import Any, Final

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold, Text

from bot import callbacks
from bot.cards import COLOURS
from bot.screens import Screen
from bot.texts import Buttons, content, headed
from core.database import UnitOfWork
from core.errors import Unreadable
from core.texts import N_, Texts, plain
from core.words import shortened
from pipeline.analytics.operators import (
    Closed,
    Colleague,
    Load,
    Speed,
    first_day,
    my_closed,
    my_figures,
    queue_now,
    team_figures,
)
from pipeline.staff.rights import Right, Staff
from pipeline.work.tasks import Colour, count_tasks

PERIODS: Final = {1: N_("Today"), 7: N_("7 days"), 30: N_("30 days")}
USUAL = 30
PAGE = 12
LONGEST_LINE = 200
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def make_router() -> Router:
    """The router of this screen."""
    router = Router(name="stats")
    router.message.register(stats, Command("stats"))
    router.callback_query.register(stats_pressed, callbacks.Stats.filter())
    return router


async def stats(message: Message, command: CommandObject, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """His own figures."""
    if command.args:
        raise Unreadable(part=command.args, example="/stats")
    return Screen(await _mine(uow, by, t, callbacks.Stats(days=USUAL)))


async def stats_pressed(
    press: CallbackQuery, callback_data: callbacks.Stats, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Another period, or the team's figures, in the same message."""
    if callback_data.days not in PERIODS:
        raise Unreadable(part=str(callback_data.days), example="/stats")
    drawn = await (_team if callback_data.team else _mine)(uow, by, t, callback_data)
    return Screen(drawn, instead=True)


async def _mine(uow: UnitOfWork, by: Staff, t: Texts, asked: callbacks.Stats) -> dict[str, Any]:
    today = first_day(uow.now, by.timezone, days=1)
    figures = await my_figures(uow, by, first_day(uow.now, by.timezone, days=asked.days))
    counts = await count_tasks(uow, by)
    lines = [t("Open deals: {n}", n=t.number(figures.load.open_deals)), headed(_waiting(t, figures.load, uow.now))]
    if asked.days > 1:
        lines.append(f"{t(PERIODS[1])}: {_ended(t, await my_closed(uow, by, today))}")
    lines.append(f"{t(PERIODS[asked.days])}: {_ended(t, figures.closed)}")
    lines.append(_first_answer(t, figures.speed))
    tasks = " · ".join(f"{COLOURS[one]} {t.number(counts[one])}" for one in (Colour.RED, Colour.YELLOW, Colour.GREEN))
    lines.append(t("Tasks: {counts}", counts=tasks))
    heading = f"{t('My figures')} · {t(PERIODS[asked.days]).lower()}"
    return content(Text(Bold(heading), *(f"\n{line}" for line in lines)), _buttons(t, by, asked))


async def _team(uow: UnitOfWork, by: Staff, t: Texts, asked: callbacks.Stats) -> dict[str, Any]:
    people = await team_figures(uow, by, first_day(uow.now, by.timezone, days=asked.days))
    queue = await queue_now(uow, by)
    waits = t("The queue is empty.")
    if queue.since is not None:
        since = t.clock(queue.since, uow.now)
        waits = t("In the queue: {n}, the longest since {time}", n=t.number(queue.length), time=since)
    at_work = t("On shift: {n}", n=t.number(sum(one.on_shift for one in people)))
    start = next((place for place, one in enumerate(people, 1) if one.id == asked.after), 0)
    shown = people[start : start + PAGE]
    rows = _buttons(t, by, asked)
    if len(people) > start + PAGE:
        rows.insert(0, [(t("More"), callbacks.Stats(days=asked.days, team=True, after=shown[-1].id))])
    heading = f"{t('The team')} · {t(PERIODS[asked.days]).lower()}"
    said: list[Any] = [part for one in shown for part in _colleague(t, one, uow.now)]
    return content(Text(Bold(heading), f"\n{waits}\n{at_work}", *said), rows)


def _colleague(t: Texts, one: Colleague, now: datetime) -> list[Any]:
    load, closed, speed = one.figures.load, one.figures.closed, one.figures.speed
    lines = [
        " · ".join([t("Open deals: {n}", n=t.number(load.open_deals)), _waiting(t, load, now)]),
        shortened(_ended(t, closed), LONGEST_LINE),
        _first_answer(t, speed) if speed.answered else "",
    ]
    sign = "🟢" if one.on_shift else "⚪"
    return ["\n\n", Bold(f"{sign} {plain(one.name)}"), *(f"\n{line}" for line in lines if line)]


def _waiting(t: Texts, load: Load, now: datetime) -> str:
    if load.since is None:
        return t("nobody waits")
    return t("waiting: {n}, since {time}", n=t.number(load.waiting), time=t.clock(load.since, now))


def _ended(t: Texts, closed: Closed) -> str:
    sums = ", ".join(t.money(amount, currency) for currency, amount in closed.sums.items())
    won = f"{t.number(closed.won)} ({sums})" if sums else t.number(closed.won)
    lost, other = t.number(closed.lost), t.number(closed.not_a_lead)
    return t("won {won}, lost {lost}, not a lead {other}", won=won, lost=lost, other=other)


def _first_answer(t: Texts, speed: Speed) -> str:
    if speed.median is None or speed.average is None:
        return t("First answers: none yet")
    return t(
        "First answer: half of them within {median}, {average} on average",
        median=t.duration(rounded(speed.median)),
        average=t.duration(rounded(speed.average)),
    )


def rounded(length: timedelta) -> timedelta:
    """A length as exact as people say it: seconds below a minute, minutes below a day, else hours."""
    unit = next((small for small, most in ((timedelta(seconds=1), MINUTE), (MINUTE, DAY)) if length < most), HOUR)
    return round(length / unit) * unit


def _buttons(t: Texts, by: Staff, asked: callbacks.Stats) -> Buttons:
    rows: Buttons = [
        [
            (t(words), callbacks.Stats(days=days, team=asked.team))
            for days, words in PERIODS.items()
            if days != asked.days or asked.after
        ]
    ]
    if by.may(Right.SEE_ALL):
        other = t("Mine") if asked.team else t("The team")
        rows.append([(other, callbacks.Stats(days=asked.days, team=not asked.team))])
    return rows
