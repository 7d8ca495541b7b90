"""Tells open pages what has changed: one walk along the journal for all of them. What they show of it is theirs."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence, Set
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.database import Database, UnitOfWork
from core.journal import JOURNAL, Event, Recorded, after, newest_position
from core.loops import whole
from core.redis import Wakeups
from inbox.presence import read_typing
from inbox.seeing import CUSTOMER
from pipeline.deals import deals_in
from pipeline.events import DealAssigned, DealReturned, SignedOut, StaffChanged, StaffDisabled
from pipeline.sight import Sight, sight_of_deals, sight_of_talks
from pipeline.staff.rights import Staff

log = structlog.get_logger()

AT_ONCE = 500
# A page that was away for longer than so many events is better shown anew.
MOST_MISSED = 2_000
# What happens within this time is told at once, so that a burst is read and drawn once for all pages.
GATHER_SECONDS = 0.15
# How whoever opens a deal by hand comes to it: nobody has seen it before him.
OPENED = "opened"


@dataclass(slots=True)
class Changes:
    """What a page has not shown yet: numbers of deals and conversations, and the position up to which that is all."""

    position: int = 0
    deals: set[int] = field(default_factory=set)
    conversations: set[int] = field(default_factory=set)
    # Conversations whose customers are typing at this moment.
    typing: set[int] = field(default_factory=set)
    # Who sees all these, and by deal whose it was before; None is nobody.
    sight: Sight = field(default_factory=Sight)
    before: dict[int, set[int | None]] = field(default_factory=dict)
    # More than can be told one by one.
    everything: bool = False

    @property
    def is_lasting(self) -> bool:
        """Whether there is anything that will still be so in a minute."""
        return self.everything or bool(self.deals or self.conversations)

    def known_to(self, by: Staff) -> set[int]:
        """The deals among them that somebody sees or saw until now; of others he is not told that there are any."""
        saw = {one for one, before in self.before.items() if self.sight.saw(by, one, before)}
        return self.sight.deals_seen(by) | saw

    def add(self, later: "Changes") -> None:
        """Let these be all that happened here and there."""
        self.position = max(later.position, self.position)
        self.deals |= later.deals
        self.conversations |= later.conversations
        self.typing |= later.typing
        self.sight |= later.sight
        for deal_id, before in later.before.items():
            self.before.setdefault(deal_id, set()).update(before)
        self.everything |= later.everything


class Watching:
    """An open page of somebody: what changes is gathered here until the page has time for it."""

    def __init__(self, staff_id: int, session_id: int) -> None:
        self.staff_id = staff_id
        self.session_id = session_id
        self._is_over = False
        self._changes = Changes()
        self._bell = asyncio.Event()

    async def wait(self, timeout: float) -> Changes | None:
        """What has changed since the last time, or None when nothing has for so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._bell.wait()
        if not self._bell.is_set():
            return None
        self._bell.clear()
        changes, self._changes = self._changes, Changes(self._changes.position)
        return changes

    def tell(self, changes: Changes) -> None:
        """Add something to what is to be shown."""
        self._changes.add(changes)
        self._bell.set()

    def is_over(self) -> bool:
        """Whether nothing more may be shown there."""
        return self._is_over

    def end(self) -> None:
        """Nothing more may be shown there."""
        self._is_over = True
        self._bell.set()


class Reader(Protocol):
    """Somebody who reads the journal along with the pages of the staff."""

    def heard(self, events: Sequence[Event]) -> None:
        """Take note of what happened."""
        ...

    def close(self) -> None:
        """The program stops."""
        ...


