"""A customer's messages as his operator gets them: each names its customer and deal and replies to the deal's card."""

from dataclasses import replace
from typing import Any

from bot import callbacks
from bot.cards import title
from bot.joining import joinable
from bot.texts import Buttons, summary, units
from core.texts import Texts, texts
from inbox.outbound import Lane, Outgoing
from inbox.queries import MessageView
from inbox.writing import content_of
from pipeline.deals import DealView
from pipeline.opening import ref_of
from pipeline.staff.notices import Notice, Reach

IN_QUOTE = 120
WITH_HEADER = {"photo", "animation", "video", "voice", "audio", "document"}


def relay_of(view: DealView, to: Reach, one: MessageView) -> list[Outgoing]:
    """A customer's message as new messages in his operator's chat, replying to the deal's card there."""
    t = texts(to.staff.language, to.staff.timezone)
    switch = to.talks_in is not None and to.talks_in != view.conversation_id
    return [
        Outgoing(
            cause=f"relay:{one.id}:{part}:{to.channel_id}:{to.chat_key}",
            channel_id=to.channel_id,
            chat_key=to.chat_key,
            lane=Lane.PEOPLE,
            content=content | {"reply_to": {"ref": ref_of(view.id)}} | to.how(Notice.MESSAGE),
            message_id=one.id,
            thread=ref_of(view.id),
        )
        for part, content in enumerate(told(t, view, one, switch=switch))
    ]


def told(t: Texts, view: DealView, one: MessageView, *, switch: bool) -> list[dict[str, Any]]:
    """The same, in a form that others of this customer can join where it is one text."""
    made = relayed(t, view, one, switch=switch)
    if len(made) == 1 and made[0]["kind"] == "text":
        return [joinable(made[0], title(view), one.id)]
    return made


def relayed(t: Texts, view: DealView, one: MessageView, *, switch: bool) -> list[dict[str, Any]]:
    """A customer's message as his operator gets it: customer and deal first, then the message as itself.

    What cannot hold the first line (a sticker, a text that would grow too long) comes behind the line or as itself:
    it replies to the card, which names the customer.
    """
    header = _header(t, view, one)
    one = _marked(t, one)
    buttons = _packed([[(t("Switch"), callbacks.Answer(deal=view.id))]]) if switch else {}
    if one.kind in ("text", "unsupported"):
        text = one.body.get("text") or summary(t, one.kind, {}, 0)
        return _joined(header, {"kind": "text", **one.body, "text": text}, buttons, most=4096)
    itself = content_of(one.kind, one.body, [one.file] if one.file else [])
    if one.kind in WITH_HEADER:
        return _joined(header, itself, buttons, most=1024)
    return [*([header] if one.answered_kind else []), itself | buttons]


def _marked(t: Texts, one: MessageView) -> MessageView:
    """What was edited says so behind its words."""
    if one.edited_at is None or one.kind not in {"text", *WITH_HEADER}:
        return one
    said, word = one.body.get("text", ""), t("edited")
    start = f"{said}\n" if said else ""
    mark = {"type": "italic", "offset": units(start), "length": units(word)}
    entities = [*one.body.get("entities", []), mark]
    return replace(one, body=one.body | {"text": start + word, "entities": entities})


def _header(t: Texts, view: DealView, one: MessageView) -> dict[str, Any]:
    name = title(view)
    header = {"kind": "text", "text": name, "entities": [{"type": "bold", "offset": 0, "length": units(name)}]}
    if one.answered_kind is None:
        return header
    quote = summary(t, one.answered_kind, one.answered_body or {}, IN_QUOTE)
    quoted = {"type": "blockquote", "offset": units(name) + 1, "length": units(quote)}
    return header | {"text": f"{name}\n{quote}", "entities": [*header["entities"], quoted]}


def _joined(
    header: dict[str, Any], itself: dict[str, Any], buttons: dict[str, Any], *, most: int
) -> list[dict[str, Any]]:
    text = itself.get("text", "")
    lead = units(header["text"]) + 1
    if lead + units(text) > most:
        return [header, itself | buttons]
    shifted = [entity | {"offset": entity["offset"] + lead} for entity in itself.get("entities", [])]
    joined = {
        "text": f"{header['text']}\n{text}" if text else header["text"],
        "entities": [*header["entities"], *shifted],
    }
    return [itself | joined | buttons]


def _packed(buttons: Buttons) -> dict[str, Any]:
    return {"buttons": [[[label, data.pack()] for label, data in row] for row in buttons]}
