"""What an operator sees of a message that was changed: in place where it can be, else as a line that says it now."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import Any

from bot.cards import put_away, stands_whole
from bot.notify import redraw
from bot.relaying import LIMITS, as_known_at, told
from core.database import UnitOfWork
from core.journal import Recorded
from core.texts import texts
from inbox.correcting import CAPTIONED, REPLACEABLE
from inbox.events import MessageEdited, NoticeFailed
from inbox.joining import changed
from inbox.outbound import Lane, Latest, Outgoing, latest, queue, revise
from inbox.queries import MessageView, messages
from inbox.showing import FailedEdit, Showing, failed_edits, showing
from pipeline.deals import DealView, open_views_in, views
from pipeline.opening import ref_of
from pipeline.staff.notices import Reach, reach_chats
from pipeline.staff.rights import Right

Place = tuple[int, str]
Change = tuple[Latest, dict[str, Any]]


async def on_message_edited(uow: UnitOfWork, events: Sequence[Recorded[MessageEdited]]) -> None:
    """Show what customers' messages say now to whoever has them in his chat."""
    last = {item.event.message_id: item for item in events if item.event.actor == "customer"}
    if not last:
        return
    shown = await messages(uow, last)
    rows = await showing(uow, last)
    cards = [row for row in rows if row.ref is not None]
    relays = [row for row in rows if row.ref is None and _deal_of(row) is not None]
    open_deals = await open_views_in(uow, {one.conversation_id for one in shown.values()})
    numbers = {_deal_of(row) or 0 for row in [*relays, *cards]} | {view.id for view in open_deals.values()}
    deals = await views(uow, numbers)
    people = await reach_chats(uow, {row.place for row in rows})
    said: dict[int, dict[str, Any]] = {}
    for (message_id, place), found in groupby(sorted(relays, key=_PLACE), key=_PLACE):
        # Of texts that were joined, those before this one may have been changed just now.
        its = [replace(row, content=said.get(row.id, row.content)) for row in found]
        view, to = deals[_deal_of(its[0]) or 0], people.get(place)
        if to is not None and _may_see(to, view):
            cause = f"edited:{last[message_id].id}"
            changes = await _retell(uow, view, to, its, shown[message_id], cause=cause)
            said |= {row.id: content | {"reply_to": {"ref": ref_of(view.id)}} for row, content in changes}
    for message_id, item in last.items():
        here = [row for row in cards if row.message_id == message_id]
        told_in = {row.place for row in relays if row.message_id == message_id}
        await _on_cards(uow, here, deals, people, told_in, shown[message_id], cause=f"edited:{item.id}")


_PLACE = attrgetter("message_id", "place")


def _deal_of(row: Showing) -> int | None:
    ref = row.ref or (row.content.get("reply_to") or {}).get("ref", "")
    kind, _, number = ref.partition(":")
    return int(number) if kind == "deal" else None


def _may_see(to: Reach, view: DealView) -> bool:
    return view.assignee_id in (None, to.staff.id) or to.staff.may(Right.SEE_ALL)


async def _retell(
    uow: UnitOfWork, view: DealView, to: Reach, rows: list[Showing], one: MessageView, *, cause: str
) -> list[Change]:
    t = texts(to.staff.language, to.staff.timezone)
    # What was told last stands for the message from then on.
    telling = _telling_of(rows[-1])
    rows = [row for row in rows if _telling_of(row) == telling]
    now = told(t, view, as_known_at(to.channel_id, one), switch=False)
    changes = _in_place(rows, now)
    if changes is None:
        await _tell_anew(uow, view, to, now, one.id, cause=cause, behind=rows[0])
        return []
    await revise(uow, changes, cause=f"{cause}:{one.id}")
    return changes


def _telling_of(row: Showing) -> str:
    """What all rows of one telling share: the event of an edit, or that it was relayed."""
    kind, number, *_ = row.cause.split(":")
    return f"{kind}:{number}" if kind == "edited" else kind


