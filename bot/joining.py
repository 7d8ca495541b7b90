"""Texts of one customer in one message: what is joined to it, and what is changed in it; who gets it is not known here.

Such a content says under "lead" whose texts they are and under "said" which they are: each message and its length in
UTF-16 units.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from inbox.channels.telegram import Telegram
from inbox.splitting import units

# Messengers slow down long texts, and people would rather read several.
MOST_UNITS = 2000
# Telegram takes no notice of more.
MOST_ENTITIES = 100

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


def _length(content: Content) -> int:
    """The length of all texts, each with the line break before it."""
    return sum(one["units"] + 1 for one in content["said"])


def changed(content: Content, now: Content) -> Content | None:
    """The message once one of its texts is as `now` says it, or None if it would be too long."""
    [text] = _texts(now)
    said = [text if one.message == text.message else one for one in _texts(content)]
    buttons = {"buttons": content["buttons"]} if "buttons" in content else {}
    made = _of_texts(now["lead"], said) | buttons
    fits = units(made["text"]) <= Telegram.limits.text and len(made["entities"]) <= MOST_ENTITIES
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
