"""Feeds what the staff types and presses to the routers: in order in each chat, one transaction each."""

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog
from aiogram import Bot, Dispatcher
from aiogram.types import CallbackQuery, Message, Update
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from bot import guests
from bot.admin import autoreply, autoreply_form, hours, people, settings, trigger_form, triggers, webchat
from bot.house import House
from bot.operator import (
    amounts,
    answering,
    board,
    correcting,
    deals,
    endings,
    finding,
    handing,
    helping,
    history,
    lines,
    lists,
    more,
    notices,
    noting,
    profile,
    shift,
    start,
    stats,
    tagging,
    taking_back,
    tasks,
)
from bot.screens import Screen, Shower
from bot.texts import content
from core.database import Database, UnitOfWork
from core.errors import Refusal, Unexpected
from core.failpoints import failpoint
from core.loops import whole
from core.redis import Wakeups
from core.texts import Texts, pick_language, texts
from inbox.intake import STAFF_UPDATES
from inbox.staff_updates import ATTEMPTS, StaffUpdate, claim, finish, oldest_of_each_chat, put_off
from pipeline.staff.people import actor_of
from pipeline.staff.rights import Staff
from pipeline.staff.talking import Desk

log = structlog.get_logger()

CHATS_AT_ONCE = 8


def routers() -> Dispatcher:
    """The screens by audience: guests have none but the invitation. Answering comes last: any text may be an answer."""
    dispatcher = Dispatcher()
    of_admins = (people, settings, webchat, hours, autoreply, autoreply_form, triggers, trigger_form)
    of_deals = (endings, deals, lists, finding, lines, more, amounts, tagging, noting, handing, tasks, profile, history)
    of_messages = (taking_back, correcting)
    screens = (guests, start, helping, board, shift, notices, stats, *of_deals, *of_messages, *of_admins, answering)
    # Routers are made anew for each dispatcher, as one router has one parent.
    dispatcher.include_routers(*(screen.make_router() for screen in screens))
    return dispatcher


class StaffDesk:
    """Works on the staff's updates of one channel."""

    def __init__(
        self,
        database: Database,
        bot: Bot,
        channel_id: int,
        *,
        house: House,
        shower: Shower,
        wakeups: Wakeups,
        sweep_seconds: float,
        retry_after: float,
    ) -> None:
        self._database = database
        self._bot = bot
        self._channel_id = channel_id
        self._house = house
        self._shower = shower
        self._wakeups = wakeups
        self._sweep_seconds = sweep_seconds
        self._retry_after = retry_after
        self._dispatcher = routers()

    async def run(self, epoch: int) -> None:
        """Work on what waits, for ever. Cancelled, it ends the update it is at."""
        del epoch
        while True:
            try:
                async with self._database.reading() as uow:
                    waiting = await oldest_of_each_chat(uow, self._channel_id, limit=CHATS_AT_ONCE)
                if waiting:
                    await whole(self._together(waiting))
                    continue
            except DBAPIError:
                log.exception("desk.database_failed")
                await asyncio.sleep(self._retry_after)
            await self._wakeups.wait(STAFF_UPDATES, self._sweep_seconds)

    async def _together(self, waiting: Sequence[StaffUpdate]) -> None:
        async with asyncio.TaskGroup() as group:
            for one in waiting:
                group.create_task(self._work(one))

    async def _work(self, one: StaffUpdate) -> None:
        try:
            update = Update.model_validate(one.payload, context={"bot": self._bot})
            screen = await self._handle(one, update)
        except (OperationalError, InterfaceError):
            log.exception("desk.database_failed")
            await asyncio.sleep(self._retry_after)
            return
        except Exception as error:
            log.exception("desk.update_failed", update_id=one.id)
            await self._failed(one, type(error).__name__)
            return
        asked = _asked(update)
        if asked is not None:
            await self._shower.show(screen, asked)

    async def _handle(self, one: StaffUpdate, update: Update) -> Screen:
        async with self._database.unit() as uow:
            if not await claim(uow, one.id):
                return Screen()
            by = await actor_of(uow, self._channel_id, one.chat_key)
            t = self._texts(by, update)
            try:
                async with uow.savepoint():
                    screen = await self._feed(uow, update, by=by, t=t, one=one)
            except Refusal as refusal:
                screen = refused(refusal, t, uow, update)
            await finish(uow, one.id)
            failpoint("desk.before_commit")
        failpoint("desk.after_commit")
        return screen

    async def _feed(self, uow: UnitOfWork, update: Update, *, by: Staff | None, t: Texts, one: StaffUpdate) -> Screen:
        screen: Any = await self._dispatcher.feed_update(
            self._bot,
            update,
            uow=uow,
            by=by,
            t=t,
            desk=Desk(self._channel_id, one.chat_key),
            house=self._house,
            update_row=one.id,
        )
        return screen if isinstance(screen, Screen) else Screen()

    def _texts(self, by: Staff | None, update: Update) -> Texts:
        if by is not None:
            return texts(by.language, by.timezone)
        asked = _asked(update)
        code = asked.from_user.language_code if asked and asked.from_user else None
        return texts(pick_language(code, self._house.language), self._house.timezone)

    async def _failed(self, one: StaffUpdate, reason: str) -> None:
        async with self._database.unit() as uow:
            attempts = await put_off(uow, self._channel_id, one, reason=reason)
        if attempts < ATTEMPTS:
            await asyncio.sleep(self._retry_after)
            return
        await self._apologise(one)

    async def _apologise(self, one: StaffUpdate) -> None:
        update = Update.model_validate(one.payload, context={"bot": self._bot})
        asked = _asked(update)
        if asked is not None:
            async with self._database.unit() as uow:
                t = self._texts(await actor_of(uow, self._channel_id, one.chat_key), update)
                screen = refused(Unexpected(), t, uow, update)
            await self._shower.show(screen, asked)


def _asked(update: Update) -> CallbackQuery | Message | None:
    """What a screen is the answer to."""
    return update.callback_query or update.message or update.edited_message


def refused(refusal: Refusal, t: Texts, uow: UnitOfWork, update: Update) -> Screen:
    """A refusal as its person reads it: over the chat after a button, as a reply after a text."""
    words = refusal.told(t, uow.now)
    if update.callback_query is not None:
        return Screen(toast=words, alert=True)
    return Screen(content(words), quotes=True)
