"""Texts of one customer that wait for the same chat leave it as one message; who gets it is not known here.

Such a content says under "lead" whose texts they are and under "said" which they are: each message and its length in
UTF-16 units. They are joined at the last moment, when the first of them is about to be sent: whatever came until then
is in it, and nobody rewrites what waits.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from sqlalchemy import and_, literal_column, select, update

from core.bulk import update_rows
from core.database import UnitOfWork
from inbox.models import outgoing
from inbox.splitting import units

# Messengers slow down long texts, and people would rather read several.
MOST_UNITS = 2000
# Telegram takes no notice of more.
MOST_ENTITIES = 100
# So many waiting things are looked at for one round of sends.
LOOKED_AT = 500

Content = dict[str, Any]


class _Text(NamedTuple):
    message: int
    text: str
    entities: list[Content]


def joinable(content: Content, lead: str, message_id: int) -> Content:
    """A text whose first line is `lead`, so that others of the same customer can join it."""
    said = {"message": message_id, "units": units(content["text"]) - units(lead) - 1}
    return content | {"lead": lead, "said": [said]}


def joined(before: Content, after: Content) -> Content | None:
    """What waits and what follows it as one message, or None where they are two."""
    if "said" not in before or "said" not in after or before["lead"] != after["lead"]:
        return None
    # What is told anew of an edited message replies to what was told of it before.
    if before.get("reply_to") != after.get("reply_to"):
        return None
    lead = before["lead"]
    first, moved = units(lead) + 1, _length(before)
    entities = [one | {"offset": one["offset"] + moved} for one in after.get("entities", []) if one["offset"] >= first]
    whole: Content = {
        "text": f"{before['text']}\n{after['text'][len(lead) + 1 :]}",
        "entities": [*before.get("entities", []), *entities],
        "said": [*before["said"], *after["said"]],
    }
    if units(lead) + _length(whole) > MOST_UNITS or len(whole["entities"]) > MOST_ENTITIES:
        return None
    kept = {name: value for name, value in before.items() if name not in ("silent", "buttons")}
    silent = {"silent": True} if before.get("silent") and after.get("silent") else {}
    buttons = {"buttons": after["buttons"]} if "buttons" in after else {}
    return kept | whole | silent | buttons


async def join_waiting(uow: UnitOfWork, channel_id: int, heads: dict[int, tuple[str, Content]]) -> dict[int, Content]:
    """Let rows that are about to be sent say what waits behind them in their threads as well; what those say now.

    `heads` are chat and content by row. Things of other threads are passed over, and something of the same thread that
    cannot be joined ends it: order is kept for each customer. A row that was joined is cancelled and names as its
    target the one that says it.
    """
    joinable_heads = {one: (chat, content) for one, (chat, content) in heads.items() if "said" in content}
    if not joinable_heads:
        return {}
    # A parameter for the state would keep the database from finding the index.
    waits = and_(outgoing.c.state == literal_column("'queued'"), outgoing.c.op == "send")
    chats = {chat for chat, _ in joinable_heads.values()}
    behind = await uow.rows(
        select(outgoing.c.id, outgoing.c.chat_key, outgoing.c.content)
        .where(outgoing.c.channel_id == channel_id, outgoing.c.chat_key.in_(chats), waits)
        .order_by(outgoing.c.id)
        .limit(LOOKED_AT)
    )
    # What somebody changes just now is not waited for: it ends the message, as it must not be passed.
    locked = await uow.rows(
        select(outgoing.c.id, outgoing.c.content)
        .where(outgoing.c.id.in_([row.id for row in behind]), waits)
        .order_by(outgoing.c.id)
        .with_for_update(skip_locked=True)
    )
    held = {row.id: row.content for row in locked}
    grown: dict[int, Content] = {}
    told_by: dict[int, int] = {}
    for one, (chat, content) in joinable_heads.items():
        rows = [row for row in behind if row.chat_key == chat and row.id > one]
        whole, its = _with_what_follows(content, rows, held)
        if its:
            grown[one] = whole
            told_by |= dict.fromkeys(its, one)
    for head, content in grown.items():
        await uow.execute(update(outgoing).where(outgoing.c.id == head).values(content=content))
    joined_rows = [
        {"id": one, "state": "cancelled", "reason": "joined", "target_id": head} for one, head in told_by.items()
    ]
    await update_rows(uow, outgoing, joined_rows)
    return grown


def _with_what_follows(content: Content, rows: Sequence[Any], held: dict[int, Content]) -> tuple[Content, list[int]]:
    its = []
    for row in rows:
        if row.content.get("thread") != content.get("thread"):
            continue
        whole = joined(content, held[row.id]) if row.id in held else None
        if whole is None:
            break
        content = whole
        its.append(row.id)
    return content, its


def _length(content: Content) -> int:
    """The length of all texts, each with the line break before it."""
    return sum(one["units"] + 1 for one in content["said"])


def changed(content: Content, now: Content, *, most: int) -> Content | None:
    """The message once one of its texts is as `now` says it, or None if it would have more than `most` units."""
    [text] = _texts(now)
    said = [text if one.message == text.message else one for one in _texts(content)]
    buttons = {"buttons": content["buttons"]} if "buttons" in content else {}
    made = _of_texts(now["lead"], said) | buttons
    fits = units(made["text"]) <= most and len(made["entities"]) <= MOST_ENTITIES
    return made if fits else None


def _texts(content: Content) -> list[_Text]:
    """The texts of a message apart, each with its own entities."""
    encoded = content["text"].encode("utf-16-le")
    begins = list(accumulate((one["units"] + 1 for one in content["said"]), initial=units(content["lead"]) + 1))
    found = []
    for one, begin in zip(content["said"], begins, strict=False):
        end = begin + one["units"]
        entities = [
            entity | {"offset": entity["offset"] - begin}
            for entity in content.get("entities", [])
            if begin <= entity["offset"] < end
        ]
        found.append(_Text(one["message"], encoded[2 * begin : 2 * end].decode("utf-16-le"), entities))
    return found


def _of_texts(lead: str, said: Sequence[_Text]) -> Content:
    text, entities = lead, [{"type": "bold", "offset": 0, "length": units(lead)}]
    length = units(lead)
    for one in said:
        entities += [entity | {"offset": entity["offset"] + length + 1} for entity in one.entities]
        text += f"\n{one.text}"
        length += 1 + units(one.text)
    counted = [{"message": one.message, "units": units(one.text)} for one in said]
    return {"kind": "text", "text": text, "entities": entities, "lead": lead, "said": counted}