class Hub:
    """All open pages of this process."""

    def __init__(self, database: Database, wakeups: Wakeups, *, sweep_seconds: float) -> None:
        """`sweep_seconds` bounds what a lost wake-up costs."""
        self._database = database
        self._wakeups = wakeups
        self._sweep_seconds = sweep_seconds
        self._pages: set[Watching] = set()
        self._readers: list[Reader] = []
        self._position: int | None = None
        self._is_closed = False
        self._typing: set[int] = set()
        self._typed = asyncio.Event()

    async def run(self) -> None:
        """Walk along the journal and hear who is typing for ever, through any absence of the database."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._walk())
            both.create_task(self._tell_typing())

    async def _walk(self) -> None:
        while True:
            try:
                more = await whole(self._step())
            except (SQLAlchemyError, OSError):
                log.warning("live.database_away", exc_info=True)
                more = False
            if not more:
                await asyncio.sleep(GATHER_SECONDS)
                await self._wakeups.wait(JOURNAL, self._sweep_seconds)

    async def _step(self) -> bool:
        """Tell what has happened; whether there is more of it already."""
        async with self._database.reading() as uow:
            position = self._begin(await newest_position(uow) if self._position is None else 0)
            found = await after(uow, position, most=AT_ONCE)
            if not found:
                return False
            changes = await _changes(uow, found) if self._pages else Changes(found[-1][0])
        self._position = changes.position
        self._close(item.event for _, item in found)
        for reader in self._readers:
            reader.heard([item.event for _, item in found])
        for page in self._pages:
            page.tell(changes)
        return len(found) == AT_ONCE

    def _begin(self, position: int) -> int:
        """Where the walk goes on from: here if it has not begun, as a page may have been told of all until here."""
        if self._position is None:
            self._position = position
        return self._position

    def _close(self, events: Iterable[Event]) -> None:
        """End the pages of whoever left, signed out, or may do something else now."""
        for event in events:
            match event:
                case StaffDisabled(staff_id=staff_id) | SignedOut(staff_id=staff_id, session_id=None):
                    gone = [page for page in self._pages if page.staff_id == staff_id]
                case StaffChanged(staff_id=staff_id, what="role"):
                    # It comes back, and sees what he may see now.
                    gone = [page for page in self._pages if page.staff_id == staff_id]
                case SignedOut(session_id=session_id):
                    gone = [page for page in self._pages if page.session_id == session_id]
                case _:
                    continue
            for page in gone:
                page.end()

    def heard_typing(self, rest: str) -> None:
        """Somebody types; what we type is no news to us."""
        conversation_id, actor = read_typing(rest)
        if actor == CUSTOMER and self._pages:
            self._typing.add(conversation_id)
            self._typed.set()

    async def _tell_typing(self) -> None:
        """Who may know of it is asked once for all pages, and of all who type at about the same time."""
        while True:
            await self._typed.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._typed.clear()
            typing, self._typing = self._typing, set()
            try:
                changes = Changes(typing=typing, sight=await whole(self._sight_of(typing)))
            except (SQLAlchemyError, OSError):
                # It is said again while he goes on.
                log.warning("live.database_away", exc_info=True)
                continue
            for page in self._pages:
                page.tell(changes)

    async def _sight_of(self, conversation_ids: Set[int]) -> Sight:
        async with self._database.reading() as uow:
            return await sight_of_talks(uow, conversation_ids)

    @contextlib.asynccontextmanager
    async def watching(self, staff_id: int, session_id: int, *, since: int | None) -> AsyncIterator[Watching]:
        """An open page, told of everything that comes; `since` is how far it got before its connection was lost."""
        page = Watching(staff_id, session_id)
        if self._is_closed:
            page.end()
        self._pages.add(page)
        try:
            if since is not None:
                page.tell(await self._missed(since, staff_id))
            yield page
        finally:
            self._pages.discard(page)

    async def _missed(self, since: int, staff_id: int) -> Changes:
        async with self._database.reading() as uow:
            newest = await newest_position(uow)
            self._begin(newest)
            found = await after(uow, since, most=MOST_MISSED)
            # A position that was never reached is from another journal, such as one that was restored since.
            if len(found) == MOST_MISSED or since > newest or _is_another(staff_id, found):
                return Changes(newest, everything=True)
            return await _changes(uow, found) if found else Changes(since)

    def add(self, reader: "Reader") -> None:
        """Let somebody else read along, from now on."""
        self._readers.append(reader)

    def close(self) -> None:
        """End all pages, as the program stops, and those that still come; they come back by themselves."""
        self._is_closed = True
        for page in self._pages:
            page.end()
        for reader in self._readers:
            reader.close()


def _is_another(staff_id: int, found: Sequence[tuple[int, Recorded[Event]]]) -> bool:
    """Whether somebody has become something else, and may see more now, or less."""
    changed = (item.event for _, item in found if isinstance(item.event, StaffChanged))
    return any(one.staff_id == staff_id and one.what == "role" for one in changed)


async def _changes(uow: UnitOfWork, found: list[tuple[int, Recorded[Event]]]) -> Changes:
    changes = Changes(found[-1][0])
    for _, item in found:
        kind, _, number = item.event.ref.partition(":")
        if kind == "deal":
            changes.deals.add(int(number))
        elif kind == "conversation":
            changes.conversations.add(int(number))
        match item.event:
            case DealReturned(deal_id=deal_id, staff_id=staff_id):
                changes.before.setdefault(deal_id, set()).add(staff_id)
            case DealAssigned(deal_id=deal_id, how=how) as assigned if how != OPENED:
                waited = assigned.waited or assigned.from_id is None
                changes.before.setdefault(deal_id, set()).add(None if waited else assigned.from_id)
    changes.deals |= await deals_in(uow, changes.conversations)
    changes.sight = await sight_of_deals(uow, changes.deals)
    return changes
