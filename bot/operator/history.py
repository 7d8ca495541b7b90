"""What happened to a deal, in words; the events themselves are read elsewhere."""

from typing import Any

from aiogram import Router
from aiogram.types import CallbackQuery
from aiogram.utils.formatting import Bold, Text

from bot import callbacks
from bot.cards import title
from bot.screens import Screen
from bot.texts import Buttons, content, cut
from core.database import UnitOfWork
from core.texts import Texts
from core.words import shortened
from pipeline.deals import see
from pipeline.feed import history, last_assignment
from pipeline.staff.rights import Staff
from triggers.telling import IN_LINE, SAID, teller_of, told_once
from triggers.words import in_short

PAGE = 15
IN_PART = 1900


def make_router() -> Router:
    """The router of this screen."""
    router = Router(name="history")
    router.callback_query.register(older, callbacks.History.filter())
    return router


async def older(press: CallbackQuery, callback_data: callbacks.History, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """The history, or what came before what is shown of it, in the same message."""
    return Screen(await drawn_history(uow, by, t, callback_data), instead=True)


async def drawn_history(uow: UnitOfWork, by: Staff, t: Texts, asked: callbacks.History) -> dict[str, Any]:
    """A page of a deal's history, the newest line last."""
    view = await see(uow, by, asked.deal)
    found = await history(uow, by, view.id, kinds=SAID.keys(), before=asked.before or None, limit=PAGE + 1)
    page = found[-PAGE:]
    teller = await teller_of(uow, t, page)
    lines = [shortened(f"{t.clock(one.at, uow.now)} · {teller.line(one.event)}", IN_LINE) for one in told_once(page)]
    legend = [
        shortened(f"{n}: {in_short(t, one, teller.names)}", IN_LINE) for n, one in sorted(teller.triggers.items())
    ]
    parts: list[Any] = [Bold(title(view)), "\n", cut("\n".join(lines), IN_PART)]
    if legend:
        parts += ["\n\n", cut("\n".join([t("Triggers:"), *legend]), IN_PART)]
    words = Text(*parts)
    rows: Buttons = []
    if len(found) > PAGE:
        rows.append([(t("Older"), callbacks.History(deal=view.id, card=asked.card, before=page[0].id))])
    if asked.card:
        return content(words, [*rows, [(t("Back"), callbacks.Card(deal=view.id))]])
    return content(words, [*rows, [(t("Show the deal"), callbacks.Show(deal=view.id))]])


async def why_assigned(uow: UnitOfWork, t: Texts, deal_id: int) -> str | None:
    """How the last assignee of a deal came to it, and when."""
    last = await last_assignment(uow, deal_id)
    if last is None:
        return None
    teller = await teller_of(uow, t, [last])
    return f"{t.clock(last.at, uow.now)} · {teller.line(last.event)}"