def _in_place(rows: Sequence[Showing], now: Sequence[dict[str, Any]]) -> list[Change] | None:
    """What rows are to say, or None if they cannot be made to."""
    if len(rows) != len(now) or not all(row.lives for row in rows):
        return None
    changes = []
    for row, content in zip(rows, now, strict=True):
        new = _become(row, content)
        if "said" in row.content and "said" in content:
            new = changed(row.content, content, most=LIMITS.text)
        if new is None:
            return None
        changes.append((row.latest, new))
    return changes


def _become(row: Showing, content: dict[str, Any]) -> dict[str, Any] | None:
    old, kind = row.content, content["kind"]
    if old.get("kind") == "album":
        # Its parts are not told apart here: what one of them says now is told behind it.
        return None
    kept = {"buttons": old["buttons"]} if "buttons" in old else {}
    if row.state == "queued":
        return content | kept
    if kind != old["kind"] or "said" in old:
        return None
    if kind == "text":
        return content | kept
    replaced = old.get("replaced", False) or any(old.get(name) != content.get(name) for name in ("file", "attachment"))
    if kind not in (REPLACEABLE if replaced else CAPTIONED):
        return None
    return content | kept | ({"replaced": True} if replaced else {})


async def _tell_anew(
    uow: UnitOfWork,
    view: DealView,
    to: Reach,
    now: Sequence[dict[str, Any]],
    message_id: int,
    *,
    cause: str,
    behind: Showing | None,
) -> None:
    reply = {"ref": ref_of(view.id)} | ({"outgoing": behind.id} if behind else {})
    lines = [
        Outgoing(
            cause=f"{cause}:{to.channel_id}:{to.chat_key}:part:{part}",
            channel_id=to.channel_id,
            chat_key=to.chat_key,
            lane=Lane.PEOPLE,
            content=content | {"reply_to": reply, "silent": True},
            message_id=message_id,
            thread=ref_of(view.id),
        )
        for part, content in enumerate(now)
    ]
    await queue(uow, lines)


async def _on_cards(
    uow: UnitOfWork,
    cards: Sequence[Showing],
    deals: dict[int, DealView],
    people: dict[Place, Reach],
    told_in: set[Place],
    one: MessageView,
    *,
    cause: str,
) -> None:
    newest = {row.id for row in await latest(uow, sorted({row.ref for row in cards if row.ref}))}
    for row in cards:
        view, to = deals[_deal_of(row) or 0], people.get(row.place)
        if to is None or not _may_see(to, view):
            continue
        t = texts(to.staff.language, to.staff.timezone)
        if row.id not in newest:
            await revise(uow, [(row.latest, put_away(view, one, t))], cause=cause)
        elif (
            view.assignee_id == to.staff.id and not stands_whole(one) and (row.channel_id, row.chat_key) not in told_in
        ):
            now = told(t, view, as_known_at(to.channel_id, one), switch=False)
            await _tell_anew(uow, view, to, now, one.id, cause=cause, behind=row)
    if cards:
        await redraw(uow, {_deal_of(row) or 0 for row in cards}, cause=f"{cause}:card")


async def on_notice_failed(uow: UnitOfWork, events: Sequence[Recorded[NoticeFailed]]) -> None:
    """Say anew what could not be said in place."""
    refused = [item for item in events if item.event.reason not in ("blocked", "gone")]
    found = await failed_edits(uow, [item.event.outgoing_id for item in refused])
    lines = [_line(item, found[item.event.outgoing_id]) for item in refused if item.event.outgoing_id in found]
    await queue(uow, [line for line in lines if line is not None])


def _line(item: Recorded[NoticeFailed], failed: FailedEdit) -> Outgoing | None:
    row, deal_id = failed.row, _deal_of(failed.row)
    if row.ref is not None or deal_id is None:
        return None
    return Outgoing(
        cause=f"edited:{item.id}:{row.channel_id}:{row.chat_key}:part:0",
        channel_id=row.channel_id,
        chat_key=row.chat_key,
        lane=Lane.PEOPLE,
        content=failed.content | {"reply_to": {"outgoing": row.id, "ref": ref_of(deal_id)}, "silent": True},
        message_id=row.message_id,
        thread=ref_of(deal_id),
    )
