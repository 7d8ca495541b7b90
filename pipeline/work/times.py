"""The times that people name for a task: those that buttons offer, and from where they count."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from core.database import UnitOfWork
from core.errors import Unreadable
from core.moments import MORNING, Local
from core.texts import N_
from core.zones import is_here
from pipeline.staff.rights import Staff

USUAL_TIMES: Final = {
    "1h": N_("in 1 hour"),
    "3h": N_("in 3 hours"),
    "1d": N_("tomorrow 10:00"),
    "3d": N_("in 3 days"),
    "monday": N_("on Monday"),
    "7d": N_("in a week"),
}


def usual_time(name: str, now: datetime, zone: str) -> datetime:
    """The instant, aware UTC, that a button means where somebody lives. Raises Unreadable."""
    here = now.astimezone(ZoneInfo(zone if is_here(zone) else "UTC"))
    if name not in USUAL_TIMES:
        raise Unreadable(part=name, example="/tasks")
    number, unit = int(name[:-1]) if name[0].isdecimal() else 0, name[-1]
    if unit == "h":
        return now + timedelta(hours=number)
    days = number or 7 - here.weekday()
    return datetime.combine(here.date() + timedelta(days=days), MORNING, here.tzinfo).astimezone(UTC)


def local(uow: UnitOfWork, by: Staff) -> Local:
    """Now, where somebody of the staff lives."""
    return Local(uow.now, by.timezone, by.language)
