"""What an operator sees of reactions: on his own message where one can stand there, else in a silent line."""

from collections.abc import Sequence
from typing import Any

from bot.cards import title
from bot.marks import Origin, can_stand, origin_of, reaction
from bot.texts import REACTIONS, content
from core.database import UnitOfWork
from core.journal import Recorded
from core.texts import Texts, texts
from inbox.events import MessageReacted
from inbox.outbound import Lane, Latest, Outgoing, latest, queue, revise
from inbox.queries import MessageView, messages
from pipeline.deals import DealView, last_deal_of_message, views
from pipeline.opening import ref_of
from pipeline.staff.notices import Reach, reach, reach_chats

REACTION = "reaction"


def ref_of_reaction(message_id: int) -> str:
    """The name of the line that tells of a reaction on a message."""
    return f"{REACTION}:{message_id}"


async def on_message_reacted(uow: UnitOfWork, events: Sequence[Recorded[MessageReacted]]) -> None:
    """Show reactions, as they are now, to the author of the message and to whoever has the deal."""
    last = {item.event.message_id: item for item in events}
    written = await messages(uow, last)
    lines = await latest(uow, [ref_of_reaction(message_id) for message_id in last])
    for message_id, item in last.items():
        one, origin = written[message_id], origin_of(written[message_id])
        if origin is not None:
            await queue(uow, [reaction(origin, one, cause=f"reacted:{item.id}")])
        view = await _deal_of(uow, message_id)
        if view is None:
            continue
        here = [line for line in lines if line.ref == ref_of_reaction(message_id)]
        for to in await _readers(uow, view, origin):
            at_his = origin if origin is not None and origin.chat == (to.channel_id, to.chat_key) else None
            old = next(
                (line for line in here if (line.channel_id, line.chat_key) == (to.channel_id, to.chat_key)), None
            )
            await _in_line(uow, view, to, one, old, at_his, item)


async def _deal_of(uow: UnitOfWork, message_id: int) -> DealView | None:
    deal_id = await last_deal_of_message(uow, message_id)
    return (await views(uow, [deal_id])).get(deal_id) if deal_id is not None else None


async def _readers(uow: UnitOfWork, view: DealView, origin: Origin | None) -> list[Reach]:
    has_it = await reach(uow, staff_ids=[view.assignee_id]) if view.assignee_id is not None else []
    chats = {(to.channel_id, to.chat_key): to for to in has_it}
    if origin is not None:
        chats |= await reach_chats(uow, {origin.chat})
    return [chats[chat] for chat in sorted(chats)]


async def _in_line(
    uow: UnitOfWork,
    view: DealView,
    to: Reach,
    one: MessageView,
    old: Latest | None,
    origin: Origin | None,
    item: Recorded[MessageReacted],
) -> None:
    """Tell of a reaction where it cannot stand on the message; a line that is there tells what became of it."""
    told = content(_words(texts(to.staff.language, to.staff.timezone), view, one.reaction))
    if old is not None:
        await revise(uow, [(old, told)], cause=f"reacted:{item.id}:line")
    elif one.reaction is not None and (origin is None or not can_stand(one.reaction)):
        reply: dict[str, Any] = {"ref": ref_of(view.id)} if origin is None else {"external": origin.external_id}
        line = Outgoing(
            cause=f"reacted:{item.id}:{to.channel_id}:{to.chat_key}",
            channel_id=to.channel_id,
            chat_key=to.chat_key,
            lane=Lane.NOTICE,
            content=told | {"reply_to": reply, "silent": True},
            ref=ref_of_reaction(one.id),
            thread=ref_of(view.id),
        )
        await queue(uow, [line])


def _words(t: Texts, view: DealView, emoji: str | None) -> str:
    if emoji is None:
        return t("{deal}: the reaction was taken away", deal=title(view))
    return t("{deal} reacted: {emoji}", deal=title(view), emoji=t(REACTIONS[emoji]) if emoji in REACTIONS else emoji)
