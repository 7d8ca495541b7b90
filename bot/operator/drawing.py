"""A deal's card on a screen of one operator, with its own buttons or others."""

from collections.abc import Sequence
from typing import Any

from bot.cards import card
from bot.screens import Screen
from bot.texts import Buttons
from core.database import UnitOfWork
from core.texts import Texts
from inbox.queries import messages
from pipeline.deals import DealView, see
from pipeline.staff.rights import Staff


async def draw(
    uow: UnitOfWork, by: Staff, t: Texts, view: DealView, buttons: Buttons | None = None, *, more: Sequence[str] = ()
) -> dict[str, Any]:
    """The card as it is now; the message that the customer waits with, or began with, stands in it."""
    stands = view.waiting_from_id or view.opened_by_message_id
    shown = (await messages(uow, [stands])).get(stands) if stands else None
    return card(t, view, by, shown, uow.now, buttons=buttons, more=more)


async def on_card(
    uow: UnitOfWork,
    by: Staff,
    t: Texts,
    deal_id: int,
    buttons: Buttons | None = None,
    *,
    more: Sequence[str] = (),
    toast: str | None = None,
) -> Screen:
    """The same in the place of the card whose button was pressed."""
    return Screen(await draw(uow, by, t, await see(uow, by, deal_id), buttons, more=more), instead=True, toast=toast)
