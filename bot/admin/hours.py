"""Working hours and quiet hours, by buttons and by one line."""

from typing import Any

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold, Text

from bot.admin import callbacks
from bot.admin.lines import ALWAYS, OFF, QUIET
from bot.screens import Screen
from bot.texts import Buttons, content, cut
from bot.typed import said
from core.database import UnitOfWork
from core.errors import Unreadable
from core.schedule import Week, read_night, read_week
from core.texts import Texts
from pipeline.staff.rights import Staff
from triggers.hours import DEFAULT_NIGHT, Hours, hours, set_hours, set_quiet

WORKDAYS, DAILY = read_week("mon-fri 09:00-18:00"), read_week("daily 09:00-21:00")
COMMON = {"workdays": WORKDAYS, "daily": DAILY}
NONE = "always"
IN_WORDS = 600


def make_router() -> Router:
    """The router of this screen."""
    router = Router(name="hours")
    router.message.register(typed, Command("hours"))
    router.callback_query.register(week_pressed, callbacks.Hours.filter())
    router.callback_query.register(quiet_pressed, callbacks.Quiet.filter())
    return router


async def typed(message: Message, command: CommandObject, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """`/hours`, `/hours mon-fri 09:00-18:00`, `/hours always`, `/hours quiet 22:00-08:00`, `/hours quiet off`."""
    line = (command.args or "").strip()
    first, _, rest = line.partition(" ")
    if said(t, first, QUIET):
        await set_quiet(uow, by, None if said(t, rest, OFF) else read_night(rest))
    elif said(t, line, ALWAYS):
        await set_hours(uow, by, None)
    elif line:
        await set_hours(uow, by, read_week(line))
    return Screen(_drawn(t, await hours(uow, by)))


async def week_pressed(
    press: CallbackQuery, callback_data: callbacks.Hours, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Choose common working hours, or none."""
    if callback_data.which not in (*COMMON, NONE):
        raise Unreadable(part=callback_data.which, example="/hours")
    await set_hours(uow, by, COMMON.get(callback_data.which))
    return Screen(_drawn(t, await hours(uow, by)), instead=True)


async def quiet_pressed(
    press: CallbackQuery, callback_data: callbacks.Quiet, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Choose the usual quiet hours, or none."""
    await set_quiet(uow, by, DEFAULT_NIGHT if callback_data.on else None)
    return Screen(_drawn(t, await hours(uow, by)), instead=True)


def told_week(t: Texts, week: Week | None) -> str:
    """Working hours in words, which leave room for others in a message."""
    return t("always open") if week is None else cut(t.week(week), IN_WORDS)


def _drawn(t: Texts, now: Hours) -> dict[str, Any]:
    quiet = t("none") if now.night is None else t.night(now.night)
    lines = [
        "/hours mon-fri 09:00-18:00, sat 10:00-14:00",
        f"/hours {t(ALWAYS)}",
        f"/hours {t(QUIET)} 22:00-08:00",
        f"/hours {t(QUIET)} {t(OFF)}",
    ]
    words = Text(
        Bold(t("Working hours: {hours}", hours=told_week(t, now.week))),
        "\n",
        Bold(t("Quiet hours: {hours}", hours=quiet)),
        "\n",
        t("By the clock of {zone}. What triggers would send in quiet hours waits until they end.", zone=now.timezone),
        "\n\n",
        t("By typing: {line}", line=" · ".join(lines)),
    )
    rows: Buttons = [
        [(t.week(week), callbacks.Hours(which=which))] for which, week in COMMON.items() if week != now.week
    ]
    if now.week is not None:
        rows.append([(t("Always open"), callbacks.Hours(which=NONE))])
    if now.night is None:
        rows.append([(t("Quiet {hours}", hours=t.night(DEFAULT_NIGHT)), callbacks.Quiet(on=True))])
    else:
        rows.append([(t("No quiet hours"), callbacks.Quiet(on=False))])
    return content(words, rows)
