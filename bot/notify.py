"""What the staff gets to see when something happens: cards, relayed messages, marks and notices, queued as rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from aiogram.utils.formatting import Bold, Text

from bot import callbacks
from bot.alerts import answer_commands
from bot.cards import card, put_away, stands_whole, title
from bot.relaying import relay_of
from bot.saying import notice, reach_each
from bot.texts import content
from core.database import UnitOfWork
from core.journal import Recorded, not_handed_on
from core.texts import Texts, texts
from inbox.events import MessageReceived, MessageWritten
from inbox.outbound import Lane, Latest, Outgoing, latest, queue, revise
from inbox.queries import MessageView, last_received, messages, received_since
from pipeline.deals import DealView, open_views_in, views
from pipeline.events import (
    AmountSet,
    DealAssigned,
    DealClosed,
    DealOpened,
    DealReopened,
    DealReturned,
    StageEntered,
    TagAdded,
    TagRemoved,
    TaskAdded,
    TaskDone,
    TaskDue,
    TaskGiven,
    TaskMoved,
    TaskOverdue,
)
from pipeline.opening import ref_of
from pipeline.staff.notices import Notice, Reach, reach, reach_chats
from triggers.events import StaffNotified

RELAYED_ON_TAKING = 20
DealEvent = (
    DealReturned
    | DealReopened
    | StageEntered
    | DealClosed
    | AmountSet
    | TagAdded
    | TagRemoved
    | TaskAdded
    | TaskMoved
    | TaskGiven
    | TaskDue
    | TaskOverdue
    | TaskDone
)


def card_of(
    view: DealView, to: Reach, shown: MessageView | None, *, cause: str, now: datetime, notice: Notice
) -> Outgoing:
    """A deal's card as a new message in somebody's chat."""
    t = texts(to.staff.language, to.staff.timezone)
    return Outgoing(
        cause=f"{cause}:{to.channel_id}:{to.chat_key}",
        channel_id=to.channel_id,
        chat_key=to.chat_key,
        lane=Lane.NOTICE,
        content=card(t, view, to.staff, shown, now) | to.how(notice),
        message_id=shown.id if shown else None,
        ref=ref_of(view.id),
        thread=ref_of(view.id),
    )


@dataclass(slots=True)
class _Board:
    """What the handlers of a wave look at: deals, the people who see them, and the cards that are out."""

    now: datetime
    deals: dict[int, DealView]
    assignees: dict[int, list[Reach]]
    pipelines: dict[int, list[Reach]]
    cards: dict[tuple[int, int, str], Latest]
    new_cards: set[tuple[int, int, str]] = field(default_factory=set)

    def card_in(self, view: DealView, to: Reach) -> Latest | None:
        return self.cards.get((view.id, to.channel_id, to.chat_key))


async def _board(uow: UnitOfWork, deals: dict[int, DealView]) -> _Board:
    assigned = {view.assignee_id for view in deals.values() if view.assignee_id is not None}
    waiting = {view.pipeline_id for view in deals.values() if view.assignee_id is None}
    assignees = await reach_each(uow, assigned)
    pipelines = {pipeline_id: await reach(uow, pipeline_ids=[pipeline_id]) for pipeline_id in waiting}
    found = await latest(uow, [ref_of(deal_id) for deal_id in deals]) if deals else []
    cards = {(int(one.ref.partition(":")[2]), one.channel_id, one.chat_key): one for one in found}
    return _Board(uow.now, deals, assignees, pipelines, cards)


async def on_message_received(uow: UnitOfWork, events: Sequence[Recorded[MessageReceived]]) -> None:
    """Show customers' messages to whoever has to answer them, or offer the deal to all who may take it.

    What belongs to a deal that has just opened is shown with it, once it is known who gets it.
    """
    open_deals = await open_views_in(uow, {item.event.conversation_id for item in events})
    shown = await messages(uow, [item.event.message_id for item in events])
    waiting = [ref_of(view.id) for view in open_deals.values() if view.assignee_id is None]
    undecided = await not_handed_on(uow, DealOpened, waiting) if waiting else set()
    known = {view.id: view for view in open_deals.values() if ref_of(view.id) not in undecided}
    board = await _board(uow, known)
    queued: list[Outgoing] = []
    for item in events:
        view = open_deals.get(item.event.conversation_id)
        if view is None or view.id not in known:
            continue
        one = shown[item.event.message_id]
        if view.assignee_id is None:
            queued += _offers(board, view, one)
            continue
        for to in board.assignees.get(view.assignee_id, []):
            queued += await _to_assignee(uow, board, view, to, one, item)
    await queue(uow, queued)
    await answer_commands(uow, list(shown.values()))


async def _to_assignee(
    uow: UnitOfWork, board: _Board, view: DealView, to: Reach, one: MessageView, item: Recorded[MessageReceived]
) -> list[Outgoing]:
    old, place = board.card_in(view, to), (view.id, to.channel_id, to.chat_key)
    begins = one.id == view.opened_by_message_id or item.event.began_waiting
    if not begins and (old is not None or place in board.new_cards):
        return relay_of(view, to, one)
    board.new_cards.add(place)
    if old is not None:
        t = texts(to.staff.language, to.staff.timezone)
        await _put_away(uow, view, t, old, cause=f"away:{item.id}")
    notice = Notice.NEW_DEAL if one.id == view.opened_by_message_id else Notice.MESSAGE
    new = card_of(view, to, one, cause=f"card:{view.id}:{one.id}", now=board.now, notice=notice)
    return [new] if stands_whole(one) else [new, *relay_of(view, to, one, behind_card=True)]


def _offers(board: _Board, view: DealView, one: MessageView) -> list[Outgoing]:
    """Nobody has the deal: everybody who may take it gets its card once, without sound."""
    return [
        card_of(view, to, one, cause=f"offer:{view.id}", now=board.now, notice=Notice.OFFER)
        for to in board.pipelines.get(view.pipeline_id, [])
        if board.card_in(view, to) is None
    ]


async def put_away_in(uow: UnitOfWork, view: DealView, t: Texts, chat: tuple[int, str], *, cause: str) -> None:
    """The same where a newer card was asked for."""
    for old in await latest(uow, [ref_of(view.id)]):
        if (old.channel_id, old.chat_key) == chat:
            await _put_away(uow, view, t, old, cause=cause)


async def _put_away(uow: UnitOfWork, view: DealView, t: Texts, old: Latest, *, cause: str) -> None:
    """A newer card follows: the old one loses its buttons and what would grow old."""
    shown = await messages(uow, [old.message_id]) if old.message_id else {}
    await revise(uow, [(old, put_away(view, shown.get(old.message_id or 0), t))], cause=cause)


async def on_deal_opened(uow: UnitOfWork, events: Sequence[Recorded[DealOpened]]) -> None:
    """Offer deals that were not handed out to all who may take them."""
    found = await views(uow, [item.event.deal_id for item in events])
    waiting = {view.id: view for view in found.values() if view.assignee_id is None}
    if waiting:
        await _offer_waiting(uow, await _board(uow, waiting))


async def _offer_waiting(uow: UnitOfWork, board: _Board) -> None:
    waiting = [
        view
        for view in board.deals.values()
        if view.assignee_id is None and view.closed_at is None and view.opened_by_message_id
    ]
    shown = await messages(uow, {view.opened_by_message_id or 0 for view in waiting})
    await queue(uow, [one for view in waiting for one in _offers(board, view, shown[view.opened_by_message_id or 0])])


async def on_staff_notified(uow: UnitOfWork, events: Sequence[Recorded[StaffNotified]]) -> None:
    """Tell people what a trigger wants them to know, with a way to the deal."""
    deals = await views(uow, {item.event.deal_id for item in events})
    people = await reach(uow, staff_ids={one for item in events for one in item.event.staff_ids})
    queued = []
    for item in events:
        for to in people:
            if to.staff.id in item.event.staff_ids:
                t = texts(to.staff.language, to.staff.timezone)
                view = deals[item.event.deal_id]
                words = Text(Bold(title(view)), "\n", item.event.text)
                made = content(words, [[(t("Show the deal"), callbacks.Show(deal=view.id))]])
                queued.append(notice(to, made, cause=f"notice:{item.id}", about=Notice.COLLEAGUE))
    await queue(uow, queued)


async def on_deal_assigned(uow: UnitOfWork, events: Sequence[Recorded[DealAssigned]]) -> None:
    """Give the assignee the card and what the customer wrote so far; tell the others who has it."""
    board = await _board(uow, await views(uow, [item.event.deal_id for item in events]))
    new = _without_card(board, events)
    # A deal opened by hand comes with the last words alone: what was said before belongs to other deals.
    by_hand = {view.conversation_id for _, view, _ in new if view.opened_by_message_id is None}
    last = await last_received(uow, by_hand)
    first_ids = {
        view.conversation_id: view.opened_by_message_id or last.get(view.conversation_id, 0) for _, view, _ in new
    }
    waiting = {view.conversation_id: view.waiting_from_id for _, view, _ in new if view.waiting_from_id}
    received = await received_since(uow, first_ids, waiting, limit=RELAYED_ON_TAKING) if first_ids else {}
    queued: list[Outgoing] = []
    for item, view, to in new:
        if view.conversation_id in received:
            queued += await _hand_over(uow, board, view, to, item, received[view.conversation_id])
    await queue(uow, queued)
    await refresh(uow, board, cause=f"assigned:{events[-1].id}")


def _without_card(
    board: _Board, events: Sequence[Recorded[DealAssigned]]
) -> list[tuple[Recorded[DealAssigned], DealView, Reach]]:
    """Assignments whose assignee, who still has the deal, needs its card and all that was written.

    Whoever has a card of his own got everything with it as it came; an offer, or a look at it, is none.
    """
    new = []
    for item in events:
        view = board.deals[item.event.deal_id]
        if view.assignee_id != item.event.staff_id:
            continue
        for to in board.assignees.get(item.event.staff_id, []):
            old = board.card_in(view, to)
            if old is None or not old.cause.startswith("card:"):
                new.append((item, view, to))
    return new


async def _hand_over(
    uow: UnitOfWork,
    board: _Board,
    view: DealView,
    to: Reach,
    item: Recorded[DealAssigned],
    received: Sequence[MessageView],
) -> list[Outgoing]:
    stands = next((one for one in received if one.id == view.waiting_from_id), received[0])
    queued: list[Outgoing] = []
    old = board.card_in(view, to)
    if old is not None and item.event.how in ("taken", "answered"):
        # He pressed or answered the offer itself: it becomes his card where it is.
        stands = next((one for one in received if one.id == old.message_id), stands)
    else:
        if old is not None:
            t = texts(to.staff.language, to.staff.timezone)
            await _put_away(uow, view, t, old, cause=f"away:{item.id}")
            del board.cards[view.id, to.channel_id, to.chat_key]
        queued.append(
            card_of(view, to, stands, cause=f"card:{view.id}:{stands.id}", now=board.now, notice=Notice.NEW_DEAL)
        )
    for one in received:
        if one.id != stands.id or not stands_whole(one):
            queued += relay_of(view, to, one, behind_card=True)
    return queued


async def on_deal_changed(uow: UnitOfWork, events: Sequence[Recorded[DealEvent]]) -> None:
    """Redraw the cards of deals of which anything was changed that a card shows."""
    board = await _board(uow, await views(uow, [item.event.deal_id for item in events]))
    await refresh(uow, board, cause=f"changed:{events[-1].id}")
    await _offer_waiting(uow, board)


async def on_message_written(uow: UnitOfWork, events: Sequence[Recorded[MessageWritten]]) -> None:
    """Redraw the cards of customers who need wait no longer."""
    open_deals = await open_views_in(uow, {item.event.conversation_id for item in events})
    board = await _board(uow, {view.id: view for view in open_deals.values()})
    await refresh(uow, board, cause=f"written:{events[-1].id}")


async def redraw(uow: UnitOfWork, deal_ids: Collection[int], *, cause: str) -> None:
    """Redraw the newest cards of deals; `cause` names the event and the handler."""
    await refresh(uow, await _board(uow, await views(uow, deal_ids)), cause=cause)


async def refresh(uow: UnitOfWork, board: _Board, *, cause: str) -> None:
    """Redraw the newest card of each deal in every chat that has one."""
    cards = list(board.cards.values())
    if not cards:
        return
    viewers = await reach_chats(uow, {(one.channel_id, one.chat_key) for one in cards})
    shown = await messages(uow, {one.message_id for one in cards if one.message_id})
    changes = []
    for one in cards:
        to = viewers.get((one.channel_id, one.chat_key))
        if to is not None:
            view = board.deals[int(one.ref.partition(":")[2])]
            t = texts(to.staff.language, to.staff.timezone)
            changes.append((one, card(t, view, to.staff, shown.get(one.message_id or 0), board.now)))
    await revise(uow, changes, cause=cause)
