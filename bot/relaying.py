"""A customer's messages as his operator gets them: each names its customer and deal and replies to the deal's card."""

from dataclasses import replace
from typing import Any

from bot import callbacks
from bot.cards import title
from bot.texts import Buttons
from core.texts import Texts, texts
from inbox.albums import Album, album_of
from inbox.channels.telegram import Telegram
from inbox.contents import counted, text_rows, words
from inbox.joining import joinable
from inbox.outbound import Lane, Outgoing
from inbox.queries import MessageView
from inbox.splitting import units
from inbox.wording import summary
from pipeline.deals import DealView
from pipeline.opening import ref_of
from pipeline.staff.notices import Notice, Reach

IN_QUOTE = 120
# Where the staff works.
LIMITS = Telegram.limits

Content = dict[str, Any]


def relay_of(view: DealView, to: Reach, one: MessageView, *, behind_card: bool = False) -> list[Outgoing]:
    """A customer's message as new messages in his operator's chat, replying to the deal's card there.

    What comes with a new card makes no sound: the card does.
    """
    t, one = texts(to.staff.language, to.staff.timezone), as_known_at(to.channel_id, one)
    switch = to.talks_in is not None and to.talks_in != view.conversation_id
    sound: Content = {"silent": True} if behind_card else to.how(Notice.MESSAGE)
    how: Content = {"reply_to": {"ref": ref_of(view.id)}} | sound
    return [
        Outgoing(
            cause=f"relay:{one.id}:{part}:{to.channel_id}:{to.chat_key}",
            channel_id=to.channel_id,
            chat_key=to.chat_key,
            lane=Lane.PEOPLE,
            content=content | how,
            message_id=one.id,
            album=_album(t, one, content),
            thread=ref_of(view.id),
        )
        for part, content in enumerate(told(t, view, one, switch=switch))
    ]


def as_known_at(channel_id: int, one: MessageView) -> MessageView:
    """A message as it can be shown on a channel: elsewhere than on its own, what it is called there says nothing."""
    return one if one.channel_id == channel_id else replace(one, file=None, external_id=None)


def told(t: Texts, view: DealView, one: MessageView, *, switch: bool) -> list[Content]:
    """The same, in a form that others of this customer can join where it is one text."""
    made = relayed(t, view, one, switch=switch)
    if len(made) == 1 and made[0]["kind"] == "text":
        return [joinable(made[0], title(view), one.id)]
    return made


def relayed(t: Texts, view: DealView, one: MessageView, *, switch: bool) -> list[Content]:
    """A customer's message as his operator gets it: customer and deal first, then the message as itself.

    What cannot hold the first line (a sticker, a poll) comes behind the line or as itself: it replies to the card,
    which names the customer. What is too long is said in several messages.
    """
    buttons = _buttons(t, view, one, switch=switch)
    *first, last = _rows(t, view, one)
    return counted([*first, last | buttons])


def _rows(t: Texts, view: DealView, one: MessageView) -> list[Content]:
    header = _header(t, view, one)
    one = _marked(t, one)
    if one.kind == "unsupported":
        line = text_rows(LIMITS, *_below(header, {"text": summary(t, one.kind, {}, 0)}))
        if one.external_id is None:
            return line
        return [*line, {"kind": "forward", "chat": one.chat_key, "message": one.external_id}]
    if one.kind == "text" or one.kind not in LIMITS.sends:
        return _text(header, one)
    itself = _itself(one)
    if one.kind in LIMITS.captioned:
        return _medium(header, itself)
    return [*([header] if one.answered_kind else []), itself]


def _itself(one: MessageView) -> Content:
    if one.file is not None:
        return {"kind": one.kind, **one.body, "file": one.file}
    return {"kind": one.kind, **one.body} | ({"attachment": one.attachment} if one.attachment else {})


def _text(header: Content, one: MessageView) -> list[Content]:
    said = one.body if one.kind == "text" else {"text": words(one.kind, one.body)}
    rows = text_rows(LIMITS, *_below(header, said))
    if rows[0]["kind"] != "document":
        return rows
    (whole,) = text_rows(LIMITS, said["text"], [])
    return [header | whole]


def _medium(header: Content, itself: Content) -> list[Content]:
    text, entities = _below(header, itself)
    if units(text) <= LIMITS.caption:
        return [itself | {"text": text, "entities": entities}]
    caption = {"text": header["text"], "entities": header["entities"]}
    return [itself | caption, *text_rows(LIMITS, itself["text"], itself.get("entities", []))]


def _album(t: Texts, one: MessageView, content: Content) -> Album | None:
    """The album of a customer's medium; its customer and deal are named above the first part alone."""
    if one.album is None or content["kind"] != one.kind:
        return None
    itself = _itself(_marked(t, one))
    if "rows" in content:
        itself = {name: value for name, value in itself.items() if name not in ("text", "entities")} | {"rows": 2}
    return album_of(LIMITS, f"{one.conversation_id}:{one.album}", content, itself)


def not_available(t: Texts, view: DealView, one: MessageView) -> Content:
    """What is said instead of a message that the messenger would not bring."""
    header = _header(t, view, one)
    file = t("{kind}: the file is not available.", kind=summary(t, one.kind, one.body, IN_QUOTE))
    text, entities = _below(header, {"text": file if one.attachment else summary(t, one.kind, one.body, 2000)})
    return {"kind": "text", "text": text, "entities": entities}


def _marked(t: Texts, one: MessageView) -> MessageView:
    """What was edited says so behind its words."""
    if one.edited_at is None or one.kind not in {"text", *LIMITS.captioned}:
        return one
    said, word = one.body.get("text", ""), t("edited")
    start = f"{said}\n" if said else ""
    mark = {"type": "italic", "offset": units(start), "length": units(word)}
    entities = [*one.body.get("entities", []), mark]
    return replace(one, body=one.body | {"text": start + word, "entities": entities})


def _header(t: Texts, view: DealView, one: MessageView) -> Content:
    name = title(view)
    header = {"kind": "text", "text": name, "entities": [{"type": "bold", "offset": 0, "length": units(name)}]}
    if one.answered_kind is None:
        return header
    quote = summary(t, one.answered_kind, one.answered_body or {}, IN_QUOTE)
    quoted = {"type": "blockquote", "offset": units(name) + 1, "length": units(quote)}
    return header | {"text": f"{name}\n{quote}", "entities": [*header["entities"], quoted]}


def _below(header: Content, said: Content) -> tuple[str, list[Any]]:
    """A text behind the line that names its customer."""
    text = said.get("text", "")
    if not text:
        return header["text"], header["entities"]
    lead = units(header["text"]) + 1
    shifted = [entity | {"offset": entity["offset"] + lead} for entity in said.get("entities", [])]
    return f"{header['text']}\n{text}", [*header["entities"], *shifted]


def _buttons(t: Texts, view: DealView, one: MessageView, *, switch: bool) -> Content:
    rows: Buttons = []
    if one.kind == "contact":
        rows.append([(t("Save the phone"), callbacks.SavePhone(deal=view.id, message=one.id))])
    if switch:
        rows.append([(t("Switch"), callbacks.Answer(deal=view.id))])
    return {"buttons": [[[label, data.pack()] for label, data in row] for row in rows]} if rows else {}
