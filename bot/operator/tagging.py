"""The tags of a deal: those it has and those it could have as buttons, new ones by typing."""

from collections.abc import Sequence
from typing import Any

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot import callbacks
from bot.cards import title
from bot.operator.drawing import on_card
from bot.screens import Screen
from bot.texts import Buttons, content
from bot.waiting import WaitsFor
from core.database import UnitOfWork
from core.texts import Texts
from pipeline.deals import see
from pipeline.staff.rights import Staff
from pipeline.staff.talking import Desk, set_screen
from pipeline.tags import find_tag, tag_by_name, tag_deal, tag_ids_of, tags, untag_deal

TAG = "tag"
OFFERED = 20
IN_ROW = 2


def make_router() -> Router:
    """The router of these screens."""
    router = Router(name="tagging")
    router.callback_query.register(tags_pressed, callbacks.Tags.filter())
    router.callback_query.register(tag_pressed, callbacks.Tag.filter())
    router.message.register(tag_waited_for, WaitsFor(TAG), F.text)
    return router


async def tags_pressed(
    press: CallbackQuery, callback_data: callbacks.Tags, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """Choose tags on the card itself; a tap gives or takes."""
    await see(uow, by, callback_data.deal)
    await set_screen(uow, desk, {"kind": TAG, "deal": callback_data.deal})
    hint = t("Tap a tag, or type one; several with commas.")
    return await _choose(uow, by, t, callback_data.deal, more=["", hint])


async def tag_pressed(
    press: CallbackQuery, callback_data: callbacks.Tag, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """Give the tag, or take it; whoever taps does not mean to type, and what he types next is for somebody else."""
    change = tag_deal if callback_data.on else untag_deal
    await change(uow, by, callback_data.deal, callback_data.tag)
    await set_screen(uow, desk, None)
    return await _choose(uow, by, t, callback_data.deal)


async def _choose(uow: UnitOfWork, by: Staff, t: Texts, deal_id: int, *, more: Sequence[str] = ()) -> Screen:
    has = await tag_ids_of(uow, deal_id)
    known = await tags(uow)
    offered = [one for one in known if one.id in has] + [one for one in known if one.id not in has]
    marks = [
        (f"{'✓ ' if one.id in has else ''}{one.name}", callbacks.Tag(deal=deal_id, tag=one.id, on=one.id not in has))
        for one in offered[:OFFERED]
    ]
    rows: Buttons = [marks[start : start + IN_ROW] for start in range(0, len(marks), IN_ROW)]
    rows.append([(t("Back"), callbacks.Card(deal=deal_id))])
    return await on_card(uow, by, t, deal_id, rows, more=more)


async def tag_waited_for(
    message: Message, kept: dict[str, Any], uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """The tags that the screen asked for."""
    screen = await tags_typed(uow, by, t, kept["deal"], (message.text or "").split(","))
    await set_screen(uow, desk, None)
    return screen


async def tags_typed(uow: UnitOfWork, by: Staff, t: Texts, deal_id: int, names: Sequence[str]) -> Screen:
    """`/deal 12 tag vip`, several with commas; new ones are made."""
    for name in names:
        await tag_by_name(uow, by, deal_id, name)
    return await _told(uow, by, t, deal_id)


async def untag_typed(uow: UnitOfWork, by: Staff, t: Texts, deal_id: int, names: Sequence[str]) -> Screen:
    """`/deal 12 untag vip`."""
    for name in names:
        await untag_deal(uow, by, deal_id, await find_tag(uow, name))
    return await _told(uow, by, t, deal_id)


async def _told(uow: UnitOfWork, by: Staff, t: Texts, deal_id: int) -> Screen:
    view = await see(uow, by, deal_id)
    return Screen(content(t("{deal}: tags {tags}", deal=title(view), tags=", ".join(view.tags) or t("none"))))
