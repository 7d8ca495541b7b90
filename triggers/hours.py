"""When the company works and when it lets people sleep, as it has chosen; what follows from it is not said here."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from core.choices import choose, chosen, chosen_of
from core.database import UnitOfWork
from core.journal import lock, record
from core.relay import COMPANY
from core.schedule import Night, Week, read_night
from core.zones import is_here
from pipeline.staff.rights import Right, Staff, needs
from triggers.events import HoursChanged

HOURS, QUIET, TIMEZONE = "hours", "quiet", "timezone"
DEFAULT_NIGHT = read_night("22:00-08:00")


@dataclass(frozen=True, slots=True)
class Hours:
    """The working hours and the quiet ones; without the first it is always open, without the second never quiet."""

    week: Week | None
    night: Night | None
    timezone: str

    def open_at(self, at: datetime) -> bool:
        """Whether the company works at a moment."""
        return self.week is None or self.week.is_open(at, self.timezone)

    def quiet_until(self, at: datetime, timezone: str | None) -> datetime | None:
        """When the night ends in which a moment falls for somebody in a zone, the company's if it is not known."""
        if self.night is None:
            return None
        return self.night.over_at(at, timezone if timezone and is_here(timezone) else self.timezone)


async def company_hours(uow: UnitOfWork) -> Hours:
    """What is chosen now; the quiet hours are from 22 to 8 until somebody chooses others."""
    found = await chosen_of(uow, (HOURS, QUIET, TIMEZONE))
    week, night = found.get(HOURS), found.get(QUIET)
    return Hours(
        None if week is None else Week.from_stored(week),
        DEFAULT_NIGHT if night is None else Night.from_stored(night) if night else None,
        found.get(TIMEZONE) or "UTC",
    )


@needs(Right.CONFIGURE)
async def hours(uow: UnitOfWork, by: Staff) -> Hours:
    """The same, for an admin's eyes."""
    return await company_hours(uow)


@needs(Right.CONFIGURE)
async def set_hours(uow: UnitOfWork, by: Staff, week: Week | None) -> None:
    """Choose the working hours; None is always open."""
    await choose(uow, HOURS, None if week is None else week.stored())
    await _record(uow, by, HOURS)


@needs(Right.CONFIGURE)
async def set_quiet(uow: UnitOfWork, by: Staff, night: Night | None) -> None:
    """Choose the hours in which customers get no follow-ups; None is no such hours."""
    await choose(uow, QUIET, night.stored() if night else False)
    await _record(uow, by, QUIET)


async def _record(uow: UnitOfWork, by: Staff, what: str) -> None:
    await lock(uow, [COMPANY])
    await record(uow, [HoursChanged(stream=COMPANY, ref=COMPANY, actor=by.actor, what=what)])


async def set_timezone(uow: UnitOfWork, timezone: str) -> None:
    """Note the zone that the settings name, for processes that act by it. Raises ZoneInfoNotFoundError."""
    ZoneInfo(timezone)
    if await chosen(uow, TIMEZONE) != timezone:
        await choose(uow, TIMEZONE, timezone)
