"""A deal goes to a colleague or back into the turn; a word why may be typed behind it."""

from collections.abc import Sequence

from aiogram import Router
from aiogram.types import CallbackQuery

from bot import callbacks
from bot.cards import title
from bot.operator.drawing import on_card
from bot.screens import Screen
from bot.texts import Buttons, content
from core.database import UnitOfWork
from core.errors import NotFound, Unreadable
from core.texts import N_, Texts, plain
from core.words import bare
from pipeline.deals import DealView, see
from pipeline.staff.handing_over import Colleague, colleagues, give_back_to_turn, hand_over
from pipeline.staff.rights import Staff

MOST = 20
EXAMPLE = '/deal 12 to Boris "speaks Polish"'
TURN_WORDS = ("turn", "queue", "очередь", "черга", "kolejka")


class NoSuchColleague(NotFound):
    """Nobody, or more than one, is meant by a name."""

    code = "no-such-colleague"
    text = N_("There is no colleague “{name}”, or more than one.")
    next_step = N_("These work here: {names}.")


def make_router() -> Router:
    """The router of these screens."""
    router = Router(name="handing")
    router.callback_query.register(hand_over_pressed, callbacks.HandOver.filter())
    router.callback_query.register(hand_to_pressed, callbacks.HandTo.filter())
    return router


async def hand_over_pressed(
    press: CallbackQuery, callback_data: callbacks.HandOver, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Choose who gets the deal, on the card itself; whoever is on shift comes first."""
    view = await see(uow, by, callback_data.deal)
    people = [one for one in await colleagues(uow, view.pipeline_id) if one.id != view.assignee_id]
    rows: Buttons = [
        [(f"{'🟢' if one.on_shift else '⚪'} {plain(one.name)}", callbacks.HandTo(deal=view.id, to=one.id))]
        for one in people[:MOST]
    ]
    rows.append([(t("Whose turn it is"), callbacks.HandTo(deal=view.id, to=0))])
    rows.append([(t("Back"), callbacks.Card(deal=view.id))])
    name, why = t("name"), t("why")
    asked = t("Who gets it? With a word why: {example}", example=f'/deal {view.id} to {name} "{why}"')
    return await on_card(uow, by, t, view.id, rows, more=["", asked])


async def hand_to_pressed(
    press: CallbackQuery, callback_data: callbacks.HandTo, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Hand the deal over; its card is redrawn by itself."""
    view = await see(uow, by, callback_data.deal)
    return Screen(toast=await _handed(uow, by, t, view, callback_data.to, None))


async def hand_over_typed(uow: UnitOfWork, by: Staff, t: Texts, deal_id: int, words: Sequence[str]) -> Screen:
    """`/deal 12 to Boris "speaks Polish"`, `/deal 12 to turn`."""
    if not words:
        raise Unreadable(part="to", example=EXAMPLE)
    view = await see(uow, by, deal_id)
    name, why = words[0], " ".join(words[1:]) or None
    to = 0
    if bare(name) not in TURN_WORDS:
        people = await colleagues(uow, view.pipeline_id)
        found = _named(people, name)
        if found is None:
            raise NoSuchColleague(name=name, names=", ".join(plain(one.name) for one in people))
        to = found.id
    return Screen(content(await _handed(uow, by, t, view, to, why)))


def _named(people: Sequence[Colleague], name: str) -> Colleague | None:
    begun = [one for one in people if bare(one.name).startswith(bare(name)) and bare(name)]
    exact = [one for one in begun if bare(one.name) == bare(name)]
    found = exact or begun
    return found[0] if len(found) == 1 else None


async def _handed(uow: UnitOfWork, by: Staff, t: Texts, view: DealView, to: int, why: str | None) -> str:
    if to == 0:
        await give_back_to_turn(uow, by, view.id, why=why)
        return t("{deal} waits for whoever's turn it is.", deal=title(view))
    await hand_over(uow, by, view.id, to=to, why=why)
    name = next(one.name for one in await colleagues(uow, view.pipeline_id) if one.id == to)
    return t("{deal}: {name} has it now.", deal=title(view), name=plain(name))
