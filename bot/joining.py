"""Texts of one customer in one message: what is joined to it, and what is changed in it; who gets it is not known here.

Such a content says under "lead" whose texts they are and under "said" what they are, each with its message.
"""

from collections.abc import Sequence
from typing import Any

from inbox.channels.telegram import Telegram
from inbox.splitting import units

# Telegram takes no notice of more.
MOST_ENTITIES = 100

Content = dict[str, Any]


def joinable(content: Content, lead: str, message_id: int) -> Content:
    """A text whose first line is `lead`, so that others of the same customer can join it."""
    skipped = units(lead) + 1
    entities = [one | {"offset": one["offset"] - skipped} for one in content.get("entities", [])]
    text = {
        "message": message_id,
        "text": content["text"][len(lead) + 1 :],
        "entities": [one for one in entities if one["offset"] >= 0],
    }
    return content | {"lead": lead, "said": [text]}


def joined(before: Content, after: Content) -> Content | None:
    """What waits and what follows it as one message, or None where they are two."""
    if "said" not in before or "said" not in after or before["lead"] != after["lead"]:
        return None
    how = {name: before[name] for name in ("reply_to",) if name in before}
    silent = {"silent": True} if before.get("silent") and after.get("silent") else {}
    buttons = {"buttons": after["buttons"]} if "buttons" in after else {}
    return _within_limits(_said(before["lead"], [*before["said"], *after["said"]]) | how | silent | buttons)


def changed(content: Content, now: Content) -> Content | None:
    """The message once one of its texts is as `now` says it, or None if it would be too long."""
    [text] = now["said"]
    said = [text if one["message"] == text["message"] else one for one in content["said"]]
    buttons = {"buttons": content["buttons"]} if "buttons" in content else {}
    return _within_limits(_said(now["lead"], said) | buttons)


def _said(lead: str, said: Sequence[Content]) -> Content:
    text, entities = lead, [{"type": "bold", "offset": 0, "length": units(lead)}]
    length = units(lead)
    for one in said:
        entities += [entity | {"offset": entity["offset"] + length + 1} for entity in one["entities"]]
        text += f"\n{one['text']}"
        length += 1 + units(one["text"])
    return {"kind": "text", "text": text, "entities": entities, "lead": lead, "said": list(said)}


def _within_limits(content: Content) -> Content | None:
    fits = units(content["text"]) <= Telegram.limits.text and len(content["entities"]) <= MOST_ENTITIES
    return content if fits else None
