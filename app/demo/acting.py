"""What customers and operators do, one turn at a time: the ordinary ways in, and ordinary use cases."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from app.demo.pictures import Pictures
from app.demo.shop import TELEGRAM, Shop
from app.demo.talks import LOST, NOTE, OFFER, PAYMENT, PDF, PHOTO, Line, Story
from core.database import UnitOfWork
from inbox.channel import Incoming, Person, Written
from inbox.intake import accept
from pipeline.amounts import set_amount
from pipeline.deals import answer
from pipeline.models import deal, task
from pipeline.moving import close, move
from pipeline.notes import write_note
from pipeline.staff.people import staff_of
from pipeline.staff.rights import Staff
from pipeline.tags import tag_by_name
from pipeline.work.kinds import task_kinds
from pipeline.work.tasks import add_task, finish_task

CALLS = ("Ask about the offer", "Call back", "Agree on the delivery", "Send the fabric samples")


@dataclass(slots=True)
class Actors:
    """Those who act, with what they have at hand."""

    shop: Shop
    pictures: Pictures
    chance: Random
    numbers: int = 0

    def incoming(self, story: Story, line: Line, at: datetime) -> Incoming:
        """What the channel of a customer brings when he says something."""
        self.numbers += 1
        who = story.customer
        on_telegram = who.kind == TELEGRAM
        name = str(self.numbers) if on_telegram else f"demo-{self.numbers:08}:0"
        files = [self.pictures.photo(self.chance)] if PHOTO in line.marks else []
        written = Written(name, at, "photo" if files else "text", {"text": line.text}, files)
        update_name = name if on_telegram else f"{who.key}:{name}"
        person = Person(who.key, who.name, language=who.language)
        source, story.source = story.source, None
        return Incoming(update_name, {}, who.key, person, written, source=source)

    async def come_in(self, uow: UnitOfWork, said: Sequence[tuple[Story, Incoming]]) -> None:
        """Take in what customers say, in the order given."""
        for kind, channel_id in self.shop.channels.items():
            mine = [(story, one) for story, one in said if story.customer.kind == kind]
            if not mine:
                continue
            await accept(uow, channel_id, [one for _, one in mine], staff_of=staff_of)

    async def work(self, uow: UnitOfWork, by: Staff, deal_id: int, story: Story) -> None:
        """An operator reads, answers as the talk goes, and moves the deal on."""
        for line in story.turn():
            if line.who == NOTE:
                await write_note(uow, by, deal_id, line.text, client_key=secrets.token_hex(8))
                continue
            await self._answer(uow, by, deal_id, line)
            await self._move_on(uow, by, deal_id, story, line)

    async def _answer(self, uow: UnitOfWork, by: Staff, deal_id: int, line: Line) -> None:
        files = []
        if PHOTO in line.marks:
            files = [self.pictures.photo(self.chance)]
        elif PDF in line.marks:
            files = [self.pictures.pdf]
        written = Written("", uow.now, files[0].kind if files else "text", {"text": line.text}, files)
        await answer(uow, by, deal_id, written=written, client_key=secrets.token_hex(8))

    async def _move_on(self, uow: UnitOfWork, by: Staff, deal_id: int, story: Story, line: Line) -> None:
        row: Any = await uow.row(select(deal.c.stage_id, deal.c.amount).where(deal.c.id == deal_id))
        if row.stage_id == self.shop.active(0):
            await move(uow, by, deal_id, stage_id=self.shop.active(1))
            for name in story.talk.tags:
                await tag_by_name(uow, by, deal_id, name)
        if OFFER in line.marks:
            await set_amount(uow, by, deal_id, story.amount)
            await move(uow, by, deal_id, stage_id=self.shop.active(2))
            await self._remember(uow, by, deal_id)
        if PAYMENT in line.marks:
            if row.amount is None:
                await set_amount(uow, by, deal_id, story.amount)
            await self.finish_tasks(uow, by, deal_id)
            await move(uow, by, deal_id, stage_id=self.shop.active(3))

    async def _remember(self, uow: UnitOfWork, by: Staff, deal_id: int) -> None:
        kinds = await task_kinds(uow)
        due_at = uow.now + timedelta(hours=self.chance.choice((2, 5, 20, 26, 45, 70, 120)))
        kind = self.chance.choice(kinds)
        await add_task(uow, by, deal_id, due_at=due_at, kind_id=kind.id, text=self.chance.choice(CALLS))

    async def finish_tasks(self, uow: UnitOfWork, by: Staff, deal_id: int) -> None:
        """Whatever was still to be done about a deal is done."""
        undone = select(task.c.id).where(task.c.deal_id == deal_id, task.c.done_at.is_(None))
        for row in await uow.rows(undone):
            await finish_task(uow, by, row.id)

    async def end(self, uow: UnitOfWork, by: Staff, deal_id: int, story: Story) -> None:
        """Close a deal as its talk ends; the deal of somebody who wrote no more is lost."""
        await self.finish_tasks(uow, by, deal_id)
        group = LOST if story.silent else story.talk.ends
        reason = "No answer" if story.silent else story.talk.reason
        chosen = next((one for one in self.shop.reasons if one.name == reason), None) if group == LOST else None
        words = "Needs it in two days" if chosen and chosen.asks_words else None
        await close(uow, by, deal_id, group=group, reason_id=chosen.id if chosen else None, words=words)
